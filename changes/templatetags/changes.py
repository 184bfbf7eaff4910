"""Changes for templates: what a window meets, and how such changes went before."""

from __future__ import annotations

from django import template
from django.forms import Form
from django.template import Context
from django.utils.translation import gettext as _

from .. import planning, queries
from ..forms import CheckForm
from ..models import Change

register = template.Library()


@register.simple_tag(takes_context=True)
def meets(context: Context, change: Change) -> planning.Met:
    """What the change's window meets, as far as the reader may see; nothing once it is being done, or over."""
    if change.state not in planning.MOVABLE:
        return planning.Met()
    return planning.met(planning.plan_of(change), context["me"])


@register.simple_tag(takes_context=True)
def would_meet(context: Context, form: Form) -> planning.Met:
    """The same of what stands in a form, before it is saved."""
    change: Change | None = getattr(form, "ticket", None)
    return planning.met(CheckForm.of(form).plan(change.pk if change else None), context["me"])


@register.simple_tag
def record_of(change: Change) -> str:
    """“Changes of this kind on these services: 12, of which 2 failed.” Empty where nothing is known."""
    if not change.touched:
        return ""
    record = queries.record_of_its_kind(change)
    if not record.total:
        return _("No change of this kind was done on these services before.")
    said = {"total": record.total, "failed": record.failed, "incorrect": record.incorrect}
    if record.incorrect:
        whole = _(
            "Changes of this kind on these services: {total}, of which {failed} failed and {incorrect} went in wrongly."
        )
        return whole.format(**said)
    return _("Changes of this kind on these services: {total}, of which {failed} failed.").format(**said)
