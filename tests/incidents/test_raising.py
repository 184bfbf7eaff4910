"""Incidents out of other processes: exactly one for each trouble, whoever comes first, and what is down meanwhile."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from changes import actions as changes
from changes.models import Change
from desk.notifications.models import Message
from desk.people.queries import automation
from desk.reactions.actions import deliver_due
from desk.services.models import Criticality
from desk.tickets.models import Event, Link
from incidents import queries, raising, reactions
from incidents.models import Incident, Outage, Raised
from tests.changes.cab import with_cab
from tests.changes.plans import in_state, move
from tests.stories import move as move_incident


@pytest.fixture
def cab(world):
    return with_cab(world)


def failed(cab, **fields):
    """Nadia's change, which failed and was not backed out."""
    return move(in_state("implementing", cab, **fields), "fail", by=cab.nadia, backed_out=False)


@pytest.mark.django_db
def test_a_failed_change_raises_one_incident_that_explains_itself(cab):
    change = failed(cab)
    assert not Incident.objects.exists()  # not in the request of who reports the failure
    deliver_due()
    found = Incident.objects.get()
    assert found.title == f"Change {change.number} “Replace the core switch” failed and was not backed out"
    assert "The new switch doesn't start." in found.description
    assert (found.service, found.requester, found.reporter.is_automation) == (cab.wifi, cab.nadia, True)
    assert (found.workgroup, found.impact, found.urgency) == (cab.desk, 2, 2)
    assert [(link.source_id, link.kind, link.target_id) for link in Link.objects.all()] == [
        (found.pk, "caused_by", change.pk)
    ]
    assert change.events.get(kind="trouble.raised").data["number"] == found.number


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("criticality", "impact"), [(Criticality.VITAL, 1), (Criticality.IMPORTANT, 2), (Criticality.USEFUL, 3)]
)
def test_impact_is_as_critical_as_the_service_and_a_disruption_raises_it(cab, criticality, impact):
    cab.wifi.criticality = criticality
    trouble = raising.Trouble("change.failed", 1, "It failed")
    assert raising.weight(cab.wifi, trouble) == (impact, 2)
    worse = raising.Trouble("change.service_interrupted", 1, "It is gone")
    assert raising.weight(cab.wifi, worse) == (max(1, impact - 1), 1)


@pytest.mark.django_db
def test_each_of_the_things_that_can_go_wrong_raises_its_own_and_each_interruption_too(cab):
    change = in_state("implementing", cab)
    for words in ("Wi-Fi is gone", "Gone again"):
        change = changes.report_interruption(change=change, by=cab.nadia, words=words)
    move(change, "finish", by=cab.nadia, outcome="incorrect")
    deliver_due()
    assert set(Raised.objects.values_list("code", "occurrence")) == {
        ("change.service_interrupted", 1), ("change.service_interrupted", 2), ("change.implemented_incorrectly", 1),
    }  # fmt: skip
    assert Incident.objects.count() == 3


@pytest.mark.django_db
def test_hearing_of_it_again_in_any_order_changes_nothing(cab):
    failed(cab)
    deliver_due()
    found = Incident.objects.get()
    before = (Incident.objects.count(), Event.objects.count(), found.events.count())
    for event in [*Event.objects.order_by("-pk"), *Event.objects.order_by("pk")]:
        reactions.raise_for_trouble(event)
    assert (Incident.objects.count(), Event.objects.count(), found.events.count()) == before


@pytest.mark.django_db
def test_where_the_portal_was_first_the_analyst_lands_on_that_incident(cab):
    change = failed(cab)
    deliver_due()
    found, is_new = raising.raise_by_hand(source=change, by=cab.sam, title="Eastgate is offline", words="Ward 3 rang.")
    assert (found, is_new) == (Incident.objects.get(), False)
    note = found.events.filter(kind="comment.added").get()
    assert (note.data["text"], note.visibility, note.actor) == ("Ward 3 rang.", "internal", cab.sam)


@pytest.mark.django_db
def test_where_the_analyst_was_first_the_worker_adds_a_note(cab):
    change = failed(cab)
    found, is_new = raising.raise_by_hand(source=change, by=cab.sam, title="Eastgate is offline", words="Ward 3 rang.")
    assert (is_new, found.reporter) == (True, cab.sam)
    deliver_due()
    assert Incident.objects.get() == found
    note = found.events.get(kind="comment.added")
    assert note.actor == automation()
    assert note.data["text"].startswith(f"Change {change.number}")
    deliver_due()
    assert found.events.filter(kind="comment.added").count() == 1


@pytest.mark.django_db
def test_only_people_of_it_raise_by_hand_and_without_trouble_it_is_one_of_its_own(cab):
    change = in_state("implementing", cab)
    with pytest.raises(PermissionDenied):
        raising.raise_by_hand(source=change, by=cab.erin, title="It hums", words="Loudly")
    first, _ = raising.raise_by_hand(source=change, by=cab.sam, title="It hums", words="Loudly")
    second, _ = raising.raise_by_hand(source=change, by=cab.sam, title="It smokes", words="A little")
    assert first != second
    assert [raised.code for raised in Raised.objects.order_by("pk")] == ["change.reported_by_hand"] * 2


