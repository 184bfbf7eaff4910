"""Ends what went away: an incident whose alerts are over resolves itself after a quiet time, if nobody has touched it."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models.functions import Now

from desk.people.language import keep
from desk.people.queries import automation
from desk.tickets import flow

from .. import actions
from ..models import Incident, ResolutionCode
from .models import AlertGroup

log = logging.getLogger(__name__)

WENT_AWAY = "Went away"  # the resolution code
SOLUTION = keep("Monitoring says that it is over, and it has stayed quiet since. Nobody had to do anything.")


def is_touched(incident: Incident) -> bool:
    """Whether a person did anything about it, or has it; what the portal itself does touches nothing."""
    return incident.assignee_id is not None or incident.events.filter(actor__is_automation=False).exists()


def consider(group: AlertGroup, *, firing: int, now: datetime) -> None:
    """Set when a group settles, or that it doesn't; the caller has locked it, and saves it."""
    rule = group.rule
    if firing or rule is None or not rule.resolves:
        group.settles_at = None
    elif group.settles_at is None:
        group.settles_at = now + timedelta(minutes=rule.quiet_minutes)


def settle(group: AlertGroup, *, at: datetime | None = None) -> bool:
    """Resolve its incident, if that is still right; the caller has locked the group. It is asked once."""
    group.settles_at = None
    group.save(update_fields=["settles_at"])
    if group.rule is None or not group.rule.resolves or group.alerts.filter(is_firing=True).exists():
        return False
    incident = flow.lock(group.incident)
    by = automation()
    if is_touched(incident) or flow.unmet(incident, "clear", by):
        return False
    code, _ = ResolutionCode.objects.get_or_create(name=WENT_AWAY)
    actions.clear(incident=incident, by=by, code=code, solution=SOLUTION, source="monitoring", at=at)
    return True


def settle_due(most: int = 1000) -> int:
    """Settle every group whose quiet time is over, one by one; returns how many incidents resolved."""
    settled = 0
    for pk in (
        AlertGroup.objects.filter(settles_at__lte=Now()).order_by("settles_at").values_list("pk", flat=True)[:most]
    ):
        try:
            with transaction.atomic():
                group = (
                    AlertGroup.objects.select_for_update(of=("self",), skip_locked=True)
                    .select_related("rule", "incident")
                    .filter(pk=pk, settles_at__lte=Now())
                    .first()
                )
                settled += group is not None and settle(group)
        except Exception:
            log.exception("The incident of alert group %s could not be resolved; the others are", pk)
    return settled
