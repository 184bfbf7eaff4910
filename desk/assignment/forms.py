"""The form of triage, for every kind of ticket: a workgroup, and perhaps somebody of it, best suited first."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse

from desk.people.models import User, Workgroup
from desk.people.queries import workgroups_for
from desk.tickets.forms import MoveForm

from .queries import candidates


class WorkgroupField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Workgroup) -> str:
        return obj.name if obj.is_active else f"{obj.name} (inactive)"


class AssignForm(MoveForm):
    """Triage: a workgroup, and perhaps one of its analysts, best suited first, each with the reason."""

    workgroup = WorkgroupField(Workgroup.objects.none(), empty_label=None)
    assignee = forms.ModelChoiceField(
        User.objects.none(),
        required=False,
        empty_label="Nobody yet: leave it in the workgroup's queue",
        label="Analyst",
    )
    reason = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Needed when it goes to another workgroup. Only IT sees this.",
        error_messages={"required": "Please say why it goes to another workgroup; it spares them the question."},
    )

    def prepare(self) -> None:
        # Where it stands is no new choice: it may stay there, even if nothing new may come.
        its_own = Workgroup.objects.filter(pk=self.ticket.workgroup_id)
        self.fields["workgroup"].queryset = workgroups_for(self.ticket.takes_as) | its_own  # type: ignore[attr-defined]
        self.fields["workgroup"].initial = self.ticket.workgroup_id
        # Another workgroup has other analysts: their list alone is redrawn, so that nothing typed meanwhile is lost.
        self.fields["workgroup"].widget.attrs |= {
            "hx-post": reverse(self.ticket.do_url, args=[self.ticket.number, "assign"]),
            "hx-trigger": "change",
            "hx-vals": '{"show": "1"}',
            "hx-target": "#move_assignee",
            "hx-select": "#move_assignee",
            "hx-select-oob": "#move_reason_label",
            "hx-swap": "outerHTML",
        }
        self.fields["assignee"].initial = self.ticket.assignee_id
        target = self._target()
        self.fields["reason"].required = target.pk != self.ticket.workgroup_id
        self.suggestions = candidates(self.ticket, target)
        people: Any = self.fields["assignee"]
        people.queryset = User.objects.filter(pk__in=[c.user.pk for c in self.suggestions])
        here = [(c.user.pk, f"{c.user} · {c.because}") for c in self.suggestions if not c.away_until]
        away = [(c.user.pk, f"{c.user} · until {c.away_until}") for c in self.suggestions if c.away_until]
        people.choices = [("", people.empty_label), *here, *([("Away", away)] if away else [])]

    def _target(self) -> Workgroup:
        """The workgroup that the form names, or the ticket's own."""
        named = self.data.get("workgroup") or self.initial.get("workgroup") or self.ticket.workgroup_id
        workgroups: Any = self.fields["workgroup"]
        try:
            found: Workgroup = workgroups.to_python(named)
        except forms.ValidationError:
            return self.ticket.workgroup
        return found

    def arguments(self) -> dict[str, Any]:
        chosen = self.cleaned_data["assignee"]
        because = next((c.because for c in self.suggestions if chosen and c.user.pk == chosen.pk), "")
        return {**self.cleaned_data, "because": because}
