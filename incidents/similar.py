"""What is known already of an incident like this one: outages, articles, others that are open, how such were solved before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from desk.knowledge.likeness import alike
from desk.knowledge.models import Article
from desk.people.models import User
from desk.people.rules import reach
from desk.search.similar import Description, Likeness, like
from desk.tickets.models import Ticket
from desk.tickets.text import as_plain

from . import queries
from .lifecycle import State
from .models import Incident, Outage

SOLVED = [State.RESOLVED, State.CLOSED]
MOST = 4  # of each group


@dataclass(frozen=True)
class Hint:
    """One thing that is known: a ticket or an article to look at, or only a sentence."""

    title: str
    why: str
    ticket: Ticket | None = None
    solution: str = ""
    article: Article | None = None


@dataclass(frozen=True)
class Group:
    """What one source knows, under its heading."""

    heading: str
    hints: list[Hint]


def hints(about: Description, user: User) -> list[Group]:
    """What each source knows, those that know nothing left out."""
    return [group for source in SOURCES for group in source(about, user) if group.hints]


def outages(about: Description, user: User) -> list[Group]:
    """Services that are down now, for everybody: the one that was chosen, or whose name was typed."""
    typed = f"{about.title} {about.text}".lower()
    meant = [_outage(one) for one in queries.outages() if _is_meant(one, about, typed)]
    return [Group(_("We are on it already"), meant)]


def _is_meant(outage: Outage, about: Description, typed: str) -> bool:
    if about.pk is not None and outage.incident_id == about.pk:
        return False
    return outage.service_id == about.service_id or outage.service.name.lower() in typed


def _outage(outage: Outage) -> Hint:
    since = date_format(localtime(outage.started_at), _("j M, H:i"))
    return Hint(f"{outage.service}: {outage.get_level_display().lower()}", _("since {since}").format(since=since))


def articles(about: Description, user: User) -> list[Group]:
    """What is written about it. While somebody logs, what is public: analysts read it as the requester does."""
    found = alike(about, user, public_only=about.pk is None)
    heading = _("Read this first") if about.pk is None else _("Articles")
    return [Group(heading, [_read(one.article, one.why) for one in found])]


def _read(article: Article, why: str) -> Hint:
    answer = as_plain(article.current.answer) if article.current else ""
    return Hint(str(article.current), why, solution=answer, article=article)


def tickets(about: Description, user: User) -> list[Group]:
    """Others like it: those that nobody has solved yet, for it may be one of them; and what solved the rest."""
    own = not reach(user).view
    rows = Ticket.objects.filter(kind="incident").exclude(state=State.CANCELLED)
    found = like(about, user, rows, own=own)
    unsolved = [one for one in found if one.ticket.state not in SOLVED][:MOST]
    solved = [one for one in found if one.ticket.state in SOLVED][:MOST]
    words = dict(Incident.objects.filter(pk__in=[one.ticket.pk for one in solved]).values_list("pk", "solution"))
    return [
        Group(
            _("You reported this before?") if own else _("Open, and perhaps the same"), [_hint(one) for one in unsolved]
        ),
        Group(
            _("Solved for you before") if own else _("Solved before"),
            [replace(_hint(one), solution=words.get(one.ticket.pk, "")) for one in solved],
        ),
    ]


def _hint(one: Likeness) -> Hint:
    return Hint(one.ticket.title, one.why, one.ticket)


# In the order in which they are shown.
SOURCES: list[Callable[[Description, User], list[Group]]] = [outages, articles, tickets]
