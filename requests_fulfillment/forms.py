"""Forms of service requests: an order, made from what its item asks; editing; and one for each transition that asks."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from desk.assignment.forms import AssignForm
from desk.people.fields import PersonField
from desk.people.models import User
from desk.services.models import Category, Service, Site
from desk.tickets import text
from desk.tickets.errors import Refused
from desk.tickets.files import safe_name
from desk.tickets.forms import CategoryField, FilesField, HoldForm, MoveForm
from desk.tickets.models import Impact, Urgency

from .blueprint import NO, YES, Blueprint, Question, said
from .models import ServiceRequest

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

FEW = 5  # answers of a choice that are laid out side by side; more stand in a list
ASKED = "q_"  # before a question's key in the name of its field, so that no key is taken by the form itself


# -- ordering ----------------------------------------------------------------------------------


def field_for(question: Question) -> forms.Field:
    """The form's field for a question, by its kind."""
    given: dict[str, Any] = {"label": question.label, "help_text": question.help, "required": question.required}
    chosen = {**given, "error_messages": {"required": _("Please choose one.")}}
    match question.kind:
        case "choice" if len(question.choices) <= FEW:
            return forms.ChoiceField(choices=_pairs(question), widget=forms.RadioSelect, **chosen)
        case "choice":
            return forms.ChoiceField(choices=[("", _("Choose …")), *_pairs(question)], **chosen)
        case "yes_no":
            return forms.ChoiceField(choices=[(YES, _("Yes")), (NO, _("No"))], widget=forms.RadioSelect, **chosen)
        case "number":
            words = {"required": _("Please give a number."), "invalid": _("Please give a number, such as 2 or 2.5.")}
            return forms.DecimalField(max_digits=15, decimal_places=4, error_messages=words, **given)
        case "date":
            widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
            words = {"required": _("Please give a date."), "invalid": _("Please give a date, such as 2026-12-31.")}
            return forms.DateField(widget=widget, input_formats=["%Y-%m-%d"], error_messages=words, **given)
        case "person":
            return PersonField(error_messages={"required": _("Please name somebody.")}, **given)
        case "file":
            return _files_field(question)
        case "long_text":
            return _text_field(given, 20_000, forms.Textarea(attrs={"rows": 4}))
        case _:
            return _text_field(given, 500, forms.TextInput())


def _pairs(question: Question) -> list[tuple[str, str]]:
    return [(choice, choice) for choice in question.choices]


def _text_field(given: Mapping[str, Any], most: int, widget: forms.Widget) -> forms.CharField:
    words = {"required": _("Please fill this in.")}
    return forms.CharField(max_length=most, widget=widget, error_messages=words, **given)


def _files_field(question: Question) -> FilesField:
    found = FilesField(label=question.label)
    found.help_text = f"{question.help} {found.help_text}".strip()
    found.is_wanted = question.required  # type: ignore[attr-defined]  # the field itself never insists
    return found


def as_text(value: Any) -> str:
    """A cleaned value as it is kept: a person with their username, a date as YYYY-MM-DD, files by their names."""
    match value:
        case None:
            return ""
        case User():
            return f"{value} ({value.username})"
        case date():
            return value.isoformat()
        case Decimal():
            return f"{value.normalize():f}"
        case list():
            return ", ".join(safe_name(file.name or "file") for file in value)
        case _:
            return text.normal(str(value))


@dataclass(frozen=True)
class Asked:
    """A question on the page: its field, and when it is shown (`name` and `value` of another field; empty: always)."""

    field: Any
    kind: str
    name: str = ""
    value: str = ""
    hint: str = ""


