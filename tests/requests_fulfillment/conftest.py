"""Those who meet over requests; see `orders.open_shop`."""

import pytest

from .orders import open_shop


@pytest.fixture
def shop(world):
    return open_shop(world)
