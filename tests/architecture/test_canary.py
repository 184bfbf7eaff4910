"""What is internal never leaves: canaries in everything that only IT may see, and a walk through all that others can get."""

import json
import re
from typing import Any

import pytest
from django.urls import reverse

from desk.assignment.models import RoutingRule
from desk.notifications.actions import send_due
from desk.notifications.models import Message
from desk.people.actions import join, leave
from desk.people.models import Role, User
from desk.services.models import Category
from desk.tickets import actions as desk_actions
from desk.tickets import queries, rules
from desk.tickets.models import Attachment, Event, LinkKind, PendingReason, Ticket
from desk.webhooks.models import Call, Subscription
from desk.webhooks.queries import payload
from incidents import actions
from incidents.models import ResolutionCode
from tests.architecture.addresses import every_address
from tests.desk.notifications.news import escalate
from tests.factories import analyst, incident, person
from tests.files import png, text
from tests.programs import Program
from tests.stories import MOVES, move

# One word for each hiding place. OURS: of this ticket, for its workgroup alone. SETUP: names that all of IT may know.
OURS = [
    "note", "note-file-name", "note-file-content", "hold-note", "assign-reason", "former-title", "foreign-title",
    "message", "message-text",
]  # fmt: skip
SETUP = ["category", "pending-reason", "rule-name", "resolution-code"]


def canary(place: str) -> str:
    return f"Canary{place.replace('-', '').capitalize()}"


@pytest.fixture
def town(world):
    """The world, with Rita who reported it for Erin, Wanda who watches it, and Olga who observes the queue."""
    world.rita, world.wanda = analyst("rita", world.network), person("wanda")
    world.olga = analyst("olga", world.desk, Role.OBSERVER)
    return world


@pytest.fixture
def ticket(town):
    """Erin's incident, with a canary in each hiding place; at last it is on hold, in Sam's hands."""
    RoutingRule.objects.create(name=canary("rule-name"), kind="incident", words=["mail"], workgroup=town.desk)
    category = Category.objects.create(name=canary("category"))
    found = incident(town.rita, requester=town.erin, category=category, files=[png("public.png")])
    desk_actions.watch(ticket=found, user=town.wanda)
    secret = text(f"{canary('note-file-name')}.txt", canary("note-file-content").encode())
    desk_actions.note(ticket=found, by=town.sam, message=canary("note"), files=[secret])
    desk_actions.edit(ticket=found, by=town.sam, seen=1, title=canary("former-title"))
    desk_actions.edit(ticket=found, by=town.sam, seen=2, title="The mail is down")
    found = actions.assign(incident=found, by=town.sam, assignee=town.sam, reason=canary("assign-reason"))
    found = move(move(found, "start", by=town.sam), "resolve", by=town.sam, code=_code())
    found = move(move(found, "reopen", by=town.erin), "start", by=town.sam)
    foreign = incident(town.omar, title=canary("foreign-title"))
    desk_actions.link(source=found, target=foreign, kind=LinkKind.RELATED_TO, by=town.sam)
    nadias = incident(town.omar, title="Of the network", workgroup=town.network)
    desk_actions.link(source=nadias, target=foreign, kind=LinkKind.CAUSED_BY, by=town.sam)
    named = [town.erin, town.omar, town.rita, town.wanda, town.nadia, town.sam, town.lena, town.olga, town.admin]
    escalate(found, *named, subject=canary("message"), text=canary("message-text"))
    why = PendingReason.objects.create(name=canary("pending-reason"), public_text="We wait.", resumes_on_reply=False)
    return actions.hold(incident=found, by=town.sam, reason=why, note=canary("hold-note"))


def _code() -> ResolutionCode:
    return ResolutionCode.objects.create(name=canary("resolution-code"))


def pages(ticket: Ticket) -> list[str]:
    """Every address that can be asked for, with this ticket's number, its queue, and every file; and each ticket's page."""
    keys = [str(key) for key in Attachment.objects.values_list("key", flat=True)]
    found = [other.get_absolute_url() for other in Ticket.objects.exclude(pk=ticket.pk)]
    for address in every_address():
        if address.route.startswith("admin") or "(" in address.route:
            continue
        here = address.route.replace("<str:number>", ticket.number).replace("<slug:slug>", ticket.workgroup.slug)
        here = here.replace("<int:pk>", str(Message.objects.order_by("pk").values_list("pk", flat=True)[0]))
        for key in keys if "<uuid:key>" in here else [""]:
            for name in MOVES if "<slug:name>" in here else [""]:
                found.append("/" + here.replace("<uuid:key>", key).replace("<slug:name>", name))
    return [*found, "/queues/network/", "/people/find/?q=canary"]


