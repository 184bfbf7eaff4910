"""Forms of major incidents: one for each decision about them, and “me too”."""

from __future__ import annotations

from typing import Any

from django import forms

from .models import Incident, Outage

NEXT = [
    ("15", "In 15 minutes"),
    ("30", "In 30 minutes"),
    ("60", "In an hour"),
    ("120", "In two hours"),
    ("", "Not said"),
]


def _words(label: str, required: str, help_text: str = "", rows: int = 3) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=help_text, max_length=20_000, widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"required": required},
    )  # fmt: skip


class DecisionForm(forms.Form):
    """The base: `sentence` says what will follow."""

    sentence = ""

    def __init__(self, *args: Any, incident: Incident, **kwargs: Any):
        self.incident = incident
        super().__init__(*args, **{"auto_id": "major_%s", **kwargs})
        self.prepare()

    def prepare(self) -> None:
        """Fill in what depends on the incident."""


class ProposeForm(DecisionForm):
    sentence = "The leads of its workgroup are asked. Nothing happens until one of them decides."
    reason = _words(
        "Why is it a major incident?", "Please say why it is a major incident.", "Who is hit, how hard, since when."
    )


class DeclineForm(DecisionForm):
    sentence = "Whoever proposed it reads why."
    reason = _words("Why is it none?", "Please say why it is none.")


class WithdrawForm(DecisionForm):
    sentence = "It is shown to nobody any more. It stays P1 until somebody edits it, and its children stay."
    reason = _words("Why is it none?", "Please say why it is none.")


class UpdateForm(DecisionForm):
    sentence = "Everybody reads this on the home page and on the service's page; whoever follows it, or said “me too”, is told."
    headline = forms.CharField(
        max_length=120, help_text="What people notice, such as “Mail is slow since 9:10”.",
        error_messages={"required": "Please say in a few words what people notice."},
    )  # fmt: skip
    words = _words("What are we doing?", "Please say what you are doing about it.", "And what people can do meanwhile.")
    next_minutes = forms.TypedChoiceField(
        label="When do they hear again?", choices=NEXT, coerce=int, empty_value=None, required=False, initial="30"
    )

    def prepare(self) -> None:
        row = getattr(self.incident, "major", None)
        if row is not None:
            self.initial.setdefault("headline", row.headline)
            self.initial.setdefault("words", row.words)


class DeclareForm(UpdateForm):
    sentence = (
        "It becomes P1 at once. Everybody reads headline and text, and whoever says “me too” is told of them. What its "
        "requester wrote stays with those who take part in it."
    )
    level = forms.ChoiceField(
        label="How is the service shown?", widget=forms.RadioSelect, initial=Outage.Level.DEGRADED, required=False,
        choices=[(Outage.Level.DEGRADED, "Degraded"), (Outage.Level.DOWN, "Down"), ("", "As it is")],
    )  # fmt: skip

    def prepare(self) -> None:
        super().prepare()
        if self.incident.service is None:
            del self.fields["level"]
        else:
            self.fields["level"].label = f"How is {self.incident.service} shown?"


class ReviewForm(DecisionForm):
    sentence = "Only IT reads it."
    what_happened = _words("What happened?", "Please say what happened.", "In order, with times.", rows=4)
    why_it_happened = _words("Why?", "Please say why, as far as it is known.")
    what_we_change = _words("What do we change?", "Please say what we change, or that we change nothing.")

    def prepare(self) -> None:
        row = getattr(self.incident, "major", None)
        for name in self.fields:
            self.initial.setdefault(name, getattr(row, name, ""))


class MeTooForm(forms.Form):
    """Without words one joins; with words there is an incident of one's own, child of the major one."""

    words = forms.CharField(
        label="Anything to add?", required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Only if it differs for you. We then answer you on an incident of your own.",
    )  # fmt: skip
    submission = forms.UUIDField(widget=forms.HiddenInput, required=False)
