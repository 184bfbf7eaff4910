"""The demo's requests: two months of orders from the catalogue, in every state, by the same actions as real ones."""

from __future__ import annotations

import re
import tomllib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from desk.approvals import actions as approvals
from desk.approvals.models import Seat
from desk.people.models import User
from desk.tickets import actions as ticket_actions
from requests_fulfillment import actions
from requests_fulfillment.models import CatalogueItem, ServiceRequest
from workorders import actions as order_actions
from workorders.models import WorkOrder
from workorders.queries import orders_of

from .catalogue import lay_catalogue
from .clock import DAY, WorkingTime
from .world import World

ORDERS = Path(__file__).with_name("requests.toml")
DAYS = re.compile(r"\+\d{1,3}")
# How far a request gets -> the moves that lead there, from the order on. `work`: all orders that are left are done.
COURSES = {
    "awaiting": (),
    "asked": ("ask",),
    "rejected": ("reject",),
    "cancelled": ("cancel",),
    "approved": ("approve",),
    "in_fulfilment": ("approve", "some"),
    "pending": ("approve", "hold"),
    "failed": ("approve", "some", "fail"),
    "fulfilled": ("approve", "work"),
    "closed": ("approve", "work", "confirm"),
    "lapsed": ("approve", "work", "lapse"),
    "retried": ("approve", "some", "fail", "again", "work", "confirm"),
    "refused": ("approve", "work", "refuse"),
}
DONE = ("Done; all as ordered.", "Set up and tried out.", "Handed over, signed for.", "Works; the colleague is happy.")


def lay_requests(world: World) -> list[ServiceRequest]:
    """Make the catalogue and what was ordered from it; the first ordered first, so that numbers rise with time."""
    items = lay_catalogue(world)
    time = WorkingTime(world.now)
    rows = tomllib.loads(ORDERS.read_text(encoding="utf-8"))["requests"]
    rows.sort(key=lambda row: -float(row["ago"]))
    return [Order(world, time, items[row["item"]], row, place).play() for place, row in enumerate(rows)]


