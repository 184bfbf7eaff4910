"""What went wrong with a change, told so that others can act on it without knowing changes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from desk.people.models import User
from desk.tickets import flow

from .models import Change

FAILED = "change.failed"
INCORRECT = "change.implemented_incorrectly"
INTERRUPTED = "change.service_interrupted"


def told(change: Change, code: str, words: str, text: str, occurrence: int, **more: Any) -> dict[str, Any]:
    """What the event has inside: {trouble: {code, occurrence, title, text}}.

    A trigger code, which time it is, a sentence, and what people wrote; of an interruption also the id of the `service`,
    and its `level` (degraded | down).
    """
    title = f"Change {change.number} “{change.title}” {words}"
    return {"trouble": {"code": code, "occurrence": occurrence, "title": title, "text": text, **more}}


def announce(
    change: Change,
    code: str,
    words: str,
    text: str,
    occurrence: int,
    *,
    by: User,
    at: datetime | None,
    source: str,
    more: Mapping[str, Any] | None = None,
) -> None:
    """Tell it in an event of its own, named by its code."""
    inside = told(change, code, words, text, occurrence, **(more or {}))
    flow.write_event(change, code, by=by, at=at, source=source, data={"text": text}, inside=inside)
