"""The sweep: one statement that tells every mark that time has reached, each once and with its true moment."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from desk.people.queries import automation
from desk.reactions.actions import wake
from desk.reactions.table import reactions_to
from desk.tickets import revisions

from .facts import BREACHED, OVERDUE, WARNED

ESCALATE = "desk.sla.reactions.escalate"

# A clock and its ticket are locked together. Whoever moves a ticket locks its row first and reads the time after; so
# either that move is done and this sees its outcome, or it is under way and is skipped here, or it comes later than
# the moments that are told. Key share is what writing an event takes on its ticket anyway.
_TELL = """
WITH due AS (
    SELECT c.id, c.ticket_id, c.kind, c.episode, c.marks[1] AS mark, c.moments[1] AS moment, t.version, t.workgroup_id,
           CASE WHEN c.marks[1] < 100 THEN %(warned)s WHEN c.marks[1] = 100 THEN %(breached)s ELSE %(overdue)s END AS event,
           c.policy_version_id
      FROM sla_clock c JOIN tickets_ticket t ON t.id = c.ticket_id
     WHERE c.next_event_at < coalesce(%(until)s, now())
     ORDER BY c.next_event_at
     LIMIT %(limit)s
       FOR UPDATE OF c SKIP LOCKED
       FOR KEY SHARE OF t SKIP LOCKED
), told AS (
    INSERT INTO tickets_event (ticket_id, at, recorded_at, actor_id, kind, visibility, data, inside, source, version)
    SELECT ticket_id, moment, now(), %(actor)s, event, 'internal', '{}'::jsonb,
           jsonb_build_object('clock', kind, 'episode', episode, 'percent', mark, 'policy_version', policy_version_id),
           'timer', version
      FROM due
 RETURNING id, kind, ticket_id, inside
), owed AS (
    INSERT INTO reactions_delivery (event_id, reaction, created_at, due_at, attempts, last_error)
    SELECT told.id, wanted.reaction, now(), now(), 0, ''
      FROM told
      JOIN unnest(%(kinds)s::text[], %(reactions)s::text[]) AS wanted (kind, reaction) ON wanted.kind = told.kind
     WHERE wanted.reaction <> %(escalate)s OR EXISTS (
           SELECT 1 FROM due JOIN sla_policyversion v ON v.id = due.policy_version_id
            WHERE due.ticket_id = told.ticket_id AND due.kind = told.inside->>'clock'
              AND v.content->'acts_at' @> to_jsonb(due.mark))
 RETURNING 1
), moved AS (
    UPDATE sla_clock c
       SET marks = c.marks[2:], moments = c.moments[2:], next_event_at = c.moments[2],
           reached = greatest(c.reached, due.mark),
           breached_at = CASE WHEN due.mark = 100 THEN coalesce(c.breached_at, due.moment) ELSE c.breached_at END
      FROM due
     WHERE c.id = due.id
 RETURNING 1
)
SELECT (SELECT count(*) FROM moved), (SELECT count(*) FROM owed), (SELECT array_agg(DISTINCT workgroup_id) FROM due)
"""


def sweep(limit: int = 1000, *, until: datetime | None = None) -> int:
    """Tell what is due, at most `limit` marks, in one transaction; returns how many. Any number may run at once.

    For each mark: the event with its true moment, the deliveries of the reactions to it, and the clock's next mark. Lists
    that are open somewhere learn that their queue moved.
    Time is the database's, unless `until` names another moment up to which to tell. A worker that dies leaves nothing
    half done, and what it held is told by the next.
    """
    wanted = [
        (kind, reaction.path)
        for kind in (WARNED, BREACHED, OVERDUE)
        for reaction in reactions_to(kind)
        if reaction.lane == "later"
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            _TELL,
            {
                "warned": WARNED,
                "breached": BREACHED,
                "overdue": OVERDUE,
                "limit": limit,
                "until": until,
                "actor": automation().pk,
                "kinds": [kind for kind, _ in wanted],
                "reactions": [path for _, path in wanted],
                "escalate": ESCALATE,
            },
        )
        told, owed, queues = cursor.fetchone()
        revisions.bump(queues=queues or ())
        if owed:
            transaction.on_commit(wake)
    return int(told)


def sweep_all(limit: int = 1000, most: int = 200, *, until: datetime | None = None) -> int:
    """Sweep until nothing is due, so that a backlog is gone within one tick; returns how many marks were told."""
    total = 0
    for _ in range(most):
        told = sweep(limit, until=until)
        total += told
        if told == 0:
            break
    return total
