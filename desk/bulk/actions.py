"""The verbs on bulk runs: select, start, stop, and work off what is owed, each ticket in a transaction of its own."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import nullcontext
from datetime import timedelta
from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models.functions import Now
from django.http import Http404
from django.utils.translation import gettext as _

from desk.people.language import speaking_to
from desk.people.models import User
from desk.people.rules import ask_analyst
from desk.reactions.owed import Debt, wake_for
from desk.tickets import flow
from desk.tickets.errors import Refused
from desk.tickets.models import Ticket
from desk.tickets.queries import get_visible

from .models import Row, Run
from .verbs import FOR_IT, VERBS, restored

WORK = "bulk.work"  # the task that is woken
MOST = 5000  # tickets of one run
AT_ONCE = 20  # so many are done while the person waits; more are done by a worker
ROWS = Debt(
    Row, due="due_at", attempts="attempts", done="done_at", dead="dead_at", error="last_error",
    lease=timedelta(seconds=30), lost="The worker was lost each time it came to this ticket.",
)  # fmt: skip
KEPT = timedelta(days=30)


@transaction.atomic
def select(*, by: User, tickets: Iterable[int], back: str = "") -> Run:
    """Keep these tickets (by id) as a selection; nothing happens to them yet, and never to one that the person may not see.

    Refused when there is none, or more than MOST.
    """
    ask_analyst(by, FOR_IT)
    chosen = list(dict.fromkeys(tickets))
    if not chosen:
        raise Refused(_("Nothing is selected."))
    if len(chosen) > MOST:
        why = _("{n} tickets are too many at once; {most} can be. Narrow the list first.")
        raise Refused(why.format(n=f"{len(chosen):,}", most=f"{MOST:,}"))
    run = Run.objects.create(by=by, back=back[:2000])
    Row.objects.bulk_create([Row(run=run, ticket_id=pk) for pk in chosen])
    return run


@transaction.atomic
def start(*, run: Run, by: User, verb: str, inputs: dict[str, Any], said: str) -> Run:
    """Begin to do `verb` with each; started once, however often it is sent. A few are done at once, others by a worker."""
    fresh = Run.objects.select_for_update().get(pk=run.pk)
    if fresh.by_id != by.pk:
        raise PermissionDenied(_("Only whoever selected them starts this."))
    if verb not in VERBS:
        raise Refused(_("There is no such thing to do."))
    if fresh.started_at is None:
        fresh.verb, fresh.inputs, fresh.said, fresh.started_at = verb, inputs, said[:300], flow.clock()
        fresh.save()
        fresh.rows.update(due_at=Now())
        transaction.on_commit(lambda: wake_for(WORK))
    return fresh


def begin(*, run: Run, by: User, verb: str, inputs: dict[str, Any], said: str) -> Run:
    """Start it; what is done while the person waits is done when this returns."""
    started = start(run=run, by=by, verb=verb, inputs=inputs, said=said)
    if run.rows.count() <= AT_ONCE:
        work_off(AT_ONCE, run)  # nobody waits for what others have begun
    return started


@transaction.atomic
def stop(*, run: Run, by: User) -> int:
    """Do no more of it: what is done stays done, and the rest is named as not done. Returns how many tickets that are.

    Waits for the ticket that a worker is at. Nothing is left to stop of a run that is over, nor of one stopped before.
    """
    fresh = Run.objects.select_for_update().get(pk=run.pk)
    if fresh.by_id != by.pk:
        raise PermissionDenied(_("Only whoever began it stops it."))
    if fresh.started_at is None:
        raise Refused(_("It hasn't begun."))
    left = fresh.rows.filter(done_at=None, dead_at=None).update(
        done_at=Now(), due_at=None, outcome=Row.Outcome.STOPPED, last_error=""
    )
    if left:
        fresh.stopped_at = flow.clock()
        fresh.save(update_fields=["stopped_at"])
    return left


def work_off(limit: int = 500, run: Run | None = None) -> int:
    """Do what is owed of all runs, or of this one alone, ticket by ticket; returns how many were tried.

    Reasons are told in the language of whoever began the run; of this one alone, while they wait, in that of the moment.
    """
    return ROWS.work_off(partial(_do, is_watched=run is not None), limit, within={"run": run} if run else {})


def _do(pk: int, *, is_watched: bool) -> None:
    """One ticket: the verb and the row's end in one transaction, so that it is done once whoever is killed when."""
    with transaction.atomic():
        row = ROWS.unfinished(pk).select_for_update(of=("self",)).select_related("run__by", "ticket").first()
        if row is None or row.due_at is None:
            return
        with nullcontext() if is_watched else speaking_to(row.run.by):
            outcome, why = _try(row.run, row.ticket)
        Row.objects.filter(pk=pk).update(done_at=Now(), outcome=outcome, why=why, last_error="")


def _try(run: Run, ticket: Ticket) -> tuple[str, str]:
    """(outcome, why not). A refusal is an answer, and ends the row; what breaks is tried again."""
    inputs = restored(run.inputs)
    try:
        with transaction.atomic():
            fresh = flow.lock(get_visible(run.by, ticket.number))
            done = VERBS[run.verb].act(fresh, run.by, inputs)
    except Refused as refusal:
        return Row.Outcome.REFUSED, " ".join(map(str, refusal.sentences))
    except PermissionDenied as denied:
        return Row.Outcome.REFUSED, str(denied)
    except Http404:
        return Row.Outcome.REFUSED, _("You can't see it any more.")
    return (Row.Outcome.DONE if done else Row.Outcome.SAME), ""


def sweep() -> int:
    """Forget selections and runs of long ago; what they did stays on the tickets."""
    return Run.objects.filter(created_at__lt=Now() - KEPT).delete()[0]
