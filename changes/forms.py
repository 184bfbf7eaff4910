"""Forms of changes: planning, checking a plan, an interruption, a calendar's address, and one for each transition that asks."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from desk.assignment.forms import AssignForm
from desk.people.language import spoken
from desk.people.models import User, Workgroup
from desk.people.queries import workgroups_for
from desk.people.rules import reach
from desk.services.models import Category, Service, Site
from desk.tickets.forms import CategoryField, FilesField, MoveForm
from desk.tickets.models import Impact, Ticket

from . import actions, queries
from .lifecycle import Outcome
from .models import ASKED, PLAN, Change, ChangeTemplate, ChangeType
from .planning import Plan
from .risk import Experience, TriedOut, Undoing

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MOMENT = "%Y-%m-%dT%H:%M"
WHO_NOTICES = [
    (Impact.LOW, _lazy("One person or nobody")),
    (Impact.MEDIUM, _lazy("A team or a site")),
    (Impact.HIGH, _lazy("Everyone, or very many people")),
]
TYPES = [
    (ChangeType.NORMAL, _lazy("Normal: its approvers decide")),
    (ChangeType.EMERGENCY, _lazy("Emergency: it can't wait; one approver decides now, and it is reviewed afterwards")),
]


def moment_field(label: StrOrPromise, **kwargs: Any) -> forms.DateTimeField:
    """A date and time, as browsers offer it; in the viewer's own time zone."""
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT)
    return forms.DateTimeField(label=label, widget=widget, input_formats=[MOMENT, "%Y-%m-%d %H:%M"], **kwargs)


def _words(label: StrOrPromise, help_text: StrOrPromise, rows: int = 3) -> forms.CharField:
    """A longer text of the plan."""
    area = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, required=False, max_length=50_000, widget=area, help_text=help_text)


def _answer(label: StrOrPromise, choices: Any) -> forms.TypedChoiceField:
    """One of the plain questions on risk; it may wait until the change is submitted."""
    return forms.TypedChoiceField(
        label=label, choices=choices, coerce=int, empty_value=None, required=False, widget=forms.RadioSelect
    )


