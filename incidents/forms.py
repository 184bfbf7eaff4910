"""Forms of incidents: logging, editing, and one for each transition that asks something."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from desk.assignment.forms import AssignForm
from desk.knowledge.forms import PickField
from desk.people.fields import PersonField
from desk.people.models import User, Workgroup
from desk.people.queries import workgroups_for
from desk.people.rules import is_analyst
from desk.services.models import Category, Service, Site
from desk.sla.queries import needs_violation, violation_reasons
from desk.tickets import forms as desk
from desk.tickets.forms import CategoryField, FilesField, HoldForm, MoveForm
from desk.tickets.models import Impact, Urgency
from desk.tickets.rules import works_on_it

from . import families, majors
from .family_forms import AttachForm as AttachForm
from .family_forms import MergeForm
from .models import Incident, Outage, ResolutionCode

WHO_IS_AFFECTED = [
    (Impact.LOW, _lazy("Only me, or one person")),
    (Impact.MEDIUM, _lazy("My team or my site")),
    (Impact.HIGH, _lazy("Everyone, or very many people")),
]
RATINGS = [(1, _lazy("Very poor")), (2, _lazy("Poor")), (3, _lazy("Fair")), (4, _lazy("Good")), (5, _lazy("Very good"))]
CAN_YOU_WORK = [
    (Urgency.LOW, _lazy("Yes, it is only a nuisance")),
    (Urgency.MEDIUM, _lazy("Yes, but with difficulty")),
    (Urgency.HIGH, _lazy("No, work has stopped")),
]


class Asked(forms.Form):
    """The plain questions from which impact, urgency and routing follow."""

    title = forms.CharField(
        label=_lazy("What's wrong?"),
        max_length=200,
        help_text=_lazy("A few words, such as “I can't open my mail”."),
        error_messages={"required": _lazy("Please say in a few words what is wrong.")},
    )
    description = forms.CharField(
        label=_lazy("Tell us more"),
        required=False,
        max_length=50_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_lazy("What did you do, what did you see, since when?"),
    )
    impact = forms.TypedChoiceField(
        label=_lazy("Who is affected?"),
        choices=WHO_IS_AFFECTED,
        coerce=int,
        widget=forms.RadioSelect,
        initial=Impact.LOW,
    )
    urgency = forms.TypedChoiceField(
        label=_lazy("Can you still work?"),
        choices=CAN_YOU_WORK,
        coerce=int,
        widget=forms.RadioSelect,
        initial=Urgency.MEDIUM,
    )
    service = forms.ModelChoiceField(
        Service.objects.filter(is_active=True),
        required=False,
        empty_label=_lazy("I'm not sure"),
        label=_lazy("What is it about?"),
    )
    site = forms.ModelChoiceField(
        Site.objects.filter(is_active=True), required=False, empty_label="—", label=_lazy("Where are you?")
    )


class LogForm(Asked):
    """Logging an incident; analysts may name another requester and a category."""

    files = FilesField(label=_lazy("Pictures or files"))  # type: ignore[assignment]
    submission = forms.UUIDField(widget=forms.HiddenInput, required=False)
    part_of = forms.ChoiceField(
        label=_lazy("Is it this?"), widget=forms.RadioSelect,
        choices=[("yes", _lazy("Yes, it is this, and I have something to add")), ("no", _lazy("No, it is something else"))],
        error_messages={"required": _lazy("We know of trouble with this service. Please say whether it is this.")},
    )  # fmt: skip
    again = forms.BooleanField(widget=forms.HiddenInput, required=False)  # yes, this is another one
    requester = PersonField(label=_lazy("For whom?"), required=False, help_text=_lazy("Empty: for yourself."))
    category = CategoryField(label=_lazy("Category"))

    def __init__(self, *args: Any, user: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["submission"].initial = uuid.uuid4
        self.major = majors.of_service(self.data.get("service") if self.is_bound else self.initial.get("service"))
        if self.major is None:
            del self.fields["part_of"]
        else:
            self.fields["part_of"].help_text = _(
                "“{headline}” Without anything to add, “Me too” above is enough."
            ).format(headline=self.major.headline)
        if is_analyst(user):
            self.fields["category"].load_choices()  # type: ignore[attr-defined]
            self.order_fields(["requester", "title", "description", "service", "category", "site"])
        else:
            del self.fields["requester"], self.fields["category"]

    @property
    def chosen_service(self) -> Service | str:
        """Whose trouble is shown above the form: the chosen service's, or everybody's."""
        return (self.major.incident.service or "") if self.major else ""


class ReplyForm(desk.ReplyForm):
    """A public reply; whoever works on an incident with children may send it to those too."""

    children = forms.BooleanField(required=False)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        incident: Any = self.ticket
        answers_all = works_on_it(incident, self.user) and incident.has_children
        count = families.open_children(incident).count() if answers_all else 0
        if count:
            self.fields["children"].label = ngettext("Also to its {n} child", "Also to its {n} children", count).format(
                n=count
            )
            self.fields["children"].help_text = _("Each requester reads it on their own incident.")
        else:
            del self.fields["children"]


class RaiseForm(forms.Form):
    """An incident for what went wrong with another ticket."""

    title = forms.CharField(
        label=_lazy("What's wrong?"), max_length=200,
        error_messages={"required": _lazy("Please say in a few words what is wrong.")},
    )  # fmt: skip
    words = forms.CharField(
        label=_lazy("What happened?"), max_length=50_000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_lazy("What people notice, since when, and what you know of it."),
        error_messages={"required": _lazy("Please say what happened.")},
    )  # fmt: skip


class RaiseForServiceForm(RaiseForm):
    """An incident for a service that isn't as it should be."""

    level = forms.ChoiceField(
        label=_lazy("How is the service?"), initial=Outage.Level.DEGRADED, widget=forms.RadioSelect,
        choices=[
            (Outage.Level.DEGRADED, _lazy("Degraded: it can be used, with trouble")),
            (Outage.Level.DOWN, _lazy("Down: nobody can use it")),
        ],
        help_text=_lazy("It is shown so to everybody until the incident is resolved."),
    )  # fmt: skip
    field_order = ["title", "level", "words"]


