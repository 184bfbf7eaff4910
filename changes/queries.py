"""Questions about changes: who wrote one, what it led to, how such changes went before, and lists of them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from desk.approvals.queries import who_has_a_say
from desk.people.models import User
from desk.tickets.errors import Refused
from desk.tickets.models import Link, LinkKind, Ticket, Urgency
from desk.tickets.queries import open_tickets, priority_for, visible_to

from .lifecycle import Outcome, State
from .models import ASKED, PLAN, Change, ChangeTemplate, ChangeType

# As long as nobody has begun, what was decided on may still be edited.
EDITABLE_IN = (State.DRAFT, State.SUBMITTED, State.APPROVED, State.SCHEDULED)
# The states in which approval was asked for or given, and an edit makes it void.
DECIDED = (State.SUBMITTED, State.APPROVED, State.SCHEDULED)


def drafted_already(submission: uuid.UUID, by: User) -> Change | None:
    """The change that this form drafted before; Refused when it was somebody else's or did something else."""
    earlier = Ticket.objects.filter(submission=submission).first()
    if earlier is None:
        return None
    if earlier.kind != "change" or earlier.reporter_id != by.pk:
        raise Refused(_("This form was sent before, for something else. Please open a new one."), field="submission")
    return Change.objects.get(pk=earlier.pk)


def answers_of(template: ChangeTemplate) -> dict[str, Any]:
    """Plan and answers, as a change takes them from a template."""
    return {name: getattr(template, name) for name in (*PLAN, *ASKED)}


def templates() -> QuerySet[ChangeTemplate]:
    """The standard changes that may be made: approved, and offered."""
    return ChangeTemplate.objects.filter(is_active=True, approved_at__isnull=False)


def how_soon(change_type: str, impact: int) -> dict[str, int]:
    """Urgency and priority: what is planned can wait, an emergency can't."""
    urgency = Urgency.HIGH if change_type == ChangeType.EMERGENCY else Urgency.LOW
    return {"urgency": urgency, "priority": priority_for(impact, urgency)}


def authors_of(change: Change) -> set[User]:
    """Those whose own change it is: who asked for it, wrote or edited its plan, or will do it. None of them approves it."""
    wrote = Q(kind="field.changed") | Q(kind="change.logged")
    writers = change.events.filter(wrote, actor__is_automation=False).values("actor")
    named = [change.requester_id, change.reporter_id, change.assignee_id]
    return set(User.objects.filter(Q(pk__in=writers) | Q(pk__in=[pk for pk in named if pk is not None])))


def who_decides(change: Ticket) -> set[int]:
    """The ids of those who decide on it, and so won't do it."""
    return who_has_a_say(change)


def in_window(change: Change, at: datetime) -> bool:
    """Whether a moment lies in the planned window (start included, end not)."""
    if change.planned_start is None or change.planned_end is None:
        return False
    return change.planned_start <= at < change.planned_end


def open_consequences(change: Change) -> list[Ticket]:
    """The tickets that this change caused, and that are neither solved nor over."""
    caused = Link.objects.filter(target=change, kind=LinkKind.CAUSED_BY).values("source")
    found = open_tickets(Ticket.objects.filter(pk__in=caused)).order_by("pk")
    return [ticket for ticket in found if ticket.state not in ticket.kind_info.solved]


@dataclass(frozen=True)
class Record:
    """How changes of some sort ended: how many, and of them how many went well and how many failed."""

    name: str
    total: int
    successful: int
    failed: int
    incorrect: int
    interrupted: int

    @property
    def rate(self) -> int:
        """Successful (with issues or without) out of all, in percent; 0 of none."""
        return round(100 * self.successful / self.total) if self.total else 0

    @property
    def went_wrong(self) -> int:
        return self.total - self.successful


_COUNTS = {
    "total": Count("pk", distinct=True),
    "successful": Count("pk", filter=Q(outcome__in=[Outcome.SUCCESSFUL, Outcome.WITH_ISSUES]), distinct=True),
    "failed": Count("pk", filter=Q(outcome=Outcome.FAILED), distinct=True),
    "incorrect": Count("pk", filter=Q(outcome=Outcome.INCORRECT), distinct=True),
    "interrupted": Count("pk", filter=Q(interruptions__gt=0), distinct=True),
}
# What the records can be gathered by -> the column that names each group.
GATHERED_BY = {"type": "change_type", "owner": "workgroup__name", "service": "services__name"}


def finished(since: datetime | None = None) -> QuerySet[Change]:
    """The changes that were done, however they ended; with `since` those that ended from then on."""
    rows = Change.objects.exclude(outcome="").order_by()
    return rows.filter(finished_at__gte=since) if since else rows


def records(rows: QuerySet[Change], by: str) -> list[Record]:
    """How these changes ended, by type, owner or service; the most frequent first."""
    column = GATHERED_BY[by]
    named = dict(Change._meta.get_field("change_type").flatchoices) if by == "type" else {}
    counted = rows.values(column).annotate(**_COUNTS).order_by("-total", column)
    return [
        Record(str(named.get(row[column], row[column] or _("None"))).partition(":")[0], **_only(row)) for row in counted
    ]


def _only(row: dict[str, Any]) -> dict[str, int]:
    return {name: row[name] for name in _COUNTS}


def record_of_its_kind(change: Change) -> Record:
    """How changes of this type on these services ended before this one; with one query."""
    services = [service.pk for service in change.touched]
    rows = finished().filter(change_type=change.change_type, services__in=services).exclude(pk=change.pk)
    return Record("", **rows.aggregate(**_COUNTS))


def listed(user: User, *, states: Iterable[str] = ()) -> QuerySet[Change]:
    """The changes that a person may see, those planned next first."""
    rows = visible_to(user, Change).select_related("workgroup", "assignee", "service").prefetch_related("services")
    return rows.filter(state__in=list(states)) if states else rows
