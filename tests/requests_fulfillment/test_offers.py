"""What the catalogue says of its items: who sees which, how long one takes, whose approval it needs."""

from datetime import timedelta

import pytest
from django.utils import timezone

from desk.approvals.models import ApprovalStep, ApproverGroup, Quorum
from requests_fulfillment import actions, offers, queries
from requests_fulfillment.models import CatalogueItem
from tests.desk.sla.promises import policy

from .orders import order

pytestmark = pytest.mark.django_db


def names(catalogue):
    return [offer.item.name for shelf in catalogue.shelves for offer in shelf.offers]


def delivered(shop, *days):
    """Chairs that were ordered and took so many days."""
    for took in days:
        ordered = timezone.now() - timedelta(days=took, hours=1)
        request = order(shop, shop.chair, answers={}, at=ordered)
        actions.fulfil(request=request, by=shop.sam, at=ordered + timedelta(days=took))


def test_one_sees_what_one_may_order(shop):
    assert names(offers.catalogue(shop.erin)) == ["New laptop", "Office chair"]
    CatalogueItem.objects.filter(pk=shop.chair.pk).update(departments=["Radiology"])
    CatalogueItem.objects.filter(pk=shop.laptop.pk).update(is_active=False)
    assert names(offers.catalogue(shop.erin)) == []
    shop.omar.department = "Radiology"
    assert names(offers.catalogue(shop.omar)) == ["Office chair"]


def test_search_finds_each_word_in_name_summary_description_or_shelf(shop):
    for words, found in [
        ("lap", ["New laptop"]), ("  ROAD  ", ["New laptop"]), ("work", ["New laptop", "Office chair"]),
        ("work height", ["Office chair"]), ("laptop height", []), ("%", []), ("\x00", ["New laptop", "Office chair"]),
    ]:  # fmt: skip
        assert names(offers.catalogue(shop.erin, words)) == found, words


def test_lately_and_often(shop):
    order(shop, by=shop.erin)
    order(shop, shop.chair, answers={})
    order(shop, shop.chair, by=shop.omar, answers={})
    page = offers.catalogue(shop.erin)
    assert [item.name for item in page.lately] == ["Office chair", "New laptop"]
    assert [item.name for item in page.often] == ["Office chair", "New laptop"]
    assert [item.name for item in offers.catalogue(shop.omar).lately] == ["Office chair"]
    assert offers.catalogue(shop.erin, "chair").lately == []


def test_how_long_it_takes_is_said_from_three_deliveries_on(shop):
    delivered(shop, 1, 9)
    assert offers.how_long([shop.chair], shop.erin) == {}
    delivered(shop, 2)
    assert offers.how_long([shop.chair, shop.laptop], shop.erin) == {shop.chair.pk: "usually 2 days"}


def test_otherwise_what_is_promised_is_said(shop):
    policy(kind="request", response=60, resolution=16 * 60)
    assert offers.how_long([shop.chair], shop.erin) == {shop.chair.pk: "within 16 h of working time"}
    delivered(shop, 2, 3, 4)
    assert offers.how_long([shop.chair], shop.erin) == {shop.chair.pk: "usually 3 days"}


@pytest.mark.parametrize(
    ("hours", "words"), [(0.1, "1 hour"), (3.4, "3 hours"), (19, "19 hours"), (22, "1 day"), (40, "2 days"), (24 * 9, "9 days")]
)  # fmt: skip
def test_lengths_are_said_as_one_says_them(hours, words):
    assert offers.about(timedelta(hours=hours)) == words


def test_whose_approval_is_needed_is_said_in_words(shop):
    item = queries.offered_to(shop.erin).get(pk=shop.laptop.pk)
    assert offers.approval_in_words(item, shop.erin) == "your manager, Omar"
    assert offers.approval_in_words(item, shop.omar) == "your manager"
    assert offers.approval_in_words(shop.chair, shop.erin) == ""
    cab = ApproverGroup.objects.create(name="CAB")
    step = ApprovalStep.objects.create(rule=shop.rule, position=2, name="Two", quorum=Quorum.ANY, asks_item_owner=True)
    step.groups.add(cab)
    assert offers.approval_in_words(item, shop.erin) == "your manager, Omar; then the owner of this item or CAB"
