"""Those who meet over approvals: a change advisory board of three, and Erin's incident that needs their word."""

import pytest

from desk.approvals.models import ApproverGroup
from tests.desk.approvals.rounds import rule, step
from tests.factories import incident, person


@pytest.fixture
def board(world):
    """The world with chris and a CAB of omar, chris and lena, two of whom must approve Erin's incident (in Service Desk)."""
    world.chris = person("chris")
    world.cab = ApproverGroup.objects.create(name="CAB")
    world.cab.members.set([world.omar, world.chris, world.lena])
    world.rule = rule("Everything")
    world.step = step(world.rule, "Change advisory board", groups=[world.cab], quorum="count", needed=2)
    world.incident = incident(world.erin, "Move the mail to a new server")
    return world
