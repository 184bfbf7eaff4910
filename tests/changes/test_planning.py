"""What a window meets: freezes and other changes, told before anything is saved and on the change's page alike."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from changes import planning
from changes.models import ChangeType, Freeze
from desk.tickets.errors import Refused
from tests.changes.plans import fresh, in_state, move, plan, window
from tests.factories import ServiceFactory

CHECK = "/changes/check/"


def freeze(name="Year-end", begins_in=-2, hours=24, **fields):
    start = timezone.now() + timedelta(hours=begins_in)
    return Freeze.objects.create(name=name, start=start, end=start + timedelta(hours=hours), **fields)


def words_of(page):
    return " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())


def asked(world, *, services=None, **fields):
    """What the form asks while it is filled in, as a browser sends it."""
    span = window(**fields)
    local = {name: timezone.localtime(at).strftime("%Y-%m-%dT%H:%M") for name, at in span.items()}
    return {"services": [one.pk for one in (services or [world.wifi])], "change_type": "normal", **local}


# -- other changes ---------------------------------------------------------------------------------


def test_the_same_service_at_the_same_time_is_a_conflict(cab):
    other, mine = in_state("scheduled", cab), plan(cab)
    assert [(found.change.pk, found.because) for found in planning.conflicts_of(mine)] == [
        (other.pk, "it changes Network and Wi-Fi too")
    ]


@pytest.mark.parametrize(
    ("mine", "theirs", "because"),
    [
        ("sign_in", "wifi", "it changes Network and Wi-Fi, which this one needs"),
        ("wifi", "sign_in", "it changes Sign-in, which needs this one"),
    ],
)
def test_what_one_leans_on_is_in_the_way_and_what_leans_on_it(cab, mine, theirs, because):
    in_state("approved", cab, services=[getattr(cab, theirs)])
    (found,) = planning.conflicts_of(plan(cab, services=[getattr(cab, mine)]))
    assert found.because == because


def test_what_has_nothing_to_do_with_it_is_no_conflict(cab):
    elsewhere = ServiceFactory(name="Telephones")
    in_state("scheduled", cab, services=[elsewhere])
    in_state("scheduled", cab, **window(begins_in=3, hours=2))  # begins as mine ends
    in_state("draft", cab)
    in_state("cancelled", cab)
    in_state("rejected", cab)
    in_state("implemented", cab)
    assert planning.conflicts_of(plan(cab, **window(begins_in=-1, hours=4))) == []


def test_without_a_window_or_a_service_there_is_nothing_to_meet(cab):
    in_state("scheduled", cab)
    freeze()
    for lacking in ({"planned_start": None, "planned_end": None}, {"services": []}):
        found = plan(cab, **lacking)
        assert not planning.met(planning.plan_of(found), cab.nadia)


def test_many_plans_cost_no_more_than_one_and_find_the_same(cab):
    telephones = ServiceFactory(name="Telephones")
    made = [
        in_state("submitted", cab, services=services, **window(begins_in=begins, hours=2))
        for begins in range(5)
        for services in ([cab.wifi], [cab.sign_in], [telephones], [cab.sign_in, telephones])
    ]
    one_by_one = [[(c.change.pk, c.because) for c in planning.conflicts_of(fresh(change))] for change in made]
    plans = [planning.plan_of(fresh(change)) for change in made]
    with CaptureQueriesContext(connection) as cost:
        together = [[(c.change.pk, c.because) for c in found] for found in planning.conflicts(plans)]
    assert together == one_by_one
    assert len(cost) == 3
    for change, found in zip(made, together, strict=True):  # being in the way is mutual
        for pk, _ in found:
            assert change.pk in {back for back, _ in together[[one.pk for one in made].index(pk)]}


# -- freezes -----------------------------------------------------------------------------------------


def test_a_freeze_refuses_in_its_own_words_and_an_emergency_is_only_warned(cab):
    freeze(reason="The books are closed.")
    normal = plan(cab)
    with pytest.raises(Refused, match="Frozen from .* by “Year-end”: The books are closed."):
        move(normal, "submit", by=cab.nadia)
    urgent = plan(cab, change_type=ChangeType.EMERGENCY)
    met = planning.met(planning.plan_of(urgent), cab.nadia)
    assert met.refusing == []
    assert met.warning[0].endswith("It refuses other changes; an emergency may go ahead.")
    assert move(urgent, "submit", by=cab.nadia).state == "submitted"


def test_a_freeze_that_warns_refuses_nothing(cab):
    freeze(effect=Freeze.Effect.WARN)
    found = plan(cab)
    assert planning.met(planning.plan_of(found), cab.nadia).warning
    assert move(found, "submit", by=cab.nadia).state == "submitted"


def test_a_freeze_holds_for_its_services_in_its_time_while_it_is_active(cab):
    other = freeze(name="Sign-in only")
    other.services.set([cab.sign_in])
    freeze(name="Switched off", is_active=False)
    freeze(name="Over", begins_in=-30, hours=10)
    freeze(name="Begins as it ends", begins_in=4)
    assert planning.freezes_of(plan(cab, **window(begins_in=-1, hours=4))) == []
    assert planning.freezes_of(plan(cab, services=[cab.sign_in])) == [other]


def test_a_freeze_made_later_stands_on_what_is_scheduled_already(cab, browse):
    scheduled = in_state("scheduled", cab)
    late = freeze(reason="An audit.")
    words = words_of(browse(cab.nadia).get(scheduled.get_absolute_url()))
    assert "A freeze was set over its window" in words
    assert "by “Year-end”: An audit." in words
    assert list(planning.caught_by(late)) == [scheduled]


def test_what_a_freeze_catches_is_what_is_still_to_be_done_on_its_services(cab):
    caught = in_state("scheduled", cab)
    in_state("draft", cab)
    in_state("implemented", cab)
    in_state("scheduled", cab, services=[cab.sign_in])
    late = freeze()
    late.services.set([cab.wifi])
    assert list(planning.caught_by(late)) == [caught]


# -- while it is planned -----------------------------------------------------------------------------


def test_the_form_is_told_before_anything_is_saved(cab, browse):
    other = in_state("scheduled", cab)
    freeze()
    client = browse(cab.nadia, **{"HX-Request": "true"})
    words = words_of(client.get(CHECK, asked(cab)))
    assert "Its window is frozen" in words
    assert f"{other.number} Replace the core switch" in words
    assert "it changes Network and Wi-Fi too" in words
    assert "Nothing is in the way" in words_of(client.get(CHECK, asked(cab, begins_in=100)))
    urgent = words_of(client.get(CHECK, {**asked(cab), "change_type": "emergency"}))
    assert "an emergency may go ahead" in urgent
    assert "Its window is frozen" not in urgent


@pytest.mark.parametrize(
    "odd",
    [{}, {"services": "x"}, {"planned_start": "yesterday"}, {"planned_end": "1999-01-01T00:00"}, {"services": []},
     {"services": "9" * 40}, {"planned_start": "0001-01-01T00:00"}],
)  # fmt: skip
def test_a_form_that_is_half_filled_in_meets_nothing_and_breaks_nothing(cab, browse, odd):
    in_state("scheduled", cab)
    page = browse(cab.nadia).get(CHECK, {**asked(cab), **odd} if odd else {})
    assert page.status_code == 200
    assert "notice-danger" not in page.content.decode()


def test_a_change_is_not_in_its_own_way_and_a_foreign_one_is_not_there(cab, browse):
    mine = in_state("submitted", cab)
    assert mine.number not in words_of(browse(cab.nadia).get(CHECK, {**asked(cab), "number": mine.number}))
    assert mine.number in words_of(browse(cab.nadia).get(CHECK, asked(cab)))
    assert browse(cab.erin).get(CHECK, {**asked(cab), "number": mine.number}).status_code == 404


def test_the_forms_show_it_without_scripts_too(cab, browse):
    other = in_state("scheduled", cab)
    mine = plan(cab)
    client = browse(cab.nadia)
    assert other.number in words_of(client.get(f"{mine.get_absolute_url()}edit/"))
    wrong = {**asked(cab), "title": "", "impact": 2, "workgroup": cab.network.pk}
    page = client.post("/changes/new/", wrong)
    assert page.status_code == 422
    assert f"{other.number} Replace the core switch" in words_of(page)
    assert other.number in words_of(client.get(mine.get_absolute_url()))


def test_whoever_may_not_see_a_change_learns_nothing_of_it(cab, browse):
    secret = in_state("scheduled", cab, title="Replace the firewall")
    hers = plan(cab, requester=cab.erin)
    client = browse(cab.erin)
    for page in (client.get(CHECK, asked(cab)), client.get(hers.get_absolute_url())):
        assert page.status_code == 200
        assert secret.number not in words_of(page)
        assert "firewall" not in words_of(page)


def test_once_it_is_begun_nothing_is_warned_of_any_more(cab, browse):
    begun = in_state("implementing", cab)
    other = in_state("scheduled", cab)
    assert other.number not in words_of(browse(cab.nadia).get(begun.get_absolute_url()))