class OrderForm(forms.Form):
    """Ordering an item: for whom, where, and what it asks. A question that isn't shown is neither required nor kept."""

    submission = forms.UUIDField(widget=forms.HiddenInput, required=False)
    requester = PersonField(
        label=_("For whom?"), required=False,
        help_text=_("Empty: for yourself. Otherwise a username, an e-mail address or a full name; they see the request too."),
    )  # fmt: skip
    site = forms.ModelChoiceField(
        Site.objects.filter(is_active=True), required=False, empty_label="—", label=_("Where is it needed?")
    )
    use_required_attribute = False  # what a condition hides can't be asked for by the browser

    def __init__(self, *args: Any, blueprint: Blueprint, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.blueprint = blueprint
        self.fields["submission"].initial = uuid.uuid4
        for question in blueprint.questions:
            self.fields[ASKED + question.key] = field_for(question)

    @property
    def asked(self) -> list[Asked]:
        """All questions in their order, for the page."""
        labels = {question.key: question for question in self.blueprint.questions}
        return [self._asked(question, labels) for question in self.blueprint.questions]

    def _asked(self, question: Question, known: Mapping[str, Question]) -> Asked:
        field, condition = self[ASKED + question.key], question.shown_if
        if condition is None:
            return Asked(field, question.kind)
        other = known[condition.key]
        hint = _("Only if “{question}” is “{answer}”.").format(
            question=other.label, answer=said(other, condition.value)
        )
        return Asked(field, question.kind, ASKED + condition.key, condition.value, hint)

    @property
    def has_files(self) -> bool:
        return any(question.kind == "file" for question in self.blueprint.questions)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        answers = {q.key: as_text(data.get(ASKED + q.key)) for q in self.blueprint.questions}
        shown = {question.key for question in self.blueprint.asked(answers)}
        for question in self.blueprint.questions:
            name = ASKED + question.key
            if question.key not in shown:
                self.errors.pop(name, None)
                data.pop(name, None)
            elif name not in self.errors:
                self._check(question, answers[question.key])
        self.answers = {key: answer for key, answer in answers.items() if key in shown}
        return data

    def _check(self, question: Question, answer: str) -> None:
        """What a field of its kind can't know by itself."""
        if question.kind == "file" and question.required and not answer:
            self.add_error(ASKED + question.key, _("Please choose a file."))
        if question.kind in ("text", "long_text"):
            try:
                text.clean(
                    answer, field=question.key, required=gettext("Please fill this in.") if question.required else ""
                )
            except Refused as refusal:
                self.add_error(ASKED + question.key, refusal.sentences)

    def order(self) -> dict[str, Any]:
        """What to call `actions.order` with."""
        data = self.cleaned_data
        files = [file for q in self.blueprint.questions if q.kind == "file" for file in data.get(ASKED + q.key, [])]
        return {"answers": self.answers, "files": files, **{n: data[n] for n in ("requester", "site", "submission")}}

    def typed(self) -> dict[str, str]:
        """What stands in the form now, as text, to be kept as a draft: no files, and nothing that isn't asked."""
        files = {ASKED + question.key for question in self.blueprint.questions if question.kind == "file"}
        names = [name for name in self.fields if name not in files | {"submission"}]
        return {name: self.data.get(name, "").replace("\x00", "")[:20_000] for name in names}


class EditForm(forms.Form):
    """Editing a request, by analysts, with the version they saw; what was ordered stays as it was ordered."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    title = forms.CharField(label=_("Title"), max_length=200)
    service = forms.ModelChoiceField(Service.objects.none(), label=_("Service"), required=False, empty_label="—")
    category = CategoryField(label=_("Category"))
    site = forms.ModelChoiceField(Site.objects.none(), label=_("Site"), required=False, empty_label="—")
    impact = forms.TypedChoiceField(label=_("Impact"), choices=Impact.choices, coerce=int)
    urgency = forms.TypedChoiceField(label=_("Urgency"), choices=Urgency.choices, coerce=int)

    def __init__(self, *args: Any, ticket: ServiceRequest, **kwargs: Any):
        kept = {name: getattr(ticket, name) for name in self.base_fields if name != "seen"}
        kwargs["initial"] = {**kept, "seen": ticket.version, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        # What the request holds stays a choice on it, though it is no longer offered elsewhere.
        fields["service"].queryset = Service.objects.filter(Q(is_active=True) | Q(pk=ticket.service_id))
        fields["site"].queryset = Site.objects.filter(Q(is_active=True) | Q(pk=ticket.site_id))
        fields["category"].queryset = Category.objects.filter(Q(is_active=True) | Q(pk=ticket.category_id))
        fields["category"].load_choices(also=ticket.category)


class DisruptionForm(forms.Form):
    """After a failure: whether it disrupts a service."""

    disrupts = forms.TypedChoiceField(
        label=_("Does it disrupt a service?"), widget=forms.RadioSelect, coerce=lambda value: value == YES,
        choices=[(YES, _("Yes: people can't use something that they use")), (NO, _("No"))],
        error_messages={"required": _("Please say whether it disrupts a service.")},
    )  # fmt: skip
    words = forms.CharField(
        label=_("Which service, and how?"), required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Needed for a yes. Only IT sees this."),
    )  # fmt: skip


# -- transitions -------------------------------------------------------------------------------


def _words(label: StrOrPromise, missing: StrOrPromise = "", rows: int = 3, **given: Any) -> forms.CharField:
    """A longer text that a move asks for; `missing`: the sentence when it isn't there (empty: it may be left out)."""
    area = forms.Textarea(attrs={"rows": rows})
    given |= {"error_messages": {"required": missing}} if missing else {"required": False}
    return forms.CharField(label=label, widget=area, **given)


class FulfilForm(MoveForm):
    text = _words(
        _("A word to the requester"), help_text=_("Such as where it lies, or how one begins. They read this.")
    )


class FailForm(MoveForm):
    reason = _words(_("What went wrong?"), _("Please say what went wrong."), help_text=_("Only IT sees this."))


class RetryForm(MoveForm):
    how_to = forms.ChoiceField(
        label=_("How does it go on?"), widget=forms.RadioSelect,
        choices=[
            ("again", _("Try again what failed: its work orders are raised anew")),
            ("without", _("Go on without what failed")),
            ("other", _("Another way: the rest of the plan is called off, and it is delivered by hand")),
        ],
        error_messages={"required": _("Please say how it goes on.")},
    )  # fmt: skip
    note = _words(_("A note for IT"), rows=2, help_text=_("Needed for another way: say which."))


class ConfirmForm(MoveForm):
    """Rating and comment are the requester's own; an analyst who confirms on their word sees neither."""

    rating = forms.TypedChoiceField(
        label=_("How did we do?"), required=False, coerce=int, empty_value=None, widget=forms.RadioSelect,
        choices=[(1, _("Very poor")), (2, _("Poor")), (3, _("Fair")), (4, _("Good")), (5, _("Very good"))],
    )  # fmt: skip
    comment = _words(_("Anything to add?"), rows=2, max_length=4000)

    def prepare(self) -> None:
        if self.user.pk != self.ticket.requester_id:
            del self.fields["rating"], self.fields["comment"]
            self.sentence = _("Close it on the word of {person}?").format(person=self.ticket.requester)


class RefuseForm(MoveForm):
    reason = _words(_("What is wrong with it?"), _("Please say what is wrong with it."))


class CancelForm(MoveForm):
    reason = _words(_("Why isn't it needed any more?"), _("Please say why it isn't needed any more."), rows=2)

    def prepare(self) -> None:
        assert isinstance(self.ticket, ServiceRequest)
        if self.ticket.open_orders:
            self.sentence = gettext("What is under way for it is called off too.")


# Transition -> its form; a transition that is not here asks for nothing but the click.
FORMS: dict[str, type[MoveForm]] = {
    "assign": AssignForm,
    "hold": HoldForm,
    "fulfil": FulfilForm,
    "fail": FailForm,
    "retry": RetryForm,
    "confirm": ConfirmForm,
    "refuse": RefuseForm,
    "cancel": CancelForm,
}
