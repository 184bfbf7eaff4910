"""What requesters say of how they were helped: shown to those who lead the workgroup, who answer it and moderate it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.db import transaction
from django.db.models import Avg, Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from desk.people.language import keep
from desk.people.models import User, Workgroup
from desk.people.rules import may_lead_queue, reach
from desk.tickets import flow, text
from desk.tickets.errors import Refused
from desk.tickets.queries import visible_to

from .models import Episode, Incident

ANSWERED = "rating.answered"
HIDDEN = "rating.hidden"
SHOWN = "rating.shown"
PAGE = 20
STARS = (5, 4, 3, 2, 1)


@dataclass(frozen=True)
class Sum:
    """How many ratings there are, their mean, and how many of each."""

    count: int
    mean: float | None
    shares: tuple[tuple[int, int], ...]  # (stars, how many), the best first


def may_see(user: User) -> bool:
    """Leads see those of their workgroups, administrators all."""
    return user.is_superuser or bool(reach(user).lead)


def may_answer(episode: Episode, user: User) -> bool:
    """A lead of the workgroup that solved it, by its ratings page; whoever administers reads alone."""
    return may_lead_queue(user, episode.workgroup_id)


def ask_to_answer(episode: Episode, user: User) -> None:
    """PermissionDenied, with a sentence, for whoever doesn't lead the workgroup that solved it."""
    if not may_answer(episode, user):
        said = _("Only a lead of {workgroup} answers or hides what is said of it.")
        raise PermissionDenied(said.format(workgroup=episode.workgroup))


def of_led(user: User) -> QuerySet[Episode]:
    """The ratings of the workgroups that this person leads, the newest first."""
    rated = Episode.objects.exclude(rating=None).order_by("-ended_at", "-pk")
    if not user.is_superuser:
        rated = rated.filter(workgroup__in=reach(user).lead)
    return rated.select_related("incident__requester", "workgroup", "assignee", "answered_by")


def workgroups(user: User) -> list[Workgroup]:
    """Those whose ratings the person may see."""
    found = Workgroup.objects.order_by("name")
    return list(found if user.is_superuser else found.filter(pk__in=reach(user).lead))


def narrowed(rows: QuerySet[Episode], *, workgroup: str = "", stars: str = "", said: bool = False) -> QuerySet[Episode]:
    """Of these, a workgroup's, those with so many stars, those with a comment; what makes no sense narrows nothing."""
    if workgroup:
        rows = rows.filter(workgroup__slug=workgroup)
    if stars in {str(number) for number in STARS}:
        rows = rows.filter(rating=int(stars))
    return rows.exclude(comment="") if said else rows


def summed(rows: QuerySet[Episode]) -> Sum:
    each = {f"of_{stars}": Count("pk", filter=Q(rating=stars)) for stars in STARS}
    found = rows.order_by().aggregate(count=Count("pk"), mean=Avg("rating"), **each)
    return Sum(found["count"], found["mean"], tuple((stars, found[f"of_{stars}"]) for stars in STARS))


def page_of(rows: QuerySet[Episode], number: str) -> Page[Episode]:
    return Paginator(rows, PAGE).get_page(number)


def mark(rows: Iterable[Episode], user: User) -> None:
    """Say of each whether the person may answer it, and may see its incident, which others may have by now."""
    rows = list(rows)
    mine = visible_to(user, Incident).filter(pk__in=[row.incident_id for row in rows])
    seen = set(mine.values_list("pk", flat=True))
    for row in rows:
        row.may_answer, row.seen = may_answer(row, user), row.incident_id in seen


# -- the verbs ---------------------------------------------------------------------------------------


@transaction.atomic
def answer(*, episode: Episode, by: User, words: str) -> Episode:
    """Answer what the requester said; they read it on the incident, and are told. Writes `rating.answered`."""
    words = text.clean(words, field="words", required=_("Please write an answer."), limit=4000)
    incident, fresh = _locked(episode, by)
    if not fresh.comment:
        raise Refused(_("There is no comment to answer."))
    if fresh.answered_at is not None:
        raise Refused(_("{answered_by} has answered it already.").format(answered_by=fresh.answered_by))
    fresh.answer, fresh.answered_by, fresh.answered_at = words, by, timezone.now()
    fresh.save(update_fields=["answer", "answered_by", "answered_at"])
    subject = keep("An answer to your rating of {number} {title}", number=incident.number, title=incident.title)
    told = {"recipients": [incident.requester_id], "subject": subject, "text": words}
    flow.write_event(incident, ANSWERED, by=by, data={"text": words, "episode": fresh.number}, inside=told)
    return fresh


@transaction.atomic
def hide(*, episode: Episode, by: User, why: str) -> Episode:
    """Nobody is shown the comment any more, but for those who may show it again. Writes `rating.hidden`."""
    why = text.clean(why, field="why", required=_("Please say why; it stays on record."), limit=300)
    incident, fresh = _locked(episode, by)
    if not fresh.comment or fresh.hidden_at is not None:
        raise Refused(_("There is no comment to hide."))
    fresh.hidden_at, fresh.hidden_why = timezone.now(), why
    return _moderated(incident, fresh, HIDDEN, by, why)


@transaction.atomic
def show(*, episode: Episode, by: User) -> Episode:
    """Show a hidden comment again. Writes `rating.shown`."""
    incident, fresh = _locked(episode, by)
    if fresh.hidden_at is None:
        raise Refused(_("The comment is shown already."))
    fresh.hidden_at, fresh.hidden_why = None, ""
    return _moderated(incident, fresh, SHOWN, by, "")


def _moderated(incident: Incident, episode: Episode, kind: str, by: User, why: str) -> Episode:
    episode.save(update_fields=["hidden_at", "hidden_why"])
    flow.write_event(incident, kind, by=by, data={"hides": episode.comment_event, "because": why})
    return episode


def _locked(episode: Episode, by: User) -> tuple[Incident, Episode]:
    ask_to_answer(episode, by)
    incident = flow.lock(episode.incident)
    return incident, Episode.objects.select_related("answered_by", "workgroup").get(pk=episode.pk)
