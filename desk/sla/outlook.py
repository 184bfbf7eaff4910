"""What would be promised to a ticket: the policy that matches, why the others don't, and when what falls due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from . import engine, queries, words
from .engine import BREACH, KINDS
from .models import Policy, PolicyVersion
from .versions import CalendarContent, PolicyContent, Subject


@dataclass(frozen=True)
class Moment:
    """A share of a target in percent, when it is reached, and what is done then."""

    percent: int
    at: datetime
    does: tuple[str, ...]


@dataclass(frozen=True)
class Course:
    """A clock that starts now and never pauses: its target, when it is due, and its moments in order of time."""

    kind: str
    target: timedelta | None
    due_at: datetime | None
    moments: tuple[Moment, ...]


@dataclass(frozen=True)
class Outlook:
    """The answer: `match`, the policies after it that were not asked, and the course of each clock."""

    match: queries.Match
    not_asked: tuple[Policy, ...] = ()
    version: PolicyVersion | None = None
    said: PolicyContent | None = None
    calendar: CalendarContent | None = None
    courses: tuple[Course, ...] = ()


def outlook(subject: Subject, at: datetime) -> Outlook:
    """What is published now, for such a ticket created at this moment."""
    table = queries.policies()
    match = queries.match(subject, table)
    policy = match.policy
    if policy is None:
        return Outlook(match)
    assert policy.current is not None
    assert policy.calendar.current_id is not None
    said = queries.policy_said(policy.current.pk)
    calendar = queries.calendar_said(policy.calendar.current_id)
    after = table[[one.pk for one in table].index(policy.pk) + 1 :]
    courses = tuple(_course(kind, said, calendar, at) for kind in KINDS)
    return Outlook(match, tuple(after), policy.current, said, calendar, courses)


def _course(kind: str, said: PolicyContent, calendar: CalendarContent, at: datetime) -> Course:
    clock = engine.start(kind, said.terms(kind, calendar.calendar), at)
    moments = tuple(Moment(mark, moment, _does(said, kind, mark)) for mark, moment in engine.plan(clock))
    return Course(kind, clock.terms.target, engine.due_at(clock), moments)


def _does(said: PolicyContent, kind: str, mark: int) -> tuple[str, ...]:
    told = []
    if mark == BREACH:
        told = [_("due: later than this is a breach")]
    elif mark in said.warn_at:
        told = [_("a warning")]
    steps: list[dict[str, Any]] = [step for _, step in said.steps_at(kind, mark)]
    return (*told, *(words.done(step) for step in steps))
