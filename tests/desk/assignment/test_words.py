"""What words say about a workgroup: learnt from a few tickets, and measured on others."""

import io

import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desk.assignment.measuring import Row, measure
from desk.assignment.models import LearntWord
from desk.assignment.words import MOST, Counts, guess, words_of


def learnt(**groups):
    counts = Counts()
    for group, texts in groups.items():
        for text in texts:
            counts.learn(group, words_of(text))
    return counts


def test_words_of_a_title_count_twice_and_each_once():
    assert words_of("VPN vpn down", "The tunnel is down") == [
        "title:vpn", "title:down", "vpn", "down", "the", "tunnel", "is",
    ]  # fmt: skip
    assert len(words_of(" ".join(f"w{n}" for n in range(500)))) == MOST
    assert words_of("x" * 31 + " a 1") == []
    assert max(map(len, words_of("İ" * 30, "ẞ" * 30)), default=0) <= LearntWord._meta.get_field("word").max_length


def test_the_words_that_speak_for_it_are_named():
    counts = learnt(network=["vpn tunnel drops", "vpn is slow"] * 20, desk=["password expired", "my mail is slow"] * 20)
    first, second = guess(counts, words_of("The vpn tunnel is slow"))
    assert (first.workgroup, second.workgroup) == ("network", "desk")
    assert first.chance > 60 and set(first.words) >= {"vpn", "tunnel"}
    assert guess(counts, words_of("quite unheard of")) == []


def test_a_workgroup_with_one_ticket_is_believed_little():
    counts = learnt(desk=["printer jam"] * 50, facilities=["printer smells"])
    assert guess(counts, words_of("printer jam"))[0].workgroup == "desk"


words = st.lists(st.sampled_from(["vpn", "mail", "slow", "printer", "door"]), max_size=4).map(" ".join)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(["a", "b", "c"]), st.lists(words, min_size=1, max_size=5), min_size=1), words)
def test_chances_are_shares_of_one_and_the_order_is_always_the_same(groups, text):
    found = guess(learnt(**groups), words_of(text))
    assert found == guess(learnt(**dict(reversed(groups.items()))), words_of(text))
    assert sum(one.chance for one in found) <= 100
    assert [one.chance for one in found] == sorted((one.chance for one in found), reverse=True)


def rows():
    return [Row(f"{word} trouble {n}", "", group) for n in range(60) for word, group in
            (("vpn", "network"), ("mail", "desk"), ("wifi", "network"), ("door", "facilities"), ("vpn", "network"))]  # fmt: skip


def test_what_is_asked_was_never_learnt_from():
    found = measure(rows())
    assert found.learnt + found.asked == len(rows())
    assert (found.right, found.among_three) == (found.asked, found.asked)
    assert found.largest == "network" and found.right_by_largest < found.asked
    assert sum(one.asked for one in found.bins) == found.asked
    odd = [*rows(), *(Row(f"vpn {n}", "", "desk") for n in range(20))]
    assert measure(odd).right < measure(odd).asked


def test_the_same_text_is_in_one_share_whatever_its_case():
    assert Row("VPN", "Down ", "a").share == Row("vpn", "down", "b").share


def test_the_command_measures_a_file(tmp_path):
    file, told = tmp_path / "tickets.csv", io.StringIO()
    lines = [f"{row.title},,{row.group}" for row in rows()]
    file.write_text("\n".join(["short_description,description,assignment_group", *lines]))
    call_command("learn_routing", measure=file, stdout=told)
    assert "The first workgroup was right: 100.0%" in told.getvalue()
    assert "Always network:" in told.getvalue()
    with pytest.raises(CommandError, match="has no column 'queue'"):
        call_command("learn_routing", measure=file, group="queue")
    with pytest.raises(CommandError, match="can't be read"):
        call_command("learn_routing", measure=tmp_path / "nowhere.csv")
