"""Questions about the catalogue and its requests: what somebody may order, how long it takes, and what waits."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from desk.people.models import User
from desk.people.queries import leads_of
from desk.tickets.errors import Refused
from desk.tickets.models import Event, Ticket, Visibility
from workorders.models import WorkOrder
from workorders.queries import open_orders, orders_of, replaced

from .lifecycle import CLOSED_STATES, State
from .models import CatalogueItem, OrderDraft, ServiceRequest

LATELY = timedelta(days=90)  # how far back “often ordered” and “usually” look
ENOUGH = 3  # deliveries from which on one may say what is usual


SAY_NOTHING = {"need", "want", "have", "would", "like", "please", "with", "from", "that", "this", "some", "another"}


def offered_to(user: User) -> QuerySet[CatalogueItem]:
    """The items that this person may order; the twin of `rules.may_order`."""
    mine = Q(departments=[]) | Q(departments__contains=[user.department])
    rows = CatalogueItem.objects.filter(mine, is_active=True, current__isnull=False)
    return rows.select_related("group")


def found(user: User, words: str) -> QuerySet[CatalogueItem]:
    """Of what is offered, the items in which each word occurs: in name, summary, description or shelf."""
    rows = offered_to(user)
    for word in words.replace("\x00", " ").split()[:8]:
        rows = rows.filter(
            Q(name__icontains=word) | Q(summary__icontains=word) | Q(description__icontains=word)
            | Q(group__name__icontains=word)
        )  # fmt: skip
    return rows


def fitting(user: User, sentence: str, most: int = 4) -> list[CatalogueItem]:
    """Of what is offered, the items that a sentence may mean: those that most of its longer words stand in, names first."""
    words = {word for word in re.findall(r"\w{4,}", sentence.lower()[:200]) if word not in SAY_NOTHING}
    if not words:
        return []
    scored = []
    for item in offered_to(user):
        name, rest = item.name.lower(), f"{item.summary} {item.description} {item.group.name}".lower()
        score = sum(3 * (word in name) + (word in rest) for word in words)
        if score > 1:  # a word that stands somewhere in a description alone says little
            scored.append((-score, item.name, item))
    return [item for score, name, item in sorted(scored, key=lambda one: one[:2])[:most]]


def ordered_lately(user: User, most: int = 4) -> list[CatalogueItem]:
    """What the person ordered last, and may order again."""
    mine = ServiceRequest.objects.filter(reporter=user).order_by("-pk").values_list("item_id", flat=True)[:50]
    wanted = list(dict.fromkeys(mine))
    by_pk = {item.pk: item for item in offered_to(user).filter(pk__in=wanted)}
    return [by_pk[pk] for pk in wanted if pk in by_pk][:most]


def ordered_often(user: User, most: int = 4) -> list[CatalogueItem]:
    """What everybody ordered most in the last weeks."""
    since = timezone.now() - LATELY
    often = offered_to(user).annotate(times=Count("requests", filter=Q(requests__created_at__gt=since)))
    return list(often.filter(times__gt=0).order_by("-times", "name")[:most])


def usual_times(items: Iterable[CatalogueItem]) -> dict[int, timedelta]:
    """By item the median time from ordering to delivery of the last weeks, where enough were delivered; one query."""
    rows = (
        ServiceRequest.objects.filter(item__in=items, fulfilled_at__gt=timezone.now() - LATELY)
        .annotate(took=F("fulfilled_at") - F("created_at"))
        .order_by("item_id", "took")
        .values_list("item_id", "took")
    )
    gathered: dict[int, list[timedelta]] = {}
    for item, took in rows:
        gathered.setdefault(item, []).append(took)
    return {item: times[(len(times) - 1) // 2] for item, times in gathered.items() if len(times) >= ENOUGH}


def was_sent(submission: uuid.UUID) -> bool:
    """Whether a form with this token has made a ticket."""
    return Ticket.objects.filter(submission=submission).exists()


def ordered_already(submission: uuid.UUID, by: User) -> ServiceRequest | None:
    """The request that this form ordered before; Refused when it was somebody else's or did something else."""
    earlier = Ticket.objects.filter(submission=submission).first()
    if earlier is None:
        return None
    if earlier.kind != "request" or earlier.reporter_id != by.pk:
        raise Refused(_("This form was sent before, for something else. Please open a new one."), field="submission")
    return ServiceRequest.objects.get(pk=earlier.pk)


