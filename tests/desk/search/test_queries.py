"""Everybody finds what they may see, by what they may read of it, and not a word more."""

import pytest
from django.db import connection, transaction

from desk.people.actions import join, leave
from desk.people.models import Role
from desk.search.models import Document
from desk.search.queries import matching, quick, search
from desk.tickets import actions as desk
from desk.tickets.models import Ticket
from desk.tickets.queries import visible_to
from incidents import actions
from tests.factories import analyst, incident, person
from tests.stories import in_state
from tests.workorders.orders import order


def numbers(text, user, **how):
    return [row.number for row in search(text, user, **how).rows]


@pytest.fixture
def town(world):
    world.wanda = person("wanda")
    world.olga = analyst("olga", world.desk, Role.OBSERVER)
    return world


@pytest.fixture
def mail(town):
    """Erin's incident, which Wanda watches; Sam wrote a note that only the Service Desk may read."""
    found = incident(town.erin, "The mail is down", description="Outlook shows nothing since the Umstellung in München")
    desk.watch(ticket=found, user=town.wanda)
    desk.reply(ticket=found, by=town.sam, message="We restarted the gateway.")
    desk.note(ticket=found, by=town.sam, message="Canarybird: the certificate had expired")
    return found


def test_by_title_description_and_what_was_said(town, mail):
    for text in ("mail", "outlook nothing", "gateway", "umstellung", "muenchen", "Munchen", "MÜNCHEN", "restarting"):
        for user in (town.erin, town.wanda, town.sam):
            assert numbers(text, user) == [mail.number], (text, user)


@pytest.mark.parametrize("text", ["canarybird", "canarybrid", '"certificate had expired"', "canary"])
def test_an_internal_note_is_found_by_those_alone_who_may_read_it(town, mail, text):
    nadias_own = incident(town.nadia, "The mail of mine", workgroup=town.desk)
    desk.note(ticket=nadias_own, by=town.sam, message="Canarybird too: the certificate had expired")
    for user in (town.sam, town.lena, town.olga, town.admin):
        assert mail.number in numbers(text, user)
    for user in (town.erin, town.wanda, town.omar, town.nadia):
        found = search(text, user)
        assert (found.rows, found.total, quick(text, user)) == ([], 0, []), user
        assert list(matching(visible_to(user), text, user)) == []


def test_beside_a_public_word_one_of_a_note_finds_what_a_word_from_nowhere_would(town, mail):
    assert (numbers("mail canarybird", town.sam), search("mail canarybird", town.sam).some) == ([mail.number], False)
    for text in ("mail canarybird", "mail zeppelinish"):
        assert (numbers(text, town.erin), search(text, town.erin).some) == ([mail.number], True), text


def test_what_a_note_says_neither_rules_out_nor_ranks_for_those_who_may_not_read_it(town, mail):
    other = incident(town.erin, "The mail is slow")
    before = numbers("mail", town.erin)
    for _ in range(5):
        desk.note(ticket=mail, by=town.sam, message="mail mail mail")
    assert numbers("mail", town.erin) == before == [other.number, mail.number]
    assert numbers("mail -canarybird", town.erin) == [other.number, mail.number]
    assert numbers("mail -canarybird", town.sam) == [other.number]


def test_a_foreign_ticket_is_not_found(town, mail):
    for text in ("mail", "mial", mail.number, mail.number.lower(), mail.number[4:], str(int(mail.number[4:]))):
        assert numbers(text, town.omar) == numbers(text, town.nadia) == []
        assert numbers(text, town.erin) == [mail.number]


