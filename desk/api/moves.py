"""Every move of a ticket's lifecycle, open or shut, with what it takes: so that a program can walk any lifecycle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404

from desk.people.models import User
from desk.tickets import flow, queries
from desk.tickets.forms import MoveForm
from desk.tickets.models import Ticket
from desk.tickets.queries import Move

from .form_schema import schema_of


@dataclass(frozen=True)
class Told:
    """A move as it is told; `inputs` is None for whoever may not make it in any state."""

    name: str
    label: str
    open: bool
    because: tuple[str, ...]
    inputs: dict[str, Any] | None


def all_of(ticket: Ticket, user: User) -> list[Told]:
    """In the lifecycle's own order."""
    return [_told(move, ticket, user) for move in queries.moves(ticket, user)]


def one_of(ticket: Ticket, user: User, name: str) -> Told:
    """The move of this name; Http404 where the kind has none."""
    move = next((move for move in queries.moves(ticket, user) if move.name == name), None)
    if move is None:
        raise Http404("No such move.")
    return _told(move, ticket, user)


def form_of(ticket: Ticket, name: str) -> type[MoveForm]:
    form: type[MoveForm] = ticket.kind_info.forms.FORMS.get(name, MoveForm)
    return form


def _told(move: Move, ticket: Ticket, user: User) -> Told:
    try:
        flow.ask_permission(ticket, move.name, user)
    except PermissionDenied:
        inputs = None
    else:
        inputs = schema_of(form_of(ticket, move.name)(ticket=ticket, user=user))
    return Told(move.name, move.label, move.open, move.because, inputs)
