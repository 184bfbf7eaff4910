"""Forms of work orders: raising, editing, and one for each transition that asks something."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Q
from django.urls import reverse
from django.utils.html import escape
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from desk.assignment.forms import AssignForm
from desk.people.language import spoken
from desk.people.models import Workgroup
from desk.services.models import Site
from desk.tickets.forms import FilesField, HoldForm, MoveForm
from desk.tickets.models import Priority, Ticket

from . import queries
from .models import OrderTemplate, WorkOrder, WorkType

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MOMENT = "%Y-%m-%dT%H:%M"


def moment_field(label: StrOrPromise) -> forms.DateTimeField:
    """A date and time, as browsers offer it; in the viewer's own time zone."""
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT)
    return forms.DateTimeField(label=label, required=False, widget=widget, input_formats=[MOMENT, "%Y-%m-%d %H:%M"])


def checklist_lines(text: str) -> list[str]:
    """The items of a checklist, one per line; ValidationError for one too long, or too many."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if long := next((line for line in lines if len(line) > 200), None):
        raise forms.ValidationError(
            _("“{item}…” is too long for one item; 200 characters are the most.").format(item=long[:40])
        )
    if len(lines) > 50:
        raise forms.ValidationError(_("A checklist has 50 items at most. Make it two work orders."))
    return lines


class Planned(forms.Form):
    """The window in which it is planned."""

    planned_start = moment_field(_("Planned from"))
    planned_end = moment_field(pgettext_lazy("end of a window", "until"))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        start, end = data.get("planned_start"), data.get("planned_end")
        if end and not start:
            self.add_error("planned_start", _("Please say when it begins."))
        elif start and end and end <= start:
            self.add_error("planned_end", _("The planned window ends after it starts."))
        return data


class RaiseForm(Planned):
    """One work order for a ticket; only workgroups that take its type are offered, the one that fits best is proposed."""

    title = forms.CharField(
        label=_("What is to be done?"), max_length=200, error_messages={"required": _("Please say what is to be done.")}
    )
    instructions = forms.CharField(
        label=_("Instructions"), required=False, max_length=50_000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What the technician has to know: where, whom to ask, what to bring."),
    )  # fmt: skip
    work_type = forms.ChoiceField(label=_("Type of work"), choices=WorkType.choices, widget=forms.RadioSelect)
    workgroup = forms.ModelChoiceField(
        Workgroup.objects.none(), label=_("Workgroup"), empty_label=_("Choose …"),
        error_messages={"invalid_choice": _("That workgroup doesn't take work of this type. Please choose one of these.")},
    )  # fmt: skip
    site = forms.ModelChoiceField(Site.objects.filter(is_active=True), label=_("Site"), required=False, empty_label="—")
    priority = forms.TypedChoiceField(label=_("Priority"), choices=Priority.choices, coerce=int)
    checklist = forms.CharField(
        label=_("Checklist"), required=False, max_length=5_000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One item per line; a line in (brackets) may be left out."),
    )  # fmt: skip
    needs = forms.ModelMultipleChoiceField(
        WorkOrder.objects.none(), required=False, label=_("Waits for"), widget=forms.CheckboxSelectMultiple,
        help_text=_("It begins by itself when these are over."),
        error_messages={"invalid_choice": _("One of these is no work order of this ticket.")},
    )  # fmt: skip
    submission = forms.UUIDField(widget=forms.HiddenInput, required=False, initial=uuid.uuid4)
    field_order = [
        "title", "instructions", "work_type", "workgroup", "site", "planned_start", "planned_end", "checklist", "needs",
        "priority", "submission",
    ]  # fmt: skip

    def __init__(self, *args: Any, parent: Ticket, **kwargs: Any):
        kwargs["initial"] = {
            "work_type": WorkType.ON_SITE, "site": parent.site_id, "priority": parent.priority,
            **(kwargs.get("initial") or {}),
        }  # fmt: skip
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        work_type = self._work_type()
        fields["workgroup"].queryset = queries.workgroups_that_take(work_type)
        proposed, because = queries.propose(parent, work_type=work_type)
        if proposed is not None:
            fields["workgroup"].initial = proposed.pk
            fields["workgroup"].help_text = escape(
                _("{workgroup} is proposed by {because}.").format(workgroup=proposed, because=spoken(because))
            )
        # Another type has other workgroups: their field alone is redrawn, so that nothing typed meanwhile is lost.
        fields["work_type"].widget.attrs |= {
            "hx-post": reverse("workorders:new", args=[parent.number]),
            "hx-trigger": "change",
            "hx-vals": '{"show": "1"}',
            "hx-target": "#order-workgroup",
            "hx-swap": "outerHTML",
        }
        # What is over meanwhile holds up nobody, and may have been ticked while it was open.
        fields["needs"].queryset = queries.orders_of(parent)
        fields["needs"].choices = [(order.pk, f"{order.number} {order.title}") for order in queries.open_orders(parent)]

    def _work_type(self) -> str:
        """The type that the form names, or the usual one."""
        named = str(self["work_type"].value() or "")
        return named if named in WorkType.values else WorkType.ON_SITE

    def clean_checklist(self) -> list[str]:
        return checklist_lines(self.cleaned_data["checklist"])


class TemplateForm(forms.Form):
    """All orders of a template at once."""

    template = forms.ModelChoiceField(
        OrderTemplate.objects.none(), label=_("Template"), empty_label=_("Choose …"),
        error_messages={"invalid_choice": _("There is no such template any more. Please choose one of these.")},
    )  # fmt: skip
    submission = forms.UUIDField(widget=forms.HiddenInput, required=False, initial=uuid.uuid4)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["template"].queryset = queries.templates()  # type: ignore[attr-defined]


class EditForm(Planned):
    """Editing what was ordered, with the version that was seen."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    title = forms.CharField(label=_("Title"), max_length=200)
    description = forms.CharField(
        label=_("Instructions"), required=False, max_length=50_000, widget=forms.Textarea(attrs={"rows": 5})
    )
    site = forms.ModelChoiceField(Site.objects.none(), label=_("Site"), required=False, empty_label="—")
    field_order = ["seen", "title", "description", "site", "planned_start", "planned_end"]

    def __init__(self, *args: Any, ticket: WorkOrder, **kwargs: Any):
        kept = {name: getattr(ticket, name) for name in self.field_order[1:]}
        kwargs["initial"] = {**kept, "seen": ticket.version, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        sites: Any = self.fields["site"]
        sites.queryset = Site.objects.filter(Q(is_active=True) | Q(pk=ticket.site_id))


EFFORT = {
    "required": False,
    "min_value": 0,
    "max_value": 60_000,
    "label": _("Effort in minutes"),
    "widget": forms.NumberInput(attrs={"inputmode": "numeric"}),
}


class CompleteForm(MoveForm):
    result = forms.CharField(
        label=_("What did you do?"),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Please say what you did.")},
    )
    effort_minutes = forms.IntegerField(**EFFORT)  # type: ignore[arg-type]
    files = FilesField(label=_("Photos or files"), camera=True)  # type: ignore[assignment]  # the stubs know only the sent files


class FailForm(MoveForm):
    reason = forms.CharField(
        label=_("Why can't it be done?"),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Please say why it can't be done.")},
    )
    effort_minutes = forms.IntegerField(**EFFORT)  # type: ignore[arg-type]
    files = FilesField(label=_("Photos or files"), camera=True)  # type: ignore[assignment]  # the stubs know only the sent files


class CancelForm(MoveForm):
    reason = forms.CharField(
        label=_("Why isn't it needed any more?"),
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Please say why it isn't needed any more.")},
    )


# Transition -> its form; a transition that is not here asks for nothing but the click.
FORMS: dict[str, type[MoveForm]] = {
    "assign": AssignForm,
    "hold": HoldForm,
    "complete": CompleteForm,
    "fail": FailForm,
    "cancel": CancelForm,
}
