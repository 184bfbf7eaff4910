"""The administrator sets up policies: a line for P1 on one service, its place in the table, its steps and versions."""

from datetime import date

import pytest
from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages
from django.urls import reverse

from desk.sla.models import Policy
from tests.factories import CategoryFactory, ServiceFactory, incident, person
from tests.forms import send

from ..promises import calendar, clock, policy

ADD = "admin:sla_policy_add"
TABLE = "admin:sla_policy_changelist"
PREVIEW = "admin:sla_policy_preview"
STEP = {"steps-TOTAL_FORMS": "1", "steps-0-percent": "75", "steps-0-clock": "both", "steps-0-do": "leads"}


def page_of(made, what="change"):
    return reverse(f"admin:sla_policy_{what}", args=[made.pk])


def told(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def names():
    return list(Policy.objects.values_list("name", flat=True))


@pytest.fixture
def admin(world, browse):
    return browse(world.admin)


@pytest.fixture
def mail(world):
    return ServiceFactory(name="Mail")


@pytest.fixture
def office(world):
    return calendar("Office")


@pytest.fixture
def table(world, office):
    """Three lines, as they are asked."""
    return [
        policy(name, hours=office, position=place, priority=place) for place, name in ((1, "A"), (2, "B"), (3, "C"))
    ]


def test_a_policy_for_p1_on_one_service_is_previewed_and_saved(world, admin, mail, office):
    wanted = {"name": "P1 Mail", "priority": "1", "service": mail.pk, "calendar": office.pk, "warn_at": "80, 50"}
    answer = send(
        admin, reverse(ADD), response_minutes="15", resolution_minutes="2 h 30", why="Contract", **wanted, **STEP
    )
    assert answer.status_code == 302
    made = Policy.objects.get()
    assert (made.response_minutes, made.resolution_minutes, made.warn_at) == (15, 150, [50, 80])
    assert (made.current.number, made.current.reason, made.current.made_by) == (1, "Contract", world.admin)
    promise = "It promises 15 min / 2 h 30 min (Office) to incident, service Mail, priority P1 Critical."
    assert told(answer) == [f"Version 1 is published. {promise}"]
    asked = {"kind": "incident", "priority": 1, "workgroup": world.desk.pk, "service": mail.pk}
    page = admin.get(reverse(PREVIEW), {**asked, "created": "2026-03-02T09:00"}).content.decode()
    for words in ("P1 Mail", "Mon 2 Mar 2026, 09:15", "Mon 2 Mar 2026, 11:30", "Mon 2 Mar 2026, 10:15"):
        assert words in page
    assert clock(incident(world.erin, service=mail, impact=1, urgency=1)).policy_version == made.current
    assert 'value="2 h 30 min"' in admin.get(page_of(made)).content.decode()  # what was understood


def test_an_edit_makes_a_version_and_old_clocks_keep_theirs(world, admin, office):
    made = policy("Standard", hours=office, resolution=480)
    ticket = incident(world.erin)
    answer = send(admin, page_of(made), resolution_minutes="4h", why="Faster now")
    assert "1 open ticket keeps version 1 until they are" in told(answer)[0]
    made.refresh_from_db()
    assert (made.current.number, made.resolution_minutes) == (2, 240)
    assert clock(ticket).policy_version.number == 1
    page = admin.get(page_of(made, "history")).content.decode()
    assert "Resolution: 8 h → 4 h" in page
    assert "“Faster now”" in page
    assert "Nothing was different: version 2 stays as published." in told(send(admin, page_of(made)))
    slow = told(send(admin, page_of(made), response_minutes="5 h"))
    assert "The first response may take longer than the resolution." in slow


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": ""}, "This field is required"),
        ({"name": "High\u202e"}, "Write it without the invisible sign U+202E"),
        ({"why": "Contract\u0007"}, "Write it without the invisible sign U+0007"),
        ({"calendar": ""}, "This field is required"),
        ({"position": "first"}, "Enter a whole number"),
        ({"kind": "poem"}, "is not one of the available choices"),
        ({"category": "999999"}, "not one of the available choices"),
        ({"response_minutes": "soon"}, "“soon” can&#x27;t be read. Write a length such as 90"),
        ({"resolution_minutes": "2 days"}, "A business day has no fixed length"),
        ({"resolution_minutes": "0"}, "Give at least one minute"),
        ({"warn_at": "50, all"}, "“all” is no percentage from 1 to 99"),
        ({"warn_at": "100"}, "“100” is no percentage from 1 to 99"),
        ({**STEP, "steps-0-do": "person"}, "The step at 75% notifies a person: say whom."),
        ({**STEP, "steps-0-do": "group"}, "The step at 75% needs a workgroup."),
        ({**STEP, "steps-0-percent": "0"}, "greater than or equal to 1"),
        ({**STEP, "steps-0-do": "person", "steps-0-person": "abc"}, "not one of the available choices"),
        ({**STEP, "steps-0-do": "group", "steps-0-workgroup": "1" * 5000}, "not one of the available choices"),
    ],
)
def test_bad_input_is_answered_beside_its_field_and_nothing_typed_is_lost(admin, office, typed, sentence):
    good = {"name": "Kept words", "calendar": office.pk, "resolution_minutes": "7 h", "department": "Radiology"}
    answer = send(admin, reverse(ADD), **{"why": "My reason", **good, **typed})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert sentence in page
    kept = {"name": "Kept words", "department": "Radiology", "why": "My reason"}
    assert all(f'value="{words}"' in page for name, words in kept.items() if name not in typed)
    assert not Policy.objects.exists()


