"""Erin has Omar's major incident too: she is told what everybody may hear, and reads nothing of what Omar wrote."""

from importlib import import_module

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.urls import reverse

from desk.notifications.actions import send_due
from desk.notifications.models import Message
from desk.tickets import actions as desk_actions
from desk.tickets import queries, rules
from desk.tickets.errors import Refused
from desk.tickets.models import Watcher
from incidents import joining, majors
from incidents.models import Incident, Joined
from tests.factories import ServiceFactory, incident, person
from tests.stories import move

pytestmark = pytest.mark.django_db

WORDS = {"headline": "Mail is slow since 9:10", "words": "We are on it. Use the phone."}
OMARS = ("The mail server is gone", "Canary of Omar", "Omar", "Restarted the server")


@pytest.fixture
def outage(world):
    """Omar's incident, a major one, with words of his."""
    found = incident(
        world.omar, "The mail server is gone", description="Canary of Omar", service=ServiceFactory(name="Mail")
    )
    desk_actions.reply(ticket=found, by=world.omar, message="Canary of Omar, again")
    majors.declare(incident=found, by=world.lena, next_minutes=30, **WORDS)
    return Incident.objects.get(pk=found.pk)


def told(user):
    return list(Message.objects.filter(recipient=user).order_by("pk").values_list("subject", flat=True))


def solve(ticket, by):
    ticket = Incident.objects.get(pk=ticket.pk)
    return move(move(ticket, "start", by=by), "resolve", by=by)


def page(client, outage):
    return client.get(f"/incidents/{outage.number}/outage/").content.decode()


def test_erin_says_me_too_is_counted_and_lands_on_a_page_of_its_own(world, outage, browse):
    erin = browse(world.erin)
    answer = erin.post(f"/incidents/{outage.number}/me-too/", follow=True)
    assert answer.request["PATH_INFO"] == f"/incidents/{outage.number}/outage/"
    said = answer.content.decode()
    for words in (
        "Noted: you have it too",
        "Mail is slow since 9:10",
        "Use the phone",
        "You read more here as soon as there is news, and by",
        "Not me after",
    ):
        assert words in said
    assert Incident.objects.count() == 1  # and no new incident
    assert majors.affected(outage) == 2
    assert f'href="/incidents/{outage.number}/outage/"' in erin.get("/").content.decode()


def test_who_only_joined_reads_nothing_of_the_incident_itself(world, outage, browse, mailoutbox):
    """Neither on a page, nor in search, nor in the inbox, nor by mail; before it is solved and after."""
    desk_actions.note(ticket=outage, by=world.sam, message="Canary of Sam")
    joining.join(incident=outage, by=world.erin)
    majors.update(incident=outage, by=world.lena, headline="Mail is back for most", words="A few minutes more.")
    solve(outage, world.sam)
    erin = browse(world.erin)
    assert erin.get(f"/incidents/{outage.number}/").status_code == 404
    assert erin.post(f"/incidents/{outage.number}/reply/", {"message": "Hello"}).status_code == 404
    assert not queries.visible_to(world.erin).filter(pk=outage.pk).exists()
    assert not rules.may_view(outage, world.erin)
    mailoutbox.clear()
    send_due()
    letters = [letter for letter in mailoutbox if letter.to == [world.erin.email]]
    assert len(letters) == 2
    heard = "".join(
        [
            page(erin, outage),
            erin.get("/inbox/").content.decode(),
            erin.get("/search/?q=mail").content.decode(),
            *(f"{letter.subject} {letter.body} {letter.alternatives}" for letter in letters),
        ]
    )
    for secret in (*OMARS, "Canary", "P1 "):
        assert secret not in heard
    assert "Mail is back for most" in heard
    assert all(f"/incidents/{outage.number}/outage/" in letter.body for letter in letters)


def test_the_list_of_events_and_the_single_answer_are_twins_for_what_is_told_to_all(world, outage):
    desk_actions.note(ticket=outage, by=world.sam, message="Canary of Sam")
    solve(outage, world.sam)
    answers = set()
    for user in (world.erin, world.omar, world.sam, world.nadia, world.admin):
        listed = set(queries.events_visible_to(user).filter(ticket=outage).values_list("pk", flat=True))
        for event in outage.events.all():
            answers.add((event.kind, rules.may_see_event(event, user)))
            assert (event.pk in listed) == rules.may_see_event(event, user), (user, event)
    for_all = {kind for kind, sees in answers if sees} - {kind for kind, sees in answers if not sees}
    assert for_all == {"major.updated", "major.solved"}


def test_she_hears_of_updates_and_of_the_end_and_each_message_leads_to_the_page_for_all(world, outage, browse):
    joining.join(incident=outage, by=world.erin)
    majors.update(incident=outage, by=world.lena, headline="Mail is back for most", words="A few minutes more.")
    solved = solve(outage, world.sam)
    back = move(solved, "reopen", by=world.omar)
    move(back, "cancel", by=world.sam)
    number = outage.number
    assert told(world.erin) == [
        f"{number}: Mail is back for most", f"{number} is solved: Mail is back for most",
        f"{number} is back: Mail is back for most", f"{number} was called off: Mail is back for most",
    ]  # fmt: skip
    erin = browse(world.erin)
    for message in Message.objects.filter(recipient=world.erin):
        assert (
            erin.post(reverse("notifications:open", args=[message.pk])).headers["Location"]
            == f"/incidents/{number}/outage/"
        )
    inbox = erin.get("/inbox/").content.decode()
    assert f'href="/incidents/{number}/"' not in inbox
    omar = Message.objects.filter(recipient=world.omar, event__kind="major.updated").last()
    opened = browse(world.omar).post(reverse("notifications:open", args=[omar.pk]))
    assert opened.headers["Location"] == f"/incidents/{number}/"  # he sees the incident itself


