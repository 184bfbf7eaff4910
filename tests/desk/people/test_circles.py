"""Whose a kept thing is: Sam's own, the Service Desk's, or everybody's of IT."""

import pytest

from desk.people import circles
from desk.queues.models import SavedView
from desk.replies.models import CannedReply

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kept", [SavedView, CannedReply])
def test_each_is_changed_by_whom_it_belongs_to(world, kept):
    mine, ours, everybodys = kept(owner=world.sam), kept(workgroup=world.desk), kept()
    people = (world.sam, world.lena, world.nadia, world.admin)
    assert [[circles.may_change(one, who) for who in people] for one in (mine, ours, everybodys)] == [
        [True, False, False, False],
        [False, True, False, False],
        [False, False, False, True],
    ]
    assert [circles.in_words(one) for one in (mine, ours, everybodys)] == [
        "only you",
        "Service Desk",
        "everybody of IT",
    ]


def test_a_lead_keeps_things_for_their_workgroup_alone(world):
    assert list(circles.led_by(world.lena)) == [world.desk]
    assert not circles.led_by(world.sam)