def test_a_step_that_was_added_as_it_is_offered_is_a_step(admin, office):
    offered = {"steps-TOTAL_FORMS": "1", "steps-0-percent": "100", "steps-0-clock": "both", "steps-0-do": "leads"}
    assert send(admin, reverse(ADD), name="Loud", calendar=office.pk, **offered).status_code == 302
    made = Policy.objects.get()
    assert list(made.steps.values_list("percent", "clock", "do")) == [(100, "both", "leads")]
    assert [step["percent"] for step in made.current.says.steps] == [100]


def test_a_step_to_a_workgroup_that_takes_no_such_tickets_is_refused(world, admin, office):
    world.network.takes = ["work_order"]
    world.network.save()
    move = {**STEP, "steps-0-do": "move", "steps-0-workgroup": world.network.pk}
    page = send(admin, reverse(ADD), name="Moved", calendar=office.pk, **move).content.decode()
    assert "Network doesn&#x27;t take such tickets, so the step at 75% can&#x27;t move one there." in page


def test_a_policy_by_a_calendar_that_never_opens_again_says_so(admin):
    over = calendar("Over", week=[""] * 7, days={date(2020, 5, 1): ("Last day", "08:00–12:00")})
    said = "The calendar “Over” never opens again: its week is closed, and its special days are over. "
    answer = send(admin, reverse(ADD), name="Late", calendar=over.pk, resolution_minutes="1 h")
    assert f"{said}What “Late” promises by it never falls due." in told(answer)
    answer = send(admin, reverse("admin:sla_calendar_change", args=[over.pk]))
    assert f"{said}What is promised by it never falls due: “Late”." in told(answer)
    monday = send(admin, reverse("admin:sla_calendar_change", args=[over.pk]), monday="8:00-9:00")
    assert not [words for words in told(monday)[-1:] if "never opens" in words]


def test_the_table_says_when_what_is_promised_and_how_many_hold_it(world, admin, office, mail):
    high = policy("High", hours=office, response=15, resolution=240, priority=3, service=mail)
    policy("Rest", hours=office, response=None, resolution=None, position=200)
    incident(world.erin, service=mail, impact=2, urgency=2)
    page = admin.get(reverse(TABLE)).content.decode()
    for words in ("incident, service Mail, priority P3", "15 min / 4 h", "best effort", page_of(high, "history")):
        assert words in page
    counts = {row.name: row.held for row in admin.get(reverse(TABLE)).context["cl"].result_list}
    assert counts == {"High": 1, "Rest": 0}


def test_what_is_never_reached_is_said_in_the_table_and_on_saving(world, admin, office, mail):
    it = CategoryFactory(name="IT")
    policy("Wide", hours=office, category=it, position=1)
    policy("Deep", hours=office, category=CategoryFactory(name="VPN", parent=it), priority=1, position=2)
    policy("Apart", hours=office, service=mail, position=3)
    never = "never reached: “Wide” comes first and asks for the same or less."
    hidden = {row.name: bool(row.hidden_by) for row in admin.get(reverse(TABLE)).context["cl"].result_list}
    assert hidden == {"Wide": False, "Deep": True, "Apart": False}
    assert never in admin.get(reverse(TABLE)).content.decode()
    made = Policy.objects.get(name="Deep")
    assert f"“Deep” is {never}" in told(send(admin, page_of(made), resolution_minutes="1h"))
    admin.get(reverse(TABLE))  # where the messages are read
    moved = admin.post(page_of(made, "place"), {"way": "up"})
    assert [words for words in told(moved) if "never" in words] == []


def test_positions_are_written_in_the_list(admin, table):
    send(admin, reverse(TABLE), **{"form-0-position": 9, "form-1-is_active": None, "_save": "Save"})
    assert names() == ["B", "C", "A"]
    assert not Policy.objects.get(name="B").is_active


def test_a_line_moves_by_a_button_and_by_dragging(admin, table):
    a, b, c = table
    assert admin.post(page_of(c, "place"), {"way": "up"}).status_code == 302
    assert names() == ["A", "C", "B"]
    admin.post(page_of(a, "place"), {"way": "up"})
    assert names() == ["A", "C", "B"]  # it was the first
    admin.post(page_of(a, "place"), {"way": "down"})
    assert names() == ["C", "A", "B"]
    admin.post(page_of(b, "place"), {"before": c.pk})
    assert names() == ["B", "C", "A"]
    admin.post(page_of(b, "place"), {"before": ""})
    assert names() == ["C", "A", "B"]
    admin.post(page_of(b, "place"), {"before": b.pk})
    assert list(Policy.objects.values_list("name", "position")) == [("C", 10), ("A", 20), ("B", 30)]


