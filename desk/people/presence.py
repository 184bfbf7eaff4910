"""Who is here at a moment: away, on shift and until when, or off and until when; two queries for any number of people."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from .models import Absence, Shift, User
from .queries import absent
from .shifts import Window, next_begin, working_until


@dataclass(frozen=True)
class Presence:
    """Where a person stands at a moment. Whoever has no shifts works at any time."""

    away: Absence | None = None
    has_shifts: bool = False
    until: datetime | None = None  # the shift that runs ends then
    begins: datetime | None = None  # the next one begins then, where none runs

    @property
    def on_shift(self) -> bool:
        return not self.has_shifts or self.until is not None

    @property
    def here(self) -> bool:
        return self.away is None and self.on_shift

    @property
    def in_words(self) -> str:
        """A few words for a line about the person; empty when there is nothing to say. Times are the viewer's."""
        if self.away is not None:
            return _("away until {moment}").format(moment=moment_in_words(self.away.end))
        if self.until is not None:
            return _("on shift until {moment}").format(moment=moment_in_words(self.until))
        if self.begins is not None:
            return _("off shift until {moment}").format(moment=moment_in_words(self.begins))
        return _("off shift") if self.has_shifts else ""


def moment_in_words(moment: datetime) -> str:
    """The time of day, with the day where it isn't today: “17:00”, “Mon 08:00”, “4 Dec 08:00”."""
    local, today = timezone.localtime(moment), timezone.localdate()
    days = (local.date() - today).days
    if days == 0:
        return f"{local:%H:%M}"
    return date_format(local, _("D H:i") if 0 < days < 7 else _("j M H:i"))


def presence_of(people: Collection[User], at: datetime | None = None) -> dict[int, Presence]:
    """Where each of these people stands, by id."""
    moment = at or timezone.now()
    away = absent(people, moment)
    windows: dict[int, list[Window]] = {}
    for shift in Shift.objects.filter(user__in=people):
        windows.setdefault(shift.user_id, []).append(shift.window)
    return {person.pk: _presence(person, windows.get(person.pk), away.get(person.pk), moment) for person in people}


def _presence(person: User, windows: list[Window] | None, away: Absence | None, at: datetime) -> Presence:
    if windows is None:
        return Presence(away)
    zone = ZoneInfo(person.time_zone or settings.TIME_ZONE)
    until = working_until(windows, zone, at)
    return Presence(away, True, until, None if until else next_begin(windows, zone, at))
