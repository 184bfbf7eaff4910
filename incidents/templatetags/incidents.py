"""Incidents for templates of other rooms: those raised for a ticket, and what is down now."""

from __future__ import annotations

from dataclasses import dataclass

from django import template

from desk.people.models import User, Workgroup
from desk.tickets.models import Ticket

from .. import proposing, queries
from ..models import BurstProposal, Outage, Raised

register = template.Library()


@dataclass(frozen=True)
class Consequences:
    """The incidents that were raised for a ticket, and whether one more is on its way."""

    raised: list[Raised]
    owed: bool


@register.simple_tag
def raised_for(ticket: Ticket, user: User) -> Consequences:
    """What went wrong with this ticket, as incidents."""
    return Consequences(queries.raised_for(ticket, user), queries.is_owed(ticket))


@register.simple_tag
def outages() -> list[Outage]:
    """What is degraded or down now; the worst of each service, and each service once."""
    worst: dict[int, Outage] = {}
    for outage in queries.outages():
        known = worst.get(outage.service_id)
        if known is None or (outage.level == Outage.Level.DOWN and known.level != Outage.Level.DOWN):
            worst[outage.service_id] = outage
    return list(worst.values())


@register.simple_tag
def bursts_for(user: User, workgroup: Workgroup | str = "") -> list[BurstProposal]:
    """The proposals of a major incident that wait for this lead; of one workgroup, or of all that they lead."""
    return proposing.open_for(user, workgroup or None)  # type: ignore[arg-type]  # a template's nothing is ""
