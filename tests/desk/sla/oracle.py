"""Opening hours by brute force: each minute of UTC is put on the wall clock and looked up there. Slow, and plainly right."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import groupby
from zoneinfo import ZoneInfo

from desk.sla.hours import Calendar, Interval

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
DAY = timedelta(days=1)


@lru_cache(maxsize=40)
def wall_clock(zone: str, day: date, step: int) -> list[tuple[date, int]]:
    """What the clock on the wall shows at every `step` seconds of a day of UTC: date, and minute of the day."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    shown = [(midnight + timedelta(seconds=s)).astimezone(ZoneInfo(zone)) for s in range(0, 86_400, step)]
    return [(local.date(), local.hour * 60 + local.minute) for local in shown]


class Oracle:
    """Answers as `desk.sla.hours` does. `step` divides all offsets of the zone at that time: 60 s nowadays, 1 s long ago.

    A mark is the word "open", the word "closed", or the date of a holiday.
    """

    def __init__(self, calendar: Calendar, step: int = 60) -> None:
        self.calendar = calendar
        self.step = timedelta(seconds=step)
        self._of_dates: dict[date, list[object]] = {}
        self._of_days: dict[date, tuple[list[object], bytes]] = {}

    def elapsed(self, a: datetime, b: datetime) -> timedelta:
        """Whole steps by the day, and what lies inside one step by itself."""
        total = timedelta(0)
        while a < b:
            midnight = self._midnight(a)
            if a == self._floor(a) and a + self.step <= b:
                end = min(self._floor(b), midnight + DAY)
                total += (
                    self._open(a.date())[(a - midnight) // self.step : (end - midnight) // self.step].count(1)
                    * self.step
                )
                a = end
            else:
                end = min(b, self._floor(a) + self.step)
                total += end - a if self._mark(a) == "open" else timedelta(0)
                a = end
        return total

    def due(self, start: datetime, need: timedelta) -> datetime:
        """Step by step, day after day, until enough was open; there has to be enough."""
        step, left = self.step // MICROSECOND, need // MICROSECOND
        midnight = self._midnight(start)
        now = (start - midnight) // MICROSECOND
        while left:
            for i, is_open in enumerate(self._open(midnight.date())[now // step :], now // step):
                if is_open:
                    now = max(now, i * step)
                    if left <= (i + 1) * step - now:
                        return midnight + (now + left) * MICROSECOND
                    left -= (i + 1) * step - now
            midnight, now = midnight + DAY, 0
        return start

    def intervals(self, a: datetime, b: datetime) -> list[Interval]:
        """The marks of all days one after the other, equal ones joined."""
        runs = []
        midnight = self._midnight(a)
        while midnight < b:
            steps = 0
            for mark, same in groupby(self._marks(midnight.date())[0]):
                begin, steps = steps, steps + len(list(same))
                start, end = max(a, midnight + begin * self.step), min(b, midnight + steps * self.step)
                if start < end:
                    runs.append((mark, start, end))
            midnight += DAY
        found = []
        for mark, grouped in groupby(runs, key=lambda run: run[0]):
            same = list(grouped)
            kind, day = ("holiday", mark) if isinstance(mark, date) else (mark, None)
            found.append(Interval(same[0][1], same[-1][2], kind, day))
        return found

    def _midnight(self, moment: datetime) -> datetime:
        return moment.replace(hour=0, minute=0, second=0, microsecond=0)

    def _floor(self, moment: datetime) -> datetime:
        return moment - (moment - EPOCH) % self.step

    def _mark(self, moment: datetime) -> object:
        return self._marks(moment.date())[0][(moment - self._midnight(moment)) // self.step]

    def _open(self, day: date) -> bytes:
        return self._marks(day)[1]

    def _marks(self, day: date) -> tuple[list[object], bytes]:
        """A day of UTC: a mark for each step, and whether it is "open"."""
        if day not in self._of_days:
            shown = wall_clock(self.calendar.zone, day, self.step.seconds)
            marks = [self._of_date(local)[minute] for local, minute in shown]
            self._of_days[day] = marks, bytes(mark == "open" for mark in marks)
        return self._of_days[day]

    def _of_date(self, day: date) -> list[object]:
        """A date of the calendar: a mark for each minute that a clock could show."""
        if day not in self._of_dates:
            shut = day if self.calendar.days.get(day) == () else "closed"
            today, before = self._windows(day), self._windows(day - DAY)
            self._of_dates[day] = [
                "open"
                if any(start <= minute < end for start, end in today)
                or any(start <= minute + 1440 < end for start, end in before)
                else shut
                for minute in range(1440)
            ]
        return self._of_dates[day]

    def _windows(self, day: date) -> tuple[tuple[int, int], ...]:
        return self.calendar.days.get(day, self.calendar.week[day.weekday()])
