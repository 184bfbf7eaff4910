"""The administrator sees which tickets hold on to old terms, orders the change with a reason, and follows it."""

import pytest
from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages
from django.urls import reverse

from desk.sla import rebasing
from desk.sla.models import Clock, Rebasing, ViolationReason
from tests.factories import incident, person
from tests.forms import send

from ..promises import calendar, clock, policy, republish

PAGE = "admin:sla_rebasing_changelist"


@pytest.fixture
def admin(world, browse):
    return browse(world.admin)


@pytest.fixture
def tickets(world):
    """Two tickets held to version 1 of a policy, of which version 2 is published."""
    made = policy("Standard", hours=calendar())
    found = [incident(world.erin, f"CanaryTitle {number}", description="CanaryText") for number in range(2)]
    republish(made, resolution_minutes=240)
    return found


def text(client, **asked):
    return " ".join(client.get(reverse(PAGE), asked).content.decode().split())


def test_ordered_followed_and_found_again(world, admin, tickets):
    page = text(admin)
    assert "2 open tickets are held to other terms than are published now" in page
    assert "<td>Standard, version 1</td> <td>the same policy, version 2</td>" in page
    answer = send(admin, reverse(PAGE), reason="New contract")
    assert answer.status_code == 302
    said = [str(message) for message in get_messages(answer.wsgi_request)]
    assert said == ["Ordered for 2 open tickets. You can leave this page and come back."]
    page = text(admin)
    assert "Under way: “New contract”" in page
    assert "0 of 2" in page
    assert "Waiting for a worker." in page
    assert 'name="reason"' not in page  # one at a time
    rebasing.work_off()
    page = text(admin)
    assert "Every open ticket is held to what is published now" in page
    assert "<td>New contract</td>" in page
    for ticket in tickets:
        event = ticket.events.get(kind="sla.rebased")
        assert (event.actor, event.inside["text"], event.visibility) == (world.admin, "New contract", "internal")
        assert clock(ticket).policy_version.number == 2
    assert admin.get(reverse("admin:sla_rebasing_change", args=[Rebasing.objects.get().pk])).status_code == 200


def test_the_reason_is_required_and_the_choice_is_kept(world, admin, tickets):
    made = policy("Network", workgroup=world.network, position=1)
    page = send(admin, reverse(PAGE), reason=" ").content.decode()
    assert "Say why. The reason stands in the history of each ticket." in page
    page = send(admin, reverse(PAGE), reason="x" * 201).content.decode()
    assert "at most 200 characters" in page
    assert "x" * 201 in page
    page = send(admin, reverse(PAGE), reason="Kept", policy=made.pk).content.decode()
    assert not Rebasing.objects.exists()
    assert "Every open ticket of “Network” is held to what is published now" in page
    assert "No open ticket would change." in page


def test_a_second_click_orders_nothing_more(world, admin, tickets):
    data = {"reason": "New contract", "policy": ""}
    assert admin.post(reverse(PAGE), data).status_code == 302
    again = admin.post(reverse(PAGE), data)
    assert "A re-basing is under way. Order the next one when it is done." in again.content.decode()
    assert Rebasing.objects.count() == 1


def test_only_who_may_change_policies_may_rebase(world, browse, tickets):
    clerk = person("clerk", is_staff=True)
    for codename in ("view_policy", "view_rebasing", "change_rebasing", "add_rebasing"):
        clerk.user_permissions.add(Permission.objects.get(codename=codename))
    client = browse(clerk)
    assert client.get(reverse(PAGE)).status_code == 403
    assert client.post(reverse(PAGE), {"reason": "Mine"}).status_code == 403
    clerk.user_permissions.add(Permission.objects.get(codename="change_policy"))
    assert browse(clerk).post(reverse(PAGE), {"reason": "Ours"}).status_code == 302
    assert Rebasing.objects.get().by == clerk
    for action in ("add", "change", "delete"):
        arguments = [] if action == "add" else [Rebasing.objects.get().pk]
        answer = browse(world.admin).post(reverse(f"admin:sla_rebasing_{action}", args=arguments), {"post": "yes"})
        assert answer.status_code == 403


def test_nothing_that_a_ticket_says_stands_on_any_page(world, admin, tickets):
    """Who administers service levels need not see tickets: numbers, and nothing of their text."""
    rebasing.order(by=world.admin, reason="New contract")
    rebasing.work_off()
    made = clock(tickets[0]).policy_version.policy
    pages = [reverse(f"admin:sla_{name}_changelist") for name in ("policy", "calendar", "clock", "rebasing")]
    pages += [reverse("admin:sla_clock_change", args=[clock(tickets[0]).pk]), reverse("admin:sla_policy_preview")]
    for what in ("change", "history"):
        pages += [reverse(f"admin:sla_policy_{what}", args=[made.pk])]
        pages += [reverse(f"admin:sla_calendar_{what}", args=[made.calendar_id])]
    told = {page: admin.get(page).content.decode() for page in pages}
    assert [page for page, words in told.items() if "CanaryT" in words] == []
    assert tickets[0].number in "".join(told.values())


def test_clocks_are_for_looking_only(world, admin, tickets):
    page = reverse("admin:sla_clock_changelist")
    rows = lambda **asked: {  # noqa: E731
        (row.ticket.number, row.kind) for row in admin.get(page, asked).context["cl"].result_list
    }
    everything = {(ticket.number, kind) for ticket in tickets for kind in ("response", "resolution")}
    assert rows() == rows(state="open") == rows(state="running") == rows(breached="no") == everything
    assert rows(state="stopped") == rows(state="paused") == rows(breached="yes") == set()
    assert rows(kind__exact="response", q=tickets[0].number) == {(tickets[0].number, "response")}
    one = Clock.objects.first()
    for action, arguments in (("add", []), ("change", [one.pk]), ("delete", [one.pk])):
        assert admin.post(reverse(f"admin:sla_clock_{action}", args=arguments), {"post": "yes"}).status_code == 403


def test_a_violation_reason_that_clocks_name_is_made_inactive_instead_of_deleted(world, admin, tickets):
    used = ViolationReason.objects.create(name="Waited for parts", position=99)
    Clock.objects.filter(pk=clock(tickets[0]).pk).update(violation=used)
    admin.post(reverse("admin:sla_violationreason_delete", args=[used.pk]), {"post": "yes"})
    send(admin, reverse("admin:sla_violationreason_change", args=[used.pk]), is_active=None, position=7)
    used.refresh_from_db()
    assert (used.is_active, used.position) == (False, 7)


def test_what_nothing_was_promised_for_is_counted_and_taken_in(world, admin):
    early = incident(world.erin)
    policy("Everything", hours=calendar())
    page = text(admin)
    assert "1 open ticket is held to other terms than are published now" in page
    assert (
        "<td>nothing: no policy matched so far</td> <td><strong>Everything</strong>, version 1: it matches now</td>"
        in page
    )
    send(admin, reverse(PAGE), reason="Promised from now on")
    rebasing.work_off()
    assert Rebasing.objects.get().changed == 1
    assert clock(early).policy_version.policy.name == "Everything"
    assert "Every open ticket is held to what is published now" in text(admin)