class Order:
    """One request's course, each step at its true time, and none of them later than now."""

    def __init__(self, world: World, time: WorkingTime, item: CatalogueItem, row: dict[str, Any], place: int):
        self.world, self.time, self.item, self.row, self.place = world, time, item, row, place
        self.minute = max(time.end - row["ago"] * DAY, 30) + place % 7
        self.hand: User = self._somebody(item.workgroup.slug)

    def _later(self, minutes: float) -> datetime:
        """So many working minutes after what happened last, and not later than now."""
        self.minute = min(self.minute + minutes, self.time.end - 1)
        return self.time.at(self.minute)

    def _somebody(self, slug: str) -> User:
        people = self.world.analysts[slug]
        return people[self.place % len(people)]

    def play(self) -> ServiceRequest:
        row, world = self.row, self.world
        by = world.people[row["by"]]
        requester = world.people[row.get("for", row["by"])]
        site = None if row.get("nowhere") else world.site_of[requester.username]
        self.request = actions.order(
            item=self.item, by=by, requester=requester, site=site, answers=self._answers(), at=self._later(0)
        )
        for move in COURSES[row["ends"]]:
            getattr(self, f"_{move}")()
        return self.request

    def _answers(self) -> dict[str, str]:
        """As they are told; `+5` is a day so many days after the order."""
        said = dict(self.row.get("answers", {}))
        ordered = self.time.at(self.minute).date()
        days = {key: ordered + timedelta(days=int(one)) for key, one in said.items() if DAYS.fullmatch(one)}
        return said | {key: day.isoformat() for key, day in days.items()}

    # -- deciding

    def _seats(self) -> list[Seat]:
        seats = Seat.objects.filter(round__ticket=self.request, round__stage="open", answer="none")
        return list(seats.select_related("user").order_by("pk"))

    def _answer(self, answer: str, text: str, seats: list[Seat]) -> None:
        for seat in seats:
            approvals.answer(seat=seat, by=seat.user, answer=answer, text=text, at=self._later(130 + self.place * 3))
        self._look()

    def _approve(self) -> None:
        if self.request.state == "awaiting_approval":
            self._answer("approve", "", self._seats())

    def _reject(self) -> None:
        self._answer("reject", self.row["because"], self._seats()[:1])

    def _ask(self) -> None:
        self._answer("ask", self.row["because"], self._seats()[-1:])

    def _cancel(self) -> None:
        by = self.request.requester
        self.request = actions.cancel(request=self.request, by=by, reason=self.row["because"], at=self._later(90))

    # -- doing

    def _some(self) -> None:
        """The first `done` work orders are completed, and the next one is begun."""
        for _ in range(self.row.get("done", 1)):
            self._do(self._next())
        if self.row["ends"] == "in_fulfilment" and (following := self._next()):
            order_actions.start(work_order=following, by=self._technician(following), at=self._later(40))
        self._look()

    def _work(self) -> None:
        while following := self._next():
            self._do(following)
        self._look()

    def _next(self) -> WorkOrder | None:
        return orders_of(self.request).filter(state__in=["open", "assigned"]).first()

    def _do(self, order: WorkOrder | None) -> None:
        if order is None:
            return
        by = self._technician(order)
        order = order_actions.start(work_order=order, by=by, at=self._later(100 + self.place % 5 * 60))
        for item in order.checklist.all():
            order_actions.tick(item=item, by=by, at=self._later(4))
        done: dict[str, Any] = {"result": DONE[order.pk % len(DONE)], "effort_minutes": 15 + order.pk % 6 * 10}
        order_actions.complete(work_order=order, by=by, at=self._later(35), **done)

    def _technician(self, order: WorkOrder) -> User:
        return order.assignee or self._somebody(order.workgroup.slug)

    def _fail(self) -> None:
        """The next work order can't be done; where no service is named for that, its analyst says whether one is hit."""
        order = self._next()
        assert order is not None, self.row
        by = self._technician(order)
        order = order_actions.start(work_order=order, by=by, at=self._later(80))
        order_actions.fail(work_order=order, by=by, reason=self.row["because"], effort_minutes=25, at=self._later(45))
        self._look()
        if self.request.disrupts_service is None and "disrupts" in self.row:
            said = {"disrupts": bool(self.row["disrupts"]), "words": self.row["disrupts"]}
            self.request = actions.say_disruption(request=self.request, by=self.hand, at=self._later(20), **said)

    def _again(self) -> None:
        self.request = actions.retry(request=self.request, by=self.hand, how_to="again", at=self._later(60))

    def _hold(self) -> None:
        said: dict[str, Any] = {"reason": self.world.reasons[self.row["waits"]], "message": self.row.get("message", "")}
        self.request = actions.assign(request=self.request, by=self.hand, assignee=self.hand, at=self._later(60))
        self.request = actions.hold(request=self.request, by=self.hand, at=self._later(30), **said)

    # -- ending

    def _confirm(self) -> None:
        rating, comment = self.row.get("rating"), self.row.get("comment", "")
        by = self.request.requester
        self.request = actions.confirm(
            request=self.request, by=by, rating=rating, comment=comment, at=self._later(120 + self.place * 2)
        )

    def _lapse(self) -> None:
        """Nobody answered, so the timer closes it."""
        assert self.request.fulfilled_at is not None
        at = self.request.fulfilled_at + timedelta(days=settings.REQUEST_CONFIRM_DAYS, minutes=7)
        timer = self.world.automation
        self.request = actions.confirm(request=self.request, by=timer, because="no answer in time", at=at)

    def _refuse(self) -> None:
        words, by = self.row["because"], self.request.requester
        self.request = actions.refuse(request=self.request, by=by, reason=words, at=self._later(70))
        ticket_actions.reply(ticket=self.request, by=self.hand, message="Sorry! We put it right.", at=self._later(25))
        self._look()

    def _look(self) -> None:
        """The request as it is now; its approvers and its work orders move it too."""
        self.request = ServiceRequest.objects.get(pk=self.request.pk)
