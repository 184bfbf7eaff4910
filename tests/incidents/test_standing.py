"""How services stand: raised by hand, worst first, away once where two things are wrong at once."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from desk.tickets.models import Event
from incidents import raising, standing
from incidents.models import Incident, Outage
from tests.at_once import at_once, of
from tests.factories import ServiceFactory, incident
from tests.stories import move


@pytest.fixture
def mail(world):
    return ServiceFactory(name="Mail", description="Send and read mail")


def slow(mail, by, **more):
    return raising.raise_for_service(
        service=mail, by=by, **{"title": "Mail is slow", "words": "Since 9:10", "level": "degraded", **more}
    )


@pytest.mark.django_db
def test_what_an_analyst_raises_for_a_service_takes_it_down_until_it_is_solved(world, mail):
    found, is_new = slow(mail, world.sam)
    assert is_new
    assert (found.title, found.description, found.service) == ("Mail is slow", "Since 9:10", mail)
    assert [(one.service, one.level, one.in_words) for one in standing.troubled()] == [(mail, "degraded", "Degraded")]
    move(move(found, "start", by=world.sam), "resolve", by=world.sam)
    assert standing.troubled() == []


@pytest.mark.django_db
def test_the_second_lands_on_the_incident_that_there_is_and_may_know_that_it_is_worse(world, mail):
    found, _ = slow(mail, world.sam)
    again, is_new = slow(mail, world.nadia, title="Mail is gone", words="Nothing works in Leeds", level="down")
    assert (again, is_new, Incident.objects.count()) == (found, False, 1)
    note = found.events.get(kind="comment.added")
    assert (note.data["text"], note.actor, note.is_internal) == ("Nothing works in Leeds", world.nadia, True)
    assert Outage.objects.get().level == "down"
    slow(mail, world.nadia, words="A bit better")
    assert Outage.objects.get().level == "down"  # it is up to those who solve it to say that it is


@pytest.mark.django_db(transaction=True)
def test_two_who_raise_at_the_same_instant_meet(world, mail):
    answers = at_once(
        *[lambda by=by: slow(mail, by, words=f"{by} saw it") for by in (world.sam, world.lena, world.nadia)]
    )
    assert not of(Exception, answers), answers
    assert (Incident.objects.count(), Outage.objects.count()) == (1, 1)
    assert Event.objects.filter(kind="comment.added").count() == 2


@pytest.mark.django_db
def test_end_users_report_and_do_not_raise(world, mail):
    with pytest.raises(PermissionDenied):
        slow(mail, world.erin)


@pytest.mark.django_db
def test_two_outages_at_once_are_away_once(world, mail):
    nine = datetime(2026, 11, 2, 9, tzinfo=UTC)

    def at(hours):
        return nine + timedelta(hours=hours)

    spans = [(at(0), at(2)), (at(1), at(3)), (at(3), at(4)), (at(6), at(7))]
    assert standing.merged(spans) == [(at(0), at(4)), (at(6), at(7))]


@pytest.mark.django_db
def test_the_page_of_a_service_tells_what_was_and_what_is(world, mail, browse):
    sign_in = ServiceFactory(name="Sign-in")
    mail.depends_on.add(sign_in)
    now = timezone.now()
    for start, end in ((30, 28), (29, 27), (200, 190)):  # hours; the first two overlap
        Outage.objects.create(
            service=mail, incident=incident(world.sam, "Secret project mail"), level="down",
            started_at=now - timedelta(hours=start), ended_at=now - timedelta(hours=end),
        )  # fmt: skip
    slow(sign_in, world.lena, title="Sign-in fails for Project Nimbus")
    page = standing.page_of(mail, world.sam)
    assert (page.times, page.away_in_words, page.standing.in_words) == (2, "13 h", "Up")
    assert [one.in_words for one in page.needs] == ["Degraded"]

    erin = browse(world.erin)
    assert "Secret project" not in erin.get(f"/services/{mail.pk}/").content.decode()
    shown = erin.get(f"/services/{sign_in.pk}/").content.decode()
    assert "Something is wrong with it" in shown
    assert "Nimbus" not in shown
    assert "Nimbus" in browse(world.sam).get(f"/services/{sign_in.pk}/").content.decode()


@pytest.mark.django_db
def test_the_list_begins_with_what_is_down(world, mail, browse):
    for name, level in (("Archive", None), ("Beamer", "degraded"), ("Wi-Fi", "down")):
        service = ServiceFactory(name=name)
        if level:
            slow(service, world.sam, level=level)
    assert [one.service.name for one in standing.of_all()] == ["Wi-Fi", "Beamer", "Archive", "Mail"]
    assert browse(world.erin).get("/services/").status_code == 200


@pytest.mark.django_db
def test_raising_by_hand_on_the_page_of_a_service(world, mail, browse):
    sam, address = browse(world.sam), f"/services/{mail.pk}/raise/"
    missing = sam.post(address, {"title": "Mail is slow", "level": "down"})
    assert missing.status_code == 422
    assert "Please say what happened." in missing.content.decode()
    assert "Mail is slow" in missing.content.decode()  # nothing typed is lost
    sam.post(address, {"title": "Mail is slow", "level": "down", "words": "Since 9:10"})
    found = Incident.objects.get()
    assert found.number in sam.get(address).content.decode()
    assert browse(world.erin).get(f"/incidents/new/?service={mail.pk}").context["form"].initial["service"] == str(
        mail.pk
    )
