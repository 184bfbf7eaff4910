"""The pages of changes, as each of those who meet over them sees and uses them."""

import re
import uuid

import pytest
from django.utils import timezone

from changes.models import Change, Freeze
from tests.factories import incident

from .plans import PLAN, decided, fresh, in_state, move, plan, standard, template, window

pytestmark = pytest.mark.django_db
WORDS = {"title": "Replace the core switch", "workgroup": "", "change_type": "normal", "impact": "2"}


def typed(world, **more):
    """What a person types into the form of a new change."""
    moments = {name: f"{timezone.localtime(at):%Y-%m-%dT%H:%M}" for name, at in window(begins_in=2).items()}
    chosen = {"services": [world.wifi.pk], "workgroup": world.network.pk, "submission": str(uuid.uuid4())}
    return {**WORDS, **PLAN, **moments, **chosen, **more}


def test_nadia_plans_a_change_and_its_page_says_what_comes_next(cab, browse):
    client = browse(cab.nadia)
    answer = client.post("/changes/new/", typed(cab), follow=True)
    change = Change.objects.get()
    assert answer.redirect_chain == [(f"/changes/{change.number}/", 302)]
    page = answer.content.decode()
    for words in (
        "is drafted",
        "Moderate risk",
        "Take out the old switch",
        "Put the old one back",
        "Network and Wi-Fi",
    ):
        assert words in page
    assert f"/changes/{change.number}/do/submit/" in page
    again = client.post("/changes/new/", typed(cab, submission=str(change.submission)), follow=True)
    assert again.redirect_chain == [(f"/changes/{change.number}/", 302)]
    assert Change.objects.count() == 1


def test_a_draft_may_be_saved_half_done_and_says_what_is_missing(cab, browse):
    half = {"title": "Something", "workgroup": cab.network.pk, "change_type": "normal", "impact": 3}
    page = browse(cab.nadia).post("/changes/new/", half, follow=True).content.decode()
    assert "Before it can be submitted: reason, implementation plan" in page


def test_bad_input_stands_next_to_its_field_and_nothing_typed_is_lost(cab, browse):
    wrong = typed(cab, title="", planned_end="2020-01-01T10:00", reason="Because <b>it</b> is old")
    answer = browse(cab.nadia).post("/changes/new/", wrong)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Please say in a few words what will be changed." in page
    assert "The planned window ends after it starts." in page
    assert "Because &lt;b&gt;it&lt;/b&gt; is old" in page


def test_end_users_neither_plan_nor_see_changes(cab, browse):
    change = in_state("scheduled", cab)
    client = browse(cab.erin)
    assert client.get("/changes/new/").status_code == 403
    assert client.get(f"/changes/{change.number}/").status_code == 404
    assert change.title not in client.get("/changes/?tab=coming").content.decode()


def test_whoever_sees_any_queue_sees_every_change_but_not_its_notes(cab, browse):
    change = in_state("scheduled", cab)
    browse(cab.nadia).post(f"/changes/{change.number}/note/", {"note": "The vendor is unsure"})
    for user, inside in ((cab.niko, True), (cab.chris, True), (cab.sam, False), (cab.omar, False)):
        page = browse(user).get(f"/changes/{change.number}/")
        assert page.status_code == 200, user
        assert ("The vendor is unsure" in page.content.decode()) == inside, user
        assert "Take out the old switch" in page.content.decode()


def test_the_whole_of_a_change_through_its_pages(cab, browse):
    change = plan(cab)
    nadia = browse(cab.nadia)
    do = f"/changes/{change.number}/do/"

    def posted(move_name, **data):
        answer = nadia.post(f"{do}{move_name}/", {"seen": fresh(change).version, **data})
        assert answer.status_code == 302, answer.content.decode()
        return fresh(change).state

    assert posted("submit") == "submitted"
    decided(change, cab, "approve")
    assert posted("schedule") == "scheduled"
    assert posted("start", late_reason="") == "implementing"
    report = nadia.post(
        f"/changes/{change.number}/interruption/",
        {"words": "No Wi-Fi in 4B", "service": cab.wifi.pk, "level": "down", "token": uuid.uuid4()},
    )
    assert report.status_code == 302
    assert posted("finish", outcome="incorrect", done="Wrong VLAN on port 7") == "implemented"
    shut = nadia.post(f"{do}close/", {"seen": fresh(change).version})
    assert shut.status_code == 409
    assert "It was implemented incorrectly. It can be closed after its review." in shut.content.decode()
    assert posted("write_review", review="Check the VLANs by a second pair of eyes.") == "implemented"
    assert posted("close") == "closed"
    page = nadia.get(f"/changes/{change.number}/").content.decode()
    for words in ("Implemented incorrectly", "interrupts a service", "reviewed it", "Check the VLANs", "closed it"):
        assert words in page


def test_the_same_report_of_an_interruption_counts_once(cab, browse):
    change = in_state("implementing", cab)
    token = uuid.uuid4()
    for _ in range(2):
        browse(cab.nadia).post(
            f"/changes/{change.number}/interruption/",
            {"words": "No Wi-Fi", "service": cab.wifi.pk, "level": "down", "token": token},
        )
    assert fresh(change).interruptions == 1


def test_starting_outside_of_the_window_asks_why(cab, browse):
    change = in_state("scheduled", cab, **window(begins_in=30))
    nadia = browse(cab.nadia)
    page = nadia.get(f"/changes/{change.number}/do/start/").content.decode()
    assert "Why does it begin outside of its window?" in page
    answer = nadia.post(f"/changes/{change.number}/do/start/", {"seen": change.version})
    assert answer.status_code == 422
    assert "Please say why it begins now." in answer.content.decode()


