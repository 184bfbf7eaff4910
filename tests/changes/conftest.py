"""What tests of changes share."""

import pytest

from .cab import with_cab


@pytest.fixture
def cab(world):
    """The world with a CAB and a change manager; see `with_cab`."""
    return with_cab(world)
