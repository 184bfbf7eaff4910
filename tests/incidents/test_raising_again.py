"""Incidents out of other processes under pressure: everybody at the same instant, events told twice, a reaction that fails."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from changes import actions as changes
from changes.models import Change
from desk.notifications.models import Message
from desk.reactions import actions as deliveries
from desk.reactions.actions import deliver_due
from desk.reactions.models import Delivery
from desk.tickets.models import Event, Link
from incidents import raising, reactions
from incidents.models import Incident, Raised
from tests.at_once import at_once, of
from tests.changes.cab import with_cab
from tests.changes.plans import in_state, move

from .many import fail, faults, lay, verdict
from .storm import shop


@pytest.fixture
def house(world):
    """Those who plan changes, and those who order chairs."""
    return shop(with_cab(world))


def meet(house, times: int, figures) -> None:
    """Of each of these changes that fail, the portal and two analysts hear at the same instant."""
    numbers = [number for number in lay(house, 2 * times) if number.startswith("CHG")]
    for number in numbers:
        fail(house, number)
        change = Change.objects.get(number=number)
        answers = at_once(
            deliver_due,
            lambda change=change: raising.raise_by_hand(source=change, by=house.sam, title="Gone", words="Sam saw it"),
            lambda change=change: raising.raise_by_hand(
                source=change, by=house.lena, title="Gone", words="Lena saw it"
            ),
        )
        assert not of(Exception, answers), answers
    deliver_due()
    assert Incident.objects.count() == Raised.objects.count() == len(numbers) == times
    assert Link.objects.filter(kind="caused_by").count() == times
    assert Event.objects.filter(kind="trouble.raised").count() == times
    # Of three, one made it and two added a note.
    assert Event.objects.filter(ticket__kind="incident", kind="comment.added").count() == 2 * times
    assert not Delivery.objects.filter(done_at=None).exists()
    figures(
        f"{times} times a worker and two analysts at the same instant: {Incident.objects.count()} incidents, {2 * times} notes"
    )


@pytest.mark.django_db(transaction=True)
def test_everybody_hears_of_it_at_the_same_instant(house, figures):
    meet(house, 8, figures)


@pytest.mark.prove
@pytest.mark.django_db(transaction=True)
def test_everybody_hears_of_it_at_the_same_instant_a_thousand_times(house, figures):
    meet(house, 1000, figures)


# -- in any order, and twice ---------------------------------------------------------------------


@pytest.fixture
def troubled(house):
    """The events of a change that interrupted a service twice and was done wrongly, and of two things that failed."""
    change = in_state("implementing", house)
    for words in ("Wi-Fi is gone", "Gone again"):
        change = changes.report_interruption(change=change, by=house.nadia, words=words)
    move(change, "finish", by=house.nadia, outcome="incorrect")
    for number in lay(house, 2):
        fail(house, number)
    return list(Event.objects.filter(inside__has_key="trouble"))


def state():
    """What there is: incidents by trouble, notes, links, what tickets show of it, and who was told."""
    return (
        sorted(Raised.objects.values_list("source", "code", "occurrence")),
        Incident.objects.count(),
        Event.objects.exclude(kind__startswith="sla.").count(),
        sorted(Link.objects.values_list("kind", "target")),
        Message.objects.count(),
    )


def told_twice(troubled, examples: int, figures) -> None:
    """Before any worker comes, every event is told twice, in any order; then the workers come."""
    seen = []

    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.permutations(range(2 * len(troubled))))
    def told(order):
        with transaction.atomic():
            for index in order:
                reactions.raise_for_trouble(troubled[index % len(troubled)])
            seen.append(state())
            deliver_due()
            assert state() == seen[-1] == seen[0]
            transaction.set_rollback(True)

    told()
    assert (len(seen[0][0]), seen[0][1]) == (5, 5)
    figures(f"{len(troubled)} events told twice, in {len(seen)} orders: the same {seen[0][1]} incidents each time")


def told_again(examples: int, figures) -> None:
    """When all is delivered, every event there is comes twice more, in any order."""
    deliver_due()
    before, every = state(), list(Event.objects.order_by("pk"))
    times = []

    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.randoms(use_true_random=False))
    def told(chance):
        twice = every * 2
        chance.shuffle(twice)
        with transaction.atomic():
            for event in twice:
                deliveries.dispatch(event) if event.kind.startswith("trouble.") else reactions.raise_for_trouble(event)
            deliver_due()
            assert state() == before
            times.append(len(twice))
            transaction.set_rollback(True)

    told()
    figures(f"{len(every)} events told again twice, in {len(times)} orders: nothing changed")


@pytest.mark.django_db
def test_events_told_twice_in_any_order_make_one_incident_each(troubled, figures):
    assert len(troubled) == 5
    told_twice(troubled, 8, figures)


@pytest.mark.django_db
def test_whatever_is_told_again_later_changes_nothing(troubled, figures):
    told_again(8, figures)


@pytest.mark.prove
@pytest.mark.django_db
def test_events_told_twice_in_two_hundred_orders(troubled, figures):
    told_twice(troubled, 200, figures)


@pytest.mark.prove
@pytest.mark.django_db
def test_whatever_is_told_again_in_two_hundred_orders(troubled, figures):
    told_again(200, figures)


# -- a reaction that fails --------------------------------------------------------------------------


def one_fails_of(count: int, house, monkeypatch, settings, figures) -> None:
    settings.REACTION_MAX_ATTEMPTS = 3
    numbers = lay(house, count)
    bad, real = numbers[count // 3], raising.raise_for

    def breaks(*, source, **how):
        if source.number == bad:
            raise ValueError("This one can't be told.")
        return real(source=source, **how)

    for number in numbers:
        fail(house, number)
    monkeypatch.setattr(raising, "raise_for", breaks)
    for _ in range(4):
        while deliver_due(limit=10_000):
            pass
        Delivery.objects.filter(done_at=None).update(due_at=timezone.now() - timedelta(seconds=1))
    dead = Delivery.objects.get(done_at=None)
    assert dead.dead_at is not None
    assert "ValueError: This one can't be told." in dead.last_error
    assert dead.event.ticket.number == bad
    assert Incident.objects.count() == count - 1

    monkeypatch.setattr(raising, "raise_for", real)  # the mended release
    deliveries.retry(delivery=dead)
    deliver_due()
    found = verdict()
    assert not faults(found), faults(found)
    assert found["incidents"] == count
    figures(f"{count - 1} of {count} done, 1 dead letter with its error, done after a retry")


@pytest.mark.django_db
def test_one_reaction_that_fails_holds_up_no_other(house, monkeypatch, settings, figures):
    one_fails_of(20, house, monkeypatch, settings, figures)


@pytest.mark.prove
@pytest.mark.django_db
def test_one_reaction_that_fails_holds_up_none_of_a_thousand(house, monkeypatch, settings, figures):
    one_fails_of(1000, house, monkeypatch, settings, figures)
