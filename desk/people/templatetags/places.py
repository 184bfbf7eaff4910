"""Where the reader is signed in, for the page on which they look after that."""

from typing import Any

from django import template

from .. import places

register = template.Library()


@register.simple_tag(takes_context=True)
def signed_in_places(context: dict[str, Any]) -> list[places.Place]:
    """The browsers in which the reader is signed in."""
    request = context["request"]
    return places.of(request.user, request.session.session_key)
