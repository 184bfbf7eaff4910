"""Questions about service levels: which policy holds for a ticket and why, and how its clocks stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db.models import Count, QuerySet
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from desk.people.language import Kept, spoken
from desk.services.models import Category
from desk.tickets.models import Ticket

from . import engine, hours
from .engine import RESOLUTION, Terms
from .facts import Clocks
from .models import Calendar, CalendarVersion, Clock, Policy, PolicyVersion, ViolationReason
from .times import in_words
from .versions import CalendarContent, PolicyContent, Subject

# -- what was published -----------------------------------------------------------------------


@lru_cache(maxsize=1024)
def calendar_said(version_id: int) -> CalendarContent:
    """What this version of a calendar says; versions never change, so each process reads one once."""
    return CalendarVersion.objects.get(pk=version_id).says


@lru_cache(maxsize=1024)
def policy_said(version_id: int) -> PolicyContent:
    """What this version of a policy says."""
    return PolicyVersion.objects.get(pk=version_id).says


@lru_cache(maxsize=4096)
def policy_of(version_id: int) -> int:
    """The id of the policy that this is a version of."""
    return PolicyVersion.objects.values_list("policy_id", flat=True).get(pk=version_id)


def calendar_of(ticket: Ticket) -> hours.Calendar | None:
    """The calendar by which the ticket's newest clock counts; None where no clock does."""
    return calendars_of([ticket.pk]).get(ticket.pk)


def calendars_of(tickets: Iterable[int]) -> dict[int, hours.Calendar]:
    """The same of many tickets, by id, with one query; those without a clock are left out."""
    rows = Clock.objects.filter(ticket__in=tickets).order_by("ticket", "-pk").distinct("ticket")
    versions = dict(rows.values_list("ticket", "calendar_version"))
    return {pk: calendar_said(version).calendar for pk, version in versions.items() if version}


def terms_of(kind: str, policy_version: int, calendar_version: int) -> Terms:
    """The terms that these versions set for a clock of this kind."""
    calendar = calendar_said(calendar_version).calendar
    return policy_said(policy_version).terms(kind, calendar, pin=(policy_version, calendar_version))


# -- matching ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Match:
    """The policy that holds (None: none does), and what speaks against each one before it: (policy's name, why)."""

    policy: Policy | None
    passed_over: tuple[tuple[str, Kept], ...]

    @property
    def passed_over_in_words(self) -> list[tuple[str, str]]:
        """The same as it is read now."""
        return [(name, spoken(why)) for name, why in self.passed_over]


def subject_of(ticket: Ticket, *, with_category: bool = True) -> Subject:
    """What policies may ask of this ticket; the categories above its own cost a query, and can be left out."""
    branch: set[int] = set()
    if ticket.category is not None and with_category:
        branch = {node.pk for node in ticket.category.ancestors(include_self=True)}
    return Subject(
        kind=ticket.kind,
        priority=ticket.priority,
        workgroup=ticket.workgroup_id,
        service=ticket.service_id,
        branch=frozenset(branch),
        department=ticket.requester.department,
        vip=ticket.requester.is_vip,
    )


def policies() -> list[Policy]:
    """The policies that can be matched, in the order in which they are asked; one query."""
    found = Policy.objects.filter(is_active=True, current__isnull=False, calendar__current__isnull=False)
    found = found.select_related("current", "calendar__current").defer("current__content", "calendar__current__content")
    return list(found.order_by("position", "pk"))  # what the versions say is remembered by `policy_said`


def match(subject: Subject, among: Iterable[Policy] | None = None) -> Match:
    """The first policy, in the table's order, all of whose conditions hold."""
    passed: list[tuple[str, Kept]] = []
    for policy in policies() if among is None else among:
        assert policy.current is not None
        said = policy_said(policy.current.pk)
        if not (why := said.why_not(subject)):
            return Match(policy, tuple(passed))
        passed.append((policy.name, why))
    return Match(None, tuple(passed))


def match_ticket(ticket: Ticket) -> Match:
    """The policy that holds for this ticket as it is now."""
    table = policies()
    asks_category = any("category" in policy_said(policy.current_id).match for policy in table if policy.current_id)
    return match(subject_of(ticket, with_category=asks_category), table)


