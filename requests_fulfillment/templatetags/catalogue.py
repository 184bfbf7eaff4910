"""The catalogue for templates: an item's icon, and what it costs."""

from __future__ import annotations

from django import template
from django.conf import settings
from django.template.defaultfilters import floatformat
from django.utils.translation import gettext as _
from lucide import IconDoesNotExist
from lucide.templatetags.lucide import lucide

from ..models import CatalogueItem

register = template.Library()
PLAIN = "package"


@register.simple_tag
def item_icon(name: str, size: int = 24) -> str:
    """The icon that an administrator named; a plain box where there is none of that name."""
    try:
        return lucide(name, size=size, aria_hidden="true")
    except IconDoesNotExist:
        return lucide(PLAIN, size=size, aria_hidden="true")


@register.simple_tag
def cost_of(item: CatalogueItem) -> str:
    """“€1,200”, “€12.50 a month”, “Free”; with what its note adds."""
    cost = f"{settings.CURRENCY}{floatformat(item.cost, '-2g')}" if item.cost else _("Free")
    return f"{cost} {item.cost_note}".strip()
