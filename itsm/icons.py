"""The `lucide` tag of the package of that name, which draws each icon once: a page has forty, and the next one the same."""

from functools import lru_cache

from django import template
from lucide.templatetags.lucide import lucide as draw

register = template.Library()
drawn = lru_cache(maxsize=2048)(draw)


@register.simple_tag
def lucide(name: str, *, size: int | None = 24, **attributes: object) -> str:
    """The icon as SVG with these attributes; `aria_label="…"` becomes aria-label."""
    return drawn(name, size=size, **attributes)
