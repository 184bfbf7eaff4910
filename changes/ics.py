"""Changes and freezes in the iCalendar format (RFC 5545), from their public side alone."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, tzinfo
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from .lifecycle import State
from .models import Change, Freeze

# Before approval it may not happen at all; what was turned down will not. Everything else stands.
STATUS = {
    State.DRAFT: "TENTATIVE",
    State.SUBMITTED: "TENTATIVE",
    State.REJECTED: "CANCELLED",
    State.CANCELLED: "CANCELLED",
}
# The format has no place for control characters; and what some programs take for the end of a line is none.
_NO_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")


def write(name: str, changes: Iterable[Change], freezes: Iterable[Freeze], zone: tzinfo) -> bytes:
    """The calendar as a file. The same content is always the same bytes."""
    calendar = Calendar()
    calendar.add("prodid", "-//ITSM portal//Changes//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", plain(name))
    calendar.add("refresh-interval", timedelta(minutes=30), parameters={"VALUE": "DURATION"})
    for change in changes:
        calendar.add_component(_event_of(change))
    for freeze in freezes:
        calendar.add_component(_event_of_freeze(freeze, zone))
    return calendar.to_ical()


def plain(text: str) -> str:
    """The text without what the format can't hold; `icalendar` escapes the rest."""
    return _NO_TEXT.sub(" ", text)


def _event_of(change: Change) -> Event:
    """What everybody may read who sees the change; its state in end users' words."""
    assert change.planned_start is not None
    assert change.planned_end is not None
    event = _event(f"change-{change.number}", change.planned_start, change.planned_end, change.updated_at)
    event.add("summary", plain(f"{change.number} {change.title}"))
    event.add("sequence", change.version)
    event.add("status", STATUS.get(State(change.state), "CONFIRMED"))
    event.add("url", f"{settings.PORTAL_URL}{change.get_absolute_url()}")
    if change.site:
        event.add("location", plain(str(change.site)))
    services = ", ".join(str(service) for service in change.touched) or _("none named")
    words = _("{state}. Services: {services}.").format(state=change.public_state, services=services)
    event.add("description", plain(f"{words}\n\n{change.description}".strip()))
    return event


def _event_of_freeze(freeze: Freeze, zone: tzinfo) -> Event:
    """It takes nobody's time. From midnight to midnight it is so many whole days, wherever one reads it."""
    start, end = freeze.start.astimezone(zone), freeze.end.astimezone(zone)
    event = _event(f"freeze-{freeze.pk}", freeze.start, freeze.end, freeze.updated_at)
    if start.time() == end.time() == datetime.min.time():
        del event["dtstart"], event["dtend"]
        event.add("dtstart", start.date())
        event.add("dtend", end.date())
    event.add("summary", plain(_("Freeze: {name}").format(name=freeze.name)))
    event.add("transp", "TRANSPARENT")
    event.add("status", "CONFIRMED")
    services = ", ".join(str(service) for service in freeze.services.all()) or _("every service")
    words = _("Holds for {services}.").format(services=services)
    event.add("description", plain(f"{words}\n\n{freeze.reason}".strip()))
    return event


def _event(name: str, start: datetime, end: datetime, changed: datetime) -> Event:
    event = Event()
    event.add("uid", f"{name.lower()}@{urlsplit(settings.PORTAL_URL).hostname or 'localhost'}")
    event.add("dtstamp", _utc(changed))
    event.add("last-modified", _utc(changed))
    event.add("dtstart", _utc(start))
    event.add("dtend", _utc(end))
    return event


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)
