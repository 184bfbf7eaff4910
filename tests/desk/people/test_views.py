"""A person's page: skills, shifts and absences; who plans an absence, and who reads why."""

from datetime import datetime, time, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from desk.people import actions
from desk.people.models import Absence, Shift, Skill, User, UserSkill
from desk.people.presence import presence_of
from tests.forms import send


def page_of(person):
    return reverse("people:profile", args=[person.username])


def planned(user, by=None, begins=1, hours=24, **more):
    start = timezone.now() + timedelta(hours=begins)
    return actions.plan_absence(person=user, by=by or user, start=start, end=start + timedelta(hours=hours), **more)


def test_a_page_shows_what_somebody_can_and_when_they_work(world, browse):
    UserSkill.objects.create(user=world.sam, skill=Skill.objects.create(name="VPN"), level=3)
    Shift.objects.create(user=world.sam, weekdays=[0, 1], start=time(7), end=time(15, 30))
    text = browse(world.nadia).get(page_of(world.sam)).content.decode()
    assert 'aria-label="Level 3 of 3"' in text
    assert "Mon Tue 07:00–15:30" in text


def test_one_plans_ones_own_absence_and_drops_it(world, browse):
    client = browse(world.sam)
    start = timezone.localtime() + timedelta(days=1)
    fields = {"start": f"{start:%Y-%m-%dT%H:%M}", "end": f"{start + timedelta(days=7):%Y-%m-%dT%H:%M}"}
    assert send(client, page_of(world.sam), reason="Holiday", **fields).status_code == 302
    absence = Absence.objects.get(user=world.sam)
    assert absence.reason == "Holiday" and absence.end - absence.start >= timedelta(days=6, hours=23)
    assert client.post(reverse("people:drop", args=["sam", absence.pk])).status_code == 302
    assert not Absence.objects.exists()


def test_what_cant_be_is_refused_with_a_sentence_and_kept(world, browse):
    client = browse(world.sam)
    response = send(client, page_of(world.sam), start="2031-01-02T10:00", end="2031-01-01T10:00", reason="Trip")
    assert response.status_code == 422
    assert "ends after it starts" in response.content.decode() and 'value="Trip"' in response.content.decode()
    planned(world.sam)
    with pytest.raises(ValidationError, match="is away then already"):
        planned(world.sam, begins=2)
    with pytest.raises(ValidationError, match="That is over already"):
        planned(world.sam, begins=-50, hours=2)


def test_a_lead_plans_for_their_people_and_nobody_else_does(world):
    assert planned(world.sam, by=world.lena).user == world.sam
    for user, by in (
        (world.lena, world.sam),
        (world.nadia, world.lena),
        (world.sam, world.nadia),
        (world.erin, world.erin),
    ):
        with pytest.raises(PermissionDenied):
            planned(user, by=by)


def test_one_that_has_begun_ends_now_and_stays_on_record(world):
    absence = planned(world.sam, begins=-1)
    actions.drop_absence(absence=absence, by=world.lena)
    absence.refresh_from_db()
    assert absence.end <= timezone.now()
    assert presence_of([world.sam])[world.sam.pk].here


def test_why_somebody_is_away_is_for_them_and_their_leads(world, browse):
    planned(world.sam, reason="Surgery on the knee")
    seen = {user.username: "knee" in browse(user).get(page_of(world.sam)).content.decode() for user in
            (world.sam, world.lena, world.nadia, world.admin)}  # fmt: skip
    assert seen == {"sam": True, "lena": True, "nadia": False, "admin": False}


def test_presence_is_told_in_words(world):
    User.objects.filter(pk=world.nadia.pk).update(time_zone="Asia/Tokyo")
    world.nadia.refresh_from_db()
    Shift.objects.create(user=world.nadia, weekdays=list(range(5)), start=time(9), end=time(17))
    monday = datetime.fromisoformat("2026-03-02T03:00+00:00")  # noon in Tokyo
    found = presence_of([world.nadia, world.niko], monday)
    assert found[world.nadia.pk].here and found[world.nadia.pk].until == monday + timedelta(hours=5)
    assert (found[world.niko.pk].here, found[world.niko.pk].in_words) == (True, "")
    assert not presence_of([world.nadia], monday + timedelta(hours=5))[world.nadia.pk].here


def test_a_lead_sees_who_is_away_in_the_team(world, browse):
    planned(world.sam, begins=-1)
    text = browse(world.lena).get(reverse("queues:team", args=[world.desk.slug])).content.decode()
    assert "away until" in text and page_of(world.sam) in text


def test_everybody_chooses_their_time_zone_and_whether_mails_come(world, browse):
    client = browse(world.erin)
    page = client.get(reverse("people:preferences"))
    assert "single_keys" not in page.context["form"].fields  # nothing for them to press
    assert client.post(reverse("people:preferences"), {"time_zone": "Mars/Olympus"}).status_code == 422
    assert client.post(reverse("people:preferences"), {"time_zone": "Europe/Lisbon"}).status_code == 302
    world.erin.refresh_from_db()
    assert (world.erin.time_zone, world.erin.mails, world.erin.single_keys) == ("Europe/Lisbon", False, True)


def test_who_chooses_a_language_reads_the_next_page_in_it(world, browse, german):
    german({"Saved.": "Gespeichert.", "Preferences": "Einstellungen"})
    client = browse(world.erin)
    assert "<h1>Preferences</h1>" in client.get(reverse("people:preferences")).content.decode()
    page = client.post(reverse("people:preferences"), {"language": "de", "mails": "on"}, follow=True)
    assert page["Content-Language"] == "de"
    assert '<html lang="de">' in page.content.decode()
    assert "Gespeichert." in page.content.decode()
    assert "<h1>Einstellungen</h1>" in page.content.decode()
    back = client.post(reverse("people:preferences"), {"language": "", "mails": "on"}, follow=True)
    assert (back["Content-Language"], "Saved." in back.content.decode()) == ("en-gb", True)


def test_a_zone_that_no_list_offers_stays_a_choice(world, browse):
    User.objects.filter(pk=world.sam.pk).update(time_zone="UTC")
    send(browse(world.sam), reverse("people:preferences"), mails="on")
    world.sam.refresh_from_db()
    assert world.sam.time_zone == "UTC"
