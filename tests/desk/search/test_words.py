"""What a person types, whatever they type, is read as a query that PostgreSQL takes."""

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desk.search.words import LONGEST, mistakes, pattern, read, trimmed

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("printer", "('printer':*)"),
        ("Printers", "('printer':*)"),
        ("the printer is not", "('printer':*)"),  # stop words of English
        ("der Drucker ist", "('drucker':*)"),  # and of German
        ("vpn -slow", "('vpn':*) & !('slow':*)"),
        ('"session timeout"', "('session' <-> 'timeout')"),
        ("“session timeout”", "('session' <-> 'timeout')"),
        ("-slow", ""),  # nothing is asked for
        ("München", "('munch':* | 'muenchen')"),
        ("Muenchen", "('muench':* | 'munchen')"),
        ("ab", "('ab')"),
        ("!&|()<->:*", ""),
        ("", ""),
        ("\x00", ""),
    ],
)
def test_words_become_a_query(typed, query):
    assert read(typed).query == query


@pytest.mark.parametrize(
    ("typed", "numbers"),
    [
        ("INC-000123", ["INC-000123"]),
        ("inc123", ["INC-000123"]),
        ("inc 123", ["INC-000123"]),
        ("wo-7", ["WO-000007"]),
        ("000123", ["CHG-000123", "INC-000123", "REQ-000123", "WO-000123"]),
        ("123", ["CHG-000123", "INC-000123", "REQ-000123", "WO-000123"]),
        ("XYZ-123", []),
        ("123 printers", []),
    ],
)
def test_numbers_with_and_without_prefix_and_zeros(typed, numbers):
    assert sorted(read(typed).numbers) == numbers


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(typed=st.text(st.characters(codec="utf-8"), max_size=300) | st.text(r"""'"\-!&|()<>:* a1äß.@/""", max_size=60))
def test_postgresql_takes_whatever_becomes_of_it(typed):
    reading = read(typed)
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::tsquery", [reading.query])
    assert len(reading.typed) <= LONGEST


def test_ten_thousand_characters_are_cut(db):
    assert len(read("word " * 2000).query) < 1000


def test_endings_of_both_languages_go_but_no_word_gets_too_short():
    cut = {
        "printers": "printer",
        "crashing": "crash",
        "stopped": "stop",
        "Fehlern".lower(): "fehler",
        "policy": "polic",
    }
    assert {word: trimmed(word) for word in cut} == cut
    assert all(trimmed(word) == word for word in ("ring", "bus", "access", "server", "usb3s"))


def test_slips_are_counted():
    assert [mistakes("pritner", "printer"), mistakes("prnter", "printer"), mistakes("vpn", "vnc")] == [1, 1, 2]


def test_marks_find_words_with_and_without_accents():
    found = pattern(["munch", "strass"])
    assert found.findall("In München, Straße 4, und muenchen") == ["München", "Straße"]
