"""A clock as a pure machine: it starts, pauses, goes on, stops and is re-targeted. Knows no database and no Django.

A clock counts the business time of its calendar while it runs. What it has counted up to its last move is `used`; since
`running_since` the rest follows from the calendar. So nothing has to be written while time goes by, and whatever changes
the target (another priority, another policy) keeps what has been counted, and what has been left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from .hours import Calendar, due_after, elapsed

RESPONSE, RESOLUTION = "response", "resolution"
KINDS = (RESPONSE, RESOLUTION)
BREACH = 100  # percent of the target
ZERO = timedelta()


@dataclass(frozen=True)
class Terms:
    """What a clock is held to.

    `target` is the business time allowed, None for best effort; `marks` are the shares of it, in percent and
    ascending, at which something is said (100, the breach, always is among them). `pin` tells where the terms come
    from (versions of policy and calendar); terms with the same pin are the same terms.
    """

    calendar: Calendar
    target: timedelta | None
    marks: tuple[int, ...] = (BREACH,)
    fresh_on_reopen: bool = False
    pin: Any = None


@dataclass(frozen=True)
class Clock:
    """A clock of one ticket and one episode. All moments are timezone-aware.

    `used` is the business time counted before `running_since`, or in all when it stands still; of that, `carried`
    comes from the episode before. `reached` is the highest mark that was told. `breached_at` may come from the
    episode before: it is then earlier than `started_at`, and is not a breach of this episode.
    """

    kind: str
    terms: Terms
    started_at: datetime
    episode: int = 1
    used: timedelta = ZERO
    carried: timedelta = ZERO
    running_since: datetime | None = None
    paused_since: datetime | None = None
    stopped_at: datetime | None = None
    is_void: bool = False
    reached: int = 0
    breached_at: datetime | None = None

    @property
    def is_stopped(self) -> bool:
        return self.stopped_at is not None


def start(kind: str, terms: Terms, at: datetime, *, episode: int = 1) -> Clock:
    """A new clock, running from `at`."""
    return Clock(kind, terms, at, episode, running_since=at)


def used_at(clock: Clock, at: datetime) -> timedelta:
    """The business time counted until this moment (which is not before the clock's last move)."""
    if clock.running_since is None or at <= clock.running_since:
        return clock.used
    return clock.used + elapsed(clock.terms.calendar, clock.running_since, at)


def remaining(clock: Clock, at: datetime) -> timedelta | None:
    """The business time left, negative when overdue; None for best effort."""
    return None if clock.terms.target is None else clock.terms.target - used_at(clock, at)


def _later(clock: Clock, at: datetime) -> datetime:
    """A move's moment, never before the clock's last move: history that is told out of order takes nothing back."""
    return max(at, clock.running_since or clock.paused_since or at)


def pause(clock: Clock, at: datetime) -> Clock:
    """Stand still until `resume`. What isn't running stays as it is."""
    if clock.running_since is None:
        return clock
    at = _later(clock, at)
    return replace(clock, used=used_at(clock, at), running_since=None, paused_since=at)


def resume(clock: Clock, at: datetime) -> Clock:
    """Go on after a pause. What isn't paused stays as it is."""
    if clock.paused_since is None:
        return clock
    return replace(clock, running_since=_later(clock, at), paused_since=None)


def stop(clock: Clock, at: datetime, *, void: bool = False) -> Clock:
    """Stop for good: this episode's figure is made. `void`: it counts as neither met nor missed (cancelled).

    A clock that stood while its target became shorter than what it had used is missed now: nothing breaches while it is
    paused, but what took longer than it was allowed was not met either.
    """
    if clock.is_stopped:
        return clock
    at, target = _later(clock, at), clock.terms.target
    stood = clock.paused_since is not None and not void
    if stood and target is not None and clock.used > target and clock.breached_at is None:
        clock = tell(clock, BREACH, at)
    return replace(clock, used=used_at(clock, at), running_since=None, paused_since=None, stopped_at=at, is_void=void)


def retarget(clock: Clock, terms: Terms, at: datetime, *, used: timedelta | None = None) -> Clock:
    """Hold the clock to other terms from now on; what was counted and left out before is kept.

    `used` replaces what was counted, where the past was measured anew (re-basing). A stopped clock keeps its terms.
    A breach stays. Warnings that lie ahead again, because there is more time now, will be told again.
    """
    if clock.is_stopped:
        return clock
    at = _later(clock, at)
    counted = used_at(clock, at) if used is None else used
    share = int(counted / terms.target * 100) if terms.target else 0
    return replace(
        clock,
        terms=terms,
        used=counted,
        running_since=at if clock.running_since is not None else None,
        reached=min(clock.reached, share),
    )


def go_on(clock: Clock, at: datetime) -> Clock:
    """The next episode of a stopped clock, with the time that was left; its own figure, the old one stays."""
    return Clock(
        clock.kind,
        clock.terms,
        at,
        clock.episode + 1,
        used=clock.used,
        carried=clock.used,
        running_since=at,
        reached=clock.reached,
        breached_at=clock.breached_at,
    )


def tell(clock: Clock, mark: int, at: datetime) -> Clock:
    """Note that a mark was told; 100 is the breach, which is noted once and stays."""
    breached = at if mark == BREACH and clock.breached_at is None else clock.breached_at
    return replace(clock, reached=max(clock.reached, mark), breached_at=breached)


def settle(clock: Clock, before: datetime) -> Clock:
    """The clock with everything told that was due before this moment."""
    for mark, at in plan(clock):
        if at < before:
            clock = tell(clock, mark, at)
    return clock


def due_at(clock: Clock) -> datetime | None:
    """When the running clock's target is used up; None when it stands still, is best effort or never ends.

    One that was overdue before it last began to run was due when it breached, not when it was resumed or re-based.
    """
    if clock.running_since is None or clock.terms.target is None:
        return None
    if clock.used >= clock.terms.target:
        return clock.breached_at or clock.running_since
    return _moment(clock, clock.terms.target)


def plan(clock: Clock) -> list[tuple[int, datetime]]:
    """What the running clock will have to tell and when, the next first: (mark, moment).

    Marks that were passed at once (by a shorter target) are told by the highest alone; a breach never is left out.
    """
    if clock.running_since is None or not clock.terms.target:
        return []
    ahead = [m for m in clock.terms.marks if m > clock.reached or (m == BREACH and clock.breached_at is None)]
    ahead = [m for m in ahead if not (m == BREACH and clock.breached_at is not None)]
    passed = [m for m in ahead if clock.terms.target * m / 100 <= clock.used]
    keep = set(ahead) - set(passed) | {m for m in passed if m == BREACH} | set(passed[-1:])
    if BREACH in keep:
        keep -= {m for m in passed if m < BREACH}
    moments = ((m, _moment(clock, clock.terms.target * m / 100)) for m in sorted(keep))
    return [(m, at) for m, at in moments if at is not None]


def _moment(clock: Clock, share: timedelta) -> datetime | None:
    assert clock.running_since is not None
    return due_after(clock.terms.calendar, clock.running_since, max(share - clock.used, ZERO))


def overdue(clocks: Iterable[Clock], before: datetime) -> list[tuple[Clock, int, datetime]]:
    """Whatever these clocks should have told before this moment, the earliest first: (clock, mark, moment)."""
    found = [(clock, mark, at) for clock in clocks for mark, at in plan(clock) if at < before]
    return sorted(found, key=lambda told: told[2])
