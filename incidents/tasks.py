"""Celery's side of incidents: closing what was resolved and never answered, and looking for bursts."""

import logging

from celery import shared_task
from django.core.exceptions import PermissionDenied

from desk.people.queries import automation
from desk.tickets.errors import Refused

from . import actions, proposing, queries

log = logging.getLogger(__name__)


@shared_task(name="incidents.close_unconfirmed")
def close_unconfirmed() -> int:
    """Close them one by one, so that one refusal, or one error, doesn't hold up the rest; returns how many."""
    closed = 0
    for incident in queries.unconfirmed()[:1000]:
        try:
            # With the version it was judged by: one that was solved anew meanwhile waits its own time.
            actions.confirm(
                incident=incident,
                by=automation(),
                because="no answer in time",
                seen=incident.version,
                source="timer",
            )
            closed += 1
        except (Refused, PermissionDenied) as refusal:
            log.info("%s stays resolved: %s", incident.number, refusal)
        except Exception:
            log.exception("%s could not be closed; the others are", incident.number)
    return closed


@shared_task(name="incidents.find_bursts")
def find_bursts() -> int:
    """Propose a major incident where many people report the same; returns how many proposals are new."""
    return len(proposing.find())
