"""Lifecycles with life in them: how many tickets stand where, and one ticket's own path."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from desk.people.models import User

from . import kinds, queries
from .figure import Highlights, draw
from .graph import Graph, Row, graph_of, rows
from .kinds import Kind
from .models import Ticket
from .queries import Move
from .shapes import Figure

RAIL = 300  # a ticket's figure stands in the rail beside its timeline


def counts(user: User) -> dict[str, dict[str, int]]:
    """Per kind and state, how many tickets there are among those the person may see, up to the cap; one query a kind."""
    found: dict[str, dict[str, int]] = {}
    for kind in kinds.every():
        states, parts = kind.states.values, queries.visible_parts(user, kind)
        each = [queries.count_of(*(part.filter(state=state) for part in parts)) for state in states]
        counted = User.objects.filter(pk=user.pk).values_list(*each).get()
        found[kind.name] = {state: count for state, count in zip(states, counted, strict=True) if count}
    return found


@dataclass(frozen=True)
class Overview:
    """A kind's lifecycle with the number of tickets in each state: as a figure, and as a table."""

    kind: Kind
    figure: Figure
    rows: list[Row]
    total: str


def overviews(user: User) -> list[Overview]:
    """Every lifecycle there is, counting what the person may see."""
    counted = counts(user)
    return [_overview(kind, counted[kind.name]) for kind in kinds.every()]


def _overview(kind: Kind, counted: dict[str, int]) -> Overview:
    graph = graph_of(kind)
    notes = {state.value: queries.count_in_words(counted.get(state.value, 0)) for state in graph.states}
    said = ", ".join(f"{state.label}: {notes[state.value]}" for state in graph.states)
    told = _("Tickets in each state: {counts}. The table says which move leads where.").format(counts=said)
    return Overview(kind, draw(graph, Highlights(notes=notes), told=told), rows(graph), _total(counted))


def _total(counted: dict[str, int]) -> str:
    return queries.count_in_words(min(sum(counted.values()), queries.COUNT_CAP))


Trail = list[tuple[str, str, datetime]]


def figure_for(
    ticket: Ticket, user: User, *, moves: Iterable[Move] | None = None, trail: Trail | None = None
) -> Figure:
    """The ticket's path through its lifecycle as far as this person may see it, and the moves open to them.

    Pass `moves` and `trail` (what `queries.moves` and `queries.trail` gave) where the page has them already.
    """
    graph = graph_of(ticket.kind_info)
    moves = queries.moves(ticket, user) if moves is None else moves
    trail = queries.trail(ticket, user) if trail is None else trail
    order: dict[str, list[int]] = {}
    for number, (_old, state, _at) in enumerate(trail, start=1):
        order.setdefault(state, []).append(number)
    open_now = [move for move in moves if move.open]
    lit = Highlights(
        current=ticket.state,
        notes={state: _ordinals(numbers) for state, numbers in order.items()},
        visited=frozenset(order),
        walked=frozenset((old, new) for old, new, _ in trail),
        open=frozenset(move.name for move in open_now),
    )
    return draw(graph, lit, told=_in_words(graph, trail, ticket, open_now), width=RAIL)


def _ordinals(numbers: list[int]) -> str:
    """When a state was reached: “2”, “3 · 5”, and for a restless ticket “3 … 21”."""
    return " · ".join(map(str, numbers)) if len(numbers) < 3 else f"{numbers[0]} … {numbers[-1]}"


def _in_words(graph: Graph, trail: Trail, ticket: Ticket, open_now: list[Move]) -> str:
    labels = {state.value: state.label for state in graph.states}
    path = _(", then ").join(labels.get(state, state) for _old, state, _at in trail)
    return _("Path so far: {path}. Now {state}. Open to you: {moves}.").format(
        path=path or _("unknown"),
        state=ticket.state_label,
        moves=", ".join(move.label for move in open_now) or _("nothing"),
    )
