"""The verbs on changes: draft, one for each transition, review, and reporting an interruption; `editing` has `edit`."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from desk.approvals import actions as approvals
from desk.assignment import actions as triage
from desk.people.language import keep
from desk.people.models import User, Workgroup
from desk.people.queries import automation
from desk.people.rules import is_analyst
from desk.services.models import Category, Service, Site
from desk.tickets import actions as ticket_actions
from desk.tickets import flow, text
from desk.tickets.errors import Refused
from desk.tickets.flow import perform
from desk.tickets.models import Impact, LinkKind, Ticket
from workorders import actions as order_actions
from workorders.queries import open_orders

from . import planning, queries, rules, trouble
from .editing import edit as edit
from .lifecycle import DONE, Outcome, State
from .models import PLAN, Change, ChangeTemplate, ChangeType


@transaction.atomic
def draft(
    *,
    by: User,
    title: str,
    description: str = "",
    requester: User | None = None,
    change_type: str = ChangeType.NORMAL,
    template: ChangeTemplate | None = None,
    workgroup: Workgroup,
    services: Iterable[Service] = (),
    category: Category | None = None,
    site: Site | None = None,
    impact: int = Impact.LOW,
    fixes: Ticket | None = None,
    submission: uuid.UUID | None = None,
    at: datetime | None = None,
    source: str = "web",
    **answers: Any,
) -> Change:
    """Draft a change for the workgroup that will own it; `answers` are plan, window and the questions on risk.

    Only analysts may. A standard change takes plan and answers from its template. `fixes` is a ticket that it is to
    put right: both are linked. The same `submission` drafts once. Writes `change.logged`.
    """
    if not is_analyst(by):
        raise PermissionDenied(_("Only people who work in IT may plan changes."))
    if submission and (earlier := queries.drafted_already(submission, by)):
        return earlier
    if not workgroup.takes_kind("change"):
        raise Refused(_("{workgroup} doesn't take changes.").format(workgroup=workgroup), field="workgroup")
    if template is not None:
        answers |= queries.answers_of(template)
        impact = template.impact
    services = list(services)
    change = Change.new(
        **_words(title, description),
        requester=requester or by,
        reporter=by,
        change_type=change_type,
        template=template,
        workgroup=workgroup,
        service=services[0] if services else None,
        category=category,
        site=site,
        impact=impact,
        **queries.how_soon(change_type, impact),
        submission=submission,
        **_clean(answers),
    )
    hand = {"by": by, "at": at, "source": source}
    told = {"data": {"text": change.description}, "inside": {"workgroup": str(workgroup)}}
    change, __ = flow.open_ticket(change, **hand, **told, also=lambda: _settle(change, services))  # type: ignore[arg-type]
    if fixes is not None:
        ticket_actions.link(source=fixes, target=change, kind=LinkKind.FIXED_BY, by=by, at=at)
    return change


def _words(title: str, description: str) -> dict[str, str]:
    """Title and description, cleaned; Refused with the field where one can't be."""
    title = text.clean(title, field="title", required=_("Please say in a few words what will be changed."), limit=200)
    return {"title": title, "description": text.clean(description, field="description")}


def _clean(answers: dict[str, Any]) -> dict[str, Any]:
    """The answers with their texts cleaned; Refused with the field where a window makes no sense."""
    start, end = answers.get("planned_start"), answers.get("planned_end")
    if start and end and end <= start:
        raise Refused(_("The planned window ends after it starts."), field="planned_end")
    return {name: text.clean(value, field=name) if name in PLAN else value for name, value in answers.items()}


def _settle(change: Change, services: list[Service]) -> None:
    """Services, and the risk that follows from them; before anybody reacts."""
    change.services.set(services)
    if (risk := change.assessed) is not None:
        change.risk = risk.score
        Change.objects.filter(pk=change.pk).update(risk=risk.score)


# -- getting approval --------------------------------------------------------------------------


@transaction.atomic
def submit(*, change: Change, by: User, **how: Any) -> Change:
    """Ask for a decision: a standard change is approved at once, for others the rules say whom to ask."""
    submitted = perform(change, "submit", by=by, **how)
    if submitted.state == State.SUBMITTED:
        ask(change=submitted, by=by, **_timing(how))
    return submitted


def ask(*, change: Change, by: User, **timing: Any) -> None:
    """Ask those whom the approval rules name, except whoever planned it."""
    risk = change.assessed
    approvals.ask(
        ticket=change,
        by=by,
        variant=change.change_type,
        services=change.touched,
        risk=risk.score if risk else None,
        authors=queries.authors_of(change),
        **timing,
    )