def programs(user: User, ticket: Ticket) -> str:
    """Everything that this person's programs are told: each address for programs, each move, each file, each search."""
    program, told = Program(user), []
    keys = [str(key) for key in Attachment.objects.values_list("key", flat=True)]
    for address in every_address():
        if not address.key.startswith("api:") or address.key in {"api:alerts", "api:schema"}:
            continue
        for key in keys if "key" in address.arguments else [""]:
            for name in MOVES if address.key == "api:incidents-transition" else ["start"]:
                named = {
                    "number": ticket.number,
                    "key": key,
                    "name": name,
                    "pk": "1",
                    "slug": "chair",
                    "username": "sam",
                    "what": "tick",
                    "call": "1",
                }
                path = reverse(address.key, kwargs={argument: named[argument] for argument in address.arguments})
                wanted = [path, f"{path}?q=canary", f"{path}?q=Canarynote"] if address.key.endswith("-list") else [path]
                answers = [program.get(one) for one in wanted]
                if address.key == "api:incidents-transition":
                    answers.append(program.post(path, {"title": 1}, If_Match='"1-aa"'))
                if address.key == "api:incidents-detail":
                    answers.append(program.patch(path, {"title": "x"}, If_Match='"1-aa"'))
                told += [b"".join(a.streaming_content) if a.streaming else a.content for a in answers]
                told += [str(a.headers).encode() for a in answers]
    return b"\n".join(told).decode(errors="replace")


# Every way by which the portal tells somebody something at their asking. A new one is entered here.
CHANNELS = {
    "pages": lambda user, ticket, browse: heard(browse(user), pages(ticket)),
    "programs": lambda user, ticket, browse: programs(user, ticket),
}


def heard(client: Any, addresses: list[str], *, post: bool = True) -> str:
    """Everything that this person is told: bodies, headers and cookies of all pages, by page and by htmx."""
    told = []
    for address in addresses:
        refused = False
        for headers in ({}, {"HX-Request": "true"}):
            if refused:
                continue  # the access walk knows that htmx gets no part of what isn't there
            answers = [client.get(address, headers=headers)]
            if (
                post
                and not headers
                and (
                    "/do/" in address
                    or "/inbox/" in address
                    or address.endswith(("/take/", "/edit/", "/reply/", "/note/"))
                )
            ):
                answers.append(client.post(address, {"seen": "1"}, headers=headers))
            refused = all(answer.status_code in {403, 404, 405} for answer in answers)
            for answer in answers:
                body = b"".join(answer.streaming_content) if answer.streaming else answer.content
                told += [body.decode(errors="replace"), str(answer.headers), str(answer.cookies)]
    return "\n".join(told)


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("name", ["erin", "rita", "wanda", "omar", "nadia"])
def test_nobody_else_hears_a_canary(town, ticket, browse, name, channel):
    told = CHANNELS[channel](getattr(town, name), ticket, browse)
    theirs = {"foreign-title"} if name == "omar" else set()  # his own ticket
    known = set() if name in {"rita", "nadia"} else set(SETUP)  # analysts know the names that IT gave
    assert {place for place in [*OURS, *SETUP] if canary(place) in told} & ({*OURS, *known} - theirs) == set()


@pytest.mark.parametrize("name", ["sam", "lena", "olga", "admin"])
def test_the_workgroup_hears_them_all(town, ticket, browse, name):
    files = [key.get_absolute_url() for key in Attachment.objects.all()]
    addresses = [ticket.get_absolute_url(), "/queues/service-desk/", "/inbox/", *files]
    told = heard(browse(getattr(town, name)), addresses, post=False)
    assert {place for place in [*OURS, *SETUP] if canary(place) not in told} == set()


@pytest.mark.parametrize("name", ["sam", "lena", "admin"])
def test_the_workgroups_programs_hear_what_is_the_tickets_own(town, ticket, name):
    told = programs(getattr(town, name), ticket)
    assert {place for place in [*OURS, *SETUP] if canary(place) not in told} == set()


