"""The demo's changes: approval rules, standard changes, freezes, and two months of changes by the same actions as real ones."""

from __future__ import annotations

import tomllib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from changes import actions
from changes.models import Change, ChangeTemplate, ChangeType, Freeze
from desk.approvals import actions as approvals
from desk.approvals.models import ApprovalRule, ApprovalStep, ApproverGroup, Seat
from desk.people.models import User
from desk.tickets import actions as ticket_actions
from desk.tickets.models import LinkKind
from incidents import actions as incidents

from .clock import ZONE
from .world import World

PLANS = Path(__file__).with_name("changes.toml")
STEPS: dict[str, Any] = {
    "implementation_plan": "1. Tell the wards\n2. Save the configuration\n3. Make the change\n4. Watch it for half an hour",
    "test_plan": "The checklist of the service, signed by a colleague who didn't make the change.",
    "backout_plan": "Put the saved configuration back, within half an hour. Whoever has the shift decides.",
}
# How far a change gets -> the moves that lead there.
COURSES = {
    "draft": (),
    "cancelled": ("cancel",),
    "submitted": ("submit",),
    "rejected": ("submit", "reject"),
    "approved": ("submit", "approve"),
    "scheduled": ("submit", "approve", "schedule"),
    "implementing": ("submit", "approve", "schedule", "start"),
    "implemented": ("submit", "approve", "schedule", "start", "finish"),
    "failed": ("submit", "approve", "schedule", "start", "fail"),
    "closed": ("submit", "approve", "schedule", "start", "finish", "close"),
}


def lay_changes(world: World) -> list[Change]:
    """Make everything that changes need, and the changes; the first drafted first, so that numbers rise with time."""
    told = tomllib.loads(PLANS.read_text(encoding="utf-8"))
    _deciders(world, told)
    _standards(world, told)
    _freezes(world, told)
    plans = sorted((Plan(world, row) for row in told["changes"]), key=lambda plan: plan.drafted)
    return [plan.play() for plan in plans]


def _deciders(world: World, told: dict[str, Any]) -> None:
    for name, below in told["depends_on"].items():
        world.services[name].depends_on.set([world.services[other] for other in below])
    for name, manager in told["managers"].items():
        world.people[name].manager = world.people[manager]
        world.people[name].save(update_fields=["manager"])
    for name, members in told["groups"].items():
        group = ApproverGroup.objects.create(name=name, description="Decides on changes, on Tuesdays at ten.")
        group.members.set([world.people[member] for member in members])
    for position, row in enumerate(told["rules"], start=1):
        rule = ApprovalRule.objects.create(
            position=position * 10, name=row["name"], kind="change", variant=row.get("variant", "")
        )
        said = dict(row["step"])
        groups = said.pop("groups")
        step = ApprovalStep.objects.create(rule=rule, position=1, **said)
        step.groups.set(ApproverGroup.objects.filter(name__in=groups))


def _standards(world: World, told: dict[str, Any]) -> None:
    long_ago = world.now - timedelta(days=58)
    for row in told["templates"]:
        said = dict(row)
        services = [world.services[name] for name in said.pop("services")]
        said["workgroup"] = world.workgroups[said["workgroup"]]
        said["category"] = world.categories[said["category"]]
        made = ChangeTemplate.objects.create(**said, impact=3, approved_at=long_ago, approved_by=world.people["chris"])
        made.services.set(services)


def _freezes(world: World, told: dict[str, Any]) -> None:
    midnight = world.now.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    for row in told["freezes"]:
        first, last = (midnight + timedelta(days=day) for day in row["days"])
        freeze = Freeze.objects.create(
            name=row["name"], effect=row["effect"], reason=row["reason"], start=first, end=last
        )
        freeze.services.set([world.services[name] for name in row["services"]])