def test_editing_warns_and_then_says_that_the_approval_is_void(cab, browse):
    change = in_state("approved", cab)
    nadia = browse(cab.nadia)
    form = nadia.get(f"/changes/{change.number}/edit/")
    assert "makes the answers of its approvers void" in form.content.decode()
    fields = typed(cab, seen=change.version, title=change.title)
    moments = {n: f"{timezone.localtime(getattr(change, n)):%Y-%m-%dT%H:%M}" for n in ("planned_start", "planned_end")}
    same = nadia.post(f"/changes/{change.number}/edit/", {**fields, **moments, "category": ""})
    assert (same.status_code, fresh(change).state) == (302, "approved")  # nothing that was decided on
    other = {**fields, **moments, "seen": fresh(change).version, "backout_plan": "Keep both powered"}
    page = nadia.post(f"/changes/{change.number}/edit/", other, follow=True).content.decode()
    assert fresh(change).state == "submitted"
    assert "Nadia edited the back-out plan" in page


def test_a_standard_change_asks_only_when_and_where(cab, browse):
    made = template(cab)
    page = browse(cab.nadia).get(f"/changes/new/?template={made.pk}").content.decode()
    assert "A standard change, approved beforehand" in page
    assert 'name="backout_plan"' not in page
    browse(cab.nadia).post(f"/changes/new/?template={made.pk}", typed(cab, submission=str(uuid.uuid4())))
    change = Change.objects.get()
    assert (change.change_type, change.template, change.backout_plan) == ("standard", made, PLAN["backout_plan"])
    made.approved_at = None
    made.save()
    assert browse(cab.nadia).get(f"/changes/new/?template={made.pk}").status_code == 404


def test_a_change_that_fixes_an_incident_begins_with_what_that_says(cab, browse):
    broken = incident(cab.erin, "The switch reboots", workgroup=cab.network, service=cab.wifi)
    nadia = browse(cab.nadia)
    assert f"/changes/new/?fixes={broken.number}" in nadia.get(f"/incidents/{broken.number}/").content.decode()
    page = nadia.get(f"/changes/new/?fixes={broken.number}").content.decode()
    assert re.search(rf'value="{cab.wifi.pk}"[^>]*checked', page)
    nadia.post(f"/changes/new/?fixes={broken.number}", typed(cab))
    change = Change.objects.get()
    assert f"{change.number} {change.title}" in nadia.get(f"/incidents/{broken.number}/").content.decode()
    assert f"{broken.number} {broken.title}" in nadia.get(f"/changes/{change.number}/").content.decode()
    foreign = browse(cab.sam).get(f"/changes/new/?fixes={broken.number}")
    assert foreign.status_code == 404  # of which he may not know


def test_conflicts_and_freezes_are_shown_before_submitting(cab, browse):
    other = in_state("scheduled", cab, services=[cab.sign_in], title="Update the domain controllers")
    mine = plan(cab)
    Freeze.objects.create(name="Audit", start=mine.planned_start, end=mine.planned_end, effect="warn", reason="Quiet")
    page = browse(cab.nadia).get(f"/changes/{mine.number}/").content.decode()
    assert f"{other.number} {other.title}" in page
    assert "it changes Sign-in, which needs this one" in page
    assert "by “Audit”: Quiet." in page


def test_the_record_counts_what_went_well_and_what_did_not(cab, browse):
    for _ in range(2):
        move(in_state("implementing", cab), "finish", by=cab.nadia)
    in_state("failed", cab)
    mine = plan(cab)
    page = browse(cab.nadia).get(f"/changes/{mine.number}/").content.decode()
    assert "Changes of this kind on these services: 3, of which 1 failed." in page
    table = browse(cab.nadia).get("/changes/record/").content.decode()
    assert table.count("67%") == 3  # by type, owner and service
    assert browse(cab.erin).get("/changes/record/").status_code == 403


def test_the_list_costs_the_same_however_long_it_is(cab, browse, django_assert_num_queries):
    client = browse(cab.nadia)
    client.get("/changes/?tab=drafts")  # whatever is remembered from the first visit is not the page's
    counts = []
    for more in (1, 5):
        for _ in range(more):
            standard(cab) if not Change.objects.exists() else plan(cab)
        with django_assert_num_queries(6) as caught:
            client.get("/changes/?tab=drafts")
        counts.append(len(caught))
    assert counts[0] == counts[1]


def test_the_agenda_costs_the_same_however_many_changes_wait(cab, browse, django_assert_max_num_queries):
    in_state("submitted", cab)
    chris = browse(cab.chris)
    chris.get("/approvals/agenda/")
    with django_assert_max_num_queries(30) as before:
        chris.get("/approvals/agenda/")
    few = len(before)
    for _ in range(4):
        in_state("submitted", cab)
    chris.get("/approvals/agenda/")
    with django_assert_max_num_queries(few):
        assert chris.get("/approvals/agenda/").content.decode().count("Network and Wi-Fi") >= 5


def test_why_it_began_outside_of_its_window_is_for_it_alone(cab, browse):
    change = in_state("scheduled", cab, **window(begins_in=20))
    move(change, "start", by=cab.nadia, late_reason="The old one has just died.")
    assert "has just died" in browse(cab.nadia).get(f"/changes/{change.number}/").content.decode()
    assert "has just died" not in browse(cab.omar).get(f"/changes/{change.number}/").content.decode()
