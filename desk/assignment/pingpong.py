"""Ping-pong: a ticket that comes back to a workgroup which had it and sent it on."""

from __future__ import annotations

from dataclasses import dataclass

from desk.people.models import Workgroup
from desk.tickets.models import Ticket


def _moves(ticket: Ticket) -> list[tuple[int, int, str]]:
    """(from, to, reason) of each move between workgroups, oldest first; those that were taken back are left out."""
    rows = ticket.events.filter(inside__changes__contains=[{"field": "workgroup"}]).order_by("at", "pk")
    found: list[tuple[int, int, str]] = []
    for kind, inside in rows.values_list("kind", "inside"):
        change = next(change for change in inside["changes"] if change["field"] == "workgroup")
        if kind.endswith(".taken_back"):
            found = found[:-1]
        elif change.get("old_id") is not None:
            found.append((change["old_id"], change["new_id"], str(inside.get("text") or "")))
    return found


def sent_on_by(ticket: Ticket) -> dict[int, str]:
    """Each workgroup that had the ticket and sent it on, with its reason; the one that has it now is not among them."""
    if not ticket.reassignment_count:
        return {}
    return {old: reason for old, _, reason in _moves(ticket) if old != ticket.workgroup_id}


@dataclass(frozen=True)
class PingPong:
    """A ticket that came back: how often it was sent to a workgroup which had had it, and the way it took."""

    times: int
    way: tuple[str, ...]

    @property
    def in_words(self) -> str:
        return " → ".join(self.way)


def ping_pong(ticket: Ticket) -> PingPong | None:
    """How often the ticket came back to a workgroup that had had it; None when it never did (asked only where it may have)."""
    if ticket.reassignment_count < 2:
        return None
    moves = _moves(ticket)
    had: set[int] = set()
    times = 0
    for old, new, _ in moves:
        had.add(old)
        times += new in had
    if not times:
        return None
    names = Workgroup.objects.in_bulk({pk for old, new, _ in moves for pk in (old, new)})
    way = [moves[0][0], *(new for _, new, _ in moves)]
    return PingPong(times, tuple(str(names.get(pk, "?")) for pk in way))
