"""Those who meet over work orders: Network raises them, Field Service goes there."""

import pytest

from tests.factories import WorkgroupFactory, analyst, incident


@pytest.fixture
def field(world):
    """The world with a Field Service (felix, and greta who leads) that takes work orders alone, and Nadia's incident."""
    world.field = WorkgroupFactory(name="Field Service", takes=["work_order.on_site"])
    world.felix, world.greta = analyst("felix", world.field), analyst("greta", world.field, "lead")
    world.incident = incident(world.erin, "No Wi-Fi in ward 4B", workgroup=world.network)
    return world