def test_what_was_told_stands_there_with_its_times_the_newest_first_and_what_happens_next(world, outage, browse):
    majors.update(incident=outage, by=world.lena, headline="Mail is back for most", words="A few minutes more.")
    erin = browse(world.erin)
    open_now = page(erin, outage)
    assert open_now.index("A few minutes more.") < open_now.index("Use the phone.")
    assert "You read here what we know, as soon as there is news." in open_now
    assert "Me too" in open_now
    solve(outage, world.sam)
    solved = page(erin, outage)
    assert solved.index("It is solved") < solved.index("A few minutes more.")
    assert "If it still doesn&#x27;t work for you, please report it." in solved
    assert f'href="/incidents/new/?service={outage.service_id}"' in solved
    assert "Me too" not in solved
    assert f"Open {outage.number}" not in solved
    assert f"Open {outage.number}" in page(browse(world.omar), outage)


def test_of_what_was_none_after_all_those_who_joined_are_told_and_nobody_else_reads(world, outage, browse):
    joining.join(incident=outage, by=world.erin)
    majors.withdraw(incident=outage, by=world.lena, reason="One cable only")
    assert told(world.erin) == [f"{outage.number} is over: Mail is slow since 9:10"]
    said = page(browse(world.erin), outage)
    assert "It isn't a major incident any more." in said
    assert "One cable" not in said
    assert browse(world.nadia).get(f"/incidents/{outage.number}/outage/").status_code == 404
    solve(outage, world.sam)
    assert len(told(world.erin)) == 1  # it is Omar's own matter now


def test_who_follows_it_as_well_hears_once_that_it_is_solved(world, outage):
    for user in (world.omar, world.nadia):
        joining.join(incident=outage, by=user)
    desk_actions.watch(ticket=outage, user=world.nadia)
    solve(outage, world.sam)
    assert told(world.nadia) == [f"{outage.number} is solved: The mail server is gone"]
    assert [one for one in told(world.omar) if "solved" in one] == ["Is it solved? The mail server is gone"]


def test_who_leaves_hears_no_more_also_after_it_is_solved(world, outage, browse):
    for user in (world.erin, world.nadia):
        for _ in range(2):
            joining.join(incident=outage, by=user)
    assert Joined.objects.count() == 2
    browse(world.erin).post(f"/incidents/{outage.number}/me-too/", {"leave": "1"})
    solve(outage, world.sam)
    assert told(world.erin) == []
    assert len(told(world.nadia)) == 1
    browse(world.nadia).post(f"/incidents/{outage.number}/me-too/", {"leave": "1"})
    assert not Joined.objects.exists()
    assert browse(world.nadia).post(f"/incidents/{outage.number}/me-too/", {"leave": "1"}).status_code == 404


def test_me_too_with_words_is_an_incident_of_ones_own_and_a_child(world, outage, browse):
    erin = browse(world.erin)
    shown = erin.get(f"/incidents/{outage.number}/me-too/")
    token = shown.context["form"].initial["submission"]
    for _ in range(2):  # a double click
        erin.post(f"/incidents/{outage.number}/me-too/", {"words": "And my calendar is empty", "submission": token})
    child = Incident.objects.exclude(pk=outage.pk).get()
    assert (child.title, child.description) == ("Mail is slow since 9:10", "And my calendar is empty")
    assert (child.requester, child.service, child.parent_incident) == (world.erin, outage.service, outage)
    assert majors.affected(outage) == 2
    assert not rules.may_view(outage, world.erin)


def test_nobody_joins_what_is_over_or_never_was(world, outage, browse):
    quiet = incident(world.omar, "No sound")
    solve(outage, world.sam)
    for number in (quiet.number, outage.number, "INC-999999"):
        assert browse(world.erin).post(f"/incidents/{number}/me-too/").status_code == 404
    for number in (quiet.number, "INC-999999"):
        assert browse(world.erin).get(f"/incidents/{number}/outage/").status_code == 404
    with pytest.raises(Refused, match="This is over"):
        joining.join(incident=outage, by=world.erin)
    assert not Joined.objects.exists()


def test_who_joined_and_reported_the_same_follows_by_the_merged_one(world, outage, browse):
    """An analyst put the two together, and was shown beforehand who will read what."""
    joining.join(incident=outage, by=world.erin)
    goes = incident(world.erin, "My mail too")
    merged = move(goes, "merge", by=world.sam, into=outage)
    assert rules.may_view(outage, world.erin)
    move(merged, "unmerge", by=world.sam)
    assert not rules.may_view(outage, world.erin)
    assert Joined.objects.filter(user=world.erin).exists()


def test_those_who_joined_before_are_let_go_but_not_who_reported_it_too(world, outage):
    """The migration, on the table as it was."""
    mia = person("mia")
    move(incident(mia, "My mail too"), "merge", by=world.sam, into=outage)
    for user in (world.erin, world.nadia):
        desk_actions.watch(ticket=outage, user=user)
    for user in (world.erin, mia):
        joining.join(incident=outage, by=user)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what waits for the commit would forbid to alter the table
        cursor.execute("ALTER TABLE incidents_joined ADD watches_by_it boolean NOT NULL DEFAULT true")
    before = (
        MigrationLoader(connection).project_state([("incidents", "0009_majors"), ("tickets", "0009_child_of")]).apps
    )
    import_module("incidents.migrations.0010_who_only_joined").let_go(before, None)
    assert set(Watcher.objects.values_list("user", flat=True)) == {mia.pk, world.nadia.pk}
