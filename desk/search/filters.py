"""What narrows a search beside words: kind, open or over, service, workgroup, priority, age; each a chip in the address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from desk.people.models import User, Workgroup
from desk.people.rules import reach
from desk.services.models import Service
from desk.tickets import kinds
from desk.tickets.models import Priority, Ticket
from desk.tickets.queries import in_reach, open_tickets

AGES = [("7", _("Last 7 days")), ("30", _("Last 30 days")), ("90", _("Last 90 days")), ("365", _("Last year"))]
WHOSE = [("assigned", _("Assigned to me")), ("requested", _("Requested by me"))]


class Narrow(django_filters.FilterSet):
    """The filters of the search page; end users get those that mean something to them."""

    kind = django_filters.ChoiceFilter(label=_("Kind"), empty_label=_("Any kind"), choices=lambda: _kinds())
    state = django_filters.ChoiceFilter(
        label=_("State"),
        empty_label=_("Open or over"),
        choices=[("open", pgettext_lazy("of a ticket", "Open")), ("over", _("Over"))],
        method="by_state",
    )
    service = django_filters.ModelChoiceFilter(
        queryset=Service.objects.order_by("name"), empty_label=_("Any service"), label=_("Service")
    )
    workgroup = django_filters.ModelChoiceFilter(
        queryset=Workgroup.objects.none(), to_field_name="slug", empty_label=_("Any workgroup"), label=_("Workgroup"),
        method="by_inside",
    )  # fmt: skip
    priority = django_filters.ChoiceFilter(
        label=_("Priority"), empty_label=_("Any priority"), choices=Priority.choices, method="by_inside"
    )
    age = django_filters.ChoiceFilter(
        label=pgettext_lazy("when a ticket was logged", "Logged"),
        empty_label=_("Any time"),
        choices=AGES,
        method="by_age",
    )
    whose = django_filters.ChoiceFilter(label=_("Whose"), empty_label=_("Anybody's"), choices=WHOSE, method="by_person")

    class Meta:
        model = Ticket
        fields: list[str] = []

    def __init__(self, data: QueryDict, *, user: User):
        self.user = user
        super().__init__(data, queryset=Ticket.objects.all())
        if not reach(user).view:
            del self.filters["workgroup"], self.filters["priority"], self.filters["whose"]
        else:
            self.filters["workgroup"].queryset = Workgroup.objects.filter(pk__in=reach(user).view)

    def by_state(self, rows: QuerySet[Ticket], name: str, value: str) -> QuerySet[Ticket]:
        if value == "open":
            return open_tickets(rows)
        over = Q()
        for kind in kinds.every():
            over |= Q(kind=kind.name, state__in=sorted(kind.closed))
        return rows.filter(over)

    def by_age(self, rows: QuerySet[Ticket], name: str, value: str) -> QuerySet[Ticket]:
        return rows.filter(created_at__gte=Now() - timedelta(days=int(value)))

    def by_person(self, rows: QuerySet[Ticket], name: str, value: str) -> QuerySet[Ticket]:
        if value == "assigned":
            return rows.filter(in_reach(self.user), assignee=self.user)
        return rows.filter(requester=self.user)

    def by_inside(self, rows: QuerySet[Ticket], name: str, value: Any) -> QuerySet[Ticket]:
        """By what is shown to those alone who see a ticket's inside: it mustn't be guessed by narrowing either."""
        return rows.filter(in_reach(self.user), **{name: value})

    def narrow(self, rows: QuerySet[Ticket]) -> QuerySet[Ticket]:
        """Those of the rows that pass; what makes no sense narrows nothing."""
        self.form.is_valid()
        return self.filter_queryset(rows)

    def chips(self) -> list[Chip]:
        """The filters that narrow now, each with the address without it."""
        self.form.is_valid()
        found = []
        for name in self.filters:
            if value := self.form.cleaned_data.get(name):
                rest = self.data.copy()
                for gone in (name, "page"):
                    rest.pop(gone, None)
                field: Any = self.form.fields[name]
                said = dict(field.choices).get(value, value) if isinstance(value, str) else value
                found.append(Chip(str(field.label), str(said), f"?{rest.urlencode()}"))
        return found


@dataclass(frozen=True)
class Chip:
    """A filter that narrows, and the address that takes it away."""

    label: str
    value: str
    without: str


def _kinds() -> list[tuple[str, Any]]:
    return [(kind.name, kind.label) for kind in kinds.every()]
