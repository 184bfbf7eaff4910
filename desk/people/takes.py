"""What a workgroup may be said to take: the kinds of ticket there are, in words; each is offered where it is registered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from django.utils.translation import get_language
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_offered: dict[
    str, tuple[StrOrPromise, ...]
] = {}  # value as `Workgroup.takes` holds it -> the kind, the kind within it


def offer(kind: str, label: StrOrPromise, within: Mapping[str, StrOrPromise]) -> None:
    """Make a kind known, with the kinds within it (`on_site` within `work_order` is taken as `work_order.on_site`)."""
    _offered[kind] = (label,)
    _offered.update({f"{kind}.{name}": (label, words) for name, words in within.items()})


def choices() -> list[tuple[str, str]]:
    """(value, words) of all that can be taken; a kind stands before the kinds within it."""
    return [(value, _words(*labels)) for value, labels in _offered.items()]


def in_words(takes: Iterable[str]) -> str:
    """What a workgroup takes, for a sentence; a value that no kind explains stands as it is."""
    return ", ".join(_words(*_offered[value]) if value in _offered else value for value in takes) or _("everything")


def _words(kind: StrOrPromise, within: StrOrPromise = "") -> str:
    inside = str(within)
    if (get_language() or "en").startswith("en"):  # German goes on with capitals
        inside = f"{inside[:1].lower()}{inside[1:]}"
    return f"{kind}: {inside}" if inside else str(kind)
