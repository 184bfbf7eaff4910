"""Which tickets a few words mean: by number, or by what their title holds."""

from __future__ import annotations

import re
from typing import Any

from django.db.models import Q, QuerySet

MOST_WORDS = 8  # of what was typed; more narrow nothing that people look for
_NUMBER = re.compile(r"([A-Za-z]{2,4}-)?0*([0-9]{1,12})")


def matching(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Those of the tickets that the text means: each word stands in the title, or the whole is a number, or its digits."""
    words = text.replace("\x00", " ").split()[:MOST_WORDS]
    if not words:
        return rows
    number = _NUMBER.fullmatch(words[0]) if len(words) == 1 else None
    if number and number[1]:
        return rows.filter(number=f"{number[1].upper()}{int(number[2]):06d}")
    titled = Q()
    for word in words:
        titled &= Q(title__icontains=word)
    return rows.filter(titled | Q(number__endswith=f"-{int(number[2]):06d}") if number else titled)
