"""Lifecycles with life in them: how many tickets stand where, and one ticket's own path."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count

from desk.people.models import User

from . import kinds, queries
from .figure import Highlights, draw
from .graph import Graph, Row, graph_of, rows
from .kinds import Kind
from .models import Event, Ticket
from .queries import Move
from .shapes import Figure

RAIL = 300  # a ticket's figure stands in the rail beside its timeline


def counts(user: User) -> dict[str, dict[str, int]]:
    """Per kind and state, how many tickets there are among those the person may see; one query."""
    found: dict[str, dict[str, int]] = {kind.name: {} for kind in kinds.every()}
    for row in queries.visible_to(user).order_by().values("kind", "state").annotate(found=Count("pk")):
        found.setdefault(row["kind"], {})[row["state"]] = row["found"]
    return found


@dataclass(frozen=True)
class Overview:
    """A kind's lifecycle with the number of tickets in each state: as a figure, and as a table."""

    kind: Kind
    figure: Figure
    rows: list[Row]
    total: int


def overviews(user: User) -> list[Overview]:
    """Every lifecycle there is, counting what the person may see."""
    counted = counts(user)
    return [_overview(kind, counted[kind.name]) for kind in kinds.every()]


def _overview(kind: Kind, counted: dict[str, int]) -> Overview:
    graph = graph_of(kind)
    notes = {state.value: f"{counted.get(state.value, 0):,}" for state in graph.states}
    said = ", ".join(f"{state.label}: {notes[state.value]}" for state in graph.states)
    told = f"Tickets in each state: {said}. The table says which move leads where."
    return Overview(kind, draw(graph, Highlights(notes=notes), told=told), rows(graph), sum(counted.values()))


def figure_for(
    ticket: Ticket, user: User, *, moves: Iterable[Move] | None = None, events: Iterable[Event] | None = None
) -> Figure:
    """The ticket's path through its lifecycle as far as this person may see it, and the moves open to them.

    Pass `moves` and `events` (what `queries.moves` and `queries.timeline` gave) where the page has them already.
    """
    graph = graph_of(ticket.kind_info)
    moves = queries.moves(ticket, user) if moves is None else moves
    events = queries.timeline(ticket, user).prefetch_related(None) if events is None else events
    trail = _trail(events)
    order: dict[str, list[int]] = {}
    for number, (_, state) in enumerate(trail, start=1):
        order.setdefault(state, []).append(number)
    open_now = [move for move in moves if move.open]
    lit = Highlights(
        current=ticket.state,
        notes={state: _ordinals(numbers) for state, numbers in order.items()},
        visited=frozenset(order),
        walked=frozenset(trail),
        open=frozenset(move.name for move in open_now),
    )
    return draw(graph, lit, told=_in_words(graph, trail, ticket, open_now), width=RAIL)


def _trail(events: Iterable[Event]) -> list[tuple[str, str]]:
    """(from, to) of every event that set a state, oldest first; the first comes from nowhere."""
    moved = (event.data for event in events if isinstance(event.data.get("to"), str))
    return [(str(data.get("from", "")), data["to"]) for data in moved]


def _ordinals(numbers: list[int]) -> str:
    """When a state was reached: “2”, “3 · 5”, and for a restless ticket “3 … 21”."""
    return " · ".join(map(str, numbers)) if len(numbers) < 4 else f"{numbers[0]} … {numbers[-1]}"


def _in_words(graph: Graph, trail: list[tuple[str, str]], ticket: Ticket, open_now: list[Move]) -> str:
    labels = {state.value: state.label for state in graph.states}
    path = ", then ".join(labels.get(state, state) for _, state in trail)
    offered = ", ".join(move.label for move in open_now) or "nothing"
    return f"Path so far: {path or 'unknown'}. Now {ticket.state_label}. Open to you: {offered}."
