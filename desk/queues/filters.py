"""What a list of tickets can be narrowed by: one set of filters for lists, saved views and what is ticked in them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from desk.people.models import User, Workgroup
from desk.people.queries import person_named
from desk.search.queries import answers
from desk.services.models import Category, Service, Site
from desk.services.queries import category_choices
from desk.sla.models import Clock
from desk.tickets import kinds
from desk.tickets.models import PendingReason, Priority, Ticket
from desk.tickets.queries import idle_states

AGES = {
    "last-hour": (_lazy("Logged in the last hour"), {"created_at__gte": timedelta(hours=1)}),
    "last-day": (_lazy("Logged in the last 24 hours"), {"created_at__gte": timedelta(days=1)}),
    "over-week": (_lazy("Older than a week"), {"created_at__lt": timedelta(days=7)}),
    "over-month": (_lazy("Older than 30 days"), {"created_at__lt": timedelta(days=30)}),
}
PROMISES = {"breached": _lazy("Breached"), "risk": _lazy("At risk"), "none": _lazy("No clock runs")}
ANY = _lazy("Any")


def breached() -> Q:
    """A clock of it that isn't over has missed its target."""
    return Q(Exists(_told().filter(breached_at__isnull=False)))


def at_risk() -> Q:
    """A running clock has been warned of, and none is missed."""
    warned = _told().filter(breached_at=None, running_since__isnull=False)
    return Q(Exists(warned)) & ~breached()


def _told() -> QuerySet[Clock]:
    return Clock.objects.filter(ticket=OuterRef("pk"), stopped_at=None, reached__gt=0).order_by()


def open_states() -> list[tuple[str, str]]:
    """Each state in which something is left to do, once, as the first kind that has it calls it."""
    found: dict[str, str] = {}
    for kind in kinds.every():
        for value, label in kind.states.choices:
            if value not in kind.closed:
                found.setdefault(value, str(label))
    return list(found.items())


class WhoField(forms.CharField):
    """`me`, `none`, or somebody by username, e-mail address or full name."""

    def clean(self, value: Any) -> Any:
        name = super().clean(value).strip()
        if name in ("", "me", "none"):
            return name
        found = person_named(name) or User.objects.filter(username__iexact=name).first()
        if found is None:
            raise forms.ValidationError(_("Nobody is known as “{name}”.").format(name=name))
        return found


class WhoFilter(django_filters.Filter):
    field_class = WhoField


def _several(choices: Any, **more: Any) -> django_filters.MultipleChoiceFilter:
    return django_filters.MultipleChoiceFilter(choices=choices, widget=forms.CheckboxSelectMultiple, **more)


def _one_of(model: Any, **more: Any) -> django_filters.ModelChoiceFilter:
    return django_filters.ModelChoiceFilter(queryset=lambda request: model.objects.all(), empty_label=ANY, **more)


class TicketFilter(django_filters.FilterSet):
    """Each filter takes its value from the address; what it doesn't understand narrows nothing, and is told."""

    q = django_filters.CharFilter(label=_lazy("Words or number"), method="by_words", max_length=200)
    kind = _several(lambda: [(kind.name, kind.label) for kind in kinds.every()], label=_lazy("Kind"))
    state = _several(open_states, label=_lazy("State"))
    priority = _several([(value, f"P{value}") for value in Priority.values], label=_lazy("Priority"))
    assignee = WhoFilter(label=_lazy("Assignee"), method="by_assignee")
    requester = WhoFilter(label=_lazy("Requester"), method="by_requester")
    workgroup = django_filters.ModelChoiceFilter(
        label=_lazy("Workgroup"),
        queryset=lambda request: Workgroup.objects.all(),
        to_field_name="slug",
        empty_label=ANY,
    )
    service = _one_of(Service, label=_lazy("Service"))
    category = _one_of(Category, label=_lazy("Category"), method="by_branch")
    site = _one_of(Site, label=_lazy("Site"))
    waiting = _one_of(PendingReason, label=_lazy("Waiting for"), field_name="pending_reason")
    age = django_filters.ChoiceFilter(
        label=_lazy("Age"),
        empty_label=ANY,
        choices=[(key, words) for key, (words, _since) in AGES.items()],
        method="by_age",
    )
    sla = django_filters.ChoiceFilter(
        label=_lazy("Service level"), empty_label=ANY, choices=list(PROMISES.items()), method="by_promise"
    )

    class Meta:
        model = Ticket
        fields: list[str] = []

    def by_words(self, rows: QuerySet[Ticket], name: str, value: str) -> QuerySet[Ticket]:
        """By the words of the whole ticket; the text is read once, however many lists are narrowed by it."""
        if not hasattr(self, "_answers"):
            self._answers = answers(value, self.request.user)
        return rows.filter(self._answers)

    def by_assignee(self, rows: QuerySet[Ticket], name: str, value: Any) -> QuerySet[Ticket]:
        if value == "none":
            return rows.filter(assignee=None).exclude(state__in=idle_states())
        return rows.filter(assignee=self._meant(value))

    def by_requester(self, rows: QuerySet[Ticket], name: str, value: Any) -> QuerySet[Ticket]:
        return rows.filter(requester=self._meant(value)) if value != "none" else rows.none()

    def _meant(self, value: Any) -> Any:
        return self.request.user if value == "me" else value

    def by_branch(self, rows: QuerySet[Ticket], name: str, value: Category) -> QuerySet[Ticket]:
        """The category and all below it; read once, however many lists are narrowed by it."""
        if not hasattr(self, "_branch"):
            self._branch = list(value.descendants(include_self=True).values_list("pk", flat=True))
        return rows.filter(category__in=self._branch)

    def by_age(self, rows: QuerySet[Ticket], name: str, value: str) -> QuerySet[Ticket]:
        return rows.filter(**{field: timezone.now() - length for field, length in AGES[value][1].items()})

    def by_promise(self, rows: QuerySet[Ticket], name: str, value: str) -> QuerySet[Ticket]:
        if value == "none":
            return rows.filter(due_at=None)
        return rows.filter(breached() if value == "breached" else at_risk())

    def offer(self, groups: Iterable[Workgroup]) -> forms.Form:
        """The form with its choices filled, for the page that asks for filters: what is active, of these workgroups."""
        form: forms.Form = self.form
        for name in ("service", "site", "waiting"):
            field: Any = form.fields[name]
            field.queryset = field.queryset.filter(is_active=True)
        several: Any = form.fields["workgroup"]
        several.queryset = several.queryset.filter(pk__in=[group.pk for group in groups])
        category: Any = form.fields["category"]
        category.widget.choices = [("", ANY), *category_choices()]
        return form
