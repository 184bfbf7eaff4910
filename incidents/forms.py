"""Forms of incidents: logging, editing, and one for each transition that asks something."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.db.models import Q

from desk.assignment.forms import AssignForm
from desk.people.fields import PersonField
from desk.people.models import User, Workgroup
from desk.people.queries import workgroups_for
from desk.people.rules import is_analyst
from desk.services.models import Category, Service, Site
from desk.sla.queries import needs_violation, violation_reasons
from desk.tickets.forms import CategoryField, FilesField, HoldForm, MoveForm
from desk.tickets.models import Impact, Urgency
from desk.tickets.rules import works_on_it

from .models import Incident, Outage, ResolutionCode

WHO_IS_AFFECTED = [
    (Impact.LOW, "Only me, or one person"),
    (Impact.MEDIUM, "My team or my site"),
    (Impact.HIGH, "Everyone, or very many people"),
]
CAN_YOU_WORK = [
    (Urgency.LOW, "Yes, it is only a nuisance"),
    (Urgency.MEDIUM, "Yes, but with difficulty"),
    (Urgency.HIGH, "No, work has stopped"),
]


class Asked(forms.Form):
    """The plain questions from which impact, urgency and routing follow."""

    title = forms.CharField(
        label="What's wrong?",
        max_length=200,
        help_text="A few words, such as “I can't open my mail”.",
        error_messages={"required": "Please say in a few words what is wrong."},
    )
    description = forms.CharField(
        label="Tell us more",
        required=False,
        max_length=50_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="What did you do, what did you see, since when?",
    )
    impact = forms.TypedChoiceField(
        label="Who is affected?", choices=WHO_IS_AFFECTED, coerce=int, widget=forms.RadioSelect, initial=Impact.LOW
    )
    urgency = forms.TypedChoiceField(
        label="Can you still work?",
        choices=CAN_YOU_WORK,
        coerce=int,
        widget=forms.RadioSelect,
        initial=Urgency.MEDIUM,
    )
    service = forms.ModelChoiceField(
        Service.objects.filter(is_active=True), required=False, empty_label="I'm not sure", label="What is it about?"
    )
    site = forms.ModelChoiceField(
        Site.objects.filter(is_active=True), required=False, empty_label="—", label="Where are you?"
    )


class LogForm(Asked):
    """Logging an incident; analysts may name another requester and a category."""

    files = FilesField(label="Pictures or files")  # type: ignore[assignment]
    submission = forms.UUIDField(widget=forms.HiddenInput, required=False)
    again = forms.BooleanField(widget=forms.HiddenInput, required=False)  # yes, this is another one
    requester = PersonField(label="For whom?", required=False, help_text="Empty: for yourself.")
    category = CategoryField(label="Category")

    def __init__(self, *args: Any, user: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["submission"].initial = uuid.uuid4
        if is_analyst(user):
            self.fields["category"].load_choices()  # type: ignore[attr-defined]
            self.order_fields(["requester", "title", "description", "service", "category", "site"])
        else:
            del self.fields["requester"], self.fields["category"]


class RaiseForm(forms.Form):
    """An incident for what went wrong with another ticket."""

    title = forms.CharField(
        label="What's wrong?", max_length=200,
        error_messages={"required": "Please say in a few words what is wrong."},
    )  # fmt: skip
    words = forms.CharField(
        label="What happened?", max_length=50_000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="What people notice, since when, and what you know of it.",
        error_messages={"required": "Please say what happened."},
    )  # fmt: skip


class RaiseForServiceForm(RaiseForm):
    """An incident for a service that isn't as it should be."""

    level = forms.ChoiceField(
        label="How is the service?", initial=Outage.Level.DEGRADED, widget=forms.RadioSelect,
        choices=[
            (Outage.Level.DEGRADED, "Degraded: it can be used, with trouble"),
            (Outage.Level.DOWN, "Down: nobody can use it"),
        ],
        help_text="It is shown so to everybody until the incident is resolved.",
    )  # fmt: skip
    field_order = ["title", "level", "words"]


