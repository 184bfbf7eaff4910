"""Takes apart what a monitoring system posts: Alertmanager's webhook, or plain JSON. Nothing in it is trusted."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

MOST_ALERTS = 5_000  # in one post
MOST_LABELS = 64
MOST_TEXT = 2_000  # characters that are kept of a description, or of a label's value
SUMMARY = 200


class Unreadable(ValueError):
    """What was sent can't be understood; the sentence says why."""


class TooMany(Unreadable):
    """More alerts than one post may hold."""


@dataclass(frozen=True)
class Heard:
    """One alert as it was heard. `index` is its place in the post."""

    index: int
    fingerprint: str
    firing: bool
    labels: dict[str, str]
    summary: str
    text: str = ""
    url: str = ""
    starts_at: datetime | None = None


@dataclass(frozen=True)
class Post:
    """What could be read of a post, and a sentence for each alert that could not."""

    alerts: list[Heard]
    faults: dict[int, str]


def read(body: bytes) -> Post:
    """All alerts of a post; Unreadable when it is no post at all."""
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        raise Unreadable("The body is not JSON in UTF-8.") from None
    rows = _rows(sent)
    if len(rows) > MOST_ALERTS:
        raise TooMany(f"One post may hold {MOST_ALERTS:,} alerts; this one has {len(rows):,}.")
    alerts, faults = [], {}
    for index, row in enumerate(rows):
        try:
            alerts.append(_alert(index, row))
        except Unreadable as fault:
            faults[index] = str(fault)
    return Post(alerts, faults)


def _rows(sent: Any) -> list[Any]:
    rows = sent.get("alerts", [sent]) if isinstance(sent, dict) else sent
    if not isinstance(rows, list):
        raise Unreadable("Send an Alertmanager webhook (an object with “alerts”), one alert, or a list of alerts.")
    if not rows:
        raise Unreadable("There is no alert in it.")
    return rows


def _alert(index: int, row: Any) -> Heard:
    if not isinstance(row, dict):
        raise Unreadable("An alert is an object.")
    labels, notes = _texts(row, "labels"), _texts(row, "annotations")
    if len(labels) > MOST_LABELS:
        raise Unreadable(f"An alert has at most {MOST_LABELS} labels; this one has {len(labels)}.")
    named = _text(row, "title") or notes.get("summary") or labels.get("alertname", "")
    if not named.strip():
        raise Unreadable("An alert needs a name: the label “alertname”, the annotation “summary”, or a “title”.")
    identity = labels or {"title": named}
    return Heard(
        index=index,
        fingerprint=_fingerprint(row, identity),
        firing=_is_firing(row),
        labels=labels,
        summary=" ".join(named.split())[:SUMMARY],
        text=(_text(row, "text") or notes.get("description") or notes.get("message", "")).strip(),
        url=_web_address(_text(row, "url") or _text(row, "generatorURL")),
        starts_at=_moment(row, "startsAt"),
    )


def _is_firing(row: Mapping[str, Any]) -> bool:
    status = row.get("status", row.get("state", "firing"))
    if status not in ("firing", "resolved"):
        raise Unreadable("“status” is “firing” or “resolved”.")
    return bool(status == "firing")


def _fingerprint(row: Mapping[str, Any], identity: Mapping[str, str]) -> str:
    """The sender's own where there is one; else what the labels hash to."""
    given = _text(row, "fingerprint").strip()
    if len(given) > 64:
        raise Unreadable("“fingerprint” has at most 64 characters.")
    return given or digest(identity)[:16]


def digest(what: Any) -> str:
    """A key of 64 characters for anything that is JSON, whatever the order of its names."""
    return hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()


def _texts(row: Mapping[str, Any], name: str) -> dict[str, str]:
    found = row.get(name) or {}
    if not isinstance(found, dict) or not all(isinstance(value, str | int | float) for value in found.values()):
        raise Unreadable(f"“{name}” is an object of texts.")
    return {storable(key)[:200]: storable(str(value))[:MOST_TEXT] for key, value in found.items()}


def _text(row: Mapping[str, Any], name: str) -> str:
    found = row.get(name)
    if found is None:
        return ""
    if not isinstance(found, str):
        raise Unreadable(f"“{name}” is a text.")
    return storable(found)[:MOST_TEXT]


def storable(text: str) -> str:
    """The text without what no database holds: NUL, and halves of characters."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")


def _web_address(text: str) -> str:
    """The address, if it leads to a web page; a link of any other scheme is none."""
    try:
        found = urlsplit(text)
    except ValueError:
        return ""
    return text if found.scheme in ("http", "https") and found.netloc and len(text) <= 1000 else ""


def _moment(row: Mapping[str, Any], name: str) -> datetime | None:
    """A moment as Alertmanager writes it; its zero (the year 1) is none."""
    text = _text(row, name)
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Unreadable(f"“{name}” is a moment such as 2026-11-26T08:30:00Z.") from None
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    return found if 1970 < found.year < 9000 else None