def draft_of(user: User, item: CatalogueItem) -> OrderDraft | None:
    """What the person has typed for this item and not sent; None when nothing."""
    return OrderDraft.objects.filter(user=user, item=item).first()


def mine(user: User) -> QuerySet[ServiceRequest]:
    """What the person ordered, for themselves or for others, or others for them; the last touched first."""
    rows = ServiceRequest.objects.filter(Q(requester=user) | Q(reporter=user))
    return rows.select_related("item", "pending_reason", "requester", "reporter").order_by("-updated_at", "-pk")


def mine_open(user: User) -> QuerySet[ServiceRequest]:
    """Of `mine`, what isn't over yet."""
    return mine(user).exclude(state__in=CLOSED_STATES)


def mine_at_a_glance(user: User, most: int = 10) -> list[ServiceRequest]:
    """The first of `mine_open`; before all others what waits for a word of this person."""
    waits = Q(state=State.FULFILLED) | Q(state=State.PENDING, pending_reason__waits_for_requester=True)
    first = Case(When(waits, then=Value(0)), default=Value(1))
    return list(mine_open(user).order_by(first, "-updated_at", "-pk")[:most])


def mine_page(user: User, number: str) -> Page[ServiceRequest]:
    """A page of `mine`; any odd page number gives the nearest page there is."""
    return Paginator(mine(user), 25).get_page(number)


def unconfirmed() -> QuerySet[ServiceRequest]:
    """Delivered longer ago than REQUEST_CONFIRM_DAYS, and the requester's side has been silent ever since."""
    limit = Now() - timedelta(days=settings.REQUEST_CONFIRM_DAYS)
    answered = Event.objects.filter(
        ticket=OuterRef("pk"),
        kind="comment.added",
        visibility=Visibility.PUBLIC,
        data__side="requester",
        at__gte=OuterRef("fulfilled_at"),
    )
    rows = ServiceRequest.objects.filter(~Exists(answered), state=State.FULFILLED, fulfilled_at__lt=limit)
    return rows.order_by("fulfilled_at")


def in_charge(request: ServiceRequest) -> list[int]:
    """Who is told of trouble, by id: who has it, or else those who lead its workgroup."""
    if request.assignee_id:
        return [request.assignee_id]
    return list(leads_of(request.workgroup).values_list("pk", flat=True))


def is_done(request: ServiceRequest) -> bool:
    """Whether nothing of its plan is left to do, and something was done."""
    return not open_orders(request).exists() and orders_of(request).filter(state="completed").exists()


def failed_lately(request: ServiceRequest) -> list[WorkOrder]:
    """Its work orders that failed after it was last decided how to go on, and were not tried again already."""
    decided = request.events.filter(kind="request.retried").order_by("-pk").first()
    news = Event.objects.filter(ticket=OuterRef("pk"), kind="work_order.failed", pk__gt=decided.pk if decided else 0)
    failed = list(orders_of(request).filter(Exists(news), state="failed"))
    again = replaced(failed)
    return [order for order in failed if order.pk not in again]


def trouble(request: ServiceRequest, code: str, words: str, text: str, *, occurrence: int) -> dict[str, Any]:
    """What an event that tells of trouble says, so that whoever reacts needs to know nothing of requests.

    {trouble: {code, occurrence, title, text}}: a trigger code, which time it is, a sentence, and what people wrote.
    """
    title = f"Request {request.number} “{request.title}” {words}"
    return {"trouble": {"code": code, "occurrence": occurrence, "title": title, "text": text}}


def known_answers(request: ServiceRequest) -> Mapping[str, str]:
    """The answers, and what the portal knows of every order, for placeholders."""
    always = {
        "requester": str(request.requester),
        "site": str(request.site or ""),
        "item": request.item.name,
    }
    return {**always, **request.answers}