@transaction.atomic
def withdraw(*, change: Change, by: User, because: str = "", **how: Any) -> Change:
    """Back to draft; what was answered is void."""
    because = text.clean(because, field="because", limit=500)
    back = perform(change, "withdraw", by=by, because=because, **how)
    approvals.void(
        ticket=back, by=by, because=because or keep("{number} is a draft again", number=back.number), **_timing(how)
    )
    return back


def approve(*, change: Change, by: User, because: str = "", **how: Any) -> Change:
    """Its approvers said yes; only the portal's hand does this, when their answers come to it."""
    return perform(change, "approve", by=by, because=because, **how)


def reject(*, change: Change, by: User, because: str = "", **how: Any) -> Change:
    """Its approvers said no; as `approve`."""
    return perform(change, "reject", by=by, because=because, **how)


def reconsider(*, change: Change, by: User, because: str, **how: Any) -> Change:
    """What was approved isn't any more; as `approve`."""
    return perform(change, "reconsider", by=by, because=because, **how)


def schedule(*, change: Change, by: User, **how: Any) -> Change:
    """Let its window stand."""
    return perform(change, "schedule", by=by, **how)


@transaction.atomic
def cancel(*, change: Change, by: User, reason: str, orders: str = "", **how: Any) -> Change:
    """It won't be done. Where work orders are open, `orders` ("cancel" or "keep") says what becomes of them."""
    reason = text.clean(reason, field="reason", required=_("Please say why it won't be done."))
    fresh = flow.lock(change)
    flow.ask_permission(fresh, "cancel", by)
    _ask_for_orders(fresh, orders)
    cancelled = perform(fresh, "cancel", by=by, reason=reason, **how)
    approvals.void(
        ticket=cancelled, by=by, because=keep("{number} was cancelled", number=cancelled.number), **_timing(how)
    )
    _cancel_orders(
        cancelled, orders, keep("{number} was cancelled: {reason}", number=cancelled.number, reason=reason), how
    )
    return cancelled


def _ask_for_orders(change: Change, orders: str) -> None:
    if open_orders(change).exists() and orders not in ("cancel", "keep"):
        raise Refused(
            _("Open: {orders}. Please say what becomes of them.").format(orders=change.open_orders), field="orders"
        )


def _cancel_orders(change: Change, orders: str, reason: str, how: dict[str, Any]) -> None:
    if orders == "cancel":
        order_actions.cancel_open(parent=change, by=automation(), reason=reason, **_timing(how))


def _timing(how: dict[str, Any]) -> dict[str, Any]:
    return {"at": how.get("at"), "source": how.get("source", "web")}


# -- doing it ----------------------------------------------------------------------------------


def take(*, change: Change, by: User, **how: Any) -> Change:
    """Make the change mine. Refused, with the name, when somebody already has it; harmless when it is me."""
    _refuse_approver(change, by)
    return triage.take(ticket=change, by=by, **how)


def assign(*, change: Change, by: User, assignee: User | None = None, **choice: Any) -> Change:
    """To another workgroup and/or to an analyst, but none of its approvers; see `desk.assignment.actions.assign`."""
    if assignee is not None:
        _refuse_approver(change, assignee)
    return triage.assign(ticket=change, by=by, assignee=assignee, **choice)


def _refuse_approver(change: Change, assignee: User) -> None:
    if not rules.no_approver_of_it(change, assignee):
        raise Refused(rules.no_approver_of_it.why_not(change), field="assignee")


@transaction.atomic
def start(*, change: Change, by: User, late_reason: str = "", **how: Any) -> Change:
    """Begin, inside of the window or with a reason; takes it if nobody has it. No reason leads into a freeze."""
    fresh = flow.lock(change)
    flow.ask_permission(fresh, "start", by)
    how["at"] = how.get("at") or flow.clock()
    outside = not queries.in_window(fresh, how["at"])
    if outside and (frozen := planning.refused_at(fresh, how["at"])):
        barred = _("Outside of its window {number} can't begin in there.").format(number=fresh.number)
        raise Refused(f"{frozen} {barred}", field="late_reason")
    needed = _("It is outside of its window ({window}). Please say why it begins now.")
    needed = needed.format(window=fresh.window_in_words)
    late_reason = text.clean(late_reason, field="late_reason", required=needed if outside else "")
    return perform(fresh, "start", by=by, late_reason=late_reason if outside else "", **how)


