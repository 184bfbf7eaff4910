"""What may be decided about a major incident: by whom, with which form and verb. Pages and programs both read this table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from desk.tickets.rules import Rule

from . import major_forms as forms
from . import majors, rules

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Decision:
    """One of them; `said` is what is said afterwards."""

    label: StrOrPromise
    rule: Rule
    form: type[forms.DecisionForm]
    verb: Callable[..., Any]
    said: StrOrPromise


DECISIONS = {
    "propose": Decision(
        _("Propose as major incident"), rules.analyst, forms.ProposeForm, majors.propose, _("The leads are asked.")
    ),
    "declare": Decision(
        _("Declare a major incident"), rules.lead, forms.DeclareForm, majors.declare, _("It is a major incident.")
    ),
    "decline": Decision(_("Decline"), rules.lead, forms.DeclineForm, majors.decline, _("Declined: no major incident.")),
    "update": Decision(_("Tell everybody"), rules.lead, forms.UpdateForm, majors.update, _("Everybody reads it now.")),
    "withdraw": Decision(
        _("Take the flag back"), rules.lead, forms.WithdrawForm, majors.withdraw, _("No major incident any more.")
    ),
    "review": Decision(
        _("Write the review"), rules.analyst, forms.ReviewForm, majors.review, _("The review is saved.")
    ),
}
