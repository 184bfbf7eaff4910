"""Celery's side of incidents: closing what nobody answered, looking for bursts, settling what monitoring says is over."""

import logging

from celery import shared_task
from django.core.exceptions import PermissionDenied

from desk.people.language import keep
from desk.people.queries import automation
from desk.tickets.errors import Refused

from . import actions, asking, proposing
from .monitoring import settling

log = logging.getLogger(__name__)


@shared_task(name="incidents.close_unconfirmed")
def close_unconfirmed() -> int:
    """Close them one by one, so that one refusal, or one error, doesn't hold up the rest; returns how many."""
    closed = 0
    for incident in asking.overdue():
        try:
            # With the version it was judged by: one that was solved anew meanwhile waits its own time.
            actions.confirm(
                incident=incident,
                by=automation(),
                because=keep("no answer in time"),
                seen=incident.version,
                source="timer",
            )
            closed += 1
        except (Refused, PermissionDenied) as refusal:
            log.info("%s stays resolved: %s", incident.number, refusal)
        except Exception:
            log.exception("%s could not be closed; the others are", incident.number)
    return closed


@shared_task(name="incidents.remind")
def remind() -> int:
    """Ask once more whether it is solved; returns how many were asked."""
    return asking.remind_due()


@shared_task(name="incidents.find_bursts")
def find_bursts() -> int:
    """Propose a major incident where many people report the same; returns how many proposals are new."""
    return len(proposing.find())


@shared_task(name="incidents.settle_alerts")
def settle_alerts() -> int:
    """Resolve what monitoring reported, and says is over, once it has stayed quiet; returns how many."""
    return settling.settle_due()
