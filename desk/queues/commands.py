"""What the command box finds: places and verbs, tickets, articles, people."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from desk.knowledge.queries import find as find_articles
from desk.people.models import User
from desk.people.queries import find_people
from desk.people.rules import is_analyst, may_lead_queue
from desk.search.queries import quick

from .queries import known_queues

MOST = 6  # of each sort


@dataclass(frozen=True)
class Command:
    """Somewhere to go, or a key to press there (`does`)."""

    words: str
    href: str
    icon: str
    more: str = ""  # beside the words, softer
    key: str = ""
    does: str = ""


def found_for(user: User, words: str) -> list[tuple[str, list[Command]]]:
    """What these words may mean, by sort; without words, the commands alone."""
    groups = [(_("Commands"), _fitting(_places(user), words)[: MOST if words else 12])]
    if len(words) > 1:
        found = [(_("Tickets"), _tickets(user, words)), (_("Articles"), _articles(user, words))]
        groups = [*found, *groups, (_("People"), _people(user, words))]
    return [(name, rows) for name, rows in groups if rows]


def _places(user: User) -> list[Command]:
    every = reverse("queues:all")
    places = [
        Command(_("Unassigned in my queues"), f"{every}?tab=unassigned", "user-plus"),
        Command(_("Assigned to me"), f"{every}?tab=mine", "user-check"),
        Command(_("At risk"), f"{every}?tab=risk", "hourglass"),
        Command(_("Breached"), f"{every}?tab=breached", "alarm-clock"),
        Command(_("Log an incident"), reverse("incidents:new"), "plus"),
        Command(_("Plan a change"), reverse("changes:new"), "calendar-plus"),
        Command(_("All queues"), every, "list"),
    ]
    for group in known_queues(user):
        own = reverse("queues:queue", args=[group.slug])
        places.append(Command(_("Queue of {workgroup}").format(workgroup=group), own, "users"))
        if may_lead_queue(user, group.pk):
            places.append(Command(_("Team of {workgroup}").format(workgroup=group), f"{own}team/", "users-round"))
    return [
        *places,
        Command(_("Incidents from a table"), reverse("incidents:sheets"), "table"),
        Command(_("Knowledge"), reverse("knowledge:index"), "book-open"),
        Command(_("Write an article"), reverse("knowledge:new"), "square-pen"),
        Command(_("Articles being written or reviewed"), reverse("knowledge:writing"), "book-marked"),
        Command(_("Inbox"), reverse("notifications:inbox"), "bell"),
        Command(_("My approvals"), reverse("approvals:mine"), "stamp"),
        Command(_("Change calendar"), reverse("changes:calendar"), "calendar-days"),
        Command(_("Home"), "/", "house"),
        Command(_("Preferences"), reverse("people:preferences"), "sliders-horizontal"),
        Command(_("Keyboard shortcuts"), f"{reverse('queues:commands')}?keys=1", "keyboard", key="?", does="keys"),
    ]


def _fitting(places: list[Command], words: str) -> list[Command]:
    """Those that hold each of the words; such as begin with the first come first."""
    wanted = words.casefold().split()
    fits = [one for one in places if all(word in one.words.casefold() for word in wanted)]
    return sorted(fits, key=lambda one: bool(wanted) and not one.words.casefold().startswith(wanted[0]))


def _tickets(user: User, words: str) -> list[Command]:
    """What one may see and answers to the words, as the search finds it."""
    found = quick(words, user, MOST)
    return [Command(one.title, one.get_absolute_url(), "ticket", one.number) for one in found]


def _articles(user: User, words: str) -> list[Command]:
    found = [line.article for line in find_articles(words, user)[:4]]
    return [Command(str(one.current), one.get_absolute_url(), "book-open") for one in found]


def _people(user: User, words: str) -> list[Command]:
    if not is_analyst(user):
        return []
    every = reverse("queues:all")
    return [
        Command(
            _("What {person} reported").format(person=one), f"{every}?requester={one.username}", "user", one.username
        )
        for one in find_people(words.replace("\x00", ""), limit=4)
    ]
