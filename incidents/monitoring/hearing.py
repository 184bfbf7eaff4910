"""Hears alerts: the first makes an incident, those that belong to it join, repeats count, and what is over is noted.

One transaction for each incident. Whoever speaks of the same one waits for one another at the group's key, so that
fifty posts at the same instant make one incident; a post that is sent again changes nothing but counts.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from desk.people.language import Kept, keep, keep_n
from desk.people.models import User
from desk.people.queries import automation
from desk.tickets import actions as ticket_actions
from desk.tickets import flow
from desk.tickets.errors import Refused
from desk.tickets.models import LinkKind, Visibility
from desk.tickets.queries import priority_for

from .. import actions
from ..lifecycle import State
from ..models import Incident
from . import settling
from .models import Alert, AlertGroup, AlertSource
from .reading import Heard
from .sorting import TRIGGER, Bundle, bundles, concerns, how_heavy

log = logging.getLogger(__name__)

SOURCE = "monitoring"  # of the ticket, and of what happens to it
FIRED = "alert.fired"
RESOLVED = "alert.resolved"
NAMED = 20  # alerts that a description names; the page lists them all
IN_A_LINE = 5  # that a line of the timeline names
OVER = {State.RESOLVED, State.CLOSED, State.CANCELLED}


@dataclass
class Answer:
    """What became of each alert of a post, by its place: (what was done, the incident's number or none)."""

    done: dict[int, tuple[str, str]] = field(default_factory=dict)
    refused: dict[int, str] = field(default_factory=dict)  # sending these again would change nothing
    failed: dict[int, str] = field(default_factory=dict)  # sending these again may help

    def note(self, alerts: Iterable[Heard], what: str, number: str = "") -> None:
        self.done |= {alert.index: (what, number) for alert in alerts}


def hear(*, source: AlertSource, alerts: list[Heard], at: datetime | None = None) -> Answer:
    """Do with each incident's alerts what the rules say; one that fails doesn't hold up the others.

    `at`, timezone-aware, is given when history is told; otherwise the database's clock says when.
    """
    answer = Answer()
    found, ignored = bundles(source, alerts)
    answer.note(ignored, "ignored")
    for bundle in sorted(found, key=lambda one: one.key):
        try:
            answer.done |= _hear(bundle, at).done
        except Refused as refused:
            answer.refused |= {alert.index: " ".join(refused.sentences) for alert in bundle.alerts}
        except Exception:
            log.exception("%d alerts of %s could not be heard; the others were", len(bundle.alerts), source)
            why = "The portal could not take this alert now. Please send it again."
            answer.failed |= {alert.index: why for alert in bundle.alerts}
    return answer


@transaction.atomic
def _hear(bundle: Bundle, at: datetime | None) -> Answer:
    flow.serialise(f"alerts {bundle.source.pk} {bundle.key}")
    group = (
        AlertGroup.objects.select_for_update(of=("self",))
        .select_related("rule")
        .filter(source=bundle.source, key=bundle.key, is_current=True)
        .first()
    )
    visit = Visit(bundle, group, at)
    for alert in bundle.alerts:
        visit.hear(alert)
    return visit.finish()


class Visit:
    """What one post says of one incident, told in order and written at the end."""

    def __init__(self, bundle: Bundle, group: AlertGroup | None, at: datetime | None):
        self.bundle, self.group = bundle, group
        self.by = automation()
        self.answer = Answer()
        self.names: dict[str, list[str]] = {FIRED: [], RESOLVED: []}
        self._take_up(group)
        self.now = at or flow.clock()  # after the locks are held, so that a ticket's events never run backwards

    def _take_up(self, group: AlertGroup | None) -> None:
        self.incident = _locked(group.incident) if group else None
        spoken_of = {alert.fingerprint for alert in self.bundle.alerts}
        rows = group.alerts.filter(fingerprint__in=spoken_of) if group else ()
        self.rows = {row.fingerprint: row for row in rows}
        self.before = Counts.of(group) if group else None
        self.changed: dict[str, Alert] = {}

    # -- one alert

    def hear(self, alert: Heard) -> None:
        if alert.firing:
            self._fires(alert)
        else:
            self._is_over(alert)

    def _fires(self, alert: Heard) -> None:
        row = self.rows.get(alert.fingerprint)
        repeats = row is not None and row.is_firing and not _is_later(alert, row)
        what = self._open_for(alert, repeats)
        assert self.group is not None
        row = self.rows.get(alert.fingerprint)  # of the incident that is the current one by now
        if row is None:
            row = Alert(group=self.group, fingerprint=alert.fingerprint, first_seen=self.now, count=0)
            what = what or "joined"
        elif not repeats:
            what = what or "fires again"
        self.group.flaps += what in ("reopened", "fires again")
        if what:
            self.names[FIRED].append(alert.summary)
        self.group.settles_at = None
        row.is_firing, row.summary, row.labels = True, alert.summary, alert.labels
        row.url, row.starts_at, row.last_seen = alert.url, alert.starts_at or row.starts_at, self.now
        row.count += 1
        self.group.heard += 1
        self._keep(row)
        self._done(alert, what or "repeated")

    def _is_over(self, alert: Heard) -> None:
        row = self.rows.get(alert.fingerprint)
        if row is None or not row.is_firing or self.group is None:
            self._done(alert, "nothing to resolve" if row is None else "resolved before")
            return
        row.is_firing, row.last_seen = False, self.now
        self.group.recoveries += 1
        self.names[RESOLVED].append(row.summary)
        self._keep(row)
        self._done(alert, "resolved")

    def _keep(self, row: Alert) -> None:
        self.rows[row.fingerprint] = self.changed[row.fingerprint] = row

    def _done(self, alert: Heard, what: str) -> None:
        self.answer.note([alert], what, self.incident.number if self.incident else "")

    # -- its incident

    def _open_for(self, alert: Heard, repeats: bool) -> str:
        """See to it that there is an incident for what fires; says what was done for that, if anything."""
        if self.incident is None:
            self._raise(alert)
            return "raised"
        if self.incident.state not in OVER or (repeats and self._is_waited_out()):
            return ""
        if self._may_reopen(repeats):
            self._reopen(alert)
            return "reopened"
        old = self.incident.same_as or self.incident
        self._write()
        self._raise(alert)
        if old.state != State.CANCELLED:
            ticket_actions.link(source=self.incident, target=old, kind=LinkKind.RECURRENCE_OF, by=self.by, at=self.now)
        return "raised"

    @property
    def _window(self) -> timedelta:
        return timedelta(minutes=self.bundle.rule.reopen_minutes)

    def _is_waited_out(self) -> bool:
        """What fired all the time while a person ended it: they are believed for the rule's window, and for good when
        they cancelled it. Of a duplicate that is asked of the one that stays."""
        assert self.incident is not None
        incident = self.incident.same_as or self.incident
        ended = incident.resolved_at
        return incident.state == State.CANCELLED or ended is None or self.now - ended < self._window

    def _may_reopen(self, repeats: bool) -> bool:
        assert self.incident is not None
        if self.incident.state == State.CANCELLED or flow.unmet(self.incident, "reopen", self.by):
            return False
        ended = self.incident.resolved_at
        soon = ended is not None and self.now - ended <= self._window
        return soon or (repeats and self.incident.state == State.RESOLVED)

    def _reopen(self, alert: Heard) -> None:
        assert self.incident is not None
        reason = keep("Monitoring says that it fires again: {summary}", summary=alert.summary)
        self.incident = actions.reopen(incident=self.incident, by=self.by, reason=reason, source=SOURCE, at=self.now)

    def _raise(self, alert: Heard) -> None:
        """A new incident, told by all that fires from this alert on; and its group, the current one from now on."""
        firing = [one for one in self.bundle.alerts if one.firing and one.index >= alert.index]
        about = concerns(self.bundle, alert)
        impact, urgency = how_heavy(self.bundle.rule, about.service, firing)
        self.incident = actions.log(
            by=self.by,
            title=_title(firing),
            description=_description(self.bundle, firing),
            impact=impact,
            urgency=urgency,
            service=about.service,
            category=about.category,
            site=about.site,
            source=SOURCE,
            at=self.now,
            inside={"trigger": TRIGGER, "alert_rule": self.bundle.rule.name},
        )
        if self.group is not None:
            AlertGroup.objects.filter(pk=self.group.pk).update(is_current=False, settles_at=None)
            self.group.alerts.filter(is_firing=True).update(is_firing=False)  # told of there now
        self.group = AlertGroup.objects.create(
            source=self.bundle.source,
            rule=self.bundle.rule if self.bundle.rule.pk else None,
            key=self.bundle.key,
            labels=self.bundle.labels,
            incident=self.incident,
        )
        self.rows, self.changed, self.before = {}, {}, None

    # -- the end of it

    def finish(self) -> Answer:
        self._write()
        return self.answer

    def _write(self) -> None:
        """Write the rows and what is worth a line on the timeline; then see whether all is quiet."""
        group, incident = self.group, self.incident
        if group is None or incident is None or not self.changed:
            return
        rows = list(self.changed.values())
        Alert.objects.bulk_create([row for row in rows if row.pk is None])
        old = [row for row in rows if row.pk is not None]
        Alert.objects.bulk_update(
            old, ["is_firing", "summary", "labels", "url", "starts_at", "last_seen", "count"], batch_size=500
        )
        firing = group.alerts.filter(is_firing=True).count()
        group.calms += firing == 0
        self._tell(Counts.of(group), firing)
        self.incident = _raise_priority(incident, self.bundle, self.by, self.now)
        settling.consider(group, firing=firing, now=self.now)
        group.save()
        self.changed = {}
        if firing == 0 and group.settles_at is not None and group.settles_at <= self.now:
            settling.settle(group, at=self.now)

    def _tell(self, now: Counts, firing: int) -> None:
        """A line for the first of its kind, the second, the fourth and so on: a thousand repeats are ten lines."""
        was = Counts() if self._is_first_word_here() else self.before
        if was is None:  # just made: the description says it
            was = Counts(alerts=now.alerts, heard=now.heard, flaps=now.flaps)
        if now.fires_anew_since(was):
            self._line(FIRED, self._fires_in_words(now))
        if now.recovers_since(was):
            said = keep("hears that all of its alerts are over")
            if firing:
                said = keep(
                    "hears that alerts are over; {firing} of {alerts} still fire", firing=firing, alerts=now.alerts
                )
            self._line(RESOLVED, said)
        self.before = now

    def _fires_in_words(self, now: Counts) -> Kept:
        alerts, heard = keep_n("{n:,} alert", "{n:,} alerts", now.alerts), _times(now.heard)
        said = keep("hears from monitoring: {alerts}, {times} in all", alerts=alerts, times=heard)
        if now.flaps:
            said = keep("{said}, and fired again {times}", said=said, times=_times(now.flaps))
        if self.came_over:
            said = keep("{said}; they belong to {number}, which is the same", said=said, number=self.came_over)
        return said

    @property
    def came_over(self) -> str:
        """The number of the duplicate that these alerts made, where they land on the one that stays."""
        elsewhere = self.group and self.incident and self.group.incident_id != self.incident.pk
        return self.group.incident.number if elsewhere and self.group else ""

    def _is_first_word_here(self) -> bool:
        """Whether they land on the one that stays for the first time: whoever reads there hears of all of it."""
        if not self.came_over or self.incident is None or not any(row.is_firing for row in self.changed.values()):
            return False
        return not self.incident.events.filter(kind=FIRED, inside__duplicate=self.came_over).exists()

    def _line(self, kind: str, said: str) -> None:
        assert self.incident is not None
        names = self.names[kind]
        inside: dict[str, Any] = {"said": said, "because": _listed(names)}
        if self.came_over:
            inside["duplicate"] = self.came_over
        common: dict[str, Any] = {"by": self.by, "source": SOURCE, "at": self.now}
        flow.write_event(self.incident, kind, inside=inside, visibility=Visibility.INTERNAL, **common)
        self.names[kind] = []


def _locked(incident: Incident) -> Incident:
    """The incident that its alerts land on, locked: of a duplicate the one that stays in its place, while that is open."""
    found = flow.lock(_lands_on(incident))
    while (other := _lands_on(found)).pk != found.pk:  # merged at this very instant
        found = flow.lock(other)
    return found


def _lands_on(incident: Incident) -> Incident:
    stays = incident.same_as
    return incident if stays is None or stays.state in OVER else stays


@dataclass(frozen=True)
class Counts:
    """How much was heard of an incident; a line is written where one of these doubled."""

    alerts: int = 0
    heard: int = 0
    flaps: int = 0
    recoveries: int = 0
    calms: int = 0

    @classmethod
    def of(cls, group: AlertGroup) -> Counts:
        return cls(group.alerts.count(), group.heard, group.flaps, group.recoveries, group.calms)

    def fires_anew_since(self, was: Counts) -> bool:
        pairs = ((was.alerts, self.alerts), (was.heard, self.heard), (was.flaps, self.flaps))
        return any(_doubled(*pair) for pair in pairs)

    def recovers_since(self, was: Counts) -> bool:
        return _doubled(was.recoveries, self.recoveries) or _doubled(was.calms, self.calms)


def _doubled(before: int, after: int) -> bool:
    """Whether a power of two lies between them: 1, 2, 4, 8 …"""
    return after.bit_length() > before.bit_length()


def _is_later(alert: Heard, row: Alert) -> bool:
    """Whether it began anew since, so that a “resolved” was lost on the way."""
    return alert.starts_at is not None and row.starts_at is not None and alert.starts_at > row.starts_at


def _raise_priority(incident: Incident, bundle: Bundle, by: User, at: datetime) -> Incident:
    """What joined is heavier than what was known: the incident becomes as heavy, unless a person has touched it."""
    firing = [alert for alert in bundle.alerts if alert.firing]
    impact, urgency = how_heavy(bundle.rule, incident.service, firing)
    heavier = priority_for(impact, urgency) < incident.priority
    if not firing or not heavier or incident.state in OVER or settling.is_touched(incident):
        return incident
    fields = {"impact": impact, "urgency": urgency, "priority": priority_for(impact, urgency)}
    flow.change_fields(incident, by=by, source=SOURCE, at=at, **fields)
    return incident


def _title(firing: list[Heard]) -> str:
    first, others = firing[0].summary, len({alert.fingerprint for alert in firing}) - 1
    more = f" (and {others} more alerts)" if others > 1 else " (and one more alert)" if others else ""
    return f"{first[: 200 - len(more)]}{more}"


def _description(bundle: Bundle, firing: list[Heard]) -> str:
    """What fires, in the words of monitoring; its labels are on the page's list of alerts."""
    told = {alert.fingerprint: alert for alert in firing}
    lines = [
        f"- {alert.summary}" + (f": {' '.join(alert.text.split())[:500]}" if alert.text else "")
        for alert in told.values()
    ]
    more = [f"- and {len(lines) - NAMED} more"] if len(lines) > NAMED else []
    return "\n".join([f"{bundle.source} reports:", "", *lines[:NAMED], *more])


def _times(count: int) -> Kept:
    return keep_n("{n:,} time", "{n:,} times", count)


def _listed(names: list[str]) -> str:
    names = list(dict.fromkeys(names))
    first = ", ".join(names[:IN_A_LINE])
    return keep("{names} and {n} more", names=first, n=len(names) - IN_A_LINE) if len(names) > IN_A_LINE else first
