"""Forms of major incidents: one for each decision about them, and “me too”."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from .models import Incident, Outage

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

NEXT = [
    ("15", _lazy("In 15 minutes")),
    ("30", _lazy("In 30 minutes")),
    ("60", _lazy("In an hour")),
    ("120", _lazy("In two hours")),
    ("", _lazy("Not said")),
]


def _words(label: StrOrPromise, required: StrOrPromise, help_text: StrOrPromise = "", rows: int = 3) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=help_text, max_length=20_000, widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"required": required},
    )  # fmt: skip


class DecisionForm(forms.Form):
    """The base: `sentence` says what will follow."""

    sentence: StrOrPromise = ""

    def __init__(self, *args: Any, incident: Incident, **kwargs: Any):
        self.incident = incident
        super().__init__(*args, **{"auto_id": "major_%s", **kwargs})
        self.prepare()

    def prepare(self) -> None:
        """Fill in what depends on the incident."""


class ProposeForm(DecisionForm):
    sentence = _lazy("The leads of its workgroup are asked. Nothing happens until one of them decides.")
    reason = _words(
        _lazy("Why is it a major incident?"),
        _lazy("Please say why it is a major incident."),
        _lazy("Who is hit, how hard, since when."),
    )


class DeclineForm(DecisionForm):
    sentence = _lazy("Whoever proposed it reads why.")
    reason = _words(_lazy("Why is it none?"), _lazy("Please say why it is none."))


class WithdrawForm(DecisionForm):
    sentence = _lazy("It is shown to nobody any more. It stays P1 until somebody edits it, and its children stay.")
    reason = _words(_lazy("Why is it none?"), _lazy("Please say why it is none."))


class UpdateForm(DecisionForm):
    sentence = _lazy(
        "Everybody reads this on the home page and on the service's page; whoever follows it, or said “me too”, is told."
    )
    headline = forms.CharField(
        label=_lazy("Headline"), max_length=120, help_text=_lazy("What people notice, such as “Mail is slow since 9:10”."),
        error_messages={"required": _lazy("Please say in a few words what people notice.")},
    )  # fmt: skip
    words = _words(
        _lazy("What are we doing?"),
        _lazy("Please say what you are doing about it."),
        _lazy("And what people can do meanwhile."),
    )
    next_minutes = forms.TypedChoiceField(
        label=_lazy("When do they hear again?"),
        choices=NEXT,
        coerce=int,
        empty_value=None,
        required=False,
        initial="30",
    )

    def prepare(self) -> None:
        row = getattr(self.incident, "major", None)
        if row is not None:
            self.initial.setdefault("headline", row.headline)
            self.initial.setdefault("words", row.words)


class DeclareForm(UpdateForm):
    sentence = _lazy(
        "It becomes P1 at once. Everybody reads headline and text, and whoever says “me too” is told of them. What its "
        "requester wrote stays with those who take part in it."
    )
    level = forms.ChoiceField(
        label=_lazy("How is the service shown?"), widget=forms.RadioSelect, initial=Outage.Level.DEGRADED, required=False,
        choices=[*Outage.Level.choices, ("", _lazy("As it is"))],
    )  # fmt: skip

    def prepare(self) -> None:
        super().prepare()
        if self.incident.service is None:
            del self.fields["level"]
        else:
            self.fields["level"].label = _("How is {service} shown?").format(service=self.incident.service)


class ReviewForm(DecisionForm):
    sentence = _lazy("Only IT reads it.")
    what_happened = _words(
        _lazy("What happened?"), _lazy("Please say what happened."), _lazy("In order, with times."), rows=4
    )
    why_it_happened = _words(_lazy("Why?"), _lazy("Please say why, as far as it is known."))
    what_we_change = _words(_lazy("What do we change?"), _lazy("Please say what we change, or that we change nothing."))

    def prepare(self) -> None:
        row = getattr(self.incident, "major", None)
        for name in self.fields:
            self.initial.setdefault(name, getattr(row, name, ""))


class MeTooForm(forms.Form):
    """Without words one joins; with words there is an incident of one's own, child of the major one."""

    words = forms.CharField(
        label=_lazy("Anything to add?"), required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_lazy("Only if it differs for you. We then answer you on an incident of your own."),
    )  # fmt: skip
    submission = forms.UUIDField(widget=forms.HiddenInput, required=False)
