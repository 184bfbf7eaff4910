"""The work orders of one incident's story: raised by its analyst, done by technicians, each step at its true time."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from desk.people.models import User
from workorders import actions
from workorders.models import WorkOrder

from .clock import ZONE
from .library import Job

if TYPE_CHECKING:
    from .tale import Tale

RAISING = ("order", "orders", "template", "rule")  # steps that raise some; the others are said of one: `2:start`
PARTS = "Waiting for parts"


class Hands:
    """What becomes of the orders, by their numbers (from 1) in the order in which they were raised."""

    def __init__(self, tale: Tale):
        self.tale = tale
        self.raised: list[tuple[WorkOrder, Job | None]] = []

    # -- raising

    def order(self, at: datetime) -> None:
        """The next of the problem's jobs."""
        job = self.tale.telling.problem.jobs[len(self.raised)]
        start, end = self._window(job, at)
        raised = actions.raise_order(
            parent=self.tale.it,
            by=self.tale.hand,
            title=job.title,
            instructions=job.text,
            work_type=job.type,
            workgroup=self.tale.world.workgroups[job.group],
            planned_start=start,
            planned_end=end,
            checklist=job.checklist,
            needs=[self._now(number) for number in job.needs],
            at=at,
        )
        self.raised.append((raised, job))

    def orders(self, at: datetime) -> None:
        """All of the problem's jobs."""
        for _ in self.tale.telling.problem.jobs:
            self.order(at)

    def template(self, at: datetime) -> None:
        """The template that the problem names."""
        template = self.tale.world.templates[self.tale.telling.problem.template]
        self._keep(actions.raise_template(parent=self.tale.it, template=template, by=self.tale.hand, at=at))

    def rule(self, at: datetime) -> None:
        """What the creation rule wants for it, as its reaction would raise it."""
        world, rule = self.tale.world, self.tale.world.order_rule
        assert rule is not None
        how: dict[str, Any] = {"by": world.automation, "rule": rule, "source": "rule", "at": at}
        self._keep(actions.raise_template(parent=self.tale.it, template=rule.template, **how))

    def _keep(self, raised: list[WorkOrder]) -> None:
        self.raised += [(order, None) for order in raised]

    def _window(self, job: Job, at: datetime) -> tuple[datetime, datetime]:
        """On the last day, where the job says so; else two hours later, for an hour."""
        if not job.today:
            start = at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=2)
            return start, start + timedelta(hours=1)
        today = self.tale.world.now.astimezone(ZONE).date()
        start, end = (datetime.combine(today, time.fromisoformat(hour), ZONE) for hour in job.today)
        return start, end

    # -- doing

    def give(self, number: int, at: datetime) -> None:
        """A lead of the specialists gives it to one of them."""
        order = self._now(number)
        lead = self.tale.world.leads[order.workgroup.slug][0]
        actions.assign(work_order=order, by=lead, assignee=self._technician(number), at=at)

    def take(self, number: int, at: datetime) -> None:
        actions.take(work_order=self._now(number), by=self._technician(number), at=at)

    def start(self, number: int, at: datetime) -> None:
        actions.start(work_order=self._now(number), by=self._technician(number), at=at)

    def half(self, number: int, at: datetime) -> None:
        """Tick off the first half of the checklist."""
        items = list(self._now(number).checklist.all())
        self._tick(number, items[: (len(items) + 1) // 2], at)

    def done(self, number: int, at: datetime) -> None:
        """Tick off what is left, and complete it."""
        order, job = self._now(number), self.raised[number - 1][1]
        self._tick(number, order.checklist.filter(done_at=None), at)
        result = (job and job.done) or self.tale.library.remark("orders", "done")
        minutes = self.tale.chance.randint(3, 16) * 5
        by = self._technician(number)
        actions.complete(work_order=order, by=by, result=result, effort_minutes=minutes, at=at)

    def fail(self, number: int, at: datetime) -> None:
        job = self.raised[number - 1][1]
        why = (job and job.fail) or self.tale.library.remark("orders", "failed")
        actions.fail(work_order=self._now(number), by=self._technician(number), reason=why, effort_minutes=20, at=at)

    def again(self, number: int, at: datetime) -> None:
        """The incident's analyst has it tried again: a new order in its place."""
        job = self.raised[number - 1][1]
        raised = actions.try_again(work_order=self._now(number), by=self.tale.hand, at=at)
        self.raised.append((raised, job))

    def wait(self, number: int, at: datetime) -> None:
        """It waits for a part."""
        reason, why = self.tale.world.reasons[PARTS], self.tale.library.remark("orders", "held")
        actions.hold(work_order=self._now(number), by=self._technician(number), reason=reason, note=why, at=at)

    def resume(self, number: int, at: datetime) -> None:
        actions.resume(work_order=self._now(number), by=self._technician(number), at=at)

    def cancel(self, number: int, at: datetime) -> None:
        """The incident's analyst doesn't need it any more."""
        why = self.tale.library.remark("orders", "cancelled")
        actions.cancel(work_order=self._now(number), by=self.tale.hand, reason=why, at=at)

    def _tick(self, number: int, items: Any, at: datetime) -> None:
        for item in items:
            actions.tick(item=item, by=self._technician(number), at=at)

    def _now(self, number: int) -> WorkOrder:
        """The order as it is now; others may have released it."""
        return WorkOrder.objects.select_related("workgroup", "assignee").get(pk=self.raised[number - 1][0].pk)

    def _technician(self, number: int) -> User:
        """Who has it; else who the job names, else one of the workgroup."""
        order, (_, job) = self._now(number), self.raised[number - 1]
        if order.assignee is not None:
            return order.assignee
        if job is not None and job.hand:
            return self.tale.world.people[job.hand]
        return self.tale.chance.choice(self.tale.world.analysts[order.workgroup.slug])
