"""Template tags for tickets: Markdown as safe HTML, and the limits for files."""

from django import template
from django.conf import settings
from django.utils.safestring import SafeString

from ..text import as_html

register = template.Library()


@register.filter
def markdown(text: str) -> SafeString:
    """Somebody's text as HTML in which nothing can run."""
    return as_html(text)


@register.simple_tag
def file_limit(which: str) -> str:
    """The limits for attachments, for the script that checks before sending: bytes, files or types."""
    limits = {
        "bytes": settings.ATTACHMENT_MAX_BYTES,
        "files": settings.ATTACHMENT_MAX_FILES,
        "types": " ".join(settings.ATTACHMENT_TYPES),
    }
    return str(limits[which])
