"""Approvals for templates: a ticket's card, and what waits for somebody."""

from __future__ import annotations

from django import template

from desk.people.language import in_a_sentence
from desk.people.models import User
from desk.tickets.models import Ticket

from .. import queries
from ..agenda import as_their_kinds, details_of
from ..card import Card, card_of
from ..models import Seat

register = template.Library()
register.filter("in_a_sentence", in_a_sentence)

MOST = 50  # rows of what waits; the most urgent


@register.simple_tag
def approval_of(ticket: Ticket, user: User) -> Card:
    """The ticket's approval as this person sees it."""
    return card_of(ticket, user)


@register.simple_tag
def waiting_approvals(user: User) -> list[Seat]:
    """The seats that wait for this person's answer, own and delegated, each ticket as its own kind."""
    seats = list(queries.waiting_for(user)[:MOST])
    tickets = as_their_kinds([seat.round.ticket for seat in seats])
    for seat in seats:
        seat.round.ticket = tickets[seat.round.ticket_id]
    return seats


@register.filter
def details_for_approvers(ticket: Ticket) -> list[str]:
    """The template that tells an approver what it is about."""
    return details_of(ticket)
