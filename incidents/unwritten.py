"""What is asked most without an article: incidents solved lately, by service and category, of which none was solved with one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Exists, OuterRef
from django.utils import timezone

from desk.knowledge.models import ArticleUse
from desk.people.models import User
from desk.services.models import Category, Service
from desk.services.queries import category_choices
from desk.tickets.queries import in_reach

from .models import Incident

DAYS, LEAST, MOST, EXAMPLES = 90, 2, 40, 3


@dataclass(frozen=True)
class Cluster:
    """Incidents of one service and category, how many of them, and the newest."""

    service: Service | None
    category: Category | None
    trail: str  # of the category
    count: int
    examples: list[Incident]


def clusters(user: User) -> list[Cluster]:
    """Of the queues that the person sees, the most frequent first; five statements, however many there are."""
    since = timezone.now() - timedelta(days=DAYS)
    with_one = ArticleUse.objects.filter(ticket=OuterRef("pk"))
    rows = (
        Incident.objects.filter(in_reach(user), resolved_at__gte=since)
        .filter(~Exists(with_one))
        .order_by()
        .values("service", "category")
        .annotate(count=Count("pk"), newest=ArrayAgg("pk", order_by="-pk"))
        .filter(count__gte=LEAST)
        .order_by("-count", "service", "category")[:MOST]
    )
    found = list(rows)
    shown = Incident.objects.only("number", "title").in_bulk([pk for row in found for pk in row["newest"][:EXAMPLES]])
    services, categories = Service.objects.in_bulk(), Category.objects.in_bulk()
    trails = dict(category_choices(inactive=True))
    return [
        Cluster(
            services.get(row["service"]),
            categories.get(row["category"]),
            trails.get(row["category"], ""),
            row["count"],
            [shown[pk] for pk in row["newest"][:EXAMPLES]],
        )
        for row in found
    ]
