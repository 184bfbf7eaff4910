"""The major incident: proposed, declared, told to everybody, and reviewed afterwards."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from desk.notifications.actions import tell
from desk.people.language import keep
from desk.people.models import User
from desk.people.queries import leads_of
from desk.people.rules import reach
from desk.services.models import Service
from desk.tickets import flow, text
from desk.tickets.errors import Refused
from desk.tickets.models import Event, Impact, Priority, Urgency, Visibility
from desk.tickets.rules import Rule, denied

from . import families, raising, rules
from .families import OVER
from .lifecycle import State
from .models import Incident, Joined, MajorIncident

PROPOSED = "major.proposed"
DECLINED = "major.declined"
DECLARED = "major.declared"
UPDATED = "major.updated"
WITHDRAWN = "major.withdrawn"
REVIEWED = "major.reviewed"

Status = MajorIncident.State


# -- what there is --------------------------------------------------------------------------------


def active() -> QuerySet[MajorIncident]:
    """Those that everybody is told of now, the longest first."""
    rows = MajorIncident.objects.filter(state=Status.DECLARED).exclude(incident__state__in=OVER)
    return rows.select_related("incident__service").order_by("pk")


def readable(user: User) -> QuerySet[MajorIncident]:
    """Those whose words for everybody this person may read: all that were declared, and what they joined before it was none."""
    joined = Exists(Joined.objects.filter(incident=OuterRef("incident"), user=user))
    mine = Q(joined, state=Status.WITHDRAWN)
    return MajorIncident.objects.filter(mine | Q(state=Status.DECLARED)).select_related("incident__service")


def for_reader(user: User, service: Service | None = None) -> list[MajorIncident]:
    """Those that are active, or those of one service, each with whether this person has joined."""
    found = list(active().filter(incident__service=service) if service else active())
    joined = Joined.objects.filter(user=user, incident__in=[one.incident_id for one in found]) if found else []
    mine = {one.incident_id: one for one in joined}
    for major in found:
        major.mine = mine.get(major.incident_id)
    return found


def of_service(service_id: object) -> MajorIncident | None:
    """The one that troubles a service now, by the service's id as a form knows it."""
    if not str(service_id or "").isdecimal() or len(str(service_id)) > 9:
        return None
    return active().filter(incident__service=int(str(service_id))).first()


def affected(incident: Incident) -> int:
    """How many have it: who logged it or the same, who joined, and whose incidents are children of it."""
    people = {incident.requester_id, *incident.joined.values_list("user", flat=True)}
    same = incident.duplicates.values_list("requester", flat=True)
    return len(people.union(same, families.children_of(incident).values_list("requester", flat=True)))


def waiting_for(user: User) -> tuple[list[MajorIncident], list[MajorIncident]]:
    """What waits for this lead: proposals to decide on, and reviews that are owed."""
    if not reach(user).lead:
        return [], []
    rows = MajorIncident.objects.filter(incident__workgroup__in=reach(user).lead).select_related(
        "incident__workgroup", "proposed_by"
    )
    open_ones = rows.filter(state=Status.PROPOSED).exclude(incident__state__in=OVER)
    solved = [State.RESOLVED, State.CLOSED]
    owed = rows.filter(state=Status.DECLARED, reviewed_at=None, incident__state__in=solved)
    return list(open_ones.order_by("at")), list(owed.order_by("at"))


# -- deciding -------------------------------------------------------------------------------------


@transaction.atomic
def propose(*, incident: Incident, by: User, reason: str, at: datetime | None = None) -> MajorIncident:
    """An analyst thinks that it is a major incident, and says why; the leads of its workgroup are asked.

    `at`, here and below, is given when history is told.
    """
    reason = text.clean(reason, field="reason", required=_("Please say why it is a major incident."))
    incident, row = _locked(incident, by, rules.analyst)
    _refuse_if(incident.is_major, _("{number} is a major incident already.").format(number=incident.number))
    _refuse_if(
        row is not None and row.state == Status.PROPOSED,
        _("{number} is proposed already.").format(number=incident.number),
    )
    _refuse_if(
        incident.state in OVER,
        _("{number} is {state}.").format(number=incident.number, state=incident.state_label.lower()),
    )
    row = row or MajorIncident(incident=incident)
    row.put(state=Status.PROPOSED, reason=reason, proposed_by=by, decided_by=None, at=at or flow.clock())
    _tell_inside(
        incident, PROPOSED, by, leads_of(incident.workgroup),
        keep("Is {number} a major incident? {title}", number=incident.number, title=incident.title),
        keep("{by}: {reason}\nDeclare or decline it on its page.", by=by, reason=reason), note=reason, at=at,
    )  # fmt: skip
    return row


