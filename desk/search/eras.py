"""Reading what answers from the newest tickets backwards, era by era, until enough is found.

Of a usual word an index knows tens of thousands of tickets, and to sort these by age costs more the more there are. An
era is a stretch of ticket ids; within one, the index finds few, and the newest eras are looked into first. So what a
usual word costs doesn't depend on how many tickets there are.
"""

from __future__ import annotations

from typing import TypeVar

from django.db.models import BigIntegerField, Model, QuerySet
from django.db.models.expressions import RawSQL

from .models import ERA, Document

AnyModel = TypeVar("AnyModel", bound=Model)


def of_this_era(rows: QuerySet[AnyModel], era: str = "era") -> QuerySet[AnyModel]:
    """Those rows of one era alone; `in_eras` puts it to all of them. `era`: the field, as seen from the rows."""
    return rows.filter(**{era: RawSQL("eras.n", [], output_field=BigIntegerField())})


def in_eras(sql: str, columns: str, most: int) -> str:
    """SQL for the first so many that a query of one era finds, the newest era first; to stand behind FROM."""
    newest = f"coalesce((SELECT max(ticket_id) FROM {Document._meta.db_table}), 0) / {ERA}"
    return (
        f"(SELECT part.* FROM generate_series({newest}, 0, -1) AS eras(n)"
        f" CROSS JOIN LATERAL ({sql}) AS part({columns}) LIMIT {most}) AS part({columns})"
    )
