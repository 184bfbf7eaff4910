"""When a ticket's work orders will all be over, and which chain of them decides it. Pure: no database, no Django.

An order's end is reckoned from what is known of it: a planned window that lies ahead; else the due time of its running
clock; and for one that waits, the length of its work after the last of its predecessors, in the business time of its
own calendar. All moments are timezone-aware; every expected end is a promise, not a prophecy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from desk.sla.hours import Calendar, due_after


class Gap(StrEnum):
    """Why nobody knows when an order will be over."""

    NO_PROMISE = "no promise"  # neither planned nor due
    ON_HOLD = "on hold"  # its clock stands still, and it isn't planned
    FAILED = "failed"  # somebody has to decide how to go on
    NEVER = "never"  # its calendar doesn't open in ten years


@dataclass(frozen=True)
class Job:
    """A work order that isn't over, or has failed and holds up others.

    `needs` are the keys of its predecessors; those that aren't among the jobs are over, and hold up nobody. `due` is
    when its running clock is used up; `left` the business time that a standing clock has left, `calendar` its hours.
    """

    key: int
    needs: frozenset[int] = frozenset()
    waits: bool = False
    failed: bool = False
    on_hold: bool = False
    planned_start: datetime | None = None
    planned_end: datetime | None = None
    due: datetime | None = None
    left: timedelta | None = None
    calendar: Calendar | None = None


@dataclass(frozen=True)
class Outlook:
    """What is expected: `ends` of all orders of which it can be told, and `gaps`, the reasons where it can't.

    `end` is None when there is nothing left to do, or when anything is unknown; `known` is the latest end that is known,
    `chain` the orders that decide that one, first to last. `overdue` are those whose own time has run out already.
    """

    ends: Mapping[int, datetime]
    gaps: Mapping[int, Gap]
    unknown: frozenset[int]
    known: datetime | None
    chain: tuple[int, ...]
    overdue: frozenset[int]

    @property
    def end(self) -> datetime | None:
        return None if self.unknown else self.known


def outlook(jobs: Iterable[Job], now: datetime) -> Outlook:
    """The expected ends of these orders; they must not wait for one another in a circle (ValueError)."""
    by_key = {job.key: job for job in jobs}
    ends: dict[int, datetime] = {}
    gaps: dict[int, Gap] = {}
    decided_by: dict[int, int] = {}
    for key in in_sequence({job.key: job.needs for job in by_key.values()}):
        job = by_key[key]
        before = sorted(need for need in job.needs if need in by_key)
        if job.failed:
            gaps[key] = Gap.FAILED
            continue
        if any(need not in ends for need in before):
            continue
        last = max(before, key=lambda need: ends[need], default=None)
        ready = max(now, ends[last]) if last is not None else now
        found = _end(replace(job, waits=True) if before else job, ready, now)
        if isinstance(found, Gap):
            gaps[key] = found
            continue
        ends[key] = found
        if last is not None and not (job.planned_start is not None and job.planned_start > ready):
            decided_by[key] = last
    latest = max(sorted(ends), key=lambda key: ends[key], default=None)
    return Outlook(
        ends=ends,
        gaps=gaps,
        unknown=frozenset(by_key.keys() - ends.keys()),
        known=None if latest is None else ends[latest],
        chain=_chain(latest, decided_by),
        overdue=frozenset(key for key in ends if _is_overdue(by_key[key], now)),
    )


def in_sequence(needs: Mapping[int, Iterable[int]]) -> list[int]:
    """The keys with every predecessor before its successors, otherwise in their own order; ValueError for a circle.

    Predecessors that aren't keys don't count. What comes next is the first that can, so that a chain stays together.
    """
    left = {key: {need for need in wanted if need in needs} for key, wanted in sorted(needs.items())}
    found: list[int] = []
    while left:
        after = found[-1] if found else None
        ready = [key for key, wanted in left.items() if not wanted]
        if not ready:
            raise ValueError("These orders wait for one another in a circle.")
        key = next((key for key in ready if after is not None and after in needs[key]), ready[0])
        del left[key]
        found.append(key)
        for wanted in left.values():
            wanted.discard(key)
    return found


def _end(job: Job, ready: datetime, now: datetime) -> datetime | Gap:
    """When the job is over, if it can begin when it is `ready`; never before that."""
    if job.waits:
        return _end_of_waiting(job, ready)
    if job.planned_end is not None and job.planned_end > now:
        return job.planned_end
    if job.due is not None:
        return max(job.due, now)
    if job.on_hold:
        return Gap.ON_HOLD
    return Gap.NO_PROMISE


def _end_of_waiting(job: Job, ready: datetime) -> datetime | Gap:
    """Its window, if it begins when the predecessors are over or later; else its length, in its own business time."""
    begin = ready
    if job.planned_start is not None:
        begin = max(ready, job.planned_start)
        if job.planned_end is not None:
            if begin == job.planned_start:
                return job.planned_end
            return _after(job, begin, job.planned_end - job.planned_start)
    return Gap.NO_PROMISE if job.left is None else _after(job, begin, max(job.left, timedelta()))


def _after(job: Job, begin: datetime, length: timedelta) -> datetime | Gap:
    if job.calendar is None:
        return begin + length
    return due_after(job.calendar, begin, length) or Gap.NEVER


def _is_overdue(job: Job, now: datetime) -> bool:
    planned = job.planned_end is not None and job.planned_end > now
    return not job.waits and not planned and job.due is not None and job.due < now


def _chain(last: int | None, decided_by: Mapping[int, int]) -> tuple[int, ...]:
    found: list[int] = []
    while last is not None:
        found.append(last)
        last = decided_by.get(last)
    return tuple(reversed(found))
