"""The figure is the program: every transition is drawn once, nothing overlaps, and a ticket's path is its own."""

from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.tickets import flow, kinds, paths, queries
from desk.tickets.actions import watch
from desk.tickets.figure import Highlights, draw
from desk.tickets.graph import Graph, State, Step, graph_of
from desk.tickets.models import PendingReason
from desk.tickets.shapes import Box, text_width
from incidents import actions
from incidents.models import Incident, ResolutionCode
from tests.factories import incident
from tests.workorders.orders import order

WORDS = ("Go", "Put on hold", "Confirm and close", "Send it all the way back to the start again", "Unprecedentedly")


@st.composite
def graphs(draw_from):
    size = draw_from(st.integers(1, 9))
    states = tuple(State(f"s{n}", draw_from(st.sampled_from(WORDS)), draw_from(st.booleans())) for n in range(size))
    places = st.integers(0, size - 1)
    found = draw_from(st.sets(st.tuples(st.sampled_from(WORDS), places, places), max_size=24))
    steps = tuple(Step(label, label, f"s{source}", f"s{target}") for label, source, target in sorted(found))
    return Graph(states, steps)


def meet(one: Box, other: Box) -> bool:
    return one.x < other.right and other.x < one.right and one.y < other.bottom and other.y < one.bottom


def segments(edge):
    """The line's straight pieces as thin boxes, the touching ends shaved off."""
    for (ax, ay), (bx, by) in zip(edge.points, edge.points[1:], strict=False):
        x, y, w, h = min(ax, bx), min(ay, by), abs(ax - bx), abs(ay - by)
        yield Box(x, y + 1, 1, h - 2) if w == 0 else Box(x + 1, y, w - 2, 1)


def assert_clean(figure):
    solid = [node.box for node in figure.nodes] + [edge.label.box for edge in figure.edges]
    assert not [pair for pair in combinations(solid, 2) if meet(*pair)]
    assert not [(edge, box) for edge in figure.edges for piece in segments(edge) for box in solid if meet(piece, box)]
    for box in solid:
        assert box.x >= 0
        assert box.y >= 0
        assert box.right <= figure.width
        assert box.bottom <= figure.height
    for edge in figure.edges:
        assert all(0 < x < figure.width and 0 < y < figure.height for x, y in edge.points)


@pytest.mark.parametrize("width", [352, 300])
def test_the_incident_lifecycle_fits_a_phone_and_nothing_overlaps(width):
    figure = draw(graph_of(kinds.get("incident")), width=width)
    assert figure.width <= width
    assert_clean(figure)


@given(graphs(), st.data())
@settings(max_examples=80, deadline=None)
def test_nothing_overlaps_in_any_graph(graph, data):
    here = data.draw(st.sampled_from([state.value for state in graph.states]))
    lit = Highlights(current=here, open=frozenset(data.draw(st.sets(st.sampled_from(WORDS)))), notes={here: "21 … 99"})
    figure = draw(graph, lit)
    assert_clean(figure)
    for node in figure.nodes:
        label, note = text_width(node.label) // 2, text_width(node.note)
        assert node.box.x < node.label_x - label
        assert node.label_x + label < node.note_x - note
    drawn = Counter((step.name, step.source, step.target) for edge in figure.edges for step in edge.steps)
    assert drawn == Counter((step.name, step.source, step.target) for step in graph.steps)


@given(graphs())
@settings(max_examples=60, deadline=None)
def test_two_lines_share_a_lane_only_on_the_way_to_the_same_state(graph):
    edges = [edge for edge in draw(graph).edges if len(edge.points) == 5]
    for one, other in combinations(edges, 2):
        if one.target != other.target:
            assert not meet(list(segments(one))[2], list(segments(other))[2])


@pytest.mark.parametrize("kind", kinds.every(), ids=lambda kind: kind.name)
def test_every_declared_transition_is_drawn_exactly_once(kind):
    declared = Counter()
    for step in flow.all_transitions(kind.model):
        # Without a target a move leaves the ticket where it stands.
        for target in getattr(step.target, "allowed_states", None) or [step.target or step.source]:
            declared[step.name, str(step.source), str(target)] += 1
    edges = draw(graph_of(kind)).edges
    assert Counter((s.name, s.source, s.target) for edge in edges for s in edge.steps) == declared
    assert len({(edge.source, edge.target) for edge in edges}) == len(edges), "parallel edges are one line"
    for edge in edges:
        said = " ".join(word.text for line in edge.label.lines for word in line.words)
        assert said == ", ".join(step.label for step in edge.steps)


@pytest.fixture
def story(world):
    """Logged, assigned, in progress, pending, in progress, resolved, reopened."""
    it = incident(world.erin)
    it = actions.assign(incident=it, by=world.sam, assignee=world.sam)
    it = actions.start(incident=it, by=world.sam)
    reason = PendingReason.objects.filter(waits_for_requester=False).first()
    it = actions.hold(incident=it, by=world.sam, reason=reason)
    it = actions.resume(incident=it, by=world.sam)
    it = actions.resolve(incident=it, by=world.sam, code=ResolutionCode.objects.first(), solution="Restarted it")
    return actions.reopen(incident=it, by=world.erin, reason="It is back")


