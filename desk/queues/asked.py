"""What somebody asks of a list by its address: tab, order, filters; and the addresses that ask a little differently."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from desk.people.models import Workgroup

from .filters import TicketFilter
from .ordering import DEFAULT, ORDERS
from .queries import TABS, Listing
from .snoozing import asleep_ids

WORDS = {"me": _lazy("me"), "none": _lazy("nobody")}


@dataclass(frozen=True)
class Chip:
    """A filter in force, in words, and the address without it."""

    label: str
    words: str
    without: str


@dataclass
class Asked:
    """The list, and how its address reads."""

    listing: Listing
    query: QueryDict  # what the address asked for, without the place in the list
    chips: list[Chip] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)  # what of it could not be understood

    @property
    def words(self) -> str:
        """What stands in the search box."""
        return self.query.get("q", "")

    @property
    def asks(self) -> str:
        """The filters and words alone, for whatever doesn't depend on tab and order."""
        query = self.query.copy()
        for name in ("tab", "order"):
            query.pop(name, None)
        return query.urlencode()

    @property
    def is_narrowed(self) -> bool:
        return bool(self.chips)

    def but(self, **changed: str | None) -> str:
        """The address of the same list, asked a little differently; None leaves out."""
        query = self.query.copy()
        for name, value in changed.items():
            query.pop(name, None)
            if value is not None:
                query[name] = value
        return _address(query)

    @property
    def plain(self) -> str:
        """The address without any filter."""
        return self.but(**dict.fromkeys(TicketFilter.base_filters))

    @property
    def choose(self) -> str:
        """Where filters are chosen."""
        return self.but(choose="filters")

    @property
    def dense(self) -> str:
        """The address, open for one more thing to ask."""
        return f"?{self.query.urlencode()}&" if self.query else "?"

    @property
    def first(self) -> str:
        """The beginning of the list."""
        return self.but()

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What a search keeps of the address."""
        return [(name, value) for name, values in self.query.lists() if name != "q" for value in values]


def read(request: HttpRequest, groups: tuple[Workgroup, ...], *, one: bool, query: QueryDict | None = None) -> Asked:
    """What this address (or this `query`) asks of the workgroups' tickets; of `one` workgroup no other can be asked for."""
    query = (request.GET if query is None else query).copy()
    for name in ("after", "density", "choose", "view"):
        query.pop(name, None)
    tab, order = query.get("tab", "all"), query.get("order", "")
    listing = Listing(
        user=request.user,  # type: ignore[arg-type]  # whoever is here is signed in
        groups=groups,
        tab=tab if tab in TABS else "all",
        order=order if order in ORDERS else DEFAULT,
        asleep=asleep_ids(request.user),  # type: ignore[arg-type]
    )
    asked = Asked(listing, query)
    if groups and not query.keys().isdisjoint(TicketFilter.base_filters):
        _narrow(asked, request, one=one)
    return asked


def _narrow(asked: Asked, request: HttpRequest, *, one: bool) -> None:
    filters = TicketFilter(asked.query, queryset=None, request=request)
    if one:
        del filters.filters["workgroup"]
    form = filters.form
    form.is_valid()
    asked.troubles = [
        f"{form.fields[name].label if name in form.fields else _('Filter')}: {' '.join(said)}"
        for name, said in form.errors.items()
    ]
    group = form.cleaned_data.pop("workgroup", None)
    if group is not None:
        asked.chips.append(Chip(_("Workgroup"), str(group), asked.but(workgroup=None)))
        asked.listing = replace(
            asked.listing, groups=tuple(mine for mine in asked.listing.groups if mine.pk == group.pk)
        )
    asked.listing = replace(asked.listing, narrow=filters.filter_queryset)
    for name, value in form.cleaned_data.items():
        if name != "q" and value:
            asked.chips += _chips(asked, form.fields[name], name, value)


def _chips(asked: Asked, found: Any, name: str, value: Any) -> list[Chip]:
    """One for each value, so that each can be removed."""
    has_words = hasattr(found, "choices") and not hasattr(found, "queryset")
    labels = {str(key): label for key, label in found.choices} if has_words else WORDS
    if not isinstance(value, list):
        return [Chip(str(found.label), str(labels.get(str(value), value)), asked.but(**{name: None}))]
    chips = []
    for one in value:
        query = asked.query.copy()
        query.setlist(name, [other for other in query.getlist(name) if other != str(one)])
        chips.append(Chip(str(found.label), str(labels.get(str(one), one)), _address(query)))
    return chips


def _address(query: QueryDict) -> str:
    """What asks for nothing says so: a bare address opens with the view that the person begins with."""
    return f"?{query.urlencode() or 'tab=all'}"
