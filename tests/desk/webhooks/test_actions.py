"""Programs that subscribed are told: signed, in order, again after a failure, and never what they may not see."""

import hashlib
import hmac
from base64 import b64decode, b64encode
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import override

from desk.people.language import keep
from desk.tickets import actions as desk
from desk.webhooks import actions, listening
from desk.webhooks.models import Call, Subscription
from tests.desk.notifications.news import escalate
from tests.factories import incident
from tests.stories import move

from .listener import listening as listener


@pytest.fixture(autouse=True)
def _asked_anew(settings):
    cache.delete(listening.KEY)
    settings.WEBHOOK_ALLOWED_HOSTS = ["127.0.0.1"]
    settings.WEBHOOK_TIMEOUT = 2


@pytest.fixture
def ear():
    with listener() as found:
        yield found


@pytest.fixture
def hears(world, ear, django_capture_on_commit_callbacks):
    """`hears(kinds=["incident.*"])`: a subscription of the listener's."""

    def subscribe(**fields):
        with django_capture_on_commit_callbacks(execute=True):
            return actions.subscribe(by=world.admin, **{"name": "Wallboard", "url": ear.url, **fields})

    return subscribe


def test_a_program_hears_of_what_it_asked_for_with_a_signature_that_it_can_check(world, ear, hears):
    mine = hears(kinds=["incident.*"])
    found = incident(world.erin, "The mail is down")
    desk.reply(ticket=found, by=world.sam, message="Since when?")
    actions.send_due()
    assert ear.kinds == ["incident.logged"]
    headers, body = ear.heard[0]
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = b64decode(mine.secret.removeprefix("whsec_"))
    expected = "v1," + b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == expected
    assert abs(int(headers["webhook-timestamp"]) - timezone.now().timestamp()) < 60
    told = ear.told[0]["data"]
    assert set(told["ticket"]) == {"number", "kind", "title", "status", "service", "created_at", "url"}
    assert (told["ticket"]["number"], told["ticket"]["status"]) == (found.number, "Received")
    assert set(told["event"]) == {"id", "at", "actor", "source", "data"}
    call = Call.objects.get()
    assert (call.status, call.answer, call.attempts) == (200, "thanks", 1)
    assert call.done_at


def test_nobody_but_who_may_see_it_hears_what_is_internal(world, ear, hears):
    hears(name="Outside")
    found = incident(world.erin, "The mail is down")
    desk.note(ticket=found, by=world.sam, message="CanaryNote")
    move(found, "start", by=world.sam)
    actions.send_due()
    assert len(ear.heard) >= 2
    assert "CanaryNote" not in str(ear.heard)
    assert not any("inside" in one["data"]["event"] or "priority" in one["data"]["ticket"] for one in ear.told)
    ear.heard.clear()
    hears(name="Inside", sees_internal=True, kinds=["comment.added"])
    desk.note(ticket=found, by=world.sam, message="CanaryNote")
    actions.send_due()
    assert ear.kinds == ["comment.added"]
    assert "CanaryNote" in str(ear.heard)


def test_whoever_loses_sight_of_what_is_internal_isnt_told_what_was_owed(world, ear, hears):
    mine = hears(sees_internal=True, kinds=["comment.added"])
    desk.note(ticket=incident(world.erin), by=world.sam, message="CanaryNote")
    Subscription.objects.filter(pk=mine.pk).update(sees_internal=False)
    actions.send_due()
    assert ear.heard == []
    assert Call.objects.get().dead_at


def test_a_workgroups_program_hears_of_its_own_tickets(world, ear, hears):
    hears(workgroup=world.network, kinds=["incident.logged"])
    incident(world.erin, "Of the desk")
    theirs = incident(world.erin, "Of the network", workgroup=world.network)
    actions.send_due()
    assert [one["data"]["ticket"]["number"] for one in ear.told] == [theirs.number]


def test_what_isnt_taken_is_sent_again_under_the_same_id_and_given_up_at_last(world, ear, hears, settings):
    hears(kinds=["incident.logged"])
    settings.REACTION_MAX_ATTEMPTS = 3
    ear.status = 503
    incident(world.erin)
    for _ in range(5):
        Call.objects.update(due_at=timezone.now() - timedelta(seconds=1))
        actions.send_due()
    call = Call.objects.get()
    assert len(ear.heard) == 3
    assert len({headers["webhook-id"] for headers, _ in ear.heard}) == 1
    assert call.dead_at
    assert "answered 503" in call.last_error
    ear.status = 204
    actions.try_again(call=call)
    actions.send_due()
    call.refresh_from_db()
    assert call.done_at
    assert call.status == 204