@transaction.atomic
def decline(*, incident: Incident, by: User, reason: str) -> MajorIncident:
    """A lead says that it is none; whoever proposed it reads why."""
    reason = text.clean(reason, field="reason", required=_("Please say why it is none."))
    incident, row = _locked(incident, by, rules.lead)
    if row is None or row.state != Status.PROPOSED:
        raise Refused(_("Nobody proposes {number} as a major incident.").format(number=incident.number))
    row.put(state=Status.DECLINED, reason=reason, decided_by=by, at=flow.clock())
    asked = [row.proposed_by] if row.proposed_by else []
    _tell_inside(
        incident,
        DECLINED,
        by,
        asked,
        keep("{number} is no major incident", number=incident.number),
        f"{by}: {reason}",
        note=reason,
    )
    return row


@transaction.atomic
def declare(
    *,
    incident: Incident,
    by: User,
    headline: str,
    words: str,
    next_minutes: int | None = None,
    level: str = "",
    at: datetime | None = None,
) -> MajorIncident:
    """A lead says that it is one, and what everybody reads of it; `level` says how its service is shown meanwhile."""
    incident = _locked(incident, by, rules.lead)[0]
    row = mark(incident=incident, by=by, headline=headline, words=words, next_minutes=next_minutes, at=at)
    if level and incident.service is not None:
        raising.begin_outage(incident=incident, service=incident.service, level=level, at=row.at)
    return row


@transaction.atomic
def mark(
    *,
    incident: Incident,
    by: User,
    headline: str,
    words: str,
    next_minutes: int | None = None,
    reason: str = "",
    at: datetime | None = None,
) -> MajorIncident:
    """It is a major incident, whoever decided so: P1 at once, its leads are told, and everybody reads of it."""
    headline, words = _cleaned(headline, words)
    incident = flow.lock(incident)
    row = MajorIncident.objects.filter(incident=incident).first() or MajorIncident(incident=incident)
    _refuse_if(incident.is_major, _("{number} is a major incident already.").format(number=incident.number))
    _refuse_if(
        incident.state in OVER,
        _("{number} is {state}.").format(number=incident.number, state=incident.state_label.lower()),
    )
    _refuse_if(
        incident.parent_incident is not None,
        _("{number} is a child of another incident. Declare that one.").format(number=incident.number),
    )
    heavy: dict[str, Any] = {"impact": Impact.HIGH, "urgency": Urgency.HIGH, "priority": Priority.P1}
    flow.change_fields(incident, by=by, at=at, is_major=True, **heavy)
    now = at or flow.clock()
    row.put(state=Status.DECLARED, decided_by=by, at=now, reason=reason or row.reason)
    row.put(headline=headline, words=words, said_at=now, next_at=_due(now, next_minutes))
    _tell_inside(
        incident, DECLARED, by, leads_of(incident.workgroup),
        keep("Major incident {number}: {headline}", number=incident.number, headline=headline),
        keep(
            "{title}\nDeclared by {by}. It is P1 now, and everybody reads: {words}",
            title=incident.title, by=by, words=words,
        ),
        note=reason, at=at,
    )  # fmt: skip
    _say(incident, by, row, at)
    return row


@transaction.atomic
def update(
    *,
    incident: Incident,
    by: User,
    headline: str,
    words: str,
    next_minutes: int | None = None,
    at: datetime | None = None,
) -> MajorIncident:
    """What everybody reads from now on; whoever follows it is told."""
    headline, words = _cleaned(headline, words)
    incident, row = _locked(incident, by, rules.lead)
    if row is None or not incident.is_major:
        raise Refused(_("{number} is no major incident.").format(number=incident.number))
    _refuse_if(
        incident.state in OVER,
        _("{number} is {state}; nobody is shown it any more.").format(
            number=incident.number, state=incident.state_label.lower()
        ),
    )
    now = at or flow.clock()
    row.put(headline=headline, words=words, said_at=now, next_at=_due(now, next_minutes))
    _say(incident, by, row, at)
    return row


