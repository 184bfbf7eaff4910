"""Celery's side of requests: the timer that closes what was delivered and never answered."""

import logging

from celery import shared_task
from django.core.exceptions import PermissionDenied

from desk.people.language import keep
from desk.people.queries import automation
from desk.tickets.errors import Refused

from . import actions, queries

log = logging.getLogger(__name__)


@shared_task(name="requests.close_unconfirmed")
def close_unconfirmed() -> int:
    """Close them one by one, so that one refusal, or one error, doesn't hold up the rest; returns how many."""
    closed = 0
    for request in queries.unconfirmed()[:1000]:
        try:
            said = {"because": keep("no answer in time"), "seen": request.version, "source": "timer"}
            actions.confirm(request=request, by=automation(), **said)  # type: ignore[arg-type]
            closed += 1
        except (Refused, PermissionDenied) as refusal:
            log.info("%s stays delivered: %s", request.number, refusal)
        except Exception:
            log.exception("%s could not be closed; the others are", request.number)
    return closed