def test_a_receiver_that_fails_holds_up_no_other(world, ear, hears):
    hears(name="Gone", url="http://127.0.0.1:9/nobody", kinds=["incident.logged"])
    hears(name="There", kinds=["incident.logged"])
    incident(world.erin, "One")
    incident(world.erin, "Two")
    actions.send_due()
    assert [one["data"]["ticket"]["title"] for one in ear.told] == ["One", "Two"]
    assert Call.objects.filter(subscription__name="Gone", attempts__gt=0).count() == 1


def test_a_redirection_is_not_followed(world, ear, hears):
    hears(kinds=["incident.logged"])
    ear.status, ear.location = 302, "http://169.254.169.254/latest/meta-data/"
    incident(world.erin)
    actions.send_due()
    assert len(ear.heard) == 1
    assert Call.objects.get().status == 302
    assert not Call.objects.get().done_at


def test_while_nobody_listens_an_event_costs_nothing(world, django_assert_num_queries):
    incident(world.erin)  # it is known now that nobody does
    found = incident(world.erin)
    event = found.events.first()
    from desk.webhooks.reactions import owe

    with django_assert_num_queries(0):
        owe(event)
    assert not Call.objects.exists()


def test_who_is_switched_off_hears_nothing_and_gets_nothing_later(world, ear, hears):
    mine = hears(kinds=["incident.logged"])
    Subscription.objects.filter(pk=mine.pk).update(is_active=False)
    incident(world.erin)
    actions.send_due()
    assert ear.heard == []
    assert not Call.objects.exists()


def test_who_is_changed_is_told_accordingly_from_now_on(world, ear, hears, django_capture_on_commit_callbacks):
    mine = hears(kinds=["incident.logged"], url="http://127.0.0.1:9/nobody")
    incident(world.erin, "Before")
    with django_capture_on_commit_callbacks(execute=True):
        actions.change(subscription=mine, by=world.admin, url=ear.url, kinds=["comment.added"])
    found = incident(world.erin, "After")
    desk.reply(ticket=found, by=world.sam, message="Since when?")
    actions.send_due()
    assert ear.kinds == ["incident.logged", "comment.added"], "what was owed goes to the new address too"


def test_who_is_resumed_hears_again_though_nobody_listened_meanwhile(
    world, ear, hears, django_capture_on_commit_callbacks
):
    mine = hears(kinds=["incident.logged"])
    actions.change(subscription=mine, by=world.admin, is_active=False)
    cache.delete(listening.KEY)
    incident(world.erin, "Meanwhile")  # it is remembered now that nobody listens
    with django_capture_on_commit_callbacks(execute=True):
        actions.change(subscription=mine, by=world.admin, is_active=True)
    incident(world.erin, "After")
    actions.send_due()
    assert [one["data"]["ticket"]["title"] for one in ear.told] == ["After"]


def test_what_was_owed_is_not_told_after_the_end(world, ear, hears):
    mine = hears(kinds=["incident.logged"])
    incident(world.erin)
    actions.end(subscription=mine, by=world.admin)
    actions.send_due()
    assert ear.heard == []
    assert not Call.objects.exists()


def test_a_ping_is_heard(world, ear, hears):
    actions.ping(subscription=hears())
    actions.send_due()
    assert ear.kinds == ["ping"]


@pytest.mark.parametrize("url", ["ftp://example.com/", "https://me:secret@example.com/", "nothing", "http://"])
def test_an_address_that_is_none_is_refused_in_words(world, url):
    with pytest.raises(ValidationError) as refused:
        actions.subscribe(by=world.admin, name="Wallboard", url=url)
    assert set(refused.value.message_dict) == {"url"}


def test_programs_hear_english_and_nothing_of_how_it_is_said_to_others(world, ear, hears, german):
    german({"Soon late": "Bald zu spät"})
    hears(kinds=["sla.escalated"], sees_internal=True)
    escalate(incident(world.erin), world.lena, subject=keep("Soon late"))
    with override("de"):
        actions.send_due()
    inside = ear.told[0]["data"]["event"]["inside"]
    assert inside["subject"] == "Soon late"
    assert set(inside) == {"recipients", "subject", "text"}