def test_moving_needs_a_post_an_existing_line_and_the_permission(world, browse, admin, table):
    path = page_of(table[0], "place")
    assert admin.get(path).status_code == 405
    assert admin.post(path, {"before": 999999}).status_code == 404
    clerk = person("clerk", is_staff=True)
    clerk.user_permissions.add(Permission.objects.get(codename="view_policy"))
    assert browse(clerk).post(path, {"way": "down"}).status_code == 403
    assert names() == ["A", "B", "C"]


@pytest.mark.parametrize("asked", [{}, {"way": "sideways"}, {"before": "abc"}, {"before": "²"}, {"before": "1" * 5000}])
def test_moving_without_saying_where_to_moves_nothing_and_says_so(admin, table, asked):
    answer = admin.post(page_of(table[0], "place"), asked)
    said = "“A” stays where it is: say “up” or “down”, or before which policy it is to be asked."
    assert (answer.status_code, told(answer)) == (302, [said])
    assert names() == ["A", "B", "C"]


def test_a_policy_that_clocks_hold_on_to_cant_be_deleted_but_switched_off(world, admin, office):
    made = policy("High", hours=office)
    incident(world.erin)
    answer = admin.post(page_of(made, "delete"), {"post": "yes"})
    assert "“High” can't be deleted: 1 open ticket and the history of others" in told(answer)[0]
    assert send(admin, page_of(made), is_active=None).status_code == 302
    assert not incident(world.erin, "Later").clocks.exists()


def test_who_may_only_look_sees_table_history_and_preview_and_changes_nothing(world, browse, table):
    clerk = person("clerk", is_staff=True)
    pages = [reverse(TABLE), page_of(table[0]), page_of(table[0], "history"), reverse(PREVIEW)]
    assert [browse(clerk).get(page).status_code for page in pages] == [403] * 4
    clerk.user_permissions.add(Permission.objects.get(codename="view_policy"))
    client = browse(clerk)
    assert [client.get(page).status_code for page in pages] == [200] * 4
    assert client.post(page_of(table[0]), {"name": "Mine"}).status_code == 403
    assert client.get(reverse("admin:sla_rebasing_changelist")).status_code == 403


def test_the_table_asks_the_same_number_of_questions_however_long(
    world, admin, office, mail, django_assert_max_num_queries
):
    policy("First", hours=office, category=CategoryFactory(), service=mail)
    admin.get(reverse(TABLE))
    with django_assert_max_num_queries(20) as before:
        admin.get(reverse(TABLE))
    asked = len(before.captured_queries)
    for number in range(6):
        policy(f"Policy {number}", hours=office, category=CategoryFactory(), workgroup=world.network)
    admin.get(reverse(TABLE))  # each process reads a version once
    with django_assert_max_num_queries(asked):
        admin.get(reverse(TABLE))


def test_the_history_tells_who_moved_it_and_who_had_it_asked_no_more(world, admin, table):
    a, b, c = table
    admin.post(page_of(c, "place"), {"before": a.pk})
    send(admin, page_of(c), is_active="")
    send(admin, page_of(c), name="C renamed", is_active="on")
    send(admin, reverse(TABLE), **{"form-1-position": "40", "_save": "Save"})
    besides = {
        made.name: [entry.change_message for entry in admin.get(page_of(made, "history")).context["besides"]]
        for made in Policy.objects.all()
    }
    assert besides == {
        "A": ["Position 20 → 40"],
        "B": [],
        "C renamed": ["Asked again", "Named “C” before", "Not asked any more", "Position 3 → 10"],
    }
    page = admin.get(page_of(c, "history")).content.decode()
    assert "Not asked any more</bdi>" in page
    assert f"<bdi>{world.admin}</bdi>" in page


def test_requests_are_promised_their_own_time(world, admin, office):
    """A policy for service requests with a step that moves them, to a workgroup that takes them alone."""
    wanted = {"name": "Orders", "kind": "request", "calendar": office.pk, "resolution_minutes": "20 h", "priority": ""}
    step = {**STEP, "steps-0-do": "move", "steps-0-workgroup": world.network.pk}
    answer = send(admin, reverse(ADD), **wanted, **step)
    assert answer.status_code == 302
    assert told(answer) == ["Version 1 is published. It promises – / 20 h (Office) to every request."]
    asked = {"kind": "request", "priority": 4, "workgroup": world.desk.pk}
    assert "Orders" in admin.get(reverse(PREVIEW), asked).content.decode()
    world.network.takes = ["incident"]
    world.network.save()
    made = Policy.objects.get()
    assert send(admin, page_of(made), **{"steps-0-percent": "80"}).status_code == 200
