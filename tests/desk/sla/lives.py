"""Lives of incidents by chance: what people do to one, in any order, as far as its state allows; the same for a seed."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from desk.people.models import User
from desk.services.models import Category
from desk.sla import actions as sla
from desk.sla import rebuilding
from desk.sla.models import Policy
from desk.sla.simulator import simulation
from desk.sla.simulator.table import Draft, Line
from desk.tickets import actions as desk
from desk.tickets.errors import Refused
from desk.tickets.models import PendingReason, Ticket
from incidents import actions
from incidents.models import Incident
from tests.factories import ServiceFactory, incident
from tests.stories import needed, reason

from .promises import ALWAYS, berlin, calendar, policy, republish

# A few for every day, many when it is proven.
SEEDS = [0, 1, *(pytest.param(seed, marks=pytest.mark.prove) for seed in range(2, 40))]

# What a clock came to. Warnings apart, since nobody is warned in a simulation.
FIGURES = (
    "started_at", "used", "carried", "running_since", "paused_since", "stopped_at", "is_void", "breached_at", "target",
)  # fmt: skip


def promises(world: Any) -> SimpleNamespace:
    """Policies that ask for all that can be asked, in an order that matters; some tickets match none."""
    office, always = calendar(), calendar("Always", week=ALWAYS)
    mail = ServiceFactory(name="Mail")
    network = Category.objects.create(name="Network")
    vpn = Category.objects.create(name="VPN", parent=network)
    world.omar.is_vip, world.omar.department = True, "Finance"
    world.omar.save()
    made = [
        policy("Critical", hours=always, response=15, resolution=240, priority=1, position=1, warn_at=[50, 80]),
        policy("VIP", hours=office, response=30, resolution=300, vip=True, position=2, on_reopen="fresh"),
        policy("Mail", hours=office, response=60, resolution=600, service=mail, position=3, warn_at=[75]),
        policy("Network team", hours=always, response=None, resolution=480, workgroup=world.network, position=4),
        policy("Branch", hours=office, response=45, resolution=None, category=network, position=5),
        policy("High", hours=office, response=60, resolution=480, priority=2, position=6, on_reopen="fresh"),
        policy("Money", hours=office, response=60, resolution=120, department="finance", position=7),
    ]
    return SimpleNamespace(policies=made, mail=mail, network=network, vpn=vpn)


class Life:
    """One incident and what becomes of it, step by step."""

    def __init__(self, world: Any, laid: SimpleNamespace, seed: int, *, republishing: bool):
        self.world, self.laid, self.chance = world, laid, random.Random(seed)
        self.at: datetime = berlin("2026-03-02 09:00") + timedelta(minutes=self.chance.randrange(20_000))
        self.verbs = [
            self._start, self._start, self._hold, self._resume, self._resolve, self._reopen, self._reopen, self._confirm, self._cancel,
            self._edit, self._edit, self._assign, self._reply, self._answer, self._raise,
        ]  # fmt: skip
        self.verbs += 2 * [self._republish, self._rebase] if republishing else []
        self.incident: Incident = incident(self._requester(), at=self.at, **self._fields())

    def live(self, steps: int) -> Incident:
        for _ in range(steps):
            self.at += timedelta(seconds=int(60 * 10 ** (self.chance.random() * 3.4)))
            self.incident.refresh_from_db()
            try:
                self.chance.choice(self.verbs)()
            except Refused:
                continue
        self.incident.refresh_from_db()
        return self.incident

    def _requester(self) -> User:
        return self.chance.choice([self.world.erin, self.world.omar])

    def _fields(self) -> dict[str, Any]:
        return {
            "impact": self.chance.choice([1, 2, 3, 3, 3]),
            "urgency": self.chance.choice([1, 2, 3, 3, 3]),
            "service": self.chance.choice([None, None, self.laid.mail]),
            "category": self.chance.choice([None, None, None, self.laid.network, self.laid.vpn]),
            "workgroup": self.chance.choice([self.world.desk, self.world.desk, self.world.network]),
        }

    @property
    def _hand(self) -> User:
        return self.world.sam if self.incident.workgroup_id == self.world.desk.pk else self.world.nadia

    def _start(self) -> None:
        actions.start(incident=self.incident, by=self.incident.assignee or self._hand, at=self.at)

    def _hold(self) -> None:
        why = self.chance.choice(["Waiting for vendor", "Gathering evidence"])
        PendingReason.objects.filter(name=why).update(pauses_response=self.chance.random() < 0.5)
        actions.hold(incident=self.incident, by=self._hand, reason=reason(why), at=self.at)

    def _resume(self) -> None:
        actions.resume(incident=self.incident, by=self._hand, at=self.at)

    def _resolve(self) -> None:
        actions.resolve(incident=self.incident, by=self._hand, at=self.at, source="import", **needed("resolve"))

    def _confirm(self) -> None:
        actions.confirm(incident=self.incident, by=self.incident.requester, at=self.at)

    def _reopen(self) -> None:
        group = self.chance.choice([None, self.world.desk, self.world.network])
        actions.reopen(incident=self.incident, by=self._hand, reason="Still down", workgroup=group, at=self.at)

    def _cancel(self) -> None:
        if self.chance.random() < 0.05:
            actions.cancel(incident=self.incident, by=self.incident.requester, reason="Gone", at=self.at)

    def _edit(self) -> None:
        wanted = self._fields() | {"requester": self._requester()}
        del wanted["workgroup"]
        some = self.chance.sample(sorted(wanted), self.chance.randint(1, 3))
        desk.edit(ticket=self.incident, by=self._hand, seen=999, at=self.at, **{name: wanted[name] for name in some})

    def _assign(self) -> None:
        group = self.chance.choice([self.world.desk, self.world.network])
        actions.assign(incident=self.incident, by=self._hand, workgroup=group, reason="Triage", at=self.at)

    def _reply(self) -> None:
        desk.reply(ticket=self.incident, by=self._hand, message="We look into it", at=self.at)

    def _answer(self) -> None:
        desk.reply(ticket=self.incident, by=self.incident.requester, message="Any news?", at=self.at)

    def _raise(self) -> None:
        if self.incident.priority > 1:
            desk.set_priority(ticket=self.incident, by=self._hand, priority=self.incident.priority - 1, at=self.at)

    def _republish(self) -> None:
        one = self.chance.choice(self.laid.policies)
        republish(
            one,
            resolution_minutes=self.chance.choice([None, 60, 240, 700]),
            priority=self.chance.choice([None, 1, 2, 3, 4]),
            on_reopen=self.chance.choice(["fresh", "continue"]),
        )

    def _rebase(self) -> None:
        sla.rebase(ticket=self.incident, by=self.world.admin, reason="New contract", at=self.at)


def as_edited() -> Draft:
    """A draft that says again what every policy says as it is edited now, so that each is matched anew."""
    from desk.sla.publishing import policy_content

    return Draft(tuple(Line(p.pk, p.position, policy_content(p), p.is_active) for p in Policy.objects.all()))


def simulate(draft: Draft, until: datetime) -> list[simulation.Told]:
    """All tickets there are, told again."""
    long_ago = berlin("2000-01-01 00:00")
    return list(simulation.Simulation(draft, since=long_ago, until=until).run())


def figures(clocks: simulation.Found) -> dict[tuple[str, int], dict[str, Any]]:
    """What can be said of each clock."""
    return {
        key: {name: clock.terms.target if name == "target" else getattr(clock, name) for name in FIGURES}
        for key, clock in clocks.items()
    }


def unlike(told: list[simulation.Told]) -> list[str]:
    """The numbers of the tickets whose simulated clocks aren't the recorded ones, in any figure."""
    return [one.ticket.number for one in told if figures(one.then) != figures(one.now)]


def check() -> tuple[int, list[sla.Difference]]:
    """How many clocks there are, and where rows and events differ."""
    found = list(rebuilding.check(Ticket.objects.all()))
    return sum(one.clocks for one in found), [difference for one in found for difference in one.differences]