@transaction.atomic
def withdraw(*, incident: Incident, by: User, reason: str) -> MajorIncident:
    """It is no major incident after all: nobody is shown it any more. Its priority stays until somebody edits it."""
    reason = text.clean(reason, field="reason", required=_("Please say why it is none."))
    incident, row = _locked(incident, by, rules.lead)
    if row is None or not incident.is_major:
        raise Refused(_("{number} is no major incident.").format(number=incident.number))
    flow.change_fields(incident, by=by, is_major=False)
    row.put(state=Status.WITHDRAWN, reason=reason, decided_by=by, at=flow.clock())
    others = leads_of(incident.workgroup)
    _tell_inside(
        incident,
        WITHDRAWN,
        by,
        others,
        keep("{number} is no major incident any more", number=incident.number),
        f"{by}: {reason}",
        note=reason,
    )
    return row


MISSING = {
    "what_happened": _lazy("Please say what happened."),
    "why_it_happened": _lazy("Please say why, as far as it is known."),
    "what_we_change": _lazy("Please say what we change, or that we change nothing."),
}


@transaction.atomic
def review(
    *,
    incident: Incident,
    by: User,
    what_happened: str,
    why_it_happened: str,
    what_we_change: str,
    at: datetime | None = None,
) -> MajorIncident:
    """What was learnt, once it is solved; it may be written anew."""
    given = {"what_happened": what_happened, "why_it_happened": why_it_happened, "what_we_change": what_we_change}
    said = {name: text.clean(words, field=name, required=str(MISSING[name])) for name, words in given.items()}
    incident, row = _locked(incident, by, rules.analyst)
    if row is None or not incident.is_major or incident.state not in (State.RESOLVED, State.CLOSED):
        raise Refused(
            _("{number} is no major incident that is solved, so there is nothing to review.").format(
                number=incident.number
            )
        )
    row.put(**said, reviewed_by=by, reviewed_at=at or flow.clock())
    flow.write_event(incident, REVIEWED, by=by, at=at, inside=said, visibility=Visibility.INTERNAL)
    return row


def _locked(incident: Incident, by: User, rule: Rule) -> tuple[Incident, MajorIncident | None]:
    """The incident, locked, and what is said of it; refused to whoever the rule doesn't let."""
    fresh = flow.lock(incident)
    if not rule(fresh, by):
        raise denied(rule, fresh)
    return fresh, MajorIncident.objects.filter(incident=fresh).select_related("proposed_by").first()


def _refuse_if(wrong: bool, sentence: str) -> None:
    if wrong:
        raise Refused(sentence)


def _cleaned(headline: str, words: str) -> tuple[str, str]:
    headline = text.clean(
        headline, field="headline", required=_("Please say in a few words what people notice."), limit=120
    )
    return headline, text.clean(words, field="words", required=_("Please say what you are doing about it."), limit=2000)


def _due(now: Any, minutes: int | None) -> Any:
    return now + timedelta(minutes=minutes) if minutes else None


def _tell_inside(
    incident: Incident, kind: str, by: User, people: Iterable[User], subject: str, words: str, note: str = "",
    at: datetime | None = None,
) -> None:  # fmt: skip
    """An internal event that names those who have to know of it."""
    inside = {"recipients": sorted(user.pk for user in people), "subject": subject, "text": words, "note": note}
    flow.write_event(incident, kind, by=by, at=at, inside=inside, visibility=Visibility.INTERNAL)


def _say(incident: Incident, by: User, row: MajorIncident, at: datetime | None) -> Event:
    """The public word, as an event that everybody may read, and whoever follows it or has it too is told of."""
    event = flow.write_event(incident, UPDATED, by=by, at=at, data={"headline": row.headline, "text": row.words})
    people = {incident.requester_id, incident.reporter_id, *incident.watchers.values_list("user", flat=True)}
    people.update(incident.joined.values_list("user", flat=True))
    tell(event=event, recipients=people, subject=f"{incident.number}: {row.headline}", text=row.words)
    return event
