"""Many changes under way and many requests in the making, copied from one of each, and what must have come of their failing."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.db import connection, transaction

from changes import actions as changes
from changes.models import Change
from desk.notifications.models import Message
from desk.reactions.models import Delivery
from desk.tickets.models import Event, Link, LinkKind, Ticket
from incidents.models import Incident, Raised
from requests_fulfillment import actions as requests
from requests_fulfillment.models import ServiceRequest
from tests.changes.plans import in_state
from tests.requests_fulfillment.orders import order


def lay(world: Any, count: int) -> list[str]:
    """The numbers of `count` tickets that can fail: half of them Nadia's changes, half Erin's orders of a chair."""
    change = in_state("implementing", world, services=[world.wifi])
    request = order(world, world.chair)
    assert request.state == "in_fulfilment"
    return [*_copies(change, count // 2), *_copies(request, count - count // 2)]


def _copies(ticket: Ticket, count: int) -> list[str]:
    prefix = f"{ticket.number[:4]}9"
    numbers = [f"{prefix}{n:05}" for n in range(count)]
    shared, own = _columns(Ticket, "id", "number", "submission"), _columns(type(ticket), "ticket_ptr_id")
    table = type(ticket)._meta.db_table
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('desk.door', 'new', true)")
        cursor.execute(
            f"INSERT INTO tickets_ticket (number, {', '.join(shared)}) SELECT copy, {', '.join(shared)}"
            " FROM tickets_ticket, unnest(%s::text[]) AS copy WHERE id = %s",
            [numbers, ticket.pk],
        )
        cursor.execute(
            f"INSERT INTO {table} (ticket_ptr_id, {', '.join(own)}) SELECT new.id, {', '.join(f'old.{c}' for c in own)}"
            f" FROM {table} AS old, tickets_ticket AS new WHERE old.ticket_ptr_id = %s AND new.number = ANY(%s)",
            [ticket.pk, numbers],
        )
    return numbers


def _columns(model: Any, *without: str) -> list[str]:
    fields = [field for field in model._meta.local_concrete_fields if not field.generated]
    return [f'"{field.column}"' for field in fields if field.column not in without]


def fail(world: Any, number: str) -> None:
    """Whoever does it says that it failed."""
    if number.startswith("CHG"):
        change = Change.objects.get(number=number)
        changes.fail(change=change, by=world.nadia, done="The new switch doesn't start.", backed_out=False)
    else:
        requests.fail(request=ServiceRequest.objects.get(number=number), by=world.sam, reason="None can be had.")


def verdict() -> dict[str, Any]:
    """What must hold of every ticket that failed; each list names those for which it doesn't."""
    told = Event.objects.filter(inside__has_key="trouble")
    failed = set(told.values_list("ticket__number", flat=True))
    raised = Counter(Raised.objects.values_list("source__number", flat=True))
    by_incident = dict(Raised.objects.values_list("incident", "source__number"))
    links = Counter(Link.objects.filter(kind=LinkKind.CAUSED_BY).values_list("source", "target__number"))
    shown = Counter(Event.objects.filter(kind="trouble.raised").values_list("ticket__number", flat=True))
    notices = Message.objects.filter(event__kind="trouble.told").values_list("event__ticket", "recipient__username")
    people: dict[str, list[str]] = {number: [] for number in failed}
    for incident, name in notices:
        people[by_incident[incident]].append(name)
    wanted = {"CHG": ["lena", "nadia"], "REQ": ["lena"]}  # who is at it, and who leads those who have to solve it
    return {
        "failed": sorted(failed),
        "incidents": Incident.objects.count(),
        "told twice": told.count() - len(failed),
        "without exactly one incident": sorted(number for number in failed if raised[number] != 1),
        "incidents for nothing": sorted(set(raised) - failed),
        "incidents of nowhere": Incident.objects.exclude(pk__in=by_incident).count(),
        "without exactly one link": sorted(n for pk, n in by_incident.items() if links[pk, n] != 1),
        "not shown exactly once": sorted(number for number in failed if shown[number] != 1),
        "without exactly their notices": sorted(n for n in failed if sorted(people[n]) != wanted[n[:3]]),
        "deliveries not done": Delivery.objects.filter(done_at=None).count(),
    }


FAULTS = (
    "told twice", "without exactly one incident", "incidents for nothing", "incidents of nowhere",
    "without exactly one link", "not shown exactly once", "without exactly their notices", "deliveries not done",
)  # fmt: skip


def faults(found: dict[str, Any]) -> dict[str, Any]:
    return {name: found[name] for name in FAULTS if found[name]}