class Planned(forms.Form):
    """What is planned, why, when, and the questions that the risk follows from."""

    title = forms.CharField(
        label=_lazy("What will be changed?"),
        max_length=200,
        help_text=_lazy("A few words, such as “Replace the core switch in Hamburg”."),
        error_messages={"required": _lazy("Please say in a few words what will be changed.")},
    )
    description = _words(_lazy("Tell us more"), _lazy("What is there now, and what will be there afterwards?"))
    services = forms.ModelMultipleChoiceField(
        Service.objects.filter(is_active=True), required=False, label=_lazy("Services it touches"),
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    category = CategoryField(label=_lazy("Category"))
    site = forms.ModelChoiceField(
        Site.objects.filter(is_active=True), required=False, empty_label="—", label=_lazy("Site")
    )
    planned_start = moment_field(_lazy("Planned from"), required=False)
    planned_end = moment_field(_lazy("until"), required=False)
    reason = _words(_lazy("Why is it needed?"), _lazy("And what happens if it isn't done?"))
    implementation_plan = _words(_lazy("Implementation plan"), _lazy("The steps, and who takes them."), rows=5)
    test_plan = _words(_lazy("Test plan"), _lazy("How you will know that it works."))
    backout_plan = _words(_lazy("Back-out plan"), _lazy("How you get back when it doesn't."))
    impact = forms.TypedChoiceField(
        label=_lazy("Who notices if it goes wrong?"), choices=WHO_NOTICES, coerce=int, widget=forms.RadioSelect,
        initial=Impact.MEDIUM,
    )  # fmt: skip
    experience = _answer(_lazy("Have you done this before?"), Experience.choices)
    tried_out = _answer(_lazy("Was it tried out first?"), TriedOut.choices)
    undoing = _answer(_lazy("Can it be undone?"), Undoing.choices)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        start, end = data.get("planned_start"), data.get("planned_end")
        if end and not start:
            self.add_error("planned_start", _("Please say when it begins."))
        elif start and not end:
            self.add_error("planned_end", _("Please say when it ends."))
        elif start and end and end <= start:
            self.add_error("planned_end", _("The planned window ends after it starts."))
        return data


class DraftForm(Planned):
    """Drafting a change; a standard one takes plan and risk from its template, and asks only what that doesn't say."""

    change_type = forms.ChoiceField(
        label=_lazy("Type"), choices=TYPES, initial=ChangeType.NORMAL, widget=forms.RadioSelect
    )
    workgroup = forms.ModelChoiceField(
        Workgroup.objects.none(),
        empty_label=_lazy("Choose …"),
        label=_lazy("Owner workgroup"),
        help_text=_lazy("It plans it and does it."),
    )
    submission = forms.UUIDField(widget=forms.HiddenInput, required=False, initial=uuid.uuid4)

    def __init__(self, *args: Any, user: Any, template: ChangeTemplate | None = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["category"].load_choices()
        fields["workgroup"].queryset = workgroups_for("change")
        own = fields["workgroup"].queryset.filter(pk__in=reach(user).work)
        if len(own) == 1 and "workgroup" not in self.initial:
            fields["workgroup"].initial = own[0].pk
        self.template = template
        if template is not None:
            for name in ("change_type", "impact", *PLAN, *ASKED):
                del fields[name]

    def send(self, *, by: User, fixes: Ticket | None = None, source: str = "web") -> Change:
        """Draft what was asked for: a standard change where there is a template."""
        chosen = dict(self.cleaned_data)
        if self.template is not None:
            chosen |= {"template": self.template, "change_type": ChangeType.STANDARD}
        return actions.draft(by=by, fixes=fixes, source=source, **chosen)


class EditForm(Planned):
    """Editing what was planned, with the version that was seen."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    change_type = forms.ChoiceField(label=_lazy("Type"), choices=TYPES, widget=forms.RadioSelect)
    field_order = ["seen", "title", "description", "change_type"]

    def __init__(self, *args: Any, ticket: Change, **kwargs: Any):
        self.ticket = ticket
        names = [name for name in (*Planned.base_fields, "change_type") if name != "services"]
        kept = {name: getattr(ticket, name) for name in names}
        kept |= {"services": list(ticket.touched), "seen": ticket.version}
        kwargs["initial"] = {**kept, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        if ticket.template_id:
            fields["change_type"].choices = [
                (ChangeType.STANDARD, _("Standard: {template}").format(template=ticket.template)),
                *TYPES,
            ]
        # What the change holds stays a choice on it, though it is no longer offered elsewhere.
        fields["services"].queryset = Service.objects.filter(Q(is_active=True) | Q(changes=ticket)).distinct()
        fields["site"].queryset = Site.objects.filter(Q(is_active=True) | Q(pk=ticket.site_id))
        fields["category"].queryset = Category.objects.filter(Q(is_active=True) | Q(pk=ticket.category_id))
        fields["category"].load_choices(also=ticket.category)


class CheckForm(forms.Form):
    """What a plan meets is asked with these fields, as they stand in a form; what can't be read counts as not said."""

    NAMES = ("services", "planned_start", "planned_end", "change_type")

    services = forms.ModelMultipleChoiceField(Service.objects.all(), required=False)
    planned_start = moment_field(_lazy("from"), required=False)
    planned_end = moment_field(_lazy("until"), required=False)
    change_type = forms.CharField(required=False)

    @classmethod
    def of(cls, form: forms.Form) -> CheckForm:
        """With what stands in another form now: what was sent, or what it begins with."""
        said = {name: form[name].value() for name in cls.NAMES if name in form.fields}
        said["services"] = [getattr(one, "pk", one) for one in said.get("services") or ()]
        return cls(said)

    def plan(self, pk: int | None = None) -> Plan | None:
        """What is planned so far; None as long as there is no window or no service."""
        self.is_valid()
        said = self.cleaned_data
        start, end, services = said.get("planned_start"), said.get("planned_end"), said.get("services")
        if not (start and end and start < end and services):
            return None
        return Plan(start, end, tuple(services), said.get("change_type") == ChangeType.EMERGENCY, pk)


class FeedForm(forms.Form):
    """Which changes an address of one's own is for."""

    service = forms.ModelChoiceField(
        Service.objects.filter(is_active=True),
        required=False,
        label=_lazy("Changes of"),
        empty_label=_lazy("All services"),
    )


# -- transitions -------------------------------------------------------------------------------


class SubmitForm(MoveForm):
    def prepare(self) -> None:
        assert isinstance(self.ticket, Change)
        if self.ticket.is_standard:
            said = spoken(self.ticket.approved_beforehand)
            self.sentence = _("It is approved at once: {template}.").format(template=said)
        else:
            self.sentence = _("Its approvers are asked, and told what you planned.")


class WithdrawForm(MoveForm):
    because = forms.CharField(
        label=_lazy("Why?"), required=False, max_length=500, help_text=_lazy("Answers given so far are void.")
    )


class ScheduleForm(MoveForm):
    def prepare(self) -> None:
        assert isinstance(self.ticket, Change)
        self.sentence = _("It will be done {window}.").format(window=self.ticket.window_in_words)


class StartForm(MoveForm):
    late_reason = forms.CharField(
        label=_lazy("Why does it begin outside of its window?"), widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _lazy("It is outside of its window. Please say why it begins now.")},
    )  # fmt: skip

    def prepare(self) -> None:
        assert isinstance(self.ticket, Change)
        if queries.in_window(self.ticket, timezone.now()):
            self.fields["late_reason"].required = False
            self.fields["late_reason"].widget = forms.HiddenInput()
        else:
            self.sentence = _("Planned: {window}.").format(window=self.ticket.window_in_words)


class FinishForm(MoveForm):
    outcome = forms.ChoiceField(
        label=_lazy("How did it go?"), widget=forms.RadioSelect,
        choices=[(o.value, o.label) for o in (Outcome.SUCCESSFUL, Outcome.WITH_ISSUES, Outcome.INCORRECT)],
        error_messages={"required": _lazy("Please say how it went.")},
    )  # fmt: skip
    done = forms.CharField(
        label=_lazy("What was done?"), widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _lazy("Please say what was done.")},
    )  # fmt: skip
    started = moment_field(_lazy("Really begun"), required=False)
    ended = moment_field(_lazy("ended"), required=False, help_text=_lazy("Empty: now."))
    files = FilesField(label=_lazy("Pictures or files"))  # type: ignore[assignment]  # the stubs know only the sent files

    def prepare(self) -> None:
        assert isinstance(self.ticket, Change)
        self.fields["started"].initial = self.ticket.actual_start

    def arguments(self) -> dict[str, Any]:
        """The beginning as it stands is no correction, though the browser knows it only to the minute."""
        found, known = super().arguments(), self.ticket.actual_start  # type: ignore[attr-defined]
        if known and found["started"] == known.replace(second=0, microsecond=0):
            found["started"] = None
        return found


