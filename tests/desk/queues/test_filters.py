"""What a list is narrowed by, by its address: each filter, in words that can be taken away again."""

from datetime import timedelta

import pytest
from django.utils import timezone

from desk.services.models import Category
from desk.sla.sweep import sweep_all
from tests.desk.sla.promises import policy
from tests.factories import ServiceFactory, SiteFactory, incident
from tests.stories import in_state, move
from tests.workorders.orders import order


@pytest.fixture
def shelf(world):
    """One ticket for each thing to look for, by name."""
    top = Category.objects.create(name="Network")
    below = Category.objects.create(name="VPN", parent=top)
    world.service, world.site, world.category = ServiceFactory(name="E-mail"), SiteFactory(name="North"), top
    found = {
        "plain": incident(world.erin, "The printer jams"),
        "vpn": incident(world.omar, "No VPN at home", category=below),
        "mail": incident(world.erin, "Mail is slow", service=world.service, impact=1, urgency=1),
        "north": incident(world.erin, "Dark corridor", site=world.site),
        "pending": in_state("pending", requester=world.erin, analyst=world.sam),
        "lenas": move(incident(world.erin, "Lena has it"), "assign", by=world.lena, assignee=world.lena),
        "old": incident(world.erin, "An old one", at=timezone.now() - timedelta(days=20)),
    }
    found["order"] = order(found["plain"], world.sam, workgroup=world.desk, title="Swap the drum")
    world.names = {ticket.number: name for name, ticket in found.items()}
    world.found = found
    return world


def listed(shelf, browse, query, who="sam"):
    answer = browse(getattr(shelf, who)).get(f"/queues/service-desk/?{query}")
    assert answer.status_code == 200
    return {shelf.names[row.number] for row in answer.context["rows"]}, answer


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("priority=1", {"mail"}),
        ("kind=work_order", {"order"}),
        ("state=pending&state=assigned", {"pending", "lenas"}),
        ("assignee=me", {"pending"}),
        ("assignee=lena", {"lenas"}),
        ("assignee=none&kind=incident", {"plain", "vpn", "mail", "north", "old"}),
        ("requester=omar", {"vpn"}),
        ("service={service}", {"mail"}),
        ("site={site}", {"north"}),
        ("category={category}", {"vpn"}),
        ("waiting={waiting}", {"pending"}),
        ("age=over-week", {"old"}),
        ("q=vpn+home", {"vpn"}),
        ("q={number}", {"mail"}),
        ("q={digits}", {"mail"}),
        ("q=100%25", set()),
        ("q=corridor&site={site}&tab=unassigned", {"north"}),
        ("sla=none&tab=mine", {"pending"}),
    ],
)
def test_a_list_is_narrowed_by_its_address(shelf, browse, query, expected):
    number = shelf.found["mail"].number
    query = query.format(
        service=shelf.service.pk, site=shelf.site.pk, category=shelf.category.pk,
        waiting=shelf.found["pending"].pending_reason_id, number=number.lower(), digits=int(number[4:]),
    )  # fmt: skip
    assert listed(shelf, browse, query)[0] == expected


def test_each_filter_in_force_can_be_taken_away_on_its_own(shelf, browse):
    rows, answer = listed(shelf, browse, "state=pending&state=logged&priority=4&assignee=me&tab=mine&q=mail")
    chips = {(chip.label, chip.words): chip.without for chip in answer.context["asked"].chips}
    assert set(chips) == {("State", "Pending"), ("State", "Logged"), ("Priority", "P4"), ("Assignee", "me")}
    assert chips["State", "Pending"] == "?state=logged&priority=4&assignee=me&tab=mine&q=mail"
    assert chips["Assignee", "me"] == "?state=pending&state=logged&priority=4&tab=mine&q=mail"
    assert answer.context["asked"].plain == "?tab=mine"


def test_what_is_breached_or_at_risk_is_what_the_clocks_told(shelf, browse):
    policy(response=None, resolution=60, warn_at=[75])
    for name, minutes in (("fresh", 5), ("warned", 50), ("late", 90)):
        found = incident(shelf.erin, name, at=timezone.now() - timedelta(minutes=minutes))
        shelf.names[found.number] = name
    sweep_all()
    assert listed(shelf, browse, "sla=risk")[0] == {"warned"}
    assert listed(shelf, browse, "sla=breached")[0] == {"late"}
    rows, answer = listed(shelf, browse, "tab=risk&q=warned")
    assert rows == {"warned"}
    counts = {tab.key: tab.count for tab, _, _ in answer.context["tabs"]}
    assert (counts["risk"], counts["breached"], counts["all"]) == ("1", "0", "1")  # of what the words leave


def test_what_is_not_understood_narrows_nothing_and_is_told(shelf, browse):
    whole, _ = listed(shelf, browse, "")
    for query in ("state=gone", "assignee=nobody-known", "service=x", "age=old", "category=999999", "kind=%00"):
        rows, answer = listed(shelf, browse, query) if "%00" not in query else (whole, None)
        assert rows == whole, query
        assert answer is None or "This filter is left out." in answer.content.decode()


@pytest.mark.parametrize("query", ["q=-", "q=%22%3E%3Cscript%3E", "requester=none", "tab=asleep"])
@pytest.mark.parametrize("address", ["/queues/", "/queues/service-desk/"])
def test_where_nothing_can_match_the_list_is_empty_and_its_tabs_count_none(shelf, browse, address, query):
    answer = browse(shelf.admin).get(f"{address}?{query}")
    counts = {tab.key: tab.count for tab, _, _ in answer.context["tabs"]}
    assert answer.context["rows"] == []
    assert set(counts.values()) == {"0"} or (query, counts["asleep"]) == ("tab=asleep", "0")


def test_all_ones_workgroups_stand_in_one_list_and_no_other(shelf, browse):
    foreign = incident(shelf.erin, "Of the network", workgroup=shelf.network)
    ours = browse(shelf.sam).get("/queues/").context["rows"]
    assert foreign.number not in {row.number for row in ours}
    both = browse(shelf.admin).get("/queues/")
    assert {row.number for row in both.context["rows"]} == {*shelf.names, foreign.number}
    one = browse(shelf.admin).get("/queues/?workgroup=network")
    assert [row.number for row in one.context["rows"]] == [foreign.number]
    assert browse(shelf.sam).get("/queues/?workgroup=network").context["rows"] == []
    assert browse(shelf.erin).get("/queues/?assignee=sam").context["asked"].troubles == []  # no oracle for outsiders


def test_filters_are_chosen_on_a_page_or_in_a_dialog(shelf, browse):
    shelf.service.is_active = False
    shelf.service.save()
    page = browse(shelf.sam).get("/queues/service-desk/?choose=filters&tab=mine&state=pending").content.decode()
    assert '<input type="hidden" name="tab" value="mine">' in page
    assert 'value="pending" id="id_state_' in page
    assert "Network › VPN" in page
    assert "E-mail" not in page
    part = browse(shelf.sam, **{"HX-Request": "true"}).get("/queues/?choose=filters").content.decode()
    assert part.lstrip().startswith('<div class="dialog-head">')


def test_density_is_remembered(shelf, browse):
    sam = browse(shelf.sam)
    assert 'data-density="cosy"' in sam.get("/queues/").content.decode()
    assert 'data-density="compact"' in sam.get("/queues/?density=compact").content.decode()
    assert 'data-density="compact"' in sam.get("/queues/service-desk/").content.decode()