@transaction.atomic
def finish(
    *,
    change: Change,
    by: User,
    outcome: str,
    done: str,
    started: datetime | None = None,
    ended: datetime | None = None,
    files: Iterable[UploadedFile] = (),
    **how: Any,
) -> Change:
    """It is in place: how it went, what was done, and the actual times.

    Implemented incorrectly is announced by an event of its own, `change.implemented_incorrectly`.
    """
    done = text.clean(done, field="done", required=_("Please say what was done."))
    if outcome not in (Outcome.SUCCESSFUL, Outcome.WITH_ISSUES, Outcome.INCORRECT):
        raise Refused(_("Please say how it went."), field="outcome")
    fresh = flow.lock(change)
    flow.ask_permission(fresh, "finish", by)
    how["at"] = how.get("at") or flow.clock()
    started, ended = _actual(started or fresh.actual_start, ended, how["at"])
    how |= {"outcome": outcome, "done": done, "started": started, "ended": ended, "files": list(files)}
    finished = perform(fresh, "finish", by=by, **how)
    if outcome == Outcome.INCORRECT:
        trouble.announce(finished, trouble.INCORRECT, "was implemented incorrectly", done, 1, by=by, **_timing(how))
    return finished


def _actual(started: datetime | None, ended: datetime | None, now: datetime) -> tuple[datetime | None, datetime]:
    """When it really was; Refused with the field where that can't be."""
    ended = ended or now
    if ended > now:
        raise Refused(_("It can't have ended in the future."), field="ended")
    if started is not None and started >= ended:
        raise Refused(_("It can't have ended before it began."), field="ended")
    return started, ended


@transaction.atomic
def fail(
    *,
    change: Change,
    by: User,
    done: str,
    backed_out: bool,
    ended: datetime | None = None,
    orders: str = "",
    files: Iterable[UploadedFile] = (),
    **how: Any,
) -> Change:
    """It couldn't be done: what happened, and whether it was backed out. Open work orders are asked after."""
    done = text.clean(done, field="done", required=_("Please say what happened."))
    fresh = flow.lock(change)
    flow.ask_permission(fresh, "fail", by)
    _ask_for_orders(fresh, orders)
    how["at"] = how.get("at") or flow.clock()
    __, ended = _actual(fresh.actual_start, ended, how["at"])
    words = "failed and was backed out" if backed_out else "failed and was not backed out"
    told = trouble.told(fresh, trouble.FAILED, words, done, 1)
    how |= {"done": done, "backed_out": backed_out, "ended": ended, "told": told, "files": list(files)}
    failed = perform(fresh, "fail", by=by, **how)
    _cancel_orders(failed, orders, keep("{number} failed: {what}", number=failed.number, what=done), how)
    return failed


@transaction.atomic
def report_interruption(
    *,
    change: Change,
    by: User,
    words: str,
    service: Service | None = None,
    level: str = "degraded",
    at: datetime | None = None,
    source: str = "web",
) -> Change:
    """While it is being done, or afterwards: it interrupted a service (the change's first, unless one is named).

    `level` is "degraded" or "down". Each report is an occurrence of its own. A review that was written before doesn't
    look back on it: as long as it isn't closed, it is asked again.
    """
    words = text.clean(words, field="words", required=_("Please say which service is interrupted, and how."))
    change = flow.lock(change)
    if not rules.analyst(change, by):
        raise PermissionDenied(rules.analyst.why_not(change))
    if not rules.has_begun(change):
        raise Refused(rules.has_begun.why_not(change))
    counted: dict[str, Any] = {"interruptions": change.interruptions + 1}
    again: dict[str, Any] = {"reviewed_at": None, "reviewed_by": None} if change.state in DONE else {}
    flow.change_fields(change, by=by, at=at, source=source, **counted, **again)
    named = {"service": service.pk if service else change.service_id, "level": level}
    said = ("interrupted a service", words, change.interruptions)
    trouble.announce(change, trouble.INTERRUPTED, *said, by=by, at=at, source=source, more=named)
    return change


# -- looking back ------------------------------------------------------------------------------


def write_review(*, change: Change, by: User, review: str, **how: Any) -> Change:
    """Post-implementation review; it may be written anew until the change is closed."""
    review = text.clean(review, field="review", required=_("Please say what happened and what we learn from it."))
    return perform(change, "write_review", by=by, review=review, **how)


@transaction.atomic
def close(*, change: Change, by: User, word: str = "", **how: Any) -> Change:
    """Nothing is left to do; where tickets that it caused are still open, a word why is asked."""
    fresh = flow.lock(change)
    flow.ask_permission(fresh, "close", by)
    still = queries.open_consequences(fresh)
    needed = _("Still open: {tickets}. Please say why it is closed all the same.")
    needed = needed.format(tickets=", ".join(ticket.number for ticket in still))
    word = text.clean(word, field="word", required=needed if still else "")
    return perform(fresh, "close", by=by, word=word, **how)