class FailForm(MoveForm):
    backed_out = forms.TypedChoiceField(
        label=_lazy("Is everything as it was before?"), widget=forms.RadioSelect, coerce=lambda value: value == "yes",
        choices=[("yes", _lazy("Yes, it was backed out")), ("no", _lazy("No, it was not backed out"))],
        error_messages={"required": _lazy("Please say whether it was backed out.")},
    )  # fmt: skip
    done = forms.CharField(
        label=_lazy("What happened?"), widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _lazy("Please say what happened.")},
    )  # fmt: skip
    ended = moment_field(_lazy("Ended"), required=False, help_text=_lazy("Empty: now."))
    orders = forms.ChoiceField(
        label=_lazy("And its open work orders?"), widget=forms.RadioSelect,
        choices=[("cancel", _lazy("Cancel them too")), ("keep", _lazy("Keep them: they are needed all the same"))],
        error_messages={"required": _lazy("Please say what becomes of the open work orders.")},
    )  # fmt: skip
    files = FilesField(label=_lazy("Pictures or files"))  # type: ignore[assignment]  # the stubs know only the sent files

    def prepare(self) -> None:
        ask_for_orders(self)


class CancelForm(MoveForm):
    reason = forms.CharField(
        label=_lazy("Why won't it be done?"), widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _lazy("Please say why it won't be done.")},
    )  # fmt: skip
    orders = FailForm.base_fields["orders"]

    def prepare(self) -> None:
        ask_for_orders(self)


