"""Lays a company with many tickets, by SQL, for measuring: workgroups, people, incidents, events, clocks, words."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction

from desk.people.actions import ensure_role_groups, join
from desk.people.models import Role, User, Workgroup
from desk.services.models import Service, Site
from desk.sla.models import Calendar, Policy
from desk.sla.publishing import publish_policy
from desk.tickets import actions
from incidents.actions import log
from incidents.models import Incident, ResolutionCode
from itsm.essentials import lay_essentials

PEOPLE, WORKGROUPS, ANALYSTS = 2000, 20, 5  # analysts of each workgroup
FREE = 1500  # incidents to take and to resolve; more than are measured
RARE, COMMON = "zanzibar", "printer"  # in ten tickets, and in one of twenty
THINGS = [
    "mail", "laptop", "screen", "badge", "phone", "scanner", "keyboard", "mailbox", "calendar", "drive", "folder",
    "password", "account", "token", "tunnel", "proxy", "switch", "router", "cable", "dock", "camera", "headset",
    "report", "invoice", "ledger", "order", "patient", "ward", "label", "database", "backup", "licence", "browser",
    "bookmark", "certificate", "meeting", "projector", "door", "Drucker", "Bildschirm", "Netzwerk", "Kennwort",
]  # fmt: skip
TROUBLES = [
    "freezes", "is slow", "does not start", "shows nothing", "is locked", "asks for a password", "loses its connection",
    "prints blank pages", "reports error 0x80", "is full", "geht nicht", "ist langsam", "times out", "makes noise",
]  # fmt: skip


@dataclass(frozen=True)
class Company:
    """Who and what the rows of the table ask with."""

    analyst: User
    requester: User
    workgroup: Workgroup
    talked: Incident  # has ten events that a person wrote
    fresh: Incident
    services: list[Service]
    free: list[str]  # numbers of incidents that nobody has yet, one for each time that one is taken and resolved
    code: int  # how one is resolved


def lay(size: int, say: Any = print, free: int = FREE) -> Company:
    """Lay `size` incidents and all that belongs to them; a tenth of them is open. `free` are there to be taken."""
    began = time.monotonic()
    lay_essentials()
    groups, people = _people()
    with _without_what_costs():
        _tickets(size, groups, people)
    _clocks(size)
    say(f"  {size:,} incidents, {PEOPLE:,} people and {WORKGROUPS} workgroups laid in {time.monotonic() - began:.0f} s")
    return _company(groups, people, free)


@transaction.atomic
def _people() -> tuple[list[Workgroup], list[User]]:
    password = make_password(None)
    User.objects.bulk_create(
        User(username=f"person{n}", first_name="Person", last_name=str(n), password=password) for n in range(PEOPLE)
    )
    people = list(User.objects.filter(username__startswith="person").order_by("pk"))
    groups = [Workgroup.objects.create(name=f"Workgroup {n:02}", slug=f"workgroup-{n:02}") for n in range(WORKGROUPS)]
    for n, group in enumerate(groups):
        ensure_role_groups(group)
        for place in range(ANALYSTS):
            join(workgroup=group, user=people[n * ANALYSTS + place], role=Role.ANALYST if place else Role.LEAD)
    for n in range(12):
        Service.objects.create(name=f"Service {n:02}")
    for n in range(6):
        Site.objects.create(name=f"Site {n}")
    return groups, people


class _without_what_costs:
    """Leave aside what follows each row, and what each row adds to the indexes of words; all at once afterwards."""

    def __enter__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname IN ('search_public', 'search_whole')")
            self.indexes = [row[0] for row in cursor.fetchall()]
            cursor.execute("DROP INDEX search_public, search_whole")
            cursor.execute("ALTER TABLE tickets_ticket DISABLE TRIGGER search_ticket_logged")
            cursor.execute("ALTER TABLE tickets_event DISABLE TRIGGER search_event_written")

    def __exit__(self, error: object, *more: object) -> None:
        if error:
            return
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE tickets_ticket ENABLE TRIGGER search_ticket_logged")
            cursor.execute("ALTER TABLE tickets_event ENABLE TRIGGER search_event_written")
            cursor.execute("SELECT min(id), max(id) FROM tickets_ticket")
            first, last = cursor.fetchone()
            for start in range(first, last + 1, 50_000):
                cursor.execute("SELECT search_rebuild(%s, %s)", [start, min(start + 49_999, last)])
            cursor.execute(
                "INSERT INTO search_word (word) SELECT DISTINCT word FROM search_document,"
                " unnest(tsvector_to_array(coalesce(whole, public))) AS word WHERE word ~ '^[[:alpha:]]..'"
            )
            for index in self.indexes:
                cursor.execute(index)


_TICKETS = """
INSERT INTO tickets_ticket (kind, number, title, description, state, version, requester_id, reporter_id, workgroup_id,
    assignee_id, service_id, site_id, impact, urgency, priority, reassignment_count, source, created_at, updated_at)
