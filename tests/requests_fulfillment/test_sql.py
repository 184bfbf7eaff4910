"""How many statements the pages of the catalogue and of requests cost: the same for one row as for twenty."""

import pytest

from requests_fulfillment.models import CatalogueGroup, CatalogueItem
from requests_fulfillment.publishing import publish
from tests.architecture.test_sql import cost
from workorders.actions import raise_order

from .orders import in_state, order

pytestmark = pytest.mark.django_db


def test_the_catalogue_costs_the_same_however_much_it_holds(shop, browse):
    client = browse(shop.erin)
    order(shop)
    few, _ = cost(client, "/catalogue/")
    item, _ = cost(client, "/catalogue/new-laptop/")
    for n in range(20):
        named = {"name": f"Thing {n}", "slug": f"thing-{n}", "group": CatalogueGroup.objects.create(name=f"Shelf {n}")}
        made = CatalogueItem.objects.create(**named, workgroup=shop.desk)
        publish(item=made, by=shop.admin)
        order(shop, CatalogueItem.objects.get(pk=made.pk), answers={})
    many, statements = cost(client, "/catalogue/")
    assert many == few, "\n".join(statements)
    assert (many, item) == (9, 13), "\n".join(statements)


@pytest.mark.parametrize(("name", "expected"), [("erin", 17), ("sam", 19), ("omar", 18)])
def test_a_request_costs_the_same_however_long_its_plan_is(shop, browse, name, expected):
    found = in_state("in_fulfilment", shop)
    client, address = browse(getattr(shop, name)), f"/requests/{found.number}/"
    few, _ = cost(client, address)
    for n in range(20):
        raise_order(parent=found, by=shop.sam, title=f"And this {n}", workgroup=shop.field)
    many, statements = cost(client, address)
    assert many == few, "\n".join(statements)
    assert many == expected, "\n".join(statements)


def test_my_requests_cost_the_same_however_many_they_are(shop, browse):
    client = browse(shop.omar)
    order(shop, shop.chair, by=shop.omar, answers={})
    few, _ = cost(client, "/requests/")
    for _ in range(5):
        order(shop, shop.chair, by=shop.omar, requester=shop.erin, answers={})
    many, statements = cost(client, "/requests/")
    assert (many, few) == (4, 4), "\n".join(statements)
