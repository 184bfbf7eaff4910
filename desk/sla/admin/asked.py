"""What an address or a button asks for. Anybody can write anything there, so it is read with suspicion."""

from __future__ import annotations

MOST_DIGITS = 18  # a longer number names no row, and Python refuses to read some that are much longer


def number(text: str | None) -> int | None:
    """The whole number that is written in decimal digits; None for anything else, and for more than 18 digits."""
    return int(text) if text and text.isdecimal() and len(text) <= MOST_DIGITS else None
