"""Where tickets ended: the count that is made each night, and what it says of one ticket, or of routing as a whole."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import F, Q

from desk.people.models import Workgroup
from desk.services.models import Category, Service
from desk.tickets import flow, kinds
from desk.tickets.models import Ticket

from .models import Ending, RoutingRule
from .queries import Known, NoCatchAll, Route, Table
from .scoring import FEW, Ended

DAYS = 180
ENOUGH = 20  # tickets, before history proposes a rule

# The first workgroup is where the first move came from, or where the ticket is if it never moved.
_COUNT = """
    INSERT INTO assignment_ending (kind, service_id, category_id, first_id, last_id, tickets)
    SELECT kind, service_id, category_id, began, workgroup_id, count(*) FROM (
        SELECT t.kind, t.service_id, t.category_id, t.workgroup_id, coalesce(moved.began, t.workgroup_id) AS began
        FROM tickets_ticket t
        LEFT JOIN LATERAL (
            SELECT (change ->> 'old_id')::bigint AS began
            FROM tickets_event e CROSS JOIN LATERAL jsonb_array_elements(e.inside -> 'changes') change
            WHERE t.reassignment_count > 0 AND e.ticket_id = t.id AND e.inside @> '{"moved": true}'
              AND change ->> 'field' = 'workgroup'
            ORDER BY e.at, e.id LIMIT 1
        ) moved ON true
        WHERE (t.kind || '.' || t.state) = ANY(%s) AND t.created_at > now() - %s * interval '1 day'
    ) ended
    WHERE EXISTS (SELECT 1 FROM people_workgroup w WHERE w.id = began)
    GROUP BY 1, 2, 3, 4, 5
