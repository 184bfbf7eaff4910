"""What an event means for a ticket's clocks, and what the clocks make of it. The one place where both are said.

A ticket's clocks are a fold over its events: `follow` in `reactions` applies each event as it happens, `rebuild` in
`actions` applies all of them again, and both come to the same clocks.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from django.utils.translation import gettext as _

from . import engine
from .engine import KINDS, RESOLUTION, RESPONSE, Clock, Terms

if TYPE_CHECKING:
    from desk.tickets.kinds import Kind
    from desk.tickets.models import Event

TARGETED = "sla.targeted"
REBASED = "sla.rebased"
WARNED = "sla.warned"
BREACHED = "sla.breached"
OVERDUE = "sla.overdue"
TOLD = {WARNED, BREACHED, OVERDUE}

# The fields of a ticket on which the choice of its policy depends.
ASKED = frozenset({"service", "category", "priority", "workgroup", "requester"})

Clocks = dict[str, Clock]  # the newest episode's clock of each kind


@dataclass(frozen=True)
class Fact:
    """Something that moves clocks. `pauses` names the clocks that a pending reason stops; `reason` is its name."""

    what: Literal["paused", "resumed", "responded", "solved", "cancelled", "reopened"]
    at: datetime
    pauses: tuple[str, ...] = ()
    reason: str = ""


def facts_of(event: Event, kind: Kind) -> list[Fact]:
    """What happened, in the clocks' words; the states' meaning comes from the kind of ticket.

    Response is the start of work, or the first public word by somebody who works on it (not by the portal itself).
    """
    if event.kind == "comment.added":
        answered = event.visibility == "public" and event.data.get("side") == "it" and not event.actor.is_automation
        return [Fact("responded", event.at)] if answered else []
    to, was = event.data.get("to"), event.data.get("from")
    if event.kind == f"{kind.name}.logged":  # what is born waiting for others has no time running yet
        return [Fact("paused", event.at, KINDS, _("Waiting for others"))] if to in kind.waiting else []
    if to is None or was is None or to == was:
        return []
    found = []
    over = kind.solved | kind.void
    if was in over and to not in over:
        found.append(Fact("reopened", event.at))
    if to in kind.waiting:
        # Where a state was corrected, no reason is told: then what most reasons do.
        pauses = tuple(event.inside.get("pauses", [RESOLUTION]))
        found.append(Fact("paused", event.at, pauses, event.inside.get("reason", "")))
    elif was in kind.waiting and to not in over:
        found.append(Fact("resumed", event.at))
    if to in kind.working:
        found.append(Fact("responded", event.at))
    if to in kind.solved and was not in over:
        found.append(Fact("solved", event.at))
    if to in kind.void and was not in over:
        found.append(Fact("cancelled", event.at))
    return found


def apply(clocks: Clocks, fact: Fact) -> Clocks:
    """The clocks after this fact. A reopening under terms that want fresh targets waits for the event that sets them."""
    moved = dict(clocks)
    match fact.what:
        case "paused":
            moved |= {k: engine.pause(clocks[k], fact.at) for k in fact.pauses if k in clocks}
        case "resumed":
            moved = {k: engine.resume(clock, fact.at) for k, clock in clocks.items()}
        case "responded":
            if RESPONSE in clocks:
                moved[RESPONSE] = engine.stop(clocks[RESPONSE], fact.at)
        case "solved" | "cancelled":
            void = fact.what == "cancelled"
            moved = {k: engine.stop(clock, fact.at, void=void) for k, clock in clocks.items()}
        case "reopened":
            old = clocks.get(RESOLUTION)
            if old is not None and old.is_stopped and not old.terms.fresh_on_reopen:
                moved[RESOLUTION] = engine.go_on(old, fact.at)
    return moved


def asked_in(event: Event) -> frozenset[str]:
    """Which of the fields that policies ask about this event changed."""
    return ASKED & {change["field"] for change in event.inside.get("changes", [])}


def wants(
    before: Clocks, after: Clocks, moves: list[Fact], *, logged: bool, asked: bool, settled: bool
) -> Literal["start", "fresh", "retarget", ""]:
    """What has to be decided once clocks have followed an event, by asking which policy matches.

    start: a new ticket wants its first targets · fresh: a reopening left the stopped resolution clock alone, because
    its terms ask for a full new target · retarget: what policies ask has changed on a ticket that isn't settled,
    or may have changed while it was.
    """
    if logged:
        return "start"
    reopened = any(move.what == "reopened" for move in moves)
    if reopened and RESOLUTION in before and before[RESOLUTION] is after[RESOLUTION]:
        return "fresh"
    return "retarget" if (asked or reopened) and not settled else ""


def beginnings(moves: list[Fact]) -> dict[str, dict[str, Any]]:
    """The clocks that begin with an event (new ticket, fresh episode), and which of them begin paused."""
    paused = {kind for move in moves if move.what == "paused" for kind in move.pauses}
    answered = any(move.what == "responded" for move in moves)
    return {kind: {"paused": True} if kind in paused else {} for kind in KINDS if not (answered and kind == RESPONSE)}


@dataclass(frozen=True)
class Setting:
    """What a `sla.targeted` or `sla.rebased` event sets for one clock: how, the terms, and what was used so far.

    how: start (a new clock that runs from `at`) · late (a new clock for a ticket that has a past) · fresh (the next
    episode with a new target) · change (other terms, time kept) · rebase (other terms, past measured anew).
    """

    kind: str
    how: str
    terms: Terms
    at: datetime
    used: timedelta = timedelta()
    paused: bool = False


def set_terms(clocks: Clocks, setting: Setting) -> Clocks:
    """The clocks after new terms were set for one of them."""
    kind, terms, at = setting.kind, setting.terms, setting.at
    old = clocks.get(kind)
    match setting.how:
        case "start" | "fresh":
            clock = engine.start(kind, terms, at, episode=old.episode + 1 if old else 1)
            clock = engine.pause(clock, at) if setting.paused else clock
        case "late":
            clock = Clock(
                kind,
                terms,
                at,
                episode=old.episode + 1 if old else 1,
                used=setting.used,
                running_since=None if setting.paused else at,
                paused_since=at if setting.paused else None,
            )
        case "change" if old:
            clock = engine.retarget(old, terms, at)
        case "rebase" if old:
            clock = engine.retarget(old, terms, at, used=setting.used)
        case _:
            raise ValueError(f"There is no {kind} clock whose terms could {setting.how}.")
    return {**clocks, kind: clock}


def told(clocks: Clocks, event: Event) -> Clocks:
    """The clocks after a mark was told (`sla.warned`, `sla.breached`, `sla.overdue`)."""
    inside: dict[str, Any] = event.inside
    clock = clocks.get(inside["clock"])
    if clock is None or clock.episode != inside["episode"]:
        return clocks
    return {**clocks, clock.kind: engine.tell(clock, inside["percent"], event.at)}
