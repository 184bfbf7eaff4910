"""Which open tickets are held to other terms, or to none, than would hold for them by what is published now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection

from desk.tickets import kinds

from . import queries
from .models import Policy, PolicyVersion
from .versions import Subject

# What the ticket brings for each condition that a policy may ask.
_COLUMNS = {
    "kind": "t.kind",
    "service": "t.service_id",
    "category": "t.category_id",
    "priority": "t.priority",
    "workgroup": "t.workgroup_id",
    "department": "u.department",
    "vip": "u.is_vip",
}
# Unfinished clocks by ticket, and unfinished tickets that have none: no policy matched them so far.
_HELD = """
SELECT {what}, h.policies, h.calendars, {columns}
  FROM (SELECT ticket_id AS id, array_agg(DISTINCT policy_version_id) AS policies,
               array_agg(DISTINCT calendar_version_id) AS calendars
          FROM sla_clock WHERE stopped_at IS NULL AND ticket_id > %(after)s GROUP BY ticket_id
        UNION ALL
        SELECT o.id, NULL, NULL FROM tickets_ticket o
         WHERE o.id > %(after)s AND ({open})
           AND NOT EXISTS (SELECT FROM sla_clock c WHERE c.ticket_id = o.id AND c.stopped_at IS NULL)) h
  JOIN tickets_ticket t ON t.id = h.id
  JOIN people_user u ON u.id = t.requester_id
"""


@dataclass(frozen=True)
class Change:
    """Open tickets that would change alike: the policy version they are held to (None: nothing was promised so far), and
    the one that would hold."""

    was: PolicyVersion | None
    now: PolicyVersion
    tickets: int

    @property
    def is_other_policy(self) -> bool:
        return self.was is not None and self.was.policy_id != self.now.policy_id

    @property
    def is_calendar_only(self) -> bool:
        return self.was is not None and self.was.pk == self.now.pk


def changes(policy: Policy | None = None) -> list[Change]:
    """What re-basing would do, counted exactly, most tickets first; with `policy` only what it loses, keeps or gains.

    Tickets that look alike to the policies are counted in the database as one group, so that it takes one statement
    and one match for each group, however many tickets there are.
    """
    counted: dict[tuple[int, int], int] = {}
    for count, was, now in _differing(_rows("count(*)", after=0, grouped=True), policy):
        counted[was, now] = counted.get((was, now), 0) + count
    versions = PolicyVersion.objects.select_related("policy").in_bulk({pk for pair in counted for pk in pair})
    found = [Change(versions.get(was), versions[now], count) for (was, now), count in counted.items()]
    names = {pk: version.policy.name for pk, version in versions.items()}
    return sorted(found, key=lambda c: (-c.tickets, names[c.was.pk] if c.was else "", names[c.now.pk]))


def tickets(policy: Policy | None = None, *, after: int, limit: int, chunk: int = 2000) -> list[int]:
    """The ids of at most `limit` tickets that would change, in order, above the id `after`."""
    found: list[int] = []
    while len(found) < limit:
        rows = list(_rows("t.id", after=after, most=chunk))
        found += [pk for pk, _, _ in _differing(rows, policy)]
        if len(rows) < chunk:
            break
        after = rows[-1][0]
    return found[:limit]


def _rows(what: str, *, after: int, grouped: bool = False, most: int | None = None) -> Iterator[Any]:
    """(what, policy versions, calendar versions, subject's columns…) of unfinished tickets; None where they have no clocks."""
    asked = {name for policy in queries.policies() for name in queries.policy_said(policy.current_id or 0).match}
    columns = ", ".join(f"{column if name in asked else 'NULL'} AS {name}" for name, column in _COLUMNS.items())
    living = _living()
    sql = _HELD.format(what=what, columns=columns, open=" OR ".join(living))
    if grouped:
        sql += f"GROUP BY {', '.join(str(number) for number in range(2, 4 + len(_COLUMNS)))}"
    else:
        sql += "ORDER BY t.id LIMIT %(most)s"
    with connection.cursor() as cursor:
        cursor.execute(
            sql, {"after": after, "most": most, **{k: v for each in living.values() for k, v in each.items()}}
        )
        yield from cursor.fetchall()


def _living() -> dict[str, dict[str, Any]]:
    """For each kind of ticket the SQL that says it is neither solved nor void, with its parameters."""
    found = {}
    for place, kind in enumerate(kinds.every()):
        states = [state for state in kind.states.values if state not in kind.solved | kind.void]
        clause = f"(o.kind = %(kind{place})s AND o.state IN (SELECT unnest(%(states{place})s::text[])))"
        found[clause] = {f"kind{place}": kind.name, f"states{place}": states}
    return found


def _differing(rows: Iterable[Any], policy: Policy | None) -> Iterator[tuple[int, int, int]]:
    """(what, old policy version or 0, new policy version) of those rows whose terms aren't those that would hold."""
    table, branches = queries.policies(), queries.branches()
    for what, policies, calendars, *asked in rows:
        subject = _subject(dict(zip(_COLUMNS, asked, strict=True)), branches)
        match = queries.match(subject, table).policy
        if match is None or match.current_id is None:
            continue  # nothing is promised any more; what was promised stays
        if policies == [match.current_id] and calendars == [match.calendar.current_id]:
            continue
        was = next((pk for pk in policies if pk != match.current_id), policies[0]) if policies else 0
        if policy is None or policy.pk in (match.pk, queries.policy_of(was) if was else 0):
            yield what, was, match.current_id


def _subject(asked: dict[str, Any], branches: dict[int, frozenset[int]]) -> Subject:
    return Subject(
        kind=asked["kind"] or "",
        priority=asked["priority"] or 0,
        workgroup=asked["workgroup"] or 0,
        service=asked["service"],
        branch=branches.get(asked["category"], frozenset()),
        department=asked["department"] or "",
        vip=bool(asked["vip"]),
    )