def test_the_path_of_a_story(story, world):
    figure = paths.figure_for(story, world.sam)
    notes = {node.value: node.note for node in figure.nodes if node.note}
    assert notes == {
        "logged": "1", "assigned": "2", "in_progress": "3 · 5", "pending": "4", "resolved": "6", "reopened": "7",
    }  # fmt: skip
    assert [node.value for node in figure.nodes if node.tone == "current"] == ["reopened"]
    walked = {(edge.source, edge.target) for edge in figure.edges if edge.tone == "visited"}
    assert walked == {
        ("logged", "assigned"),
        ("assigned", "in_progress"),
        ("in_progress", "pending"),
        ("pending", "in_progress"),
        ("in_progress", "resolved"),
        ("resolved", "reopened"),
    }
    assert figure.told.startswith("Path so far: Logged, then Assigned, then In Progress, then Pending, then In")


def test_the_lit_lines_are_the_moves_open_to_the_viewer(story, world):
    for viewer in (world.sam, world.erin, world.nadia):
        figure = paths.figure_for(story, viewer)
        open_now = {move.name for move in queries.moves(story, viewer) if move.open}
        lit = [edge for edge in figure.edges if edge.tone == "open"]
        named = [{step.name for step in edge.steps} & open_now for edge in lit]  # what is shut may share a line
        assert all(named)
        assert set().union(*named) == open_now
        assert all(edge.source == "reopened" for edge in lit)
    assert [edge.target for edge in paths.figure_for(story, world.erin).edges if edge.tone == "open"] == ["cancelled"]


def test_only_the_open_half_of_a_joint_label_is_lit():
    graph = Graph((State("a", "A"), State("b", "B")), (Step("x", "Push", "a", "b"), Step("y", "Pull", "a", "b")))
    (edge,) = draw(graph, Highlights(current="a", open=frozenset({"y"}))).edges
    words = [(word.text, word.open) for line in edge.label.lines for word in line.words]
    assert words == [("Push,", False), ("Pull", True)]


def test_a_requester_sees_a_path_without_what_is_internal(story, world):
    flow.correct(story, to="closed", by=world.admin, at=story.updated_at, reason="Imported", source="import")
    fresh = Incident.objects.get(pk=story.pk)
    for viewer, note in ((world.erin, ""), (world.sam, "8")):
        closed = next(node for node in paths.figure_for(fresh, viewer).nodes if node.value == "closed")
        assert (closed.tone, closed.note) == ("current", note)


def test_a_viewer_counts_only_what_they_may_see(world):
    incident(world.erin), incident(world.omar), incident(world.omar)
    foreign = incident(world.omar)
    actions.assign(incident=foreign, by=world.sam, workgroup=world.network, reason="It is the network")
    assert paths.counts(world.erin)["incident"] == {"logged": 1}
    assert paths.counts(world.omar)["incident"] == {"logged": 2, "assigned": 1}
    assert paths.counts(world.nadia)["incident"] == {"assigned": 1}
    assert paths.counts(world.admin)["incident"] == {"logged": 3, "assigned": 1}


def test_counts_in_lifecycles_stop_at_the_cap(world, monkeypatch):
    monkeypatch.setattr(queries, "COUNT_CAP", 3)
    for _ in range(4):
        incident(world.erin, workgroup=world.network)
    for _ in range(2):
        incident(world.nadia)
    assert paths.counts(world.nadia)["incident"] == {"logged": 3}
    overview = next(found for found in paths.overviews(world.nadia) if found.kind.name == "incident")
    assert (overview.total, overview.figure.nodes[0].note) == ("2+", "2+")
    assert paths.counts(world.sam)["incident"] == {"logged": 2}


def test_what_concerns_one_person_in_several_ways_is_counted_once_and_to_the_cap(world, monkeypatch):
    """Nadia logged for herself what stands in her own queue, and watches it too; Erin's are more than the cap."""
    own = incident(world.nadia, workgroup=world.network)
    watch(ticket=own, user=world.nadia)
    assert paths.counts(world.nadia)["incident"] == {"logged": 1}
    for _ in range(4):
        incident(world.erin)
    monkeypatch.setattr(queries, "COUNT_CAP", 3)
    assert paths.counts(world.erin)["incident"] == {"logged": 3}


def test_whoever_sees_the_parents_queue_counts_its_work_orders(world):
    order(incident(world.erin), world.sam, workgroup=world.network)
    assert paths.counts(world.sam)["work_order"] == paths.counts(world.nadia)["work_order"] == {"open": 1}
    assert paths.counts(world.erin)["work_order"] == {}


def test_the_page_shows_each_kind_with_the_viewers_counts(world, browse):
    incident(world.erin), incident(world.omar)
    page = browse(world.erin).get("/lifecycles/").content.decode()
    assert "Logged: 1, Assigned: 0" in page
    for kind in kinds.every():
        assert f'id="{kind.name}-head"' in page
        for state in graph_of(kind).states:
            assert f'data-state="{state.value}"' in page
    assert "style=" not in page


def test_the_page_costs_the_same_with_many_tickets(world, browse, django_assert_max_num_queries):
    client = browse(world.sam)
    incident(world.erin)
    client.get("/lifecycles/")
    with django_assert_max_num_queries(7) as first:
        client.get("/lifecycles/")
    for _ in range(5):
        incident(world.omar)
    with django_assert_max_num_queries(len(first)):
        client.get("/lifecycles/")


def test_the_incident_page_says_why_moves_are_shut(story, world, browse):
    page = browse(world.sam).get(story.get_absolute_url()).content.decode()
    assert "Open to you" in page
    assert "Not possible while it is Reopened." in page
    page = browse(world.admin).get(story.get_absolute_url()).content.decode()
    assert "Nothing is open to you here." in page
    assert f"Only an analyst of {story.workgroup} may do this." in page