SELECT 'incident', 'INC-' || lpad(n::text, greatest(6, length(n::text)), '0'),
    initcap(thing) || ' ' || trouble || CASE WHEN n %% %(tenth)s = 7 THEN ' %(rare)s'
        WHEN n %% 20 = 3 THEN ' at the %(common)s' ELSE '' END,
    'Since this morning my ' || thing || ' ' || trouble || '. ' || (SELECT string_agg(
        CASE WHEN r < %(many)s THEN (%(things)s::text[])[r + 1]
            ELSE left(translate(md5(r::text), '0123456789', 'ghijklmnop'), 7) END, ' ')
        FROM (SELECT floor(exp((hashint8(n * 31 + k) & 65535) / 65536.0 * 9.2))::int - 1 AS r
            FROM generate_series(1, 30) AS k) AS said),
    state, 1, who, who, workgroup,
    CASE WHEN state IN ('logged') THEN NULL ELSE %(people)s + (workgroup - %(groups)s) * 5 + n %% 5 END,
    %(services)s + n %% 12, %(sites)s + n %% 6, 1 + n %% 3, 1 + (n / 3) %% 3, 1 + n %% 5, 0, 'web', made, made
FROM (SELECT n, (%(things)s::text[])[1 + (hashint8(n) & 65535) %% %(many)s] AS thing,
        (%(troubles)s::text[])[1 + (hashint8(n * 17) & 65535) %% %(kinds)s] AS trouble,
        CASE WHEN n %% 10 > 0 THEN 'closed'
            ELSE (ARRAY['logged', 'assigned', 'in_progress', 'pending', 'resolved'])[1 + (n / 10) %% 5] END AS state,
        %(people)s + (hashint8(n * 13) & 65535) %% %(crowd)s AS who,
        %(groups)s + (hashint8(n * 11) & 65535) %% %(queues)s AS workgroup,
        now() - interval '1 minute' * (%(size)s - n) AS made
    FROM generate_series(1, %(size)s::bigint) AS n) AS made
"""
_INCIDENTS = """
INSERT INTO incidents_incident (ticket_ptr_id, resolution_code_id, solution, resolved_at, closed_at, reopen_count,
    rating_comment, is_major)
SELECT id, CASE WHEN state IN ('resolved', 'closed') THEN %(code)s END,
    CASE WHEN state IN ('resolved', 'closed') THEN 'Restarted the service behind it.' ELSE '' END,
    CASE WHEN state IN ('resolved', 'closed') THEN created_at + interval '2 hours' END,
    CASE WHEN state = 'closed' THEN created_at + interval '1 day' END, 0, '', false
FROM tickets_ticket
"""
_EVENTS = """
INSERT INTO tickets_event (ticket_id, at, recorded_at, actor_id, kind, visibility, data, inside, source, version)
SELECT id, created_at, created_at, requester_id, 'incident.logged', 'public',
    jsonb_build_object('to', 'logged', 'text', description), '{}'::jsonb, 'web', 1 FROM tickets_ticket
