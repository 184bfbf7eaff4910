"""What each verb of a bulk run asks, once for all of its tickets."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from desk.people.fields import PersonField
from desk.people.models import Workgroup
from desk.tickets.models import Impact, PendingReason, Urgency
from desk.tickets.queries import pending_reasons

from .verbs import priority_in_words

MOST = 4_000  # characters of what goes onto each ticket, or to each requester


class BulkForm(forms.Form):
    """Asks nothing. Where it asks, the first field has the focus: it is reached by a key of the queue."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for field in list(self.fields.values())[:1]:
            field.widget.attrs["autofocus"] = True

    def in_words(self) -> str:
        """What is done with each, for the page of the run."""
        return _("Take them")

    def inputs(self) -> dict[str, Any]:
        """What was typed, as JSON can hold it."""
        return {name: getattr(value, "pk", value) for name, value in self.cleaned_data.items()}


class AssignForm(BulkForm):
    workgroup = forms.ModelChoiceField(
        Workgroup.objects.none(),
        label=_lazy("Workgroup"),
        required=False,
        empty_label=_lazy("Leave each where it is"),
    )
    assignee = PersonField(label=_lazy("Analyst"), required=False, help_text=_lazy("Empty: nobody yet."))
    reason = forms.CharField(
        label=_lazy("Reason"), required=False, max_length=MOST, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_lazy("Needed where one goes to another workgroup. Only IT sees this."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["workgroup"].queryset = Workgroup.objects.filter(is_active=True)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        if not self.errors and not (cleaned.get("workgroup") or cleaned.get("assignee")):
            self.add_error("workgroup", _("Please choose a workgroup, an analyst, or both."))
        if cleaned.get("workgroup") and not cleaned.get("reason"):
            self.add_error("reason", _("Please say why they go to another workgroup; it spares them the question."))
        return cleaned

    def in_words(self) -> str:
        workgroup, assignee = self.cleaned_data["workgroup"], self.cleaned_data["assignee"]
        if workgroup and assignee:
            return _("Assign them to {workgroup} and {assignee}").format(workgroup=workgroup, assignee=assignee)
        return _("Assign them to {whom}").format(whom=workgroup or assignee)


class HoldForm(BulkForm):
    pending = forms.ModelChoiceField(
        PendingReason.objects.none(), empty_label=None, label=_lazy("What are we waiting for?")
    )
    message = forms.CharField(
        label=_lazy("Message to each requester"), required=False, max_length=MOST,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_lazy("Each requester reads this. Needed when you wait for them."),
    )  # fmt: skip
    note = forms.CharField(
        label=_lazy("Internal note"),
        required=False,
        max_length=MOST,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_lazy("Only IT sees this."),
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["pending"].queryset = pending_reasons()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        reason = cleaned.get("pending")
        if reason and reason.waits_for_requester and not cleaned.get("message"):
            self.add_error("message", _("Please ask the requesters what you need from them."))
        return cleaned

    def in_words(self) -> str:
        return _("Put them on hold: {reason}").format(reason=self.cleaned_data["pending"])


class PrioritiseForm(BulkForm):
    impact = forms.TypedChoiceField(
        label=_lazy("Impact"), choices=[("", _lazy("As it is")), *Impact.choices], coerce=int, empty_value=None,
        required=False,
    )  # fmt: skip
    urgency = forms.TypedChoiceField(
        label=_lazy("Urgency"), choices=[("", _lazy("As it is")), *Urgency.choices], coerce=int, empty_value=None,
        required=False,
    )  # fmt: skip

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        if not self.errors and not (cleaned.get("impact") or cleaned.get("urgency")):
            self.add_error("impact", _("Please choose an impact, an urgency, or both."))
        return cleaned

    def in_words(self) -> str:
        what = priority_in_words(self.cleaned_data["impact"], self.cleaned_data["urgency"])
        return _("Make them {what}").format(what=what)


class NoteForm(BulkForm):
    note = forms.CharField(
        label=_lazy("Internal note"), max_length=50_000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_lazy("Only IT sees this."), error_messages={"required": _lazy("Please write something.")},
    )  # fmt: skip

    def in_words(self) -> str:
        return _("Add a note to each")


class CancelForm(BulkForm):
    reason = forms.CharField(
        label=_lazy("Why aren't they needed any more?"), max_length=MOST, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_lazy("Each requester reads this."),
        error_messages={"required": _lazy("Please say why they aren't needed any more.")},
    )  # fmt: skip
    orders = forms.ChoiceField(
        label=_lazy("And their open work orders?"), initial="keep", widget=forms.RadioSelect,
        choices=[("keep", _lazy("Keep them: they are needed all the same")), ("cancel", _lazy("Cancel them too"))],
    )  # fmt: skip

    def in_words(self) -> str:
        return _("Cancel them")


FORMS: dict[str, type[BulkForm]] = {
    "take": BulkForm,
    "assign": AssignForm,
    "hold": HoldForm,
    "prioritise": PrioritiseForm,
    "note": NoteForm,
    "cancel": CancelForm,
}
