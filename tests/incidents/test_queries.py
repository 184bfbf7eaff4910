"""What somebody reported, and in which order they see it."""

from incidents import queries
from tests.factories import incident
from tests.stories import in_state, move, reason


def test_what_waits_for_a_word_of_mine_stands_before_all_others(world):
    """Erin's home shows a few of her problems: never without the one that IT asks her about."""
    solved = in_state("resolved", requester=world.erin, analyst=world.sam)
    asked = in_state("in_progress", requester=world.erin, analyst=world.sam)
    move(asked, "hold", by=world.sam, reason=reason("Waiting for requester"), message="Which programme?")
    vendor = in_state("pending", requester=world.erin, analyst=world.sam)
    newest = incident(world.erin)
    in_state("closed", requester=world.erin, analyst=world.sam)
    in_state("resolved", requester=world.omar, analyst=world.sam)
    assert queries.mine_at_a_glance(world.erin) == [asked, solved, newest, vendor]
    assert queries.mine_at_a_glance(world.erin, most=3) == [asked, solved, newest]
    assert queries.mine_at_a_glance(world.erin, most=1) == [asked]
