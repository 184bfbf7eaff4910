"""What a workgroup may be said to take: the kinds of ticket there are, in words; each is offered where it is registered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

_offered: dict[str, str] = {}  # value as `Workgroup.takes` holds it -> words


def offer(kind: str, label: str, within: Mapping[str, str]) -> None:
    """Make a kind known, with the kinds within it (`on_site` within `work_order` is taken as `work_order.on_site`)."""
    _offered[kind] = label
    _offered.update({f"{kind}.{name}": f"{label}: {words[:1].lower()}{words[1:]}" for name, words in within.items()})


def choices() -> list[tuple[str, str]]:
    """(value, words) of all that can be taken; a kind stands before the kinds within it."""
    return list(_offered.items())


def in_words(takes: Iterable[str]) -> str:
    """What a workgroup takes, for a sentence; a value that no kind explains stands as it is."""
    return ", ".join(_offered.get(value, value) for value in takes) or "everything"
