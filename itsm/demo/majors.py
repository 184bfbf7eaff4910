"""The demo's major incidents: mail that is late this very hour, with children and joiners; and one that was reviewed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from desk.people.models import User
from desk.sla.queries import needs_violation
from desk.tickets import actions as tickets
from incidents import actions, families, joining, majors
from incidents.models import Incident, Joined, MajorIncident

from .clock import DAY, WorkingTime
from .world import DESK, World

MAIL, SIGN_IN = "Email and calendar", "Sign-in"
JOINED = ("erin", "mateo", "zoe", "peter", "birgit", "katrin", "lukas")
REVIEW = {
    "what_happened": "The night shift called first; within ten minutes there were eleven calls, all about codes. It was "
    "declared a quarter of an hour after the first. The time server was found to be five minutes slow and set right; forty "
    "minutes later every server had taken its time over.",
    "why_it_happened": "The time server was moved at the weekend, and its own source was left behind. Codes are good for a "
    "minute, so all of them were too old. Nothing watched its time.",
    "what_we_change": "Monitoring asks every server for its time, and calls at two seconds. The checklist for moving a server "
    "names what it takes its time from.",
}


def lay_majors(world: World) -> int:
    """Let both happen; returns how many there are."""
    time = WorkingTime(world.now)
    _codes(world, time)
    _late_mail(world, time)
    return MajorIncident.objects.count()


def _late_mail(world: World, time: WorkingTime) -> None:
    """Begun an hour and a half ago; the last word is a few minutes old, and the next one is due soon."""
    people, sam, lena = world.people, world.people["sam"], world.people["lena"]
    at = _before(time, time.end)
    whole = _phone(world, "hannah", MAIL, "Mail arrives an hour late", "Nothing for hours; then ten at once.", at(95))
    whole = actions.start(incident=whole, by=sam, at=at(92))
    same = [
        _phone(
            world,
            "emil",
            MAIL,
            "No mail from the wards",
            "The lists for admission come by mail, and don't come.",
            at(88),
        ),
        _phone(world, "noor", MAIL, "Mail hangs in the outbox", "It says “sending” for half an hour.", at(85)),
    ]
    majors.propose(incident=whole, by=sam, reason="Three calls in ten minutes, from three houses.", at=at(83))
    majors.declare(
        incident=whole, by=lena, headline="Mail arrives up to an hour late", level="degraded", next_minutes=30, at=at(80),
        words="Nothing is lost: it waits. Please phone what is urgent. We are looking for the cause.",
    )  # fmt: skip
    for child in same:
        families.attach(child=child, parent=whole, by=sam, at=at(78))
    joining.log_as_child(
        major=_fresh(whole), by=people["david"], title="Mail arrives up to an hour late", at=at(70), site=world.site_of["david"],
        description="And invitations for the tumour board were answered twice.",
    )  # fmt: skip
    tickets.note(ticket=_fresh(whole), by=sam, message="The queue of the outer relay holds 14,000 mails.", at=at(55))
    _say(whole, lena, "A relay is overloaded. We are taking it out, and mail goes by the other one.", at(48))
    _say(whole, lena, "New mail is on time again. What waits comes in within the hour.", at(11))
    for name in JOINED:
        joining.join(incident=whole, by=people[name])
    Joined.objects.filter(incident=whole).update(at=at(30))


def _codes(world: World, time: WorkingTime) -> None:
    """Codes that were refused, a week ago: solved with its children, and reviewed two days later."""
    sam, lena = world.people["sam"], world.people["lena"]
    at = _before(time, time.end - 5 * DAY)
    whole = _phone(
        world, "aisha", SIGN_IN, "My code is refused", "All of the night shift stands before locked screens.", at(120)
    )
    whole = actions.start(incident=whole, by=sam, at=at(118))
    child = _phone(world, "claire", SIGN_IN, "Code is wrong, says the computer", "In theatre two and three.", at(112))
    majors.declare(
        incident=whole, by=lena, headline="Codes for signing in are refused", level="down", next_minutes=30, at=at(105),
        words="The badge works meanwhile. Please don't try codes again and again: it locks you out.",
    )  # fmt: skip
    families.attach(child=child, parent=whole, by=sam, at=at(100))
    _say(whole, lena, "A clock was slow. It is right again, and servers take it over one by one.", at(80))
    done, code = at(40), world.codes["Fixed"]
    late = world.violations[0] if needs_violation(_fresh(whole), done) else None
    actions.resolve(
        incident=_fresh(whole), by=sam, code=code, violation=late, children=True, at=done,
        solution="The time server was slow, so that every code was too old. It is right again.",
    )  # fmt: skip
    actions.confirm(incident=_fresh(whole), by=world.people["aisha"], rating=4, at=at(10))
    majors.review(incident=_fresh(whole), by=sam, at=_before(time, time.end - 3 * DAY)(0), **REVIEW)


def _phone(world: World, who: str, service: str, title: str, words: str, at: datetime) -> Incident:
    """Logged by Sam on the phone, and kept by the Service Desk: it is for many."""
    return actions.log(
        by=world.people["sam"], requester=world.people[who], title=title, description=words, source="phone", at=at,
        service=world.services[service], site=world.site_of[who], workgroup=world.workgroups[DESK],
    )  # fmt: skip


def _say(whole: Incident, lena: User, words: str, at: datetime) -> None:
    headline = MajorIncident.objects.get(incident=whole).headline
    majors.update(incident=_fresh(whole), by=lena, headline=headline, words=words, next_minutes=30, at=at)


def _fresh(incident: Incident) -> Incident:
    return Incident.objects.get(pk=incident.pk)


def _before(time: WorkingTime, end: int) -> Callable[[int], datetime]:
    """The moment so many working minutes before this one."""
    return lambda minutes: time.at(end - minutes)
