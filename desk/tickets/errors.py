"""What can stand in the way of an action: a refusal with sentences, or a page that is out of date."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

if TYPE_CHECKING:
    from .models import Event, Ticket


class Refused(Exception):
    """The action is not possible now; `sentences` say why, in words for the person who asked.

    `field` names the form field that the sentences belong to, where there is one.
    """

    def __init__(self, *sentences: str, field: str | None = None):
        super().__init__(" ".join(sentences))
        self.sentences = list(sentences)
        self.field = field


class Stale(Refused):
    """Somebody else changed the ticket after the page was made.

    `ticket` is as it is now; `since` are the events that came in between; `theirs` and `mine` hold, by field
    name, the saved and the kept text of each field that both wrote; `meant` names all fields the person changed.
    `internal`: whether the person is of IT, and calls the portal's own hand by its name.
    """

    def __init__(
        self,
        ticket: Ticket,
        since: Iterable[Event],
        *,
        theirs: dict[str, Any] | None = None,
        mine: dict[str, Any] | None = None,
        meant: Iterable[str] = (),
        internal: bool = True,
    ):
        self.ticket = ticket
        self.since = list(since)
        self.theirs = theirs or {}
        self.mine = mine or {}
        self.meant = set(meant)
        names = (str(event.actor) if internal else event.actor.public_name for event in self.since)
        who = list(dict.fromkeys(names)) or [_("Somebody")]
        if any("to" in e.data or "changes" in e.inside for e in self.since):
            sentence = ngettext(
                "{who} changed {number} after you opened this page.",
                "{who} changed {number} after you opened this page.",
                len(who),
            )
        else:
            sentence = ngettext(
                "{who} wrote on {number} after you opened this page.",
                "{who} wrote on {number} after you opened this page.",
                len(who),
            )
        super().__init__(sentence.format(who=", ".join(who), number=ticket.number))
