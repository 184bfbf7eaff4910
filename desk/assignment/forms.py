"""The form of triage, for every kind of ticket: a workgroup, and perhaps somebody of it, best suited first."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from desk.people.models import User, Workgroup
from desk.people.queries import workgroups_for
from desk.tickets.forms import MoveForm

from . import cards, ranking, scoring


class AssignForm(MoveForm):
    """Triage: a workgroup, and perhaps one of its analysts, best suited first, each with the reason."""

    workgroup = forms.ModelChoiceField(
        Workgroup.objects.none(), label=_("Workgroup"), empty_label=None, widget=cards.Cards
    )
    assignee = forms.ModelChoiceField(
        User.objects.none(),
        required=False,
        label=_("Analyst"),
        widget=cards.Cards,
        error_messages={"invalid_choice": _("Please choose somebody of this workgroup who is not away.")},
    )
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Needed when it goes to another workgroup. Only IT sees this."),
        error_messages={"required": _("Please say why it goes to another workgroup; it spares them the question.")},
    )

    def prepare(self) -> None:
        self.groups = ranking.workgroups(self.ticket)
        self._prepare_workgroups()
        target = self._target()
        self.fields["reason"].required = target.pk != self.ticket.workgroup_id
        self.suggestions = scoring.rank(next(g.people for g in self.groups if g.pk == target.pk), self.ticket.priority)
        self._prepare_people()

    def barred(self) -> dict[int, str]:
        """Who of the analysts can't have the ticket, and why, for kinds that keep it from some."""
        return {}

    def _prepare_workgroups(self) -> None:
        # Where it stands is no new choice: it may stay there, even if nothing new may come.
        its_own = Workgroup.objects.filter(pk=self.ticket.workgroup_id)
        field: Any = self.fields["workgroup"]
        field.queryset = workgroups_for(self.ticket.takes_as) | its_own
        field.initial = self.ticket.workgroup_id
        field.widget.sections = cards.of_workgroups(self.groups)
        # Another workgroup has other analysts: their cards alone are redrawn, so that nothing typed meanwhile is lost.
        field.widget.outer = {
            "hx-post": reverse(self.ticket.do_url, args=[self.ticket.number, "assign"]),
            "hx-trigger": "change",
            "hx-vals": '{"show": "1"}',
            "hx-target": "#move_assignee",
            "hx-select": "#move_assignee",
            "hx-select-oob": "#move_reason_label",
            "hx-swap": "outerHTML",
            "hx-sync": "this:queue last",  # never in the way of the form itself, which may be sent meanwhile
        }

    def _prepare_people(self) -> None:
        now, barred = self.ticket.assignee_id, self.barred()
        field: Any = self.fields["assignee"]
        field.queryset = User.objects.filter(pk__in=cards.selectable(self.suggestions, now=now, barred=barred))
        field.initial = now
        field.widget.sections = cards.of_analysts(self.suggestions, now=now, barred=barred)

    def _target(self) -> Workgroup:
        """The workgroup that the form names, or the ticket's own."""
        named = self.data.get("workgroup") or self.initial.get("workgroup") or self.ticket.workgroup_id
        found = next((group.workgroup for group in self.groups if str(group.pk) == str(named)), None)
        return found or self.ticket.workgroup

    def arguments(self) -> dict[str, Any]:
        """With what spoke for the analyst, or for a workgroup that was suggested."""
        person, group = self.cleaned_data["assignee"], self.cleaned_data["workgroup"]
        if person is not None:
            because = next((one.because for one in self.suggestions if one.pk == person.pk), "")
        else:
            suggested = scoring.proposed([one for one in self.groups if not one.has_it])
            because = next((one.because for one in suggested if one.pk == group.pk), "")
        return {**self.cleaned_data, "because": because}