"""


@transaction.atomic
def count() -> int:
    """Count anew where the finished tickets of the last half year began and ended; how many rows came of it.

    Two at once (a worker was slow, and the task came to another one as well) count one after the other, each all of it.
    """
    flow.serialise("counting where tickets ended")
    done = [
        f"{kind.name}.{state}" for kind in kinds.every() for state in sorted((kind.solved | kind.closed) - kind.void)
    ]
    Ending.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [done, DAYS])
        return cursor.rowcount


def ended(ticket: Ticket) -> dict[int, Ended]:
    """By workgroup, how many tickets such as this one ended there; one query. Empty where too few did.

    Of the same service and category, where there are enough; else of the category, else of the service.
    """
    if ticket.category_id is None and ticket.service_id is None:
        return {}
    near = Q(category=ticket.category_id) if ticket.category_id else Q()
    near |= Q(service=ticket.service_id) if ticket.service_id else Q()
    rows = list(Ending.objects.filter(near, kind=ticket.kind).values_list("service", "category", "last", "tickets"))
    both, category, service = Counter[int](), Counter[int](), Counter[int]()
    for of_service, of_category, last, tickets in rows:
        if ticket.category_id and of_category == ticket.category_id:
            category[last] += tickets
            if ticket.service_id and of_service == ticket.service_id:
                both[last] += tickets
        if ticket.service_id and of_service == ticket.service_id:
            service[last] += tickets
    for found, such in ((both, "both"), (category, "category"), (service, "service")):
        if found.total() >= FEW:
            return {pk: Ended(n, found.total(), _such(ticket, such)) for pk, n in found.items()}
    return {}


def _such(ticket: Ticket, which: str) -> str:
    parts = []
    if which in ("both", "service"):
        parts.append(f"service {ticket.service}")
    if which in ("both", "category"):
        parts.append(f"category {ticket.category}")
    return ", ".join(parts)


@dataclass(frozen=True)
class RuleProposal:
    """Of `of` tickets of this service and category, `elsewhere` ended elsewhere than they began; most in `workgroup`."""

    kind: str
    service: Service | None
    category: Category | None
    workgroup: Workgroup
    of: int
    elsewhere: int
    there: int

    @property
    def key(self) -> str:
        """What names it in a form."""
        service, category = (one.pk if one else 0 for one in (self.service, self.category))
        return f"{self.kind}-{service}-{category}-{self.workgroup.pk}"

    @property
    def name(self) -> str:
        what = " / ".join(str(part) for part in (self.service, self.category) if part)
        return f"{what} to {self.workgroup}"[:120]

    @property
    def percent(self) -> int:
        return 100 * self.elsewhere // self.of


def proposals() -> list[RuleProposal]:
    """Rules that history asks for: at least twenty tickets, more than half of which ended elsewhere than they began.

    What the rules do already, and what a workgroup doesn't take, isn't proposed. The most telling comes first.
    """
    counted: dict[tuple[str, int | None, int | None], Counter[tuple[int, int]]] = defaultdict(Counter)
    rows = Ending.objects.filter(Q(service__isnull=False) | Q(category__isnull=False), kind__in=_routed())
    for row in rows.values_list("kind", "service", "category", "first", "last", "tickets"):
        counted[row[:3]][row[3:5]] += row[5]
    telling = [(key, pairs) for key, pairs in counted.items() if _tells(pairs)]
    found = [proposal for proposal in _read(telling) if not _done_already(proposal)]
    return sorted(found, key=lambda proposal: (-proposal.elsewhere, proposal.name))


def _routed() -> list[str]:
    return [kind.name for kind in kinds.every() if RoutingRule.objects.filter(kind=kind.name).exists()]


def _tells(pairs: Counter[tuple[int, int]]) -> bool:
    elsewhere = sum(n for (first, last), n in pairs.items() if first != last)
    return pairs.total() >= ENOUGH and 2 * elsewhere > pairs.total()


def _read(telling: Iterable[tuple[tuple[str, int | None, int | None], Counter[tuple[int, int]]]]) -> list[RuleProposal]:
    every = list(telling)
    services = Service.objects.in_bulk({key[1] for key, _ in every if key[1]})
    categories = Category.objects.in_bulk({key[2] for key, _ in every if key[2]})
    groups = {group.pk: group for group in Workgroup.objects.filter(is_active=True)}
    found = []
    for (kind, service, category), pairs in every:
        ends = Counter[int]()
        for (_, last), n in pairs.items():
            ends[last] += n
        best = min(ends, key=lambda pk: (-ends[pk], pk))
        if best not in groups or not groups[best].takes_some(kind):
            continue
        elsewhere = sum(n for (first, last), n in pairs.items() if first != last)
        known = services.get(service or 0), categories.get(category or 0)
        found.append(RuleProposal(kind, *known, groups[best], pairs.total(), elsewhere, ends[best]))
    return found


def _done_already(proposal: RuleProposal) -> bool:
    """Whether the rules send such a ticket there, as far as service and category decide."""
    now = _now(proposal)
    return now is not None and now.workgroup.pk == proposal.workgroup.pk


def _now(proposal: RuleProposal) -> Route | None:
    service, category = (one.pk if one else None for one in (proposal.service, proposal.category))
    try:
        return Table.saved(proposal.kind).route(Known(service=service, category=category))
    except NoCatchAll:
        return None


@transaction.atomic
def accept(proposal: RuleProposal) -> RoutingRule:
    """Make the rule, right before the one that takes such tickets now (that rule and those after it move down one).

    Whoever comes second gets the rule that is there.
    """
    flow.serialise("accepting proposed rules")
    now = _now(proposal)
    if now is not None and now.workgroup.pk == proposal.workgroup.pk:
        return RoutingRule.objects.get(name=now.rule)
    name = now.rule if now else ""
    holds = RoutingRule.objects.filter(kind=proposal.kind, name=name, is_catch_all=False).first()
    place = holds.position if holds else 1000
    if holds:
        RoutingRule.objects.filter(kind=proposal.kind, position__gte=place).update(position=F("position") + 1)
    return RoutingRule.objects.create(
        kind=proposal.kind,
        name=_free_name(proposal.name),
        service=proposal.service,
        category=proposal.category,
        workgroup=proposal.workgroup,
        position=place,
    )


def _free_name(name: str) -> str:
    taken = set(RoutingRule.objects.filter(name__startswith=name[:110]).values_list("name", flat=True))
    return next(one for one in (name, *(f"{name[:110]} ({n})" for n in range(2, 1000))) if one not in taken)
