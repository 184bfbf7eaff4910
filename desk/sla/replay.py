"""A ticket's events read again: the clocks they make, and the stretches of time in which each clock ran or stood."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from desk.tickets.models import Event, Ticket

from . import engine, hours
from .engine import KINDS, Clock, Terms
from .facts import REBASED, TARGETED, TOLD, Clocks, Fact, Setting, apply, facts_of, set_terms, told
from .queries import terms_of

# A clock that never closes shows when a clock ran or stood, whatever its terms, and even before it had any.
_ROUND_THE_CLOCK = hours.Calendar("UTC", (((0, hours.MINUTES_A_DAY),),) * 7)
_SHADOW = Terms(_ROUND_THE_CLOCK, None)


@dataclass(frozen=True)
class Span:
    """A stretch in which a clock ran, was paused (for a reason) or had stopped; `terms` are those it ran under."""

    start: datetime
    end: datetime
    state: Literal["running", "paused", "stopped"]
    reason: str
    terms: Terms | None


class Replay:
    """The fold over all events of a ticket, in the order in which they were recorded.

    `clocks` are the newest clocks, `past` those of earlier episodes. `spans` has, for each kind, the stretches since
    its present target began (see `Setting`), up to the last event.
    """

    def __init__(self, ticket: Ticket, events: Iterable[Event]):
        self.kind = ticket.kind_info
        self.born = ticket.created_at
        self.clocks: Clocks = {}
        self.past: list[Clock] = []
        self.spans: dict[str, list[Span]] = {kind: [] for kind in KINDS}
        self._shadows: Clocks = {kind: engine.start(kind, _SHADOW, self.born) for kind in KINDS}
        self._since = dict.fromkeys(KINDS, self.born)
        self._reason = ""
        for event in events:
            self.take(event)

    def take(self, event: Event) -> None:
        """Let the clocks follow the next event, as it was recorded."""
        if event.kind in (TARGETED, REBASED):
            for setting in settings_of(event):
                self.set(setting)
        elif event.kind in TOLD:
            self.clocks = told(self.clocks, event)
        else:
            for fact in facts_of(event, self.kind):
                self.apply(fact)

    def apply(self, fact: Fact) -> None:
        """Let the clocks follow something that happened."""
        self._mark(fact.at)
        before = self.clocks
        self.clocks = apply(before, fact)
        self._keep_past(before)
        self._shadows = apply(self._shadows, fact)
        self._reason = fact.reason if fact.what == "paused" else self._reason

    def set(self, setting: Setting) -> None:
        """Hold a clock to other terms."""
        before, kind = self.clocks, setting.kind
        self._mark(setting.at)
        self.clocks = set_terms(before, setting)
        self._keep_past(before)
        if setting.how == "fresh":
            fresh = engine.start(kind, _SHADOW, setting.at)
            self._shadows[kind] = engine.pause(fresh, setting.at) if setting.paused else fresh
            self.spans[kind] = []
        if setting.how in ("late", "rebase"):  # the past was measured by these terms too
            self.spans[kind] = [replace(span, terms=setting.terms) for span in self.spans[kind]]

    def _keep_past(self, before: Clocks) -> None:
        self.past += [old for kind, old in before.items() if self.clocks[kind].episode != old.episode]

    def _mark(self, at: datetime) -> None:
        """Close the stretch that ends here, for each clock."""
        for kind, shadow in self._shadows.items():
            start = self._since[kind]
            if at > start:
                clock = self.clocks.get(kind)
                self.spans[kind].append(_span(shadow, start, at, self._reason, clock.terms if clock else None))
                self._since[kind] = at

    def until(self, kind: str, at: datetime) -> list[Span]:
        """The stretches of this clock up to this moment, which is not before the last event. Ends where it stopped."""
        spans, since = list(self.spans[kind]), self._since[kind]
        if at > since:
            clock = self.clocks.get(kind)
            spans.append(_span(self._shadows[kind], since, at, self._reason, clock.terms if clock else None))
        while spans and spans[-1].state == "stopped":
            spans.pop()
        return spans

    def measured(self, kind: str, calendar: hours.Calendar, at: datetime) -> timedelta:
        """The business time, by this calendar, in which the clock ran since its present target began."""
        ran = (span for span in self.until(kind, at) if span.state == "running")
        return sum((hours.elapsed(calendar, span.start, span.end) for span in ran), timedelta())

    def is_paused(self, kind: str) -> bool:
        return self._shadows[kind].paused_since is not None

    def is_stopped(self, kind: str) -> bool:
        return self._shadows[kind].is_stopped


def _span(shadow: Clock, start: datetime, end: datetime, reason: str, terms: Terms | None) -> Span:
    if shadow.is_stopped:
        return Span(start, end, "stopped", "", terms)
    if shadow.paused_since is not None:
        return Span(start, end, "paused", reason, terms)
    return Span(start, end, "running", "", terms)


def settings_of(event: Event) -> list[Setting]:
    """What a `sla.targeted` or `sla.rebased` event sets, clock by clock."""
    inside = event.inside
    return [
        Setting(
            kind,
            inside["how"],
            terms_of(kind, inside["policy_version"], inside["calendar_version"]),
            event.at,
            timedelta(microseconds=said.get("used_us", 0)),
            said.get("paused", False),
        )
        for kind, said in inside["clocks"].items()
    ]


def replay(ticket: Ticket) -> Replay:
    """The ticket's events read again; one query."""
    return Replay(ticket, Event.objects.filter(ticket_id=ticket.pk).select_related("actor").order_by("pk"))