@pytest.mark.django_db
def test_who_was_at_it_and_the_leads_of_those_who_solve_it_are_told_once(cab):
    change = failed(cab)
    deliver_due()
    found = Incident.objects.get()
    told = Message.objects.filter(event__ticket=found)
    assert sorted(message.recipient.username for message in told) == ["lena", "nadia"]
    assert {message.subject for message in told} == {f"{found.number}: {found.title}"}
    assert f"because of {change.number}" in told[0].text
    deliver_due()
    raising.raise_by_hand(source=change, by=cab.sam, title="Gone", words="Ward 3 rang.")
    assert Message.objects.filter(event__ticket=found).count() == 2


# -- what is down ------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_service_is_down_until_its_incident_is_solved_and_again_when_that_comes_back(cab, browse):
    change = in_state("implementing", cab)
    changes.report_interruption(change=change, by=cab.nadia, words="Gone", service=cab.sign_in, level="down")
    deliver_due()
    found = Incident.objects.get()
    assert found.service == cab.sign_in
    assert [(outage.service, outage.level) for outage in queries.outages()] == [(cab.sign_in, "down")]
    home = browse(cab.erin).get("/").content.decode()
    assert "Sign-in" in home
    assert found.number not in home  # which incident it is, is IT's own business
    for name in ("start", "resolve"):
        found = move_incident(found, name, by=cab.sam)
    assert not queries.outages().exists()
    assert home.count("Sign-in") - browse(cab.erin).get("/").content.decode().count("Sign-in") > 0
    found = move_incident(found, "reopen", by=cab.sam)
    assert [outage.service for outage in queries.outages()] == [cab.sign_in]
    move_incident(found, "cancel", by=cab.sam)
    assert not queries.outages().exists()
    assert Outage.objects.count() == 2


@pytest.mark.django_db
def test_a_service_is_up_only_when_the_last_of_its_incidents_is_solved(cab):
    change = in_state("implementing", cab)
    for words in ("Gone in 4B", "Gone in 5"):
        changes.report_interruption(change=change, by=cab.nadia, words=words)
    deliver_due()
    first, second = Incident.objects.order_by("pk")
    move_incident(move_incident(first, "start", by=cab.sam), "resolve", by=cab.sam)
    assert [outage.service for outage in queries.outages()] == [cab.wifi]
    move_incident(move_incident(second, "start", by=cab.sam), "resolve", by=cab.sam)
    assert not queries.outages().exists()


# -- pages -------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_changes_page_asks_until_the_incident_is_there(cab, browse):
    change = failed(cab)
    nadia = browse(cab.nadia)
    waiting = nadia.get(f"/changes/{change.number}/").content.decode()
    assert "An incident is being raised" in waiting
    assert 'hx-trigger="every 1s"' in waiting
    deliver_due()
    found = Incident.objects.get()
    part = nadia.get(f"/incidents/for/{change.number}/raised/", headers={"HX-Request": "true"}).content.decode()
    assert f"{found.number} was raised because of this" in part
    assert "hx-trigger" not in part  # and asks no more


@pytest.mark.django_db
def test_raising_by_hand_from_the_changes_page(cab, browse):
    change = failed(cab)
    deliver_due()
    found = Incident.objects.get()
    sam, address = browse(cab.sam), f"/incidents/for/{change.number}/"
    assert found.title.replace("“", "“") in sam.get(address).content.decode()
    empty = sam.post(address, {"title": "", "words": ""})
    assert empty.status_code == 422
    answer = sam.post(address, {"title": "Gone", "words": "Ward 3 rang."}, follow=True)
    assert answer.redirect_chain[-1][0] == f"/incidents/{found.number}/"
    assert "was there already; your words are a note on it" in answer.content.decode()
    assert browse(cab.erin).get(address).status_code == 404


@pytest.mark.django_db
def test_whoever_sees_the_change_may_know_the_number_and_no_more(cab, browse):
    """Niko works with Nadia and sees her change; the incident is with the Service Desk, and its title its own."""
    change = failed(cab)
    deliver_due()
    found = Incident.objects.get()
    Incident.objects.filter(pk=found.pk).update(title="Between us")
    page = browse(cab.niko).get(f"/changes/{change.number}/").content.decode()
    assert f"{found.number} was raised because of this" in page
    assert "Between us" not in page
    assert f'href="/incidents/{found.number}/"' not in page


@pytest.mark.django_db
def test_what_is_written_down_days_later_is_history_and_raises_nothing(cab, browse):
    long_ago = timezone.now() - timedelta(days=3)
    change = in_state("implementing", cab)
    Change.objects.filter(pk=change.pk).update(actual_start=long_ago - timedelta(hours=1))
    change = changes.fail(change=change, by=cab.nadia, done="It was broken", backed_out=True, at=long_ago)
    deliver_due()
    assert not Incident.objects.exists()
    assert "is being raised" not in browse(cab.nadia).get(f"/changes/{change.number}/").content.decode()
