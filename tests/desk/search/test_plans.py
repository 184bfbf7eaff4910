"""What is searched for is planned for its own words, and other statements are prepared as ever."""

import pytest
from django.db import connection

from desk.search.plans import planned_anew
from desk.search.queries import search
from tests.factories import incident

OFTEN = 12


def prepared(words):
    """How many statements with these words this connection has prepared."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE position(%s in statement) > 0", [words])
        return cursor.fetchone()[0]


def ask(words):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT %s::int -- {words}", [1])


def test_what_comes_often_is_prepared_but_for_what_is_planned_anew(db):
    for _ in range(OFTEN):
        ask("as ever")
        with planned_anew():
            ask("for itself")
    assert (prepared("as ever"), prepared("for itself")) == (1, 0)


def test_after_an_error_statements_are_prepared_as_before(db):
    with pytest.raises(ZeroDivisionError), planned_anew():
        _ = 1 / 0
    for _ in range(OFTEN):
        ask("after an error")
    assert prepared("after an error") == 1


def test_a_search_has_no_plan_from_the_ones_before(world):
    found = incident(world.erin, "The printer is off")
    for _ in range(OFTEN):
        assert [row.pk for row in search("printer", world.sam).rows] == [found.pk]
    assert prepared("WITH found(id, inside)") == 0
