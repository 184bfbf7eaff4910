"""An administrator makes a subscription, reads its secret, sends a ping, and sends again what was given up."""

from django.utils import timezone

from desk.webhooks.models import Call, Subscription


def test_the_administrator_makes_one_and_reads_what_it_is_signed_with(world, browse):
    admin = browse(world.admin)
    sent = {
        "name": "Wallboard",
        "url": "https://example.com/hook",
        "kinds": "incident.*, change.failed",
        "is_active": "on",
    }
    assert admin.post("/admin/webhooks/subscription/add/", sent).status_code == 302
    made = Subscription.objects.get()
    assert (made.kinds, made.created_by, made.sees_internal) == (["incident.*", "change.failed"], world.admin, False)
    assert made.secret in admin.get(f"/admin/webhooks/subscription/{made.pk}/change/").content.decode()
    old = made.secret
    for action in ("send_a_ping", "renew"):
        admin.post("/admin/webhooks/subscription/", {"action": action, "_selected_action": made.pk})
    made.refresh_from_db()
    assert made.secret != old
    assert made.calls.count() == 1
    assert "Wallboard" in admin.get("/admin/webhooks/subscription/").content.decode()


def test_a_wrong_address_is_refused_beside_its_field(world, browse):
    sent = {"name": "Wallboard", "url": "ftp://example.com", "is_active": "on"}
    page = browse(world.admin).post("/admin/webhooks/subscription/add/", sent)
    assert page.status_code == 200
    assert set(page.context["adminform"].form.errors) == {"url"}


def test_what_was_given_up_is_sent_again_on_demand(world, browse):
    told = Subscription.objects.create(name="Wallboard", url="https://example.com/hook")
    call = Call.objects.create(subscription=told, due_at=timezone.now(), dead_at=timezone.now(), attempts=8)
    admin = browse(world.admin)
    assert "given up" in admin.get("/admin/webhooks/call/?state=dead").content.decode()
    admin.post("/admin/webhooks/call/", {"action": "send_again", "_selected_action": call.pk})
    call.refresh_from_db()
    assert (call.dead_at, call.attempts) == (None, 0)
    assert admin.get(f"/admin/webhooks/call/{call.pk}/change/").status_code == 200
