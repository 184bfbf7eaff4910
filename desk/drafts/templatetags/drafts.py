"""Template tags for drafts: how long ago, in words, and what stands open of a form."""

from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .. import queries
from ..models import Draft

register = template.Library()


@register.filter
def ago(moment: datetime) -> str:
    """“a moment ago”, “10 minutes ago”, “yesterday at 14:05”: short for what is near, exact for what is far."""
    minutes = int((timezone.now() - moment).total_seconds() // 60)
    if minutes < 1:
        return _("a moment ago")
    if minutes < 60:
        return ngettext("{n} minute ago", "{n} minutes ago", minutes).format(n=minutes)
    there, today = timezone.localtime(moment), timezone.localdate()
    days = (today - there.date()).days
    if days == 0:
        return _("today at {time}").format(time=f"{there:%H:%M}")
    if days == 1:
        return _("yesterday at {time}").format(time=f"{there:%H:%M}")
    return ngettext("{n} day ago", "{n} days ago", days).format(n=days)


@register.simple_tag(takes_context=True)
def open_drafts(context: dict[str, Any], form: str) -> list[Draft]:
    """What the reader has begun of this form."""
    return queries.open_of(context["request"].user, form)
