"""What is known already, while somebody logs and on an incident's page: of what each may see, and no word more."""

import pytest
from django.db import connection

from desk.search import frequencies
from desk.search.frequencies import Frequencies
from desk.search.similar import Description
from desk.tickets import actions as desk
from incidents import actions
from incidents.models import Outage
from incidents.similar import hints
from tests.factories import ServiceFactory, SiteFactory, incident, person
from tests.stories import move, needed


def solve(found, by, solution="Renewed the certificate"):
    return move(move(found, "start", by=by), "resolve", by=by, **{**needed("resolve"), "solution": solution})


def told(title, user, **about):
    """heading -> numbers"""
    return {g.heading: [h.ticket.number for h in g.hints if h.ticket] for g in hints(Description(title, **about), user)}


@pytest.fixture
def vpn(world):
    return ServiceFactory(name="Remote access")


def test_an_analyst_sees_open_ones_and_how_others_were_solved(world, vpn):
    site = SiteFactory()
    open_one = incident(world.erin, "VPN drops with a timeout", service=vpn, site=site)
    solved = solve(incident(world.omar, "VPN connection timeout"), world.sam)
    incident(world.omar, "The coffee machine leaks")
    about = Description("VPN has a timeout", service_id=vpn.pk, site_id=site.pk)
    groups = {group.heading: group.hints for group in hints(about, world.sam)}
    first = groups["Open, and perhaps the same"][0]
    assert first.ticket == open_one.ticket_ptr
    assert first.why.startswith("same service, same site, words: ")
    assert {"vpn", "timeout"} <= set(first.why.rpartition(": ")[2].split(", "))
    known = groups["Solved before"]
    assert [(hint.ticket.number, hint.solution) for hint in known] == [(solved.number, "Renewed the certificate")]


def test_an_end_user_sees_their_own_alone(world):
    mine = incident(world.erin, "VPN drops with a timeout")
    watched = incident(world.omar, "VPN timeout again")
    desk.watch(ticket=watched, user=world.erin)
    incident(world.omar, "VPN timeout of Omar")
    assert set(told("vpn timeout", world.erin)["You reported this before?"]) == {mine.number, watched.number}
    assert told("vpn timeout", person("guest")) == {}


def test_a_foreign_analyst_sees_nothing_of_it(world):
    incident(world.erin, "VPN drops with a timeout")
    assert told("vpn timeout", world.nadia) == {}


def test_words_of_notes_make_nothing_similar(world):
    found = incident(world.erin, "Something is odd")
    desk.note(ticket=found, by=world.sam, message="Canarybird flaps")
    for user in (world.erin, world.sam):
        assert told("canarybird flaps", user) == {}


def test_known_outages_are_told_to_everybody(world, vpn):
    major = incident(world.sam, "Concentrator broken", service=vpn)
    Outage.objects.create(service=vpn, incident=major, level=Outage.Level.DOWN, started_at=major.created_at)
    by_choice = hints(Description("Can't work", service_id=vpn.pk), world.erin)
    by_name = hints(Description("remote access fails"), world.omar)
    for groups in (by_choice, by_name):
        assert [(g.heading, [h.title for h in g.hints], [h.ticket for h in g.hints]) for g in groups] == [
            ("We are on it already", ["Remote access: down"], [None])
        ]
    assert hints(Description("The lamp is off"), world.erin) == []


def test_the_form_gets_hints_while_one_types(world, browse):
    found = incident(world.erin, "VPN drops with a timeout")
    client = browse(world.erin)
    page = client.get("/incidents/new/").content.decode()
    assert 'hx-post="/incidents/similar/"' in page
    answer = client.post(
        "/incidents/similar/", {"title": "vpn timeout", "description": "since today", "service": "x", "site": ""}
    )
    assert found.number in answer.content.decode()
    for odd in (
        {},
        {"title": "ab"},
        {"title": "\x00vpn\x00timeout"},
        {"title": "a" * 9000, "description": "b " * 90_000},
    ):
        assert client.post("/incidents/similar/", odd).status_code == 200


def test_the_incidents_page_has_a_card_for_analysts(world, browse):
    found, other = incident(world.erin, "VPN drops with a timeout"), incident(world.omar, "VPN timeout")
    address = f"/incidents/{found.number}/similar/"
    assert f'hx-get="{address}"' in browse(world.sam).get(found.get_absolute_url()).content.decode()
    assert address not in browse(world.erin).get(found.get_absolute_url()).content.decode()
    for headers in ({}, {"HX-Request": "true"}):
        card = browse(world.sam).get(address, headers=headers).content.decode()
        assert other.number in card
    assert browse(world.erin).get(address).status_code == 403
    assert browse(world.nadia).get(address).status_code == 404


def test_it_follows_a_ticket_out_of_reach(world):
    found = incident(world.erin, "VPN drops with a timeout")
    assert told("vpn timeout", world.sam)
    actions.assign(incident=found, by=world.sam, workgroup=world.network, reason="Theirs")
    assert told("vpn timeout", world.sam) == {}


def test_what_everybody_writes_says_little(world, monkeypatch):
    usual = Frequencies({"printer": 0.15, "toner": 0.001, "issue": 0.6}, 1e-4, read_at=float("inf"))
    monkeypatch.setattr(frequencies, "_kept", usual)
    assert [usual.of("printer"), usual.of("toner"), usual.of("zanzibar")] == [0.15, 0.001, 1e-4]
    toner = incident(world.erin, "Toner is empty, an issue")
    incident(world.erin, "Printer is strange, an issue")
    assert told("printer issue toner", world.sam)["Open, and perhaps the same"][0] == toner.number


def test_a_young_portal_finds_its_few_tickets_however_alike_they_are(world, monkeypatch):
    """Statistics of a handful would say of each of their words that everybody writes it."""
    monkeypatch.setattr(frequencies, "_kept", Frequencies())
    numbers = [incident(world.erin, "Scanner sends no mail").number for _ in range(3)]
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE search_document")
        cursor.execute("SELECT count(*) FROM pg_stats WHERE tablename = 'search_document' AND attname = 'public'")
        assert cursor.fetchone() == (1,)
    found = told("scanner sends no mail", world.sam)["Open, and perhaps the same"]
    assert sorted(found) == sorted(numbers)
