"""A program of the administrators looks after its webhooks: subscribes, narrows, pauses, reads the log, ends it."""

import pytest
from django.utils import timezone

from desk.webhooks import actions
from desk.webhooks.models import Call, Subscription
from tests.factories import incident
from tests.programs import Program

pytestmark = pytest.mark.django_db
WALL = {"name": "Wall", "url": "https://example.com/hook", "kinds": ["incident.*", "change.failed"]}


@pytest.fixture
def admin(world):
    return Program(world.admin)


@pytest.fixture
def wall(admin):
    """Its address, and what was told when it was made."""
    made = admin.post("webhooks/", WALL).json()
    return f"webhooks/{made['id']}/", made


def test_what_is_sent_is_what_is_told(world, admin, wall):
    address, made = wall
    assert made["kinds"] == WALL["kinds"]
    assert made["secret"].startswith("whsec_")
    told = admin.get(address).json()
    assert "secret" not in told
    assert (told["workgroup"], told["sees_internal"], told["is_active"]) == (None, False, True)


def test_the_fields_that_are_sent_are_changed_and_no_other(world, admin, wall):
    address, made = wall
    changed = admin.patch(address, {"kinds": ["change.*"], "workgroup": world.network.pk}).json()
    assert (changed["kinds"], changed["workgroup"]["slug"]) == (["change.*"], world.network.slug)
    assert (changed["name"], changed["url"], changed["is_active"]) == (WALL["name"], WALL["url"], True)
    changed = admin.patch(address, {"sees_internal": True, "url": "https://example.org/"}).json()
    assert (changed["sees_internal"], changed["url"], changed["kinds"]) == (True, "https://example.org/", ["change.*"])
    emptied = admin.patch(address, {"kinds": [], "workgroup": None, "sees_internal": False}).json()
    assert (emptied["kinds"], emptied["workgroup"], emptied["sees_internal"]) == ([], None, False)
    kept = Subscription.objects.get()
    assert kept.secret == made["secret"], "the signature stays the same"
    assert kept.created_by == world.admin


def test_it_is_paused_and_resumed(world, admin, wall):
    address, _ = wall
    assert admin.patch(address, {"is_active": False}).json()["is_active"] is False
    incident(world.erin)
    assert not Call.objects.exists()
    assert admin.patch(address, {"is_active": True}).json()["is_active"] is True


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"url": "ftp://example.com/"}, "url"),
        ({"url": "https://me:secret@example.com/"}, "url"),
        ({"name": ""}, "name"),
        ({"name": "Chat"}, "name"),
        ({"kinds": "incident.*"}, "kinds"),
        ({"kinds": [1]}, "kinds"),
        ({"kinds": ["x" * 61]}, "kinds"),
        ({"workgroup": 0}, "workgroup"),
        ({"secret": "whsec_mine"}, "secret"),
        ({"created_by": 1}, "created_by"),
    ],
)
def test_what_cant_be_is_told_by_its_field_and_changes_nothing(world, admin, wall, body, field):
    Subscription.objects.create(name="Chat", url="https://example.com/")
    before = list(Subscription.objects.order_by("pk").values())
    refused = admin.patch(wall[0], body)
    assert (refused.status_code, list(refused.json()["errors"])) == (400, [field])
    assert list(Subscription.objects.order_by("pk").values()) == before


def test_its_own_name_isnt_taken(admin, wall):
    assert admin.patch(wall[0], {"name": WALL["name"]}).status_code == 200


def test_somebody_who_was_quicker_is_told_not_overwritten(world, admin, wall, monkeypatch):
    """Between the form's look and the saving: another took the name, or ended it."""
    Subscription.objects.create(name="Chat", url="https://example.com/")
    monkeypatch.setattr("desk.webhooks.forms.SubscriptionForm.clean_name", lambda form: form.cleaned_data["name"])
    taken = admin.patch(wall[0], {"name": "Chat"})
    assert (taken.status_code, list(taken.json()["errors"])) == (400, ["name"])
    change = actions.change

    def ended_before(*, subscription, by, **fields):
        Subscription.objects.filter(pk=subscription.pk).delete()
        return change(subscription=subscription, by=by, **fields)

    monkeypatch.setattr(actions, "change", ended_before)
    assert admin.patch(wall[0], {"name": "Other"}).status_code == 409


def test_the_log_tells_each_call_and_one_is_sent_again(world, admin, wall):
    address, made = wall
    other = Subscription.objects.create(name="Chat", url="https://example.com/")
    found = incident(world.erin)
    mine = Call.objects.create(
        subscription_id=made["id"], event=found.events.first(), due_at=timezone.now(), dead_at=timezone.now(), attempts=8,
        status=503, answer="Too busy", last_error="The receiver answered 503.",
    )  # fmt: skip
    theirs = Call.objects.create(subscription=other, due_at=timezone.now(), dead_at=timezone.now())
    (told,) = admin.get(f"{address}calls/?state=dead").json()["results"]
    assert (told["id"], told["number"], told["event_kind"]) == (mine.pk, found.number, "incident.logged")
    assert (told["status"], told["answer"], told["attempts"]) == (503, "Too busy", 8)
    assert admin.get(f"{address}calls/?state=owed").json()["results"] == []
    assert admin.get(f"{address}calls/?state=lost").status_code == 400
    again = admin.post(f"{address}calls/{mine.pk}/again/").json()
    assert (again["dead_at"], again["attempts"], again["key_sent"]) == (None, 0, told["key_sent"])
    assert admin.post(f"{address}calls/{theirs.pk}/again/").status_code == 404, "it is another's"
    theirs.refresh_from_db()
    assert theirs.dead_at


def test_who_may_look_but_not_change_sends_nothing_again(world, wall):
    from django.contrib.auth.models import Permission

    address, made = wall
    call = Call.objects.create(subscription_id=made["id"], due_at=timezone.now(), dead_at=timezone.now())
    world.omar.user_permissions.set(Permission.objects.filter(codename__in=["view_call", "view_subscription"]))
    omar = Program(world.omar)
    assert omar.get(f"{address}calls/").status_code == 200
    assert omar.post(f"{address}calls/{call.pk}/again/").status_code == 403
    assert omar.patch(address, {"name": "Mine"}).status_code == 403
    world.omar.user_permissions.add(Permission.objects.get(codename="change_call"))
    assert Program(world.omar).post(f"{address}calls/{call.pk}/again/").status_code == 200


def test_ended_it_is_gone_with_what_it_was_owed(admin, wall):
    address, _ = wall
    admin.post(f"{address}ping/")
    assert admin.ask("DELETE", address).status_code == 204
    assert not Subscription.objects.exists()
    assert not Call.objects.exists()
    assert admin.get(address).status_code == 404