def test_what_search_finds_is_what_visible_to_allows(town, mail):
    """Twins: each person, each word; whatever ties them to the ticket."""
    for requester in (town.erin, town.nadia):
        for workgroup in (town.desk, town.network):
            found = incident(requester, "Mail again", workgroup=workgroup)
            desk.watch(ticket=found, user=town.omar)
    incident(town.nadia, "Mail on behalf", requester=town.omar)
    order(mail, by=town.sam, title="Mail cable", workgroup=town.network)
    everybody = [town.erin, town.omar, town.wanda, town.sam, town.lena, town.nadia, town.niko, town.olga, town.admin]
    for user in everybody:
        allowed = set(visible_to(user).filter(title__icontains="mail").values_list("number", flat=True))
        assert set(numbers("mail", user)) == allowed, user
        assert set(matching(visible_to(user), "mail", user).values_list("number", flat=True)) == allowed, user


def test_it_follows_people_who_come_and_go(town, mail):
    leave(workgroup=town.desk, user=town.sam)
    join(workgroup=town.desk, user=town.omar, role=Role.OBSERVER)
    assert numbers("canarybird", town.sam) == []
    assert numbers("canarybird", town.omar) == [mail.number]


def test_it_follows_a_ticket_to_another_workgroup(town, mail):
    actions.assign(incident=mail, by=town.sam, workgroup=town.network, reason="Theirs")
    assert numbers("canarybird", town.nadia) == [mail.number]
    assert numbers("canarybird", town.sam) == []


def test_it_follows_edits(town, mail):
    desk.edit(ticket=mail, by=town.sam, seen=Ticket.objects.get(pk=mail.pk).version, title="Calendar is down")
    assert numbers("calendar", town.erin) == numbers("gateway", town.erin) == [mail.number]
    assert numbers("canarybird", town.sam) == [mail.number]
    assert numbers("mail", town.erin) == []


def test_a_slip_of_the_finger_finds_it_all_the_same(town, mail):
    for text in ("gatewya", "gateaway", "outlok", "outlookk", "munichen mail"):
        found = search(text, town.erin)
        assert ([row.number for row in found.rows], found.near) == ([mail.number], True), text


def test_a_slip_that_others_made_too_finds_what_was_meant_as_well(town):
    """One ticket is spelled like that, and so many others aren't; a rare word that is right is left alone."""
    meant = [incident(town.erin, f"Password, the {n}th time") for n in range(10)]
    slip = incident(town.erin, "Pasword is lost")
    found = search("pasword", town.erin)
    assert (found.near, {row.number for row in found.rows}) == (True, {one.number for one in (*meant, slip)})
    alone = incident(town.erin, "The plotter hums")
    assert [row.number for row in search("plotter", town.erin).rows] == [alone.number]
    assert not search("plotter", town.erin).near


def test_where_nothing_has_all_of_the_words_some_are_enough_and_it_says_so(town, mail, browse):
    found = search("gateway in the basement burns", town.erin)
    assert (found.some, [row.number for row in found.rows]) == (True, [mail.number])
    assert search("gateway burns -outlook", town.erin).rows == []
    assert not search("mail gateway", town.erin).some
    said = browse(town.erin).get("/search/", {"q": "gateway burns"}).content.decode()
    assert "Nothing has all of these words; these have some of them." in said


def test_a_slip_finds_nothing_that_a_note_alone_says(town, mail):
    assert numbers("certificaet", town.sam) == [mail.number]
    assert numbers("certificaet", town.erin) == []


def test_phrases_and_exclusions(town, mail):
    assert numbers('"restarted the gateway"', town.erin) == [mail.number]
    assert numbers('"gateway restarted"', town.erin) == []
    assert numbers("mail -outlook", town.erin) == []


def test_titles_come_before_descriptions_and_a_number_before_all(town):
    later = [incident(town.erin, f"Trouble {n}", description="with the scanner") for n in range(3)]
    first = incident(town.erin, "The scanner")
    assert numbers("scanner", town.erin)[0] == first.number
    mentions = incident(town.erin, f"Again {int(later[0].number[4:])}")
    found = numbers(str(int(later[0].number[4:])), town.erin)
    assert found[0] == later[0].number
    assert mentions.number in found