def hidden(table: list[Policy]) -> dict[int, Policy]:
    """Policies of the table that no ticket ever reaches: id -> one before it that takes whatever it could match."""
    asked = {policy.pk: policy_said(policy.current_id).match for policy in table if policy.current_id}
    tree = branches() if any("category" in match for match in asked.values()) else {}
    found = {}
    for place, policy in enumerate(table):
        for other in table[:place]:
            if _takes_all(asked[other.pk], asked[policy.pk], tree):
                found[policy.pk] = other
                break
    return found


def _takes_all(wide: dict[str, Any], narrow: dict[str, Any], tree: dict[int, frozenset[int]]) -> bool:
    """Whether every ticket that meets the narrow conditions meets the wide ones."""
    for name, wanted in wide.items():
        if name not in narrow:
            return False
        mine, theirs = narrow[name]["is"], wanted["is"]
        match name:
            case "category":
                meets = theirs in tree.get(mine, frozenset())
            case "department":
                meets = str(mine).strip().casefold() == str(theirs).strip().casefold()
            case _:
                meets = mine == theirs
        if not meets:
            return False
    return True


def branches() -> dict[int, frozenset[int]]:
    """For each category its own id and those of all above it; one query."""
    tree = Category.objects.with_tree_fields().values_list("pk", "tree_path")
    return {pk: frozenset(path) for pk, path in tree}


# -- clocks -----------------------------------------------------------------------------------


def read_clock(row: Clock) -> engine.Clock:
    """The row as the machine knows it."""
    return engine.Clock(
        kind=row.kind,
        terms=terms_of(row.kind, row.policy_version_id, row.calendar_version_id),
        started_at=row.started_at,
        episode=row.episode,
        used=row.used,
        carried=row.carried,
        running_since=row.running_since,
        paused_since=row.paused_since,
        stopped_at=row.stopped_at,
        is_void=row.is_void,
        reached=row.reached,
        breached_at=row.breached_at,
    )


def newest(rows: Iterable[Clock]) -> dict[str, Clock]:
    """Of each kind the row of the latest episode."""
    return {row.kind: row for row in sorted(rows, key=lambda row: row.episode)}


def clocks_of(ticket: Ticket) -> tuple[Clocks, dict[str, Clock]]:
    """The ticket's newest clocks, as the machine knows them and as rows."""
    rows = newest(Clock.objects.filter(ticket_id=ticket.pk))
    return {kind: read_clock(row) for kind, row in rows.items()}, rows


# What a clock is (`Face.word`) -> how people read it.
WORDS = {
    "running": _lazy("running"),
    "paused": _lazy("paused"),
    "met": _lazy("met"),
    "missed": _lazy("missed"),
    "overdue": _lazy("overdue"),
    "cancelled": _lazy("cancelled"),
    "done": _lazy("done"),
    "best effort": _lazy("best effort"),
}


@dataclass(frozen=True)
class Face:
    """How a clock stands, for people: `word` is running, paused, met, missed, cancelled or best effort.

    `left` is the business time left in seconds (negative: overdue; None: best effort), `share` the used part of the
    target in percent, `look` what the eye sees: running, warning, breached, paused, met or over.
    """

    clock: Clock
    word: str
    look: str
    left: float | None
    share: int

    @property
    def rank(self) -> tuple[bool, float]:
        """In this order clocks breach; best effort comes last."""
        return self.left is None, self.left or 0.0

    @property
    def zone(self) -> str:
        """The time zone of the calendar by which it counts."""
        return calendar_said(self.clock.calendar_version_id).calendar.zone

    @property
    def words(self) -> str:
        """The clock in a few words, as a row of a queue has room for: “2 h 10 min left”, “5 min over”."""
        if self.left is None or self.word in ("met", "cancelled", "done"):
            return str(WORDS[self.word])
        length = in_words(timedelta(seconds=self.left))
        if self.word == "missed":
            return _("missed by {time}").format(time=length) if self.left < 0 else str(WORDS["missed"])
        rest = (_("{time} over") if self.left < 0 else _("{time} left")).format(time=length)
        return _("paused, {rest}").format(rest=rest) if self.word == "paused" else rest


