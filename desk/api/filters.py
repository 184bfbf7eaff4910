"""What a list of tickets can be narrowed by: the filters of queues, for every state, and for end users those of their own."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet

from desk.people.rules import reach
from desk.queues.filters import TicketFilter
from desk.tickets import kinds
from desk.tickets.models import Ticket
from desk.tickets.queries import in_reach

# What only those may ask for who see a ticket's inside: it mustn't be guessed by narrowing either.
INSIDE = {"priority", "assignee", "workgroup", "category", "waiting", "sla"}
FOR_IT = INSIDE | {"requester"}


class ListFilter(TicketFilter):
    """As a queue is filtered; of any state, and by what was touched since."""

    updated_since = django_filters.IsoDateTimeFilter(label="Touched since", field_name="updated_at", lookup_expr="gte")

    def __init__(self, *args: Any, kind: str = "", **kwargs: Any):
        super().__init__(*args, **kwargs)
        if kind:
            self.filters["state"].extra["choices"] = [
                (value, str(label)) for value, label in kinds.get(kind).states.choices
            ]
            del self.filters["kind"]
        if not reach(self.request.user).view:
            for name in FOR_IT:
                del self.filters[name]

    def filter_queryset(self, queryset: QuerySet[Ticket]) -> QuerySet[Ticket]:
        rows = super().filter_queryset(queryset)
        asked = {name for name in INSIDE if self.form.cleaned_data.get(name)}
        return rows.filter(in_reach(self.request.user)) if asked else rows


def names_for(user: Any) -> set[str]:
    """The filters that this person may use."""
    names = set(ListFilter.base_filters) - {"kind"}
    return names if reach(user).view else names - FOR_IT
