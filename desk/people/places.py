"""Where somebody is signed in: in which browsers, since when, last seen when; and signing them out there."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext as _

from .models import User

log = logging.getLogger(__name__)

# What a browser calls itself -> what people call it. The first that fits counts: most claim to be others as well.
BROWSERS = {"Edg": "Edge", "OPR/": "Opera", "Firefox": "Firefox", "FxiOS": "Firefox", "SamsungBrowser": "Samsung Internet",
            "CriOS": "Chrome", "Chrome": "Chrome", "Safari": "Safari"}  # fmt: skip
SYSTEMS = {"iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "Windows": "Windows", "Mac OS X": "macOS",
           "CrOS": "ChromeOS", "Linux": "Linux"}  # fmt: skip


@dataclass(frozen=True)
class Place:
    """A browser in which somebody is signed in."""

    pk: int
    browser: str
    ip: str
    since: datetime
    seen: datetime
    is_this: bool


def in_words(user_agent: str) -> str:
    """“Firefox on Windows”, as far as a browser says so."""
    browser = next((name for sign, name in BROWSERS.items() if sign in user_agent), _("A program"))
    system = next((name for sign, name in SYSTEMS.items() if sign in user_agent), "")
    return _("{browser} on {system}").format(browser=browser, system=system) if system else browser


def of(user: User, session_key: str | None) -> list[Place]:
    """Where this person is signed in, this browser first, then the one that was seen last. What has ended is forgotten."""
    rows = UserSession.objects.purge_and_list(user)
    rows.sort(key=lambda row: (row.session_key != session_key, -row.last_seen_at.timestamp()))
    return [
        Place(
            row.pk, in_words(row.user_agent), row.ip, row.created_at, row.last_seen_at, row.session_key == session_key
        )
        for row in rows
    ]


def end(*, by: User, pk: int) -> bool:
    """Sign them out there; False where there is no such place of theirs."""
    row = UserSession.objects.filter(user=by, pk=pk).first()
    if row is not None:
        row.end()
    return row is not None


def end_others(*, by: User, session_key: str | None) -> int:
    """Sign them out everywhere but here; returns in how many places."""
    rows = list(UserSession.objects.filter(user=by).exclude(session_key=session_key))
    for row in rows:
        row.end()
    return len(rows)


def is_due(session_key: str, seconds: int) -> bool:
    """Whether it is time to write down again that this browser was here; without the cache it isn't."""
    try:
        return bool(cache.add(f"people.seen.{session_key}", 1, seconds))
    except Exception as error:
        log.warning("The cache is away: %s", error)
        return False


def note(request: HttpRequest) -> None:
    """This browser was here; one that signed in before there was such a list is added to it."""
    UserSession.objects.create_from_request(request)
