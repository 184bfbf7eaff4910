"""What Erin has begun is kept under its token, once, until it is over; and nobody else ever gets it."""

import threading
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from desk.drafts import actions, queries
from desk.drafts.models import Draft
from desk.drafts.templatetags.drafts import ago


def keep(person, token, **typed):
    return actions.keep(by=person, token=token, form="incident-new", fields={k: [v] for k, v in typed.items()})


def test_a_draft_is_written_over_and_there_is_one(world):
    token = uuid.uuid4()
    assert keep(world.erin, token, title="The ma")
    assert keep(world.erin, token, title="The mail is down")
    [draft] = queries.open_of(world.erin, "incident-new")
    assert (draft.gist, draft.initial) == ("The mail is down", {"title": "The mail is down"})


def test_two_forms_are_two_drafts_and_the_newest_comes_first(world):
    keep(world.erin, uuid.uuid4(), title="Mail")
    keep(world.erin, uuid.uuid4(), title="Sound")
    assert [draft.gist for draft in queries.open_of(world.erin, "incident-new")] == ["Sound", "Mail"]


def test_nobody_gets_another_ones_draft_even_by_its_token(world):
    token = uuid.uuid4()
    keep(world.erin, token, title="Mine")
    keep(world.omar, token, title="His")
    assert queries.numbered(world.omar, str(token)).gist == "His"
    assert queries.numbered(world.erin, str(token)).gist == "Mine"
    assert queries.numbered(world.sam, str(token)) is None
    assert queries.open_of(world.sam, "incident-new") == []


@pytest.mark.parametrize("token", ["", None, "no token", "\x00"])
def test_an_address_may_say_anything(world, token):
    assert queries.numbered(world.erin, token) is None


def test_what_was_still_on_its_way_brings_nothing_back(world):
    sent, never_kept = uuid.uuid4(), uuid.uuid4()
    keep(world.erin, sent, title="The mail is down")
    actions.end(by=world.erin, token=sent)
    actions.end(by=world.erin, token=never_kept)
    assert not keep(world.erin, sent, title="The mail is down!")
    assert not keep(world.erin, never_kept, title="Late")
    assert queries.open_of(world.erin, "incident-new") == []
    assert list(Draft.objects.values_list("fields", flat=True)) == [{}, {}]


def test_the_oldest_of_very_many_give_way(world, monkeypatch):
    monkeypatch.setattr(actions, "MOST", 2)
    for title in ("one", "two", "three"):
        keep(world.erin, uuid.uuid4(), title=title)
    assert [draft.gist for draft in queries.open_of(world.erin, "incident-new")] == ["three", "two"]


def test_what_nobody_came_back_to_is_forgotten(world, settings):
    settings.DRAFT_DAYS = 30
    keep(world.erin, uuid.uuid4(), title="Mail")
    assert actions.sweep(timezone.now() + timedelta(days=29)) == 0
    assert actions.sweep(timezone.now() + timedelta(days=31)) == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_text_twice_at_once_is_one_draft(world):
    token, barrier, kept = uuid.uuid4(), threading.Barrier(4), []

    def one():
        try:
            barrier.wait()
            kept.append(keep(world.erin, token, title="Mail"))
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert kept == [True] * 4
    assert Draft.objects.count() == 1


@pytest.mark.parametrize(
    ("since", "words"),
    [(timedelta(seconds=20), "a moment ago"), (timedelta(minutes=1), "1 minute ago"), (timedelta(minutes=10), "10 minutes ago"),
     (timedelta(days=3), "3 days ago")],
)  # fmt: skip
def test_how_long_ago(since, words):
    assert ago(timezone.now() - since) == words