class EditForm(Asked):
    """Editing what was logged, by analysts, with the version they saw."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    requester = PersonField(label="Requester")
    category = CategoryField(label="Category")
    field_order = ["seen", "title", "description", "requester", "service", "category", "site", "impact", "urgency"]

    def __init__(self, *args: Any, ticket: Incident, **kwargs: Any):
        kept = {name: getattr(ticket, name) for name in self.field_order[1:]}
        kwargs["initial"] = {**kept, "seen": ticket.version, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self._keep_what_is_held(ticket)
        for name in ("title", "description", "service", "site"):
            self.fields[name].label, self.fields[name].help_text = name.capitalize(), ""
        self.fields["impact"] = forms.TypedChoiceField(choices=Impact.choices, coerce=int)
        self.fields["urgency"] = forms.TypedChoiceField(choices=Urgency.choices, coerce=int)

    def _keep_what_is_held(self, ticket: Incident) -> None:
        """What the ticket holds stays a choice on it, though it is no longer offered elsewhere."""
        fields: Any = self.fields
        fields["service"].queryset = Service.objects.filter(Q(is_active=True) | Q(pk=ticket.service_id))
        fields["site"].queryset = Site.objects.filter(Q(is_active=True) | Q(pk=ticket.site_id))
        fields["category"].queryset = Category.objects.filter(Q(is_active=True) | Q(pk=ticket.category_id))
        fields["category"].load_choices(also=ticket.category)
        fields["requester"].also = ticket.requester


class ResolveForm(MoveForm):
    code = forms.ModelChoiceField(
        ResolutionCode.objects.filter(is_active=True), empty_label=None, label="Resolution code"
    )
    solution = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="What was wrong and what you did. The requester reads this.",
        error_messages={"required": "Please say what solved it; the requester reads this."},
    )
    violation = forms.ModelChoiceField(
        violation_reasons(),
        label="Why was the target missed?",
        empty_label="Choose …",
        help_text="It was due earlier. Only IT sees this; reports count it.",
        error_messages={"required": "It missed its resolution target. Please say why."},
    )

    def prepare(self) -> None:
        if not needs_violation(self.ticket):
            del self.fields["violation"]


class ConfirmForm(MoveForm):
    """Rating and comment are the requester's own; an analyst who confirms on their word sees neither."""

    rating = forms.TypedChoiceField(
        label="How did we do?",
        required=False,
        coerce=int,
        empty_value=None,
        choices=[(1, "Very poor"), (2, "Poor"), (3, "Fair"), (4, "Good"), (5, "Very good")],
        widget=forms.RadioSelect,
    )
    comment = forms.CharField(
        label="Anything to add?", required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def prepare(self) -> None:
        if self.user.pk != self.ticket.requester_id:
            del self.fields["rating"], self.fields["comment"]
            self.sentence = f"Close it on the word of {self.ticket.requester}?"


def orders_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        label="And its open work orders?",
        choices=[("cancel", "Cancel them too"), ("keep", "Keep them: they are needed all the same")],
        widget=forms.RadioSelect,
        error_messages={"required": "Please say what becomes of the open work orders."},
    )


def ask_about_orders(form: MoveForm) -> None:
    """Only analysts are asked, and only where work orders are open."""
    incident: Any = form.ticket
    if incident.open_orders and works_on_it(incident, form.user):
        form.fields["orders"].help_text = f"Open: {incident.open_orders}."
    else:
        del form.fields["orders"]


class ReopenForm(MoveForm):
    reason = forms.CharField(
        label="What still doesn't work?",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Please say what still doesn't work."},
    )
    workgroup = forms.ModelChoiceField(Workgroup.objects.none(), required=False, label="Workgroup")
    orders = orders_field()

    def prepare(self) -> None:
        ask_about_orders(self)
        if works_on_it(self.ticket, self.user):
            self.fields["workgroup"].queryset = workgroups_for("incident")  # type: ignore[attr-defined]
            last = self.ticket.workgroup
            self.fields["workgroup"].empty_label = (  # type: ignore[attr-defined]
                f"{last} (the last one)" if last.takes_kind("incident") else f"By the routing rules ({last} takes none)"
            )
        else:
            del self.fields["workgroup"]


class CancelForm(MoveForm):
    reason = forms.CharField(
        label="Why isn't it needed any more?",
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Please say why it isn't needed any more."},
    )
    orders = orders_field()

    def prepare(self) -> None:
        ask_about_orders(self)


# Transition -> its form; a transition that is not here asks for nothing but the click.
FORMS: dict[str, type[MoveForm]] = {
    "assign": AssignForm,
    "hold": HoldForm,
    "resolve": ResolveForm,
    "confirm": ConfirmForm,
    "reopen": ReopenForm,
    "cancel": CancelForm,
}
