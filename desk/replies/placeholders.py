"""What a canned reply may leave open, and how it is filled in for a ticket."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from desk.people.models import User
from desk.tickets.models import Ticket

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MISSING = "…"  # stands where a ticket has nothing to say; whoever sends it sees the gap

PLACEHOLDERS: dict[str, tuple[StrOrPromise, Callable[[Ticket, User], object]]] = {
    "requester": (_lazy("the requester's name"), lambda ticket, me: ticket.requester.public_name),
    "first_name": (
        _lazy("the requester's first name"),
        lambda ticket, me: ticket.requester.first_name or ticket.requester,
    ),
    "number": (_lazy("the ticket's number"), lambda ticket, me: ticket.number),
    "title": (_lazy("its title"), lambda ticket, me: ticket.title),
    "service": (_lazy("the service it is about"), lambda ticket, me: ticket.service),
    "site": (_lazy("where it is"), lambda ticket, me: ticket.site),
    "workgroup": (_lazy("the workgroup that has it"), lambda ticket, me: ticket.workgroup),
    "me": (_lazy("your name"), lambda ticket, me: me),
    "my_first_name": (_lazy("your first name"), lambda ticket, me: me.first_name or me),
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
    return _("Nothing fills in {listed}. Use {names}.").format(listed=listed, names=in_words()) if listed else ""


def in_words() -> str:
    """The placeholders there are, for the form's help."""
    return ", ".join(f"{{{name}}} {what}" for name, (what, _fill) in PLACEHOLDERS.items())