# What analysts call what the plain questions ask for.
PLAIN = {
    "title": _lazy("Title"), "description": _lazy("Description"), "service": _lazy("Service"), "site": _lazy("Site"),
}  # fmt: skip


class EditForm(Asked):
    """Editing what was logged, by analysts, with the version they saw."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    requester = PersonField(label=_lazy("Requester"))
    category = CategoryField(label=_lazy("Category"))
    field_order = ["seen", "title", "description", "requester", "service", "category", "site", "impact", "urgency"]

    def __init__(self, *args: Any, ticket: Incident, **kwargs: Any):
        kept = {name: getattr(ticket, name) for name in self.field_order[1:]}
        kwargs["initial"] = {**kept, "seen": ticket.version, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self._keep_what_is_held(ticket)
        for name in ("title", "description", "service", "site"):
            self.fields[name].label, self.fields[name].help_text = PLAIN[name], ""
        self.fields["impact"] = forms.TypedChoiceField(label=_("Impact"), choices=Impact.choices, coerce=int)
        self.fields["urgency"] = forms.TypedChoiceField(label=_("Urgency"), choices=Urgency.choices, coerce=int)

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
        ResolutionCode.objects.filter(is_active=True), empty_label=None, label=_lazy("Resolution code")
    )
    solution = forms.CharField(
        label=_lazy("Solution"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_lazy("What was wrong and what you did. The requester reads this."),
        error_messages={"required": _lazy("Please say what solved it; the requester reads this.")},
    )
    article = PickField(
        label=_lazy("Solved with an article"), help_text=_lazy("Its short answer fills in the solution.")
    )
    violation = forms.ModelChoiceField(
        violation_reasons(),
        label=_lazy("Why was the target missed?"),
        empty_label=_lazy("Choose …"),
        help_text=_lazy("It was due earlier. Only IT sees this; reports count it."),
        error_messages={"required": _lazy("It missed its resolution target. Please say why.")},
    )

    children = forms.BooleanField(
        label=_lazy("Resolve its children too"), required=False, initial=True,
        help_text=_lazy("With the same code and words. What can't be resolved is listed, with the reason."),
    )  # fmt: skip

    def prepare(self) -> None:
        self.fields["article"].user = self.user  # type: ignore[attr-defined]
        if not needs_violation(self.ticket):
            del self.fields["violation"]
        incident: Any = self.ticket
        if count := families.open_children(incident).count():
            self.fields["children"].label = ngettext(
                "Resolve its {n} child too", "Resolve its {n} children too", count
            ).format(n=count)
        else:
            del self.fields["children"]


class ConfirmForm(MoveForm):
    """Rating and comment are the requester's own; an analyst who confirms on their word sees neither."""

    rating = forms.TypedChoiceField(
        label=_lazy("How did we do?"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=RATINGS,
        widget=forms.RadioSelect,
    )
    comment = forms.CharField(
        label=_lazy("Anything to add?"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def prepare(self) -> None:
        if self.user.pk != self.ticket.requester_id:
            del self.fields["rating"], self.fields["comment"]
            self.sentence = _("Close it on the word of {requester}?").format(requester=self.ticket.requester)


class FeedbackForm(forms.Form):
    """Yes, with a rating and a word if they like; or no, with what still doesn't work."""

    answer = forms.ChoiceField(
        label=_lazy("Does it work again?"),
        choices=[("yes", _lazy("Yes, it is solved")), ("no", _lazy("No, it still doesn't work"))],
        widget=forms.RadioSelect, error_messages={"required": _lazy("Please say yes or no.")},
    )  # fmt: skip
    rating = forms.TypedChoiceField(
        label=_lazy("How did we do?"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=RATINGS,
        widget=forms.RadioSelect,
    )
    words = forms.CharField(
        label=_lazy("Anything to add?"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_lazy("If it still doesn't work: what do you see?"),
    )  # fmt: skip

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        if cleaned.get("answer") == "no" and not cleaned.get("words", "").strip():
            self.add_error("words", _("Please say what still doesn't work."))
        return cleaned


def orders_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_lazy("And its open work orders?"),
        choices=[("cancel", _lazy("Cancel them too")), ("keep", _lazy("Keep them: they are needed all the same"))],
        widget=forms.RadioSelect,
        error_messages={"required": _lazy("Please say what becomes of the open work orders.")},
    )


def ask_about_orders(form: MoveForm) -> None:
    """Only analysts are asked, and only where work orders are open."""
    incident: Any = form.ticket
    if incident.open_orders and works_on_it(incident, form.user):
        form.fields["orders"].help_text = _("Open: {orders}.").format(orders=incident.open_orders)
    else:
        del form.fields["orders"]


class ReopenForm(MoveForm):
    reason = forms.CharField(
        label=_lazy("What still doesn't work?"),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _lazy("Please say what still doesn't work.")},
    )
    workgroup = forms.ModelChoiceField(Workgroup.objects.none(), required=False, label=_lazy("Workgroup"))
    orders = orders_field()

    def prepare(self) -> None:
        ask_about_orders(self)
        if works_on_it(self.ticket, self.user):
            self.fields["workgroup"].queryset = workgroups_for("incident")  # type: ignore[attr-defined]
            last = self.ticket.workgroup
            self.fields["workgroup"].empty_label = (  # type: ignore[attr-defined]
                _("{last} (the last one)").format(last=last)
                if last.takes_kind("incident")
                else _("By the routing rules ({last} takes none)").format(last=last)
            )
        else:
            del self.fields["workgroup"]


class CancelForm(MoveForm):
    reason = forms.CharField(
        label=_lazy("Why isn't it needed any more?"),
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _lazy("Please say why it isn't needed any more.")},
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
    "merge": MergeForm,
}
