"""A policy as it is being typed: what it would promise once it is saved, and which open tickets would then differ."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _lazy

from desk.assignment.queries import NoCatchAll, Route, route
from desk.people.models import User
from desk.tickets.models import Priority

from .. import drift, queries
from ..models import EscalationStep, Policy
from ..outlook import outlook
from ..publishing import publish_policy
from ..versions import Subject
from .preview import CreatedField, shown

BUTTON = "_preview"


class TriedForm(forms.Form):
    """The ticket that is imagined: what the policy itself leaves open about it."""

    tried_created = CreatedField(label=_lazy("For a ticket created"))
    tried_priority = forms.TypedChoiceField(
        label=_lazy("with priority"), choices=Priority.choices, coerce=int, initial=Priority.P3, required=False,
        help_text=_lazy("Asked only where the policy names no priority."),
    )  # fmt: skip


def never_saved(form: Any) -> Any:
    """The class of a form that says what is wrong with it, and is never good enough to be saved."""

    class Tried(form):
        def is_valid(self) -> bool:
            super().is_valid()
            return False

    return Tried


@transaction.atomic
def dry_run(*, policy: Policy, steps: Iterable[EscalationStep], by: User, tried: TriedForm) -> dict[str, Any]:
    """What the page shows of this policy with these steps: it is saved and published, looked at, and undone.

    So the preview asks the very table that would hold, and nothing of it stays: neither rows nor a version.
    """
    moment = tried.cleaned_data["tried_created"] or timezone.now()
    with transaction.atomic():
        saved = _save(policy, steps)
        publish_policy(policy=saved, by=by)
        found = _looked_at(saved, moment, int(tried.cleaned_data["tried_priority"] or Priority.P3))
        transaction.set_rollback(True)
    return {**found, "is_new": policy.pk is None}


def _save(policy: Policy, steps: Iterable[EscalationStep]) -> Policy:
    """Copies, so that the form, which is shown again, knows nothing of having been saved."""
    saved = copy.copy(policy)
    saved.save()
    saved.steps.all().delete()
    for step in steps:
        kept = copy.copy(step)
        kept.pk, kept.policy = None, saved
        kept._state.adding = True
        kept.save()
    return saved


def _looked_at(policy: Policy, moment: datetime, priority: int) -> dict[str, Any]:
    would_change = sum(change.tickets for change in drift.changes(policy))
    found: dict[str, Any] = {"would_change": would_change, "moment": moment}
    routed = _route(policy)
    workgroup = policy.workgroup or (routed.workgroup if routed else None)
    if workgroup is None:
        return {**found, "no_workgroup": True}
    subject = Subject(
        kind=policy.kind,
        priority=policy.priority or priority,
        workgroup=workgroup.pk,
        service=policy.service_id,
        branch=queries.branches().get(policy.category_id, frozenset()) if policy.category_id else frozenset(),
        department=policy.department,
        vip=policy.vip,
    )
    answer = outlook(subject, moment)
    matched = answer.match.policy
    found |= {"itself": matched is not None and matched.pk == policy.pk, "priority": Priority(subject.priority).label}
    return {**found, **shown(answer, moment, routed)}


def _route(policy: Policy) -> Route | None:
    """The workgroup of such a ticket, where the policy names none."""
    if policy.workgroup is not None:
        return None
    try:
        return route(policy.kind, text="", service=policy.service, category=policy.category)
    except NoCatchAll:
        return None
