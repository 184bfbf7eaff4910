"""Template tags for drafts: how long ago, in words, and what stands open of a form."""

from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone

from .. import queries
from ..models import Draft

register = template.Library()


@register.filter
def ago(moment: datetime) -> str:
    """“a moment ago”, “10 minutes ago”, “yesterday at 14:05”: short for what is near, exact for what is far."""
    minutes = int((timezone.now() - moment).total_seconds() // 60)
    if minutes < 1:
        return "a moment ago"
    if minutes < 60:
        return f"{minutes} minute{'s' if minutes > 1 else ''} ago"
    there, today = timezone.localtime(moment), timezone.localdate()
    days = (today - there.date()).days
    if days == 0:
        return f"today at {there:%H:%M}"
    return f"yesterday at {there:%H:%M}" if days == 1 else f"{days} days ago"


@register.simple_tag(takes_context=True)
def open_drafts(context: dict[str, Any], form: str) -> list[Draft]:
    """What the reader has begun of this form."""
    return queries.open_of(context["request"].user, form)