def face(row: Clock, now: datetime) -> Face:
    """How this clock stands at this moment."""
    clock = read_clock(row)
    moment, target = clock.stopped_at or now, clock.terms.target
    used = engine.used_at(clock, moment)
    left = None if target is None else (target - used).total_seconds()
    share = int(used / target * 100) if target else 0
    # A stopped clock's figure is made: only what was told counts, as in reports.
    missed = clock.breached_at is not None or (not clock.is_stopped and left is not None and left < 0)
    if clock.is_stopped:
        word = "cancelled" if clock.is_void else "missed" if missed else "met" if target else "done"
        return Face(row, word, {"missed": "breached", "met": "met"}.get(word, "over"), left, share)
    if clock.paused_since is not None:
        return Face(row, "paused", "breached" if missed else "paused", left, share)
    if left is None:
        return Face(row, "best effort", "over", None, 0)
    warned = min((mark for mark in clock.terms.marks if mark < engine.BREACH), default=75)
    look = "breached" if missed else "warning" if share >= warned else "running"
    return Face(row, "overdue" if missed else "running", look, left, share)


def faces(tickets: Iterable[Ticket], now: datetime) -> dict[int, dict[str, Face]]:
    """By ticket id and kind, how the newest clocks of these tickets stand; one query."""
    by_ticket: dict[int, list[Clock]] = {ticket.pk: [] for ticket in tickets}
    for row in Clock.objects.filter(ticket__in=by_ticket):
        by_ticket[row.ticket_id].append(row)
    return {pk: {kind: face(row, now) for kind, row in newest(rows).items()} for pk, rows in by_ticket.items()}


def promised(faces: Mapping[str, Face]) -> datetime | None:
    """When we aim to have a ticket solved that has these clocks: while that is ahead, and nothing waits."""
    found = faces.get(RESOLUTION)
    return found.clock.due_at if found and found.word == "running" else None


def nearest_faces(tickets: Iterable[int], now: datetime) -> dict[int, Face]:
    """By ticket id the clock that a queue shows: of those that aren't over the one that breaches first; one query."""
    standing = Clock.objects.filter(ticket__in=list(tickets), stopped_at=None).defer(
        "marks", "moments", "violation", "next_event_at"
    )
    found: dict[int, Face] = {}
    for row in standing.order_by():
        here = face(row, now)
        if row.ticket_id not in found or here.rank < found[row.ticket_id].rank:
            found[row.ticket_id] = here
    return found


def needs_violation(ticket: Ticket, at: datetime | None = None) -> bool:
    """Whether resolving at this moment (now, if none is named) would leave a missed target without a reason.

    It counts when it is missed in this episode, whether the sweep has noted it or not, or has used more than its target
    while it stands (the target became shorter); and there are reasons to name.
    """
    row = newest(Clock.objects.filter(ticket_id=ticket.pk)).get(RESOLUTION)
    if row is None or row.is_stopped:
        return False
    return _is_missed(row, at or timezone.now()) and violation_reasons().exists()


def _is_missed(row: Clock, at: datetime) -> bool:
    if row.breached_at is not None:
        return row.breached_here
    left = engine.remaining(read_clock(row), at)
    return left is not None and left.total_seconds() < 0


def oldest_untold() -> datetime | None:
    """The earliest moment of a mark that time has passed and no sweep has told."""
    waiting = Clock.objects.filter(next_event_at__lt=Now()).order_by("next_event_at")
    return waiting.values_list("next_event_at", flat=True).first()


def untold() -> int:
    """How many marks that time has passed no sweep has told yet."""
    return Clock.objects.filter(next_event_at__lt=Now()).count()


def violation_reasons() -> QuerySet[ViolationReason]:
    return ViolationReason.objects.filter(is_active=True)


def held_to_earlier(published: Calendar | Policy) -> dict[int, int]:
    """How many tickets have an unfinished clock that holds on to an earlier version: version number -> tickets."""
    field = "policy_version" if isinstance(published, Policy) else "calendar_version"
    owner = "policy" if isinstance(published, Policy) else "calendar"
    held = Clock.objects.filter(**{"stopped_at": None, f"{field}__{owner}": published})
    held = held.exclude(**{field: published.current_id}).order_by(f"{field}__number")
    counted = held.values(f"{field}__number").annotate(tickets=Count("ticket", distinct=True))
    return {row[f"{field}__number"]: row["tickets"] for row in counted}


def open_tickets_by_policy() -> dict[int, int]:
    """How many tickets have an unfinished clock that is held to any version of a policy: policy id -> tickets."""
    held = Clock.objects.filter(stopped_at=None).values("policy_version__policy").order_by()
    counted = held.annotate(tickets=Count("ticket", distinct=True))
    return {row["policy_version__policy"]: row["tickets"] for row in counted}
