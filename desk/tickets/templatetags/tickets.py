"""Template tags for tickets: Markdown as safe HTML, ages, and the limits for files."""

from datetime import datetime

from django import template
from django.conf import settings
from django.utils import timezone
from django.utils.safestring import SafeString

from ..text import as_html

register = template.Library()


@register.filter
def markdown(text: str) -> SafeString:
    """Somebody's text as HTML in which nothing can run."""
    return as_html(text)


@register.filter
def age(moment: datetime) -> str:
    """How long ago, in the largest unit that fits, as a row of a queue has room for: “3 d”, “17 h”, “5 min”."""
    minutes = int((timezone.now() - moment).total_seconds() // 60)
    if minutes < 60:
        return f"{max(minutes, 0)} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 1440} d"


@register.simple_tag
def file_limit(which: str) -> str:
    """The limits for attachments, for the script that checks before sending: bytes, files or types."""
    limits = {
        "bytes": settings.ATTACHMENT_MAX_BYTES,
        "files": settings.ATTACHMENT_MAX_FILES,
        "types": " ".join(settings.ATTACHMENT_TYPES),
    }
    return str(limits[which])
