"""Events as programs read them: what the timeline says of each to this person, with its id, kind and files."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from desk.tickets import timeline
from desk.tickets.models import Event, Ticket


def told(ticket: Ticket, events: Iterable[Event], *, internal: bool) -> list[dict[str, Any]]:
    """Those that the timeline has something to say of."""
    hidden = timeline.hidden_by(ticket.events.filter(kind__in=timeline.HIDING))
    found = ((event, timeline.entries(ticket, [event], internal=internal, hidden=hidden)) for event in events)
    return [_one(event, entries[0]) for event, entries in found if entries]


def _one(event: Event, entry: timeline.Entry) -> dict[str, Any]:
    return {
        "id": event.pk,
        "at": event.at,
        "kind": event.kind,
        "visibility": event.visibility,
        "who": entry.who,
        "words": entry.words,
        "text": entry.text,
        "rating": entry.rating,
        "to_state": event.data.get("to"),
        "details": entry.details,
        "changes": entry.changes,
        "files": entry.files,
        "version": event.version,
    }
