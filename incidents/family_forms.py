"""Forms that name another incident: the parent or child of one, and the one that stays when two are the same."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from desk.people.models import User
from desk.tickets.forms import MoveForm, TicketInput

from . import merging, queries
from .models import Incident


class IncidentField(forms.CharField):
    """Another incident, by its number; only one that the person may see can be named."""

    def __init__(self, **kwargs: Any):
        self.user: User | None = None
        super().__init__(max_length=200, widget=TicketInput("incidents:find"), **kwargs)

    def clean(self, value: Any) -> Incident:
        number = super().clean(value).strip().split(" ")[0].upper()
        found = queries.numbered(self.user, number) if self.user else None
        if found is None:
            raise forms.ValidationError(_("There is no incident {number} that you may see.").format(number=number))
        return found


class AttachForm(forms.Form):
    """How this incident and another one belong together."""

    how = forms.ChoiceField(
        label=_lazy("This incident"), initial="child", widget=forms.RadioSelect,
        choices=[("child", _lazy("is a child of the other one")), ("parent", _lazy("is the parent of the other one"))],
    )  # fmt: skip
    number = forms.CharField(
        label=_lazy("The other incident"), max_length=200, widget=TicketInput("incidents:find"),
        help_text=_lazy("Its number, or some words of its title."),
        error_messages={"required": _lazy("Please name the other incident.")},
    )  # fmt: skip

    def __init__(self, *args: Any, ticket: Incident, user: User, **kwargs: Any):
        self.ticket, self.user = ticket, user
        super().__init__(*args, **{"auto_id": "attach_%s", **kwargs})
        self.fields["number"].widget.but = ticket.number

    def clean_number(self) -> Incident:
        """One that the person may see, or a major incident: everybody in IT may give theirs to that."""
        number = self.cleaned_data["number"].strip().split(" ")[0].upper()
        found = queries.numbered(self.user, number) or queries.major_numbered(number)
        if found is None:
            raise forms.ValidationError(_("There is no incident {number} that you may see.").format(number=number))
        return found

    def ends(self) -> tuple[Incident, Incident]:
        """(child, parent) as asked for."""
        other = self.cleaned_data["number"]
        return (self.ticket, other) if self.cleaned_data["how"] == "child" else (other, self.ticket)


class MergeForm(MoveForm):
    """Names the incident that stays, and says what will happen before it does."""

    preview = "incidents/merge_preview.html"
    into = IncidentField(
        label=_lazy("Which incident stays?"),
        help_text=_lazy("Its number, or some words of its title."),
        error_messages={"required": _lazy("Please name the incident that stays.")},
    )

    def prepare(self) -> None:
        field: Any = self.fields["into"]
        field.user, field.widget.but = self.user, self.ticket.number
        given = self.data.get("into") if self.is_bound else self.initial.get("into")
        try:
            self.stays = field.clean(given) if given else None
        except forms.ValidationError as error:
            self.stays, self.sentence = None, "" if self.is_bound else error.messages[0]

    @property
    def asks_first(self) -> bool:
        """Nothing is merged that nobody has looked at."""
        return self.stays is None or bool(self.foreseen and self.foreseen.obstacles)

    @cached_property
    def foreseen(self) -> merging.Preview | None:
        incident: Any = self.ticket
        return merging.preview(goes=incident, stays=self.stays, by=self.user) if self.stays else None
