"""Episodes of an incident: written by its events, so that each keeps its own figures when the next one begins."""

from __future__ import annotations

from typing import Any

from desk.tickets.models import Event

from .models import Episode, Incident
from .queries import incident_of


def follow(event: Event) -> None:
    """What an event means for the episode that it ends, goes on with or begins."""
    incident = incident_of(event)
    what = event.kind.rpartition(".")[2]
    if what == "reopened":
        _write(incident, incident.reopen_count, reopened_at=event.at)
        _write(incident, incident.reopen_count + 1, began_at=event.at)
        return
    changes: dict[str, Any] = {
        "resolved": {
            "resolved_at": event.at,
            "ended_at": None,
            "workgroup_id": incident.workgroup_id,
            "category_id": incident.category_id,
            "resolution_code_id": incident.resolution_code_id,
            "assignee_id": incident.assignee_id,
        },
        "closed": {"ended_at": event.at, **_rating(incident, event)},
        "unmerged": {"ended_at": None},
    }.get(what, {"ended_at": event.at})
    _write(incident, incident.reopen_count + 1, **changes)


def _rating(incident: Incident, event: Event) -> dict[str, Any]:
    if incident.rating is None and not incident.rating_comment:
        return {}
    return {"rating": incident.rating, "comment": incident.rating_comment, "comment_event": event.pk}


def _write(incident: Incident, number: int, **changes: Any) -> None:
    """The incident's row is locked by whoever moved it, so nobody else writes the same episode meanwhile."""
    if not Episode.objects.filter(incident=incident, number=number).update(**changes):
        Episode.objects.create(incident=incident, number=number, **{"began_at": incident.created_at, **changes})