UNION ALL
SELECT id, created_at + interval '1 hour', created_at, assignee_id, 'comment.added', 'internal',
    jsonb_build_object('text', 'Checked the log of ' || title, 'side', 'it'), '{}'::jsonb, 'web', 1
    FROM tickets_ticket WHERE id %% 3 = 0 AND assignee_id IS NOT NULL
UNION ALL
SELECT id, created_at + interval '2 hours', created_at, assignee_id, 'incident.resolved', 'public',
    '{"from": "in_progress", "to": "resolved", "text": "Restarted the service behind it."}'::jsonb,
    '{"changes": []}'::jsonb, 'web', 1
    FROM tickets_ticket WHERE state IN ('resolved', 'closed')
"""


@transaction.atomic
def _tickets(size: int, groups: list[Workgroup], people: list[User]) -> None:
    service, site = Service.objects.order_by("pk")[0], Site.objects.order_by("pk")[0]
    values: dict[str, Any] = {
        "size": size, "tenth": max(size // 10, 20), "things": THINGS, "many": len(THINGS), "troubles": TROUBLES,
        "kinds": len(TROUBLES), "people": people[0].pk, "crowd": len(people), "groups": groups[0].pk,
        "queues": len(groups), "services": service.pk, "sites": site.pk,
        "code": ResolutionCode.objects.order_by("pk")[0].pk,
    }  # fmt: skip
    words = _TICKETS.replace("%(rare)s", RARE).replace("%(common)s", COMMON)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('desk.door', 'new', true)")
        cursor.execute(words, values)
        cursor.execute("SELECT set_config('desk.door', '', true), setval('ticket_number_inc', %(size)s)", values)
        cursor.execute(_INCIDENTS, values)
        cursor.execute(_EVENTS, values)


_CLOCKS = """
INSERT INTO sla_clock (ticket_id, kind, episode, policy_version_id, calendar_version_id, target, used, carried,
    started_at, running_since, is_void, reached, due_at, marks, moments, next_event_at)
SELECT id, 'resolution', 1, %(policy)s, %(calendar)s, interval '8 hours', interval '0', interval '0',
    created_at, created_at, false, 0, due, '{100}', ARRAY[due], due
FROM (SELECT id, created_at, now() + interval '1 day' + interval '1 minute' * (id %% 5000) AS due
    FROM tickets_ticket WHERE state <> 'closed') AS open
"""


def _clocks(size: int) -> None:
    """A running clock for what is open, far from any mark: nothing is told while pages are measured."""
    hours = Calendar.objects.exclude(current=None).order_by("pk")[0]
    policy = Policy.objects.create(name="Bench", calendar=hours, response_minutes=60, resolution_minutes=480)
    publish_policy(policy=policy, by=User.objects.filter(is_automation=True)[0])
    policy.refresh_from_db()
    with connection.cursor() as cursor:
        cursor.execute(_CLOCKS, {"policy": policy.current_id, "calendar": hours.current_id})
        cursor.execute(
            "UPDATE tickets_ticket SET due_at = clock.due_at FROM sla_clock AS clock WHERE clock.ticket_id = tickets_ticket.id"
        )
        cursor.execute("VACUUM ANALYZE")


def _company(groups: list[Workgroup], people: list[User], many: int) -> Company:
    """One incident with ten events is made by the portal's own actions; the rest is asked of what lies there."""
    analyst, requester = people[1], people[-1]
    talked = log(
        by=requester, title="The label printer shows nothing", workgroup=groups[0], service=Service.objects.all()[0]
    )
    for n in range(9):
        verb, by = (actions.note, analyst) if n % 3 == 2 else (actions.reply, requester if n % 2 else analyst)
        verb(ticket=talked, by=by, message=f"Word {n} about the printer on the ward, and what we tried so far.")
    fresh = log(by=requester, title="Kennwort is locked", workgroup=groups[0])
    free = [log(by=requester, title=f"Badge {n} is locked", workgroup=groups[0]).number for n in range(many)]
    code = ResolutionCode.objects.all()[0].pk
    return Company(analyst, requester, groups[0], talked, fresh, list(Service.objects.all()[:3]), free, code)