def letters(outbox):
    """Those to people of the workgroup or above it, and those to everybody else."""
    outsiders = ("erin@", "wanda@", "omar@", "rita@")
    return (
        [letter for letter in outbox if not letter.to[0].startswith(outsiders)],
        [letter for letter in outbox if letter.to[0].startswith(outsiders)],
    )


def test_mail_carries_canaries_to_the_workgroup_alone(town, ticket, mailoutbox):
    send_due()
    inside, outside = letters(mailoutbox)
    assert {letter.to[0].partition("@")[0] for letter in inside} == {"sam", "lena", "olga", "admin"}
    assert all(canary("message") in letter.subject and canary("message-text") in letter.body for letter in inside)
    # Who is asked whether it is solved, or follows it, reads public words alone.
    assert {letter.to[0].partition("@")[0] for letter in outside} == {"erin", "wanda"}
    assert [letter for letter in outside if "Canary" in f"{letter.subject} {letter.body} {letter.alternatives}"] == []


def test_programs_outside_hear_no_canary(town, ticket):
    """Of each event, as it would be sent to who sees public words alone, and who may see what is internal."""
    outside, inside = Subscription(name="Outside"), Subscription(name="Inside", sees_internal=True)
    told: dict[bool, str] = {False: "", True: ""}
    for event in Event.objects.filter(ticket=ticket).select_related("actor"):
        for one in (outside, inside):
            if one.sees_internal or not event.is_internal:
                told[one.sees_internal] += json.dumps(payload(Call(subscription=one, event=event)))
    assert "incident.held" in told[False]
    assert "Canary" not in told[False]
    assert {canary("note"), canary("hold-note"), canary("assign-reason")} <= set(re.findall(r"Canary\w+", told[True]))


def test_whoever_left_hears_no_canary_any_more(town, ticket, browse, mailoutbox):
    """Neither in the inbox, nor by a mail that was on its way."""
    assert canary("message") in heard(browse(town.sam), ["/inbox/"])
    leave(workgroup=town.desk, user=town.sam)
    told = heard(browse(town.sam), pages(ticket), post=False)
    assert {place for place in OURS if canary(place) in told} == set()
    assert ticket.number not in heard(browse(town.sam), ["/inbox/"])
    send_due()
    assert {letter.to[0].partition("@")[0] for letter in letters(mailoutbox)[0]} == {"lena", "olga", "admin"}


def test_a_canary_is_not_even_read_for_those_outside(town, ticket):
    for user in (town.erin, town.wanda, town.rita):
        for event in queries.timeline(ticket, user):
            assert "inside" in event.get_deferred_fields()
            assert "Canary" not in str(event.data), event.kind


def test_visible_to_and_may_view_agree_for_everybody_and_everything(town, ticket):
    """The list and the single answer are twins: each person, each ticket, whatever ties them together."""
    everybody = [
        town.erin, town.omar, town.sam, town.lena, town.nadia, town.niko, town.admin, town.rita, town.wanda, town.olga,
    ]  # fmt: skip
    for requester in (town.erin, town.sam):
        for workgroup in (town.desk, town.network):
            for watcher in (None, town.omar, town.nadia):
                found = incident(requester, workgroup=workgroup)
                if watcher:
                    desk_actions.watch(ticket=found, user=watcher)
    on_behalf = incident(town.nadia, requester=town.omar)
    both: list[tuple[bool, bool]] = []
    for user in everybody:
        listed = set(queries.visible_to(user).values_list("pk", flat=True))
        for one in Ticket.objects.all():
            both.append((one.pk in listed, rules.may_view(one, user)))
            assert both[-1][0] == both[-1][1], (user, one)
    assert set(both) == {(True, True), (False, False)}
    assert rules.may_view(on_behalf, town.nadia)
    assert not rules.may_see_internal(on_behalf, town.nadia)


def test_twins_agree_after_people_come_and_go(town, ticket):
    leave(workgroup=town.desk, user=town.sam)
    join(workgroup=town.desk, user=town.omar, role=Role.OBSERVER)
    for user, sees in ((town.sam, False), (town.omar, True)):
        assert rules.may_view(ticket, user) is sees
        assert queries.visible_to(user).filter(pk=ticket.pk).exists() is sees
