"""A usual word is looked for from the newest tickets backwards: what is found is the same, however much there is."""

import pytest
from django.db import connection

from desk.search import frequencies, queries, similar, words
from desk.search.models import ERA
from desk.search.queries import search
from desk.search.similar import Description, like
from desk.tickets import actions as desk
from desk.tickets.models import Ticket
from incidents.models import Incident
from tests.factories import incident


def skip_an_era():
    """The next ticket begins the era after the next one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM tickets_ticket")
        newest = cursor.fetchone()[0] or 0
        cursor.execute("SELECT setval(pg_get_serial_sequence('tickets_ticket', 'id'), %s)", [(newest // ERA + 2) * ERA])


@pytest.fixture
def printers(world):
    """Eight of Erin's incidents, two of them in each of four eras; the last of each era was written about inside."""
    found = []
    for n in range(8):
        found.append(incident(world.erin, ["The printer is slow", "Printers jam", "Printer2 smokes", "Screen"][n % 4]))
        if n % 2:
            desk.note(ticket=found[-1], by=world.sam, message="The printer's drum")
            skip_an_era()
    return found


@pytest.fixture
def usual(monkeypatch):
    """Every word is in so many tickets that eras are read."""
    monkeypatch.setattr(queries, "MANY", -1)
    monkeypatch.setattr(similar, "MANY", -1)


@pytest.fixture
def asked(monkeypatch):
    """Whether eras were read, each time that something was looked for."""
    seen = []
    in_eras = queries.in_eras
    for module in (queries, similar):
        monkeypatch.setattr(module, "in_eras", lambda *how: seen.append(how) or in_eras(*how))
    return seen


@pytest.mark.parametrize("text", ["printer", "printers jam", "print", "drum", "printer2", "printer -jam", '"is slow"'])
def test_what_is_found_is_the_same(world, printers, monkeypatch, asked, text):
    found = {user: [row.number for row in search(text, user).rows] for user in (world.sam, world.erin, world.nadia)}
    assert found[world.sam]
    assert not asked
    monkeypatch.setattr(queries, "MANY", -1)
    for user, before in found.items():
        assert [row.number for row in search(text, user).rows] == before
    assert bool(asked) == ("is slow" not in text)  # a phrase has no words whose usage is known


@pytest.mark.parametrize("most", [1, 2, 3, 5, 6])
def test_the_newest_are_found_first(world, printers, usual, asked, monkeypatch, most):
    monkeypatch.setattr(queries, "CAP", most)
    found = {row.number for row in search("printer", world.sam).rows}
    # The notes make an answer of the screens too.
    assert found == {one.number for one in printers[-most:]}
    assert asked


def test_whoever_sees_many_queues_finds_the_same(world, printers, usual, asked, monkeypatch):
    monkeypatch.setattr(queries, "FEW", 0)
    assert {row.number for row in search("printer", world.sam).rows} == {one.number for one in printers}
    assert asked


def test_what_is_alike_is_the_same(world, printers, monkeypatch, asked):
    about = Description("The printer jams and is slow")
    rows = Ticket.objects.filter(pk__in=Incident.objects.values("pk"))
    before = [(one.ticket.number, one.score) for one in like(about, world.sam, rows)]
    assert len(before) >= 4
    assert not asked
    monkeypatch.setattr(similar, "MANY", -1)
    assert [(one.ticket.number, one.score) for one in like(about, world.sam, rows)] == before
    assert asked


def test_the_portal_knows_how_usual_a_word_is(world, printers, monkeypatch):
    monkeypatch.setattr(frequencies, "FEW", 0)
    monkeypatch.setattr(frequencies, "_kept", frequencies.Frequencies())
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE search_document")
    known = frequencies.frequencies()
    assert known.every == 8
    assert known.tickets("printer") == pytest.approx(6)  # with “printers” and “printer2”


def test_a_beginning_is_spelled_out_as_the_words_there_are(world, printers):
    assert words.exactly(["('printer':*)", "'scree':* & 'jam':* & !'slow':*", "'nothing':*"]) == [
        "(('printer' | 'printer2' | 'printers'))",
        "('scree' | 'screen') & ('jam') & !('slow')",
        "('nothing')",
    ]


def test_a_beginning_of_too_many_words_stays_one(world, printers, monkeypatch):
    monkeypatch.setattr(words, "FORMS", 2)
    assert words.exactly(["'printer':*", "'scree':*"]) == ["", "('scree' | 'screen')"]


@pytest.mark.parametrize("typed", ["o'neil's", "back\\slash", "0x80", "'':*", "%s"])
def test_odd_words_break_nothing(world, usual, typed):
    found = incident(world.erin, f"About {typed} here")
    assert {row.number for row in search(f"about {typed}", world.sam).rows} <= {found.number}
    assert {row.number for row in search("about", world.sam).rows} <= {found.number}
