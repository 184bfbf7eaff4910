"""Forms of approvals: an answer, a reply to a question, somebody else to ask, and a stand-in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from desk.people.fields import PersonField

from .models import Answer, Seat

CHOICES = [(value, label) for value, label in Answer.choices if value != Answer.NONE]


class AnswerForm(forms.Form):
    """What somebody says, by the button they press, with words."""

    answer = forms.ChoiceField(choices=CHOICES, error_messages={"required": _("Choose one of the buttons.")})
    text = forms.CharField(label=_("Your words"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, seat: Seat, **kwargs: Any):
        kwargs["auto_id"] = f"seat-{seat.pk}-%s"
        super().__init__(*args, **kwargs)


class ReplyForm(forms.Form):
    """The answer to an approver's question."""

    text = forms.CharField(
        label=_("Your answer"),
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Please write an answer.")},
    )

    def __init__(self, *args: Any, seat: Seat, **kwargs: Any):
        kwargs["auto_id"] = f"seat-{seat.pk}-reply-%s"
        super().__init__(*args, **kwargs)


class AddForm(forms.Form):
    """Somebody else to ask."""

    user = PersonField(
        label=_("Who else is asked?"),
        max_length=160,
        help_text=_("A name, username or e-mail address."),
        error_messages={"required": _("Say who is asked.")},
    )


class DelegationForm(forms.Form):
    """Who answers for me, and in which time."""

    to = PersonField(
        label=_("Who answers for you?"),
        max_length=160,
        help_text=_("A name, username or e-mail address."),
        error_messages={"required": _("Say who answers for you.")},
    )
    start = forms.DateTimeField(
        label=_("From"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )
    end = forms.DateTimeField(
        label=_("Until"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )
