"""The demo's working time: minutes in which people work, counted on one line that ends now."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Berlin")
WEEKDAY = (time(7, 30), time(17, 30))
SATURDAY = (time(9), time(13))
DAY = 600  # minutes of a working day


class WorkingTime:
    """The working minutes of the last days, numbered from 0 (long ago) to `end` (now)."""

    def __init__(self, now: datetime, days: int = 60):
        self.now = now
        self.spans: list[tuple[int, datetime, datetime]] = []  # number of the first minute, from, to
        self.end = 0
        today = now.astimezone(ZONE).date()
        for back in range(days, -1, -1):
            self._add(today - timedelta(days=back))

    def _add(self, day: date) -> None:
        hours = {5: SATURDAY, 6: None}.get(day.weekday(), WEEKDAY)
        if hours is None:
            return
        start, stop = (datetime.combine(day, hour, ZONE).astimezone(self.now.tzinfo) for hour in hours)
        stop = min(stop, self.now)
        if start < stop:
            self.spans.append((self.end, start, stop))
            self.end += int((stop - start).total_seconds() // 60)

    def at(self, minute: float) -> datetime:
        """The moment of this working minute; never later than now."""
        minute = min(max(minute, 0), self.end - 1)
        first, start, _ = next(span for span in reversed(self.spans) if span[0] <= minute)
        return start + timedelta(seconds=int((minute - first) * 60))
