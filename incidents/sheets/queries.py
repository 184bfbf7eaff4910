"""Questions about tables: a person's own, and how far one is."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from desk.people.models import User

from .models import Row, Sheet

NAMED = 100  # rows that a page names


def mine(user: User) -> QuerySet[Sheet]:
    return Sheet.objects.filter(by=user)


@dataclass(frozen=True)
class Progress:
    """How far a table is: `good` rows can be logged, or have been; `wrong` ones never are, each with its sentences."""

    total: int
    good: int
    logged: int
    dead: int
    refused: int
    wrong: list[Row]
    first: list[Row]

    @property
    def bad(self) -> int:
        """Rows that were wrong from the start."""
        return self.total - self.good - self.refused

    @property
    def owed(self) -> int:
        """Rows that are, or were, to be logged."""
        return self.good + self.refused

    @property
    def over(self) -> int:
        return self.logged + self.dead + self.refused

    @property
    def is_over(self) -> bool:
        return self.over >= self.owed


def progress(sheet: Sheet) -> Progress:
    """How far it is now; three statements."""
    counts = sheet.rows.aggregate(
        total=Count("pk"),
        good=Count("pk", filter=Q(problems=[])),
        logged=Count("pk", filter=Q(done_at__isnull=False, problems=[])),
        refused=Count("pk", filter=Q(done_at__isnull=False) & ~Q(problems=[])),
        dead=Count("dead_at"),
    )
    wrong = sheet.rows.exclude(problems=[]).order_by("line")[:NAMED]
    first = sheet.rows.filter(problems=[]).select_related("incident").order_by("line")[:NAMED]
    return Progress(**counts, wrong=list(wrong), first=list(first))
