"""What may be decided about a major incident: by whom, with which form and verb. Pages and programs both read this table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from desk.tickets.rules import Rule

from . import major_forms as forms
from . import majors, rules


@dataclass(frozen=True)
class Decision:
    """One of them; `said` is what is said afterwards."""

    label: str
    rule: Rule
    form: type[forms.DecisionForm]
    verb: Callable[..., Any]
    said: str


DECISIONS = {
    "propose": Decision("Propose as major incident", rules.analyst, forms.ProposeForm, majors.propose, "The leads are asked."),
    "declare": Decision("Declare a major incident", rules.lead, forms.DeclareForm, majors.declare, "It is a major incident."),
    "decline": Decision("Decline", rules.lead, forms.DeclineForm, majors.decline, "Declined: no major incident."),
    "update": Decision("Tell everybody", rules.lead, forms.UpdateForm, majors.update, "Everybody reads it now."),
    "withdraw": Decision("Take the flag back", rules.lead, forms.WithdrawForm, majors.withdraw, "No major incident any more."),
    "review": Decision("Write the review", rules.analyst, forms.ReviewForm, majors.review, "The review is saved."),
}  # fmt: skip