def test_of_many_the_newest_are_ranked_and_the_count_stops(town, monkeypatch):
    monkeypatch.setattr("desk.search.queries.CAP", 6)
    monkeypatch.setattr("desk.search.queries.PAGE", 4)
    made = [incident(town.erin, f"Printer {n}") for n in range(9)]
    first, second = search("printer", town.sam), search("printer", town.sam, page=2)
    assert (len(first.rows), len(second.rows), first.total, first.is_capped, first.pages) == (4, 2, 6, True, 2)
    assert {row.pk for row in first.rows + second.rows} == {one.pk for one in made[3:]}


def test_matching_narrows_rows_and_keeps_their_order(town, mail):
    rows = Ticket.objects.filter(workgroup=town.desk).order_by("-pk")
    other = incident(town.omar, "Mail of Omar")
    assert [row.pk for row in matching(rows, "mail", town.sam)] == [other.pk, mail.pk]
    assert [row.pk for row in matching(rows, mail.number, town.sam)] == [mail.pk]
    assert [row.pk for row in matching(rows, "", town.sam)] == [other.pk, mail.pk]
    assert list(matching(rows, "the", town.sam)) == []


def test_a_document_is_written_with_each_ticket_and_dies_of_no_text(town):
    found = incident(town.erin, "Log file", description=" ".join(f"x{n}y" for n in range(9000))[:50_000])
    for n in range(6):
        desk.reply(ticket=found, by=town.erin, message=" ".join(f"z{n}q{k}" for k in range(7000))[:50_000])
    assert Document.objects.get(ticket=found).public
    assert numbers("x10y", town.erin) == [found.number]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM tickets_ticket WHERE id NOT IN (SELECT ticket_id FROM search_document)")
        assert cursor.fetchone() == (0,)


@pytest.mark.django_db(transaction=True)
def test_each_new_word_is_looked_up_by_itself_also_where_there_were_none_at_first():
    """A connection keeps on doing this as it seemed best on an empty table, to PostgreSQL which had just counted it."""
    said = " ".join(f"z{n}q" for n in range(3000))
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE search_word")
        cursor.execute("VACUUM search_word")
        for number in range(10):  # no words: after a few times it is planned for good
            cursor.execute("SELECT search_learn(to_tsvector('simple', %s))", [f"{number}"])
    with transaction.atomic(), connection.cursor() as cursor:
        before = _read(cursor)
        for _ in range(2):
            cursor.execute("SELECT search_learn(to_tsvector('simple', %s))", [said])
        assert _read(cursor) - before <= 3000  # each word itself, the second time
        cursor.execute("SELECT count(*), count(DISTINCT word) FROM search_word WHERE word LIKE 'z%%q'")
        assert cursor.fetchone() == (3000, 3000)


def _read(cursor):
    """How many of the words there are this transaction has read, by an index or without."""
    cursor.execute(
        "SELECT coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)"
        " FROM pg_stat_xact_user_tables WHERE relname = 'search_word'"
    )
    return cursor.fetchone()[0]


def test_whatever_state_it_is_in(town):
    found = in_state("closed", requester=town.erin, analyst=town.sam)
    assert numbers(found.title, town.erin) == [found.number]


def test_a_document_follows_its_tickets_workgroup(town, mail):
    assert Document.objects.get(ticket=mail).workgroup == town.desk
    actions.assign(incident=mail, by=town.sam, workgroup=town.network, reason="Theirs")
    assert Document.objects.get(ticket=mail).workgroup == town.network


def test_whoever_sees_many_queues_finds_the_same(town, mail, monkeypatch):
    """Of more than a few workgroups no index is asked one by one; what is found is the same."""
    monkeypatch.setattr("desk.search.queries.FEW", 0)
    assert numbers("canarybird", town.sam) == [mail.number]
    assert numbers("canarybird", town.nadia) == []
