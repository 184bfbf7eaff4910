"""Those who meet over requests: Erin orders, Omar, her manager, decides, Service Desk sees to it, Field Service hands over."""

import pytest

from desk.approvals.models import ApprovalRule, ApprovalStep
from requests_fulfillment.models import CatalogueGroup
from tests.factories import SiteFactory, WorkgroupFactory, analyst, person

from .orders import chair, laptop


@pytest.fixture
def shop(world):
    """The world with a catalogue of two items.

    “New laptop” asks four questions, needs the manager's yes and is fulfilled by three work orders, one after the other,
    the second only for a dock; “Office chair” asks nothing, needs nobody's yes and is delivered by hand. Network prepares,
    Field Service (felix) hands over.
    """
    world.field = WorkgroupFactory(name="Field Service", takes=["work_order.on_site"])
    world.felix = analyst("felix", world.field)
    world.wanda = person("wanda")
    world.erin.manager = world.omar
    world.erin.save()
    world.site = SiteFactory(name="Hamburg")
    world.rule = ApprovalRule.objects.create(name="The manager", kind="request")
    ApprovalStep.objects.create(rule=world.rule, position=1, name="Manager", asks_manager=True)
    world.shelf = CatalogueGroup.objects.create(name="Work equipment", icon="laptop")
    world.laptop = laptop(world)
    world.chair = chair(world)
    return world
