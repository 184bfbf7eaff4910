"""A ticket's story in words: one telling for those inside, another for those who wait for help."""

from desk.tickets import actions as desk_actions
from desk.tickets import queries, timeline
from incidents import actions
from incidents.models import Incident
from tests.factories import incident
from tests.stories import move, reason


def told(ticket: Incident, user) -> list[str]:
    """`who words: text` of each row that this person reads."""
    internal = user.pk != ticket.requester_id
    rows = timeline.entries(ticket, queries.timeline(ticket, user), internal=internal)
    return [f"{row.who} {row.words}".strip() + (f": {row.text}" if row.text else "") for row in rows]


def a_long_story(world) -> Incident:
    ticket = incident(world.erin, description="Since nine.")
    ticket = actions.assign(incident=ticket, by=world.sam, workgroup=world.network, reason="A switch is dead")
    ticket = move(actions.take(incident=ticket, by=world.nadia), "start", by=world.nadia)
    why = reason("Waiting for requester")
    ticket = actions.hold(incident=ticket, by=world.nadia, reason=why, message="Which floor?", note="Probably two")
    desk_actions.reply(ticket=ticket, by=world.erin, message="The second")
    desk_actions.edit(ticket=ticket, by=world.nadia, seen=99, urgency=1)
    return move(Incident.objects.get(), "resolve", by=world.nadia, solution="New switch")


def test_the_story_for_the_requester(world):
    assert told(a_long_story(world), world.erin) == [
        "Erin reported it: Since nine.",
        "Sam passed it to Network",
        "Nadia started to work on it",
        "Nadia put it on hold: We need something from you before we can go on.",
        "Nadia: Which floor?",
        "Erin: The second",
        "The portal went on with it",
        "Nadia says it is solved: New switch",
    ]


def test_the_story_for_those_who_work_on_it(world):
    assert told(a_long_story(world), world.nadia) == [
        "Erin logged it: Since nine.",
        "Sam assigned it to Network",
        "Nadia took it",
        "Nadia started work",
        "Nadia put it on hold: Waiting for requester",
        "Nadia: Which floor?",
        "Erin: The second",
        "Automation resumed it",
        "Nadia edited it",
        "Nadia resolved it: Fixed: New switch",
    ]


def test_what_is_small_print_for_one_is_nothing_for_the_other(world):
    ticket = a_long_story(world)
    for user, internal in ((world.nadia, True), (world.erin, False)):
        rows = timeline.entries(ticket, queries.timeline(ticket, user), internal=internal)
        details = [line for row in rows for line in row.details]
        changes = [change["label"] for row in rows for change in row.changes]
        if internal:
            assert details[:3] == [
                "To Service Desk by the rule “Everything else”: no other rule matched.", "A switch is dead", "Probably two",
            ]  # fmt: skip
            assert changes == ["urgency", "priority"]
        else:
            assert details == ["Erin replied"]
            assert changes == []


def test_a_note_looks_like_nothing_else(world):
    ticket = incident(world.erin)
    desk_actions.note(ticket=ticket, by=world.sam, message="Hm")
    desk_actions.reply(ticket=ticket, by=world.sam, message="Hello")
    desk_actions.reply(ticket=ticket, by=world.erin, message="Hi")
    rows = timeline.entries(ticket, queries.timeline(ticket, world.sam), internal=True)
    assert [row.look for row in rows[1:]] == ["note", "ours", "theirs"]


def test_the_plain_path_says_where_it_is(world):
    ticket = a_long_story(world)
    steps = timeline.public_steps(ticket, queries.trail(ticket, world.erin))
    assert [(step.word, step.look) for step in steps] == [
        ("Received", "done"), ("In progress", "done"), ("Solved", "current"), ("Closed", ""),
    ]  # fmt: skip
    assert [step.at is not None for step in steps] == [True, True, True, False]
    held = move(
        move(incident(world.erin), "start", by=world.sam),
        "hold",
        by=world.sam,
        reason=reason("Waiting for requester"),
        message="?",
    )
    steps = timeline.public_steps(held, queries.trail(held, world.erin))
    assert [step.word for step in steps if step.look == "current"] == ["Waiting for you"]
    cancelled = move(incident(world.erin), "cancel", by=world.erin)
    steps = timeline.public_steps(cancelled, queries.trail(cancelled, world.erin))
    assert [step.word for step in steps if step.look == "current"] == ["Closed"]
