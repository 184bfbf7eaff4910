"""Words that are written down once and read later by anybody in theirs."""

import json

import pytest
from django.utils.translation import get_language, gettext_lazy, override

from desk.people.language import (
    as_spoken,
    in_a_sentence,
    in_english,
    keep,
    keep_n,
    language_of,
    speaking_to,
    spoken,
    with_recipes,
)
from desk.people.models import User


@pytest.fixture
def _words(german):
    german(
        {
            "took {number} back": "hat {number} zurückgenommen",
            "moved it to {where}": "hat es verschoben: {where}",
            "the queue of {group}": "Warteschlange {group}",
            ("{n} day left", 0): "noch {n} Tag",
            ("{n} day left", 1): "noch {n} Tage",
            "Nobody answered.": "Niemand hat geantwortet.",
            "Late": "Spät",
        }
    )


def saved(**told):
    """As the database gives it back."""
    return json.loads(json.dumps(with_recipes(told)))


@pytest.mark.usefixtures("_words")
class TestKept:
    def test_it_is_english_to_whoever_takes_it_as_it_is(self):
        with override("de"):
            words = keep("took {number} back", number="INC-000001")
            assert words == str(words) == f"{words}" == "took INC-000001 back"
            assert json.dumps(words) == '"took INC-000001 back"'

    def test_it_is_said_in_the_language_of_the_moment(self):
        words = keep("took {number} back", number="INC-000001")
        assert spoken(words) == "took INC-000001 back"
        with override("de"):
            assert spoken(words) == "hat INC-000001 zurückgenommen"

    @pytest.mark.parametrize(
        ("n", "english", "said"), [(1, "1 day left", "noch 1 Tag"), (2, "2 days left", "noch 2 Tage")]
    )
    def test_a_number_decides_in_both(self, n, english, said):
        words = keep_n("{n} day left", "{n} days left", n)
        assert words == english
        with override("de"):
            assert spoken(words) == said
            assert as_spoken(saved(text=words)) == {"text": said}

    def test_kept_words_within_kept_words_are_said_too(self):
        words = keep("moved it to {where}", where=keep("the queue of {group}", group="Network"))
        assert words == "moved it to the queue of Network"
        with override("de"):
            assert spoken(words) == "hat es verschoben: Warteschlange Network"
            assert as_spoken(saved(said=words)) == {"said": "hat es verschoben: Warteschlange Network"}

    def test_braces_in_what_somebody_typed_are_nothing_but_text(self):
        words = keep("took {number} back", number="{n} {number} {0}")
        assert words == "took {n} {number} {0} back"
        with override("de"):
            assert as_spoken(saved(said=words)) == {"said": "hat {n} {number} {0} zurückgenommen"}

    def test_a_sentence_without_values_may_have_braces(self):
        assert keep("Use {number} there.") == "Use {number} there."

    def test_a_label_as_a_value_is_said_by_whoever_reads(self):
        with override("de"):
            words = keep("moved it to {where}", where=gettext_lazy("Late"))
        assert words == "moved it to Late"
        with override("de"):
            assert as_spoken(saved(said=words)) == {"said": "hat es verschoben: Spät"}

    def test_what_has_no_recipe_stays_as_it_was_saved(self):
        old = {"said": "took INC-000001 back", "hours": 4}
        with override("de"):
            assert as_spoken(old) == old

    def test_only_what_was_kept_has_a_recipe(self):
        told = saved(said=keep("Nobody answered."), note="Nobody answered.", hours=4)
        with override("de"):
            assert as_spoken(told) == {"said": "Niemand hat geantwortet.", "note": "Nobody answered.", "hours": 4}
        assert as_spoken(told) == {"said": "Nobody answered.", "note": "Nobody answered.", "hours": 4}

    def test_a_language_without_the_words_says_them_in_english(self):
        with override("de"):
            assert spoken(keep("not translated {n}", n=3)) == "not translated 3"


def test_whoever_chose_no_language_reads_the_portals(settings):
    assert language_of(User(language="de")) == "de"
    assert language_of(User()) == "en-gb"
    settings.LANGUAGE_CODE = "de"
    assert language_of(User()) == "de"


def test_a_worker_speaks_to_one_person_and_then_as_before():
    with override("en-gb"):
        with speaking_to(User(language="de")):
            assert get_language() == "de"
            with in_english():
                assert get_language() == "en-gb"
        assert get_language() == "en-gb"


def test_a_label_is_small_in_an_english_sentence_alone():
    assert in_a_sentence("In Review") == "in review"
    with override("de"):
        assert in_a_sentence("In Prüfung") == "In Prüfung"
