"""What can be read of a post: Alertmanager's form, plain JSON, and whatever strangers may think of."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.monitoring import reading
from tests.incidents.monitoring.alerts import alert, webhook


def read(sent):
    return reading.read(json.dumps(sent).encode())


def test_alertmanagers_webhook():
    first, second = read(webhook({**alert(instance="a"), "fingerprint": "c0ffee"}, alert("Disk", "resolved"))).alerts
    assert (first.fingerprint, first.firing, first.summary) == ("c0ffee", True, "LinkDown on a")
    assert first.labels == {"alertname": "LinkDown", "instance": "a"}
    assert first.url == "http://prometheus.example/graph?g0.expr=up"
    assert first.starts_at.isoformat() == "2026-11-26T01:00:00.123456+00:00"
    assert (second.firing, second.index) == (False, 1)


def test_a_plain_alert_alone_and_in_a_list():
    plain = {"title": "Backup failed", "text": "Tape 4", "labels": {"host": "bak1"}, "url": "https://nagios.example/1"}
    [one] = read(plain).alerts
    assert (one.summary, one.text, one.firing, one.url) == ("Backup failed", "Tape 4", True, "https://nagios.example/1")
    over = {**plain, "title": "Backup works", "status": "resolved"}
    assert [(two.fingerprint, two.firing) for two in read([plain, over]).alerts] == [
        (one.fingerprint, True),
        (one.fingerprint, False),
    ]
    assert read({"title": "Backup failed"}).alerts[0].fingerprint != one.fingerprint


def test_the_fingerprint_is_of_the_labels_whatever_their_order():
    a, b = read([{"title": "x", "labels": {"a": "1", "b": "2"}}, {"title": "y", "labels": {"b": "2", "a": "1"}}]).alerts
    assert a.fingerprint == b.fingerprint


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (7, "is an object"),
        ({}, "needs a name"),
        ({"title": 5}, "“title” is a text"),
        ({"title": "x", "labels": ["a"]}, "“labels” is an object"),
        ({"title": "x", "labels": {"a": {}}}, "“labels” is an object"),
        ({"title": "x", "status": "on fire"}, "“status” is"),
        ({"title": "x", "status": []}, "“status” is"),
        ({"title": "x", "startsAt": "yesterday"}, "“startsAt” is a moment"),
        ({"title": "x", "fingerprint": "f" * 65}, "at most 64"),
        ({"title": "x", "labels": {str(n): "" for n in range(65)}}, "at most 64 labels"),
    ],
)
def test_a_bad_alert_is_told_by_its_place_and_the_others_are_read(bad, says):
    post = read([{"title": "before"}, bad, {"title": "after"}])
    assert [one.index for one in post.alerts] == [0, 2]
    assert list(post.faults) == [1]
    assert says in post.faults[1]


@pytest.mark.parametrize(
    "body", [b"", b"\xff", b"{", b"[" * 100_000, b'"text"', b"7", b"null", b"[]", b'{"alerts": 7}', b'{"alerts": []}']
)
def test_what_is_no_post_at_all(body):
    with pytest.raises(reading.Unreadable):
        reading.read(body)


def test_too_many():
    with pytest.raises(reading.TooMany, match="5,001"):
        read([{"title": "x"}] * 5001)


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "http://", "http://[", "ftp://x"]
)
def test_only_addresses_of_web_pages_are_links(url):
    assert read({"title": "x", "url": url}).alerts[0].url == ""


def test_what_no_database_holds_is_replaced():
    [one] = reading.read(b'{"title": "a\\u0000b\\ud800c", "labels": {"k\\u0000": "\\ud800"}}').alerts
    assert one.summary == "a\ufffdb?c"
    assert one.labels == {"k\ufffd": "?"}


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["alerts", "labels", "annotations", "title", "status", "startsAt", "url", "fingerprint", "alertname"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(_JSON)
def test_whatever_is_sent_is_read_or_refused_with_a_sentence(sent):
    try:
        post = read(sent)
    except reading.Unreadable as refused:
        assert str(refused).endswith(".")
        return
    assert all(fault.endswith(".") for fault in post.faults.values())
    assert all(0 < len(one.summary) <= 200 and len(one.fingerprint) <= 64 for one in post.alerts)
