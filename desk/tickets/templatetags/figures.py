"""Template tag that draws a lifecycle figure as SVG."""

from functools import lru_cache

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from ..shapes import Figure

register = template.Library()


@register.simple_tag
def lifecycle_figure(figure: Figure, ident: str, title: str) -> SafeString:
    """The figure as SVG; `ident` must be unique on the page, `title` names it for those who can't see it."""
    return _drawn(figure, ident, str(title), get_language())


@lru_cache(maxsize=256)  # many tickets stand at the same point of the same path: draw that once, not on each page
def _drawn(figure: Figure, ident: str, title: str, language: str | None) -> SafeString:
    return render_to_string("tickets/figure.svg.html", {"figure": figure, "figure_id": ident, "figure_title": title})
