"""Which tickets a few words mean: by number, or by what their title holds."""

from __future__ import annotations

import re
from typing import Any

from django.db.models import Q, QuerySet

MOST_WORDS = 8  # of what was typed; more narrow nothing that people look for
_NUMBER = re.compile(r"([A-Za-z]{2,4}-)?0*([0-9]{1,12})")


def matching(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Those of the tickets that the text means: each word stands in the title, or the whole is (the end of) a number."""
    words = text.replace("\x00", " ").split()[:MOST_WORDS]
    if not words:
        return rows
    titled = Q()
    for word in words:
        titled &= Q(title__icontains=word)
    if len(words) == 1 and (number := _NUMBER.fullmatch(words[0])):
        prefix, digits = (number[1] or "").upper(), f"{int(number[2]):06d}"
        return rows.filter(titled | (Q(number=f"{prefix}{digits}") if prefix else Q(number__endswith=f"-{digits}")))
    return rows.filter(titled)
