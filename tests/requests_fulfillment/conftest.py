"""Those who meet over requests: Workplace delivers them, Field Service goes there, Omar approves what Erin orders."""

import pytest

from desk.approvals.models import ApprovalRule, ApprovalStep
from requests_fulfillment.models import CatalogueGroup
from tests.factories import WorkgroupFactory, analyst


@pytest.fixture
def shop(world):
    """The world with Workplace (jan; takes requests and technical work), Field Service (felix), and a shelf.

    Omar is Erin's manager; the rule `manager` asks them.
    """
    world.workplace = WorkgroupFactory(name="Workplace", takes=["incident", "request", "work_order.technical"])
    world.jan = analyst("jan", world.workplace)
    world.field = WorkgroupFactory(name="Field Service", takes=["work_order"])
    world.felix = analyst("felix", world.field)
    world.erin.manager, world.erin.department = world.omar, "Nursing"
    world.erin.save()
    world.shelf = CatalogueGroup.objects.create(name="Computers", icon="laptop")
    world.manager = ApprovalRule.objects.create(name="Manager", kind="request")
    ApprovalStep.objects.create(rule=world.manager, position=1, name="Manager", asks_manager=True)
    return world
