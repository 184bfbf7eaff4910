"""What a canned reply may leave open, and how it is filled in for a ticket."""

from __future__ import annotations

import re
from collections.abc import Callable

from desk.people.models import User
from desk.tickets.models import Ticket

MISSING = "…"  # stands where a ticket has nothing to say; whoever sends it sees the gap

PLACEHOLDERS: dict[str, tuple[str, Callable[[Ticket, User], object]]] = {
    "requester": ("the requester's name", lambda ticket, me: ticket.requester.public_name),
    "first_name": ("the requester's first name", lambda ticket, me: ticket.requester.first_name or ticket.requester),
    "number": ("the ticket's number", lambda ticket, me: ticket.number),
    "title": ("its title", lambda ticket, me: ticket.title),
    "service": ("the service it is about", lambda ticket, me: ticket.service),
    "site": ("where it is", lambda ticket, me: ticket.site),
    "workgroup": ("the workgroup that has it", lambda ticket, me: ticket.workgroup),
    "me": ("your name", lambda ticket, me: me),
    "my_first_name": ("your first name", lambda ticket, me: me.first_name or me),
}
_NAMED = re.compile(r"\{([^{}\n]*)\}")


def unknown_in(text: str) -> list[str]:
    """The {names} in a text that nothing fills in, in their order."""
    return [name for name in _NAMED.findall(text) if name.strip() not in PLACEHOLDERS]


def filled(text: str, ticket: Ticket, me: User) -> str:
    """The text as this person would write it to this ticket's requester; what the ticket doesn't have is a gap."""

    def fill(found: re.Match[str]) -> str:
        known = PLACEHOLDERS.get(found[1].strip())
        return found[0] if known is None else str(known[1](ticket, me) or MISSING)

    return _NAMED.sub(fill, text)


def complaint(text: str) -> str:
    """The sentence about what nothing fills in; empty when all is known."""
    listed = ", ".join(f"{{{name}}}" for name in unknown_in(text))
    return f"Nothing fills in {listed}. Use {in_words()}." if listed else ""


def in_words() -> str:
    """The placeholders there are, for the form's help."""
    return ", ".join(f"{{{name}}} {what}" for name, (what, _) in PLACEHOLDERS.items())