class Plan:
    """One change's course, each step at its true time, and none of them later than now."""

    def __init__(self, world: World, row: dict[str, Any]):
        self.world, self.row = world, row
        self.hand: User = world.people[row["by"]]
        midnight = world.now.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
        self.start = midnight + timedelta(days=row["day"], hours=row["hour"])
        self.end = self.start + timedelta(hours=row["hours"])
        begun = min(self.start, world.now - timedelta(hours=2))
        self.drafted = self._workday(begun - timedelta(days=7), 9)

    def _workday(self, day: datetime, hour: int) -> datetime:
        """Before noon of that day, or of the Friday before a weekend; within the two months that the demo tells."""
        day = max(day, self.world.now - timedelta(days=59)).astimezone(ZONE)
        day = day.replace(hour=hour, minute=day.day, second=0, microsecond=0)
        return day - timedelta(days=max(0, day.weekday() - 4))

    def play(self) -> Change:
        self.change = self._draft()
        row = self.row
        for move in COURSES[row["ends"]]:
            getattr(self, f"_{move}")()
        if asked := row.get("asks"):
            self._answer(asked[0], "ask", asked[1], self._after(days=1))
        for name in row.get("yes", []):
            self._answer(name, "approve", "", self._after(days=1))
        if row.get("closed") or (row["ends"] == "failed" and row.get("review")):
            self._close()
        return self.change

    def _draft(self) -> Change:
        row, world = self.row, self.world
        named = row.get("template")
        common: dict[str, Any] = {
            "by": self.hand, "title": row["title"], "workgroup": world.workgroups[row["workgroup"]],
            "planned_start": self.start, "planned_end": self.end, "at": self.drafted,
        }  # fmt: skip
        if named:
            template = ChangeTemplate.objects.get(name=named)
            services = list(template.services.all())
            chosen: dict[str, Any] = {"change_type": ChangeType.STANDARD, "template": template}
            return actions.draft(services=services, category=template.category, **chosen, **common)
        experience, tried_out, undoing = row["answers"]
        return actions.draft(
            change_type=row.get("type", ChangeType.NORMAL),
            services=[world.services[name] for name in row["services"]],
            category=world.categories[row["category"]],
            site=world.sites[row["site"]] if "site" in row else None,
            impact=row["impact"],
            reason=row["reason"],
            experience=experience,
            tried_out=tried_out,
            undoing=undoing,
            **STEPS,
            **common,
        )

    def _after(self, days: float = 0, hours: float = 0) -> datetime:
        """That long after drafting, and not later than now."""
        return min(self.drafted + timedelta(days=days, hours=hours), self.world.now - timedelta(minutes=5))

    def _submit(self) -> None:
        self.change = actions.submit(change=self.change, by=self.hand, at=self._after(hours=2))

    def _answer(self, name: str, answer: str, text: str, at: datetime) -> None:
        seat = Seat.objects.filter(round__ticket=self.change, user__username=name).latest("pk")
        approvals.answer(seat=seat, by=seat.user, answer=answer, text=text, at=at)
        self.change.refresh_from_db()

    def _approve(self) -> None:
        if self.change.is_standard:
            return
        asked = [name for name in ("chris", "omar", "lena") if name != self.row["by"]]
        for hours, name in enumerate(asked[: 1 if self.change.is_emergency else 2]):
            self._answer(name, "approve", "", self._after(days=1, hours=hours))

    def _reject(self) -> None:
        for hours, name in enumerate(("chris", "omar")):
            self._answer(name, "reject", self.row["rejected"], self._after(days=1, hours=hours))

    def _schedule(self) -> None:
        if not self.change.is_emergency:
            self.change = actions.schedule(change=self.change, by=self.hand, at=self._after(days=2))

    def _start(self) -> None:
        at = min(self.start + timedelta(minutes=4), self.world.now - timedelta(minutes=50))
        self.change = actions.start(change=self.change, by=self.hand, at=max(at, self.start))

    def _finish(self) -> None:
        row, ended = self.row, self.end - timedelta(minutes=11)
        if "interrupted" in row:
            during = self.start + timedelta(minutes=25)
            actions.report_interruption(change=self.change, by=self.hand, words=row["interrupted"], at=during)
        outcome, done = row.get("outcome", "successful"), row.get("done", "Done as planned; all tests are green.")
        self.change = actions.finish(change=self.change, by=self.hand, outcome=outcome, done=done, at=ended)
        self._cause()

    def _fail(self) -> None:
        row, ended = self.row, self.end + timedelta(minutes=20)
        said: dict[str, Any] = {"done": row["done"], "backed_out": row["backed_out"]}
        self.change = actions.fail(change=self.change, by=self.hand, at=ended, **said)
        self._cause()

    def _cause(self) -> None:
        """Somebody feels it the next morning; an analyst finds out why."""
        if "caused" not in self.row:
            return
        name, title, workgroup = self.row["caused"]
        at = self.end + timedelta(hours=10)
        found = incidents.log(
            by=self.world.people[name], title=title, service=self.change.service, category=self.change.category,
            impact=2, urgency=1, workgroup=self.world.workgroups[workgroup], at=at,
        )  # fmt: skip
        later: dict[str, Any] = {"by": self.hand, "at": at + timedelta(minutes=30)}
        found = incidents.start(incident=found, **later)
        ticket_actions.link(source=found, target=self.change, kind=LinkKind.CAUSED_BY, **later)
        incidents.resolve(
            incident=found, by=self.hand, at=at + timedelta(hours=3), code=self.world.codes["Fixed"],
            solution=f"It came of {self.change.number}; put right.", violation=self.world.violations[0],
        )  # fmt: skip

    def _close(self) -> None:
        day = self.end + timedelta(days=1)
        if review := self.row.get("review"):
            how: dict[str, Any] = {"by": self.world.people["chris"], "at": day}
            self.change = actions.write_review(change=self.change, review=review, **how)
        self.change = actions.close(change=self.change, by=self.hand, at=day + timedelta(hours=1))

    def _cancel(self) -> None:
        why = "The new server room is late; we plan it anew in spring."
        self.change = actions.cancel(change=self.change, by=self.hand, reason=why, at=self._after(days=2))