def ask_for_orders(form: MoveForm) -> None:
    """Where work orders are open, ask what becomes of them; otherwise don't."""
    if found := form.ticket.open_orders:  # type: ignore[attr-defined]
        form.fields["orders"].help_text = _("Open: {orders}.").format(orders=found)
    else:
        del form.fields["orders"]


class ReviewForm(MoveForm):
    review = forms.CharField(
        label=_lazy("What happened, and what do we learn from it?"), widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_lazy("Did it do what it was for? What went otherwise than planned, and why? What will we do differently?"),
        error_messages={"required": _lazy("Please say what happened and what we learn from it.")},
    )  # fmt: skip

    def prepare(self) -> None:
        assert isinstance(self.ticket, Change)
        self.fields["review"].initial = self.ticket.review


class CloseForm(MoveForm):
    word = forms.CharField(
        label=_lazy("Why is it closed all the same?"), widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _lazy("Please say why it is closed although what it caused is open.")},
    )  # fmt: skip

    def prepare(self) -> None:
        assert isinstance(self.ticket, Change)
        if still := queries.open_consequences(self.ticket):
            numbers = ", ".join(f"{ticket.number} {ticket.title}" for ticket in still)
            self.fields["word"].help_text = _("Still open: {tickets}.").format(tickets=numbers)
        else:
            del self.fields["word"]


class InterruptionForm(forms.Form):
    """Reporting that it interrupts a service."""

    service = forms.ModelChoiceField(Service.objects.none(), empty_label=None, label=_lazy("Which service?"))
    level = forms.ChoiceField(
        label=_lazy("How bad is it?"), widget=forms.RadioSelect, initial="degraded",
        choices=[("degraded", _lazy("It works, but slowly or in part")), ("down", _lazy("It doesn't work at all"))],
    )  # fmt: skip
    words = forms.CharField(
        label=_lazy("What is interrupted, and how?"), widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_lazy("Which service, since when, and what people notice."),
        error_messages={"required": _lazy("Please say which service is interrupted, and how.")},
    )  # fmt: skip

    def __init__(self, *args: Any, change: Change, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["service"].queryset = change.services.all()  # type: ignore[attr-defined]
        self.fields["service"].initial = change.service_id


# Transition -> its form; a transition that is not here asks for nothing but the click.
class AssignChangeForm(AssignForm):
    """Whoever decides on a change isn't offered it."""

    def barred(self) -> dict[int, str]:
        return dict.fromkeys(queries.who_decides(self.ticket), _("is one of its approvers"))


FORMS: dict[str, type[MoveForm]] = {
    "submit": SubmitForm,
    "withdraw": WithdrawForm,
    "schedule": ScheduleForm,
    "start": StartForm,
    "finish": FinishForm,
    "fail": FailForm,
    "write_review": ReviewForm,
    "close": CloseForm,
    "cancel": CancelForm,
    "assign": AssignChangeForm,
}
