"""The verbs on incidents: log, take, one for each transition, and log a recurrence."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from desk.assignment import actions as triage
from desk.assignment.queries import Route, route
from desk.drafts import actions as drafts
from desk.knowledge.models import Article
from desk.people.language import Kept, keep
from desk.people.models import User, Workgroup
from desk.people.queries import automation
from desk.people.rules import is_analyst
from desk.services.models import Category, Service, Site
from desk.sla.actions import note_violation
from desk.sla.models import ViolationReason
from desk.sla.queries import needs_violation
from desk.tickets import actions as ticket_actions
from desk.tickets import flow, text
from desk.tickets.errors import Refused
from desk.tickets.flow import perform
from desk.tickets.models import Event, Impact, LinkKind, PendingReason, Urgency
from desk.tickets.queries import came_from, priority_for
from workorders import actions as order_actions
from workorders.queries import open_orders

from . import articles, families, rules
from .lifecycle import State
from .merging import merge, unmerge
from .models import Incident, ResolutionCode

__all__ = [
    "assign", "cancel", "clear", "confirm", "follow_parent", "hold", "log", "log_recurrence", "merge", "reopen", "reply",
    "resolve", "resume", "start", "take", "take_back", "unmerge", "write_article",
]  # fmt: skip


@transaction.atomic
def log(
    *,
    by: User,
    title: str,
    description: str = "",
    requester: User | None = None,
    impact: int = Impact.LOW,
    urgency: int = Urgency.MEDIUM,
    service: Service | None = None,
    category: Category | None = None,
    site: Site | None = None,
    files: Iterable[UploadedFile] = (),
    submission: uuid.UUID | None = None,
    at: datetime | None = None,
    source: str = "web",
    workgroup: Workgroup | None = None,
    inside: Mapping[str, Any] | None = None,
) -> Incident:
    """Log an incident: priority from the matrix, first workgroup from the routing rules (or the one given).

    Only analysts and the automation may log for somebody else. The same `submission` logs once: the second
    time the first incident comes back unchanged; a draft under it is over. Writes `incident.logged` with the files,
    and with what its source has to say to analysts (`inside`).
    """
    requester = requester or by
    if requester != by and not (is_analyst(by) or by.is_automation):
        raise PermissionDenied(_("Only analysts may log an incident for somebody else."))
    if submission and (earlier := _logged_already(submission, by)):
        return earlier
    title = text.clean(title, field="title", required=_("Please say in a few words what is wrong."), limit=200)
    description = text.clean(description, field="description")
    reason: dict[str, str] = {}
    incident = Incident.new(
        title=title,
        description=description,
        requester=requester,
        reporter=by,
        impact=impact,
        urgency=urgency,
        priority=priority_for(impact, urgency),
        service=service,
        category=category,
        site=site,
        submission=submission,
    )
    if workgroup is None:
        chosen = _route(incident)
        workgroup, reason = chosen.workgroup, {"rule": chosen.rule, "because": chosen.because}
    incident.workgroup = workgroup
    incident = flow.open_ticket(
        incident,
        by=by,
        at=at,
        source=source,
        data={"text": description},
        inside={"workgroup": str(incident.workgroup), "priority": incident.priority, **reason, **(inside or {})},
        files=list(files),
    )[0]
    drafts.end(by=by, token=submission)
    return incident


def _logged_already(submission: uuid.UUID, by: User) -> Incident | None:
    """The incident that this form logged before. Two sendings at the same instant wait for one another here."""
    flow.serialise(f"submission {submission}")
    earlier = Incident.objects.filter(submission=submission).first()
    if earlier is not None and earlier.reporter_id != by.pk:
        raise Refused(_("This form was sent by somebody else. Please open a new one."), field="submission")
    return earlier


def take(*, incident: Incident, by: User, **how: Any) -> Incident:
    """Make the incident mine. Refused, with the name, when somebody already has it; harmless when it is me."""
    return triage.take(ticket=incident, by=by, **how)


def assign(*, incident: Incident, by: User, **choice: Any) -> Incident:
    """Triage to another workgroup and/or to an analyst of it; see `desk.assignment.actions.assign`."""
    return triage.assign(ticket=incident, by=by, **choice)


@transaction.atomic
def take_back(*, incident: Incident, by: User, **how: Any) -> Incident:
    """Undo one's own move to another workgroup, while nobody there has touched it: back to where, and to whom, it was."""
    fresh = flow.lock(incident)
    flow.ask_permission(fresh, "take_back", by)
    workgroup, assignee = came_from(fresh)
    if not workgroup.takes_kind("incident"):
        raise Refused(_("{workgroup} doesn't take incidents any more.").format(workgroup=workgroup))
    return perform(fresh, "take_back", by=by, workgroup=workgroup, assignee=assignee, **how)


def start(*, incident: Incident, by: User, **how: Any) -> Incident:
    """Work on it directly; takes it if nobody has it, refused if somebody else does."""
    return perform(incident, "start", by=by, **how)


@transaction.atomic
def hold(
    *, incident: Incident, by: User, reason: PendingReason, message: str = "", note: str = "", **how: Any
) -> Incident:
    """Let it wait. `message` goes to the requester (required when the reason waits for them); `note` stays inside."""
    message = text.clean(
        message,
        field="message",
        required=_("Please ask the requester what you need from them.") if reason.waits_for_requester else "",
    )
    note = text.clean(note, field="note")
    held = perform(incident, "hold", by=by, reason=reason, note=note, **how)
    if message:
        said = {"at": how.get("at"), "source": how.get("source", "web")}
        held.version = ticket_actions.reply(ticket=held, by=by, message=message, side="it", **said).version
    return held


def resume(*, incident: Incident, by: User, because: str = "", **how: Any) -> Incident:
    """Go on with what was waiting."""
    return perform(incident, "resume", by=by, because=because, **how)


@transaction.atomic
def resolve(
    *,
    incident: Incident,
    by: User,
    code: ResolutionCode,
    solution: str,
    violation: ViolationReason | None = None,
    children: bool = False,
    article: Article | None = None,
    **how: Any,
) -> Incident:
    """Service is restored: how (code), and what was done in words the requester reads; for its `children` too, if so said.

    An `article` that it was solved with is counted. One that the requester may read is linked below the solution;
    of one for IT alone only a note tells.

    When the resolution target is missed, `violation` says why; a person who resolves is asked for it.
    """
    solution = text.clean(
        solution, field="solution", required=_("Please say what solved it; the requester reads this.")
    )
    fresh = flow.lock(incident)
    flow.ask_permission(fresh, "resolve", by)
    how["at"] = how.get("at") or flow.clock()  # asked and done by one clock, the database's
    missed = needs_violation(fresh, how["at"])
    if missed and violation is None and not by.is_automation and how.get("source", "web") != "import":
        raise Refused(
            _("{number} missed its resolution target. Please say why.").format(number=fresh.number), field="violation"
        )
    named = str(violation) if missed and violation else ""
    more = articles.where_to_read(article)
    resolved = perform(fresh, "resolve", by=by, code=code, solution=solution, violation=named, more=more, **how)
    if missed and violation:
        note_violation(ticket=resolved, reason=violation)
    if children:
        families.resolve_children(parent=resolved, by=by, at=how["at"])
    if article:
        articles.note_use(resolved, article, by, how)
    return resolved


def follow_parent(*, incident: Incident, by: User, **how: Any) -> Incident:
    """What solved its parent has solved it as well."""
    return perform(incident, "follow_parent", by=by, **how)


def clear(*, incident: Incident, by: User, code: ResolutionCode, solution: str, **how: Any) -> Incident:
    """It went away before anybody began with it, as monitoring says."""
    if not isinstance(solution, Kept):
        solution = text.clean(solution, field="solution", required=_("Please say why it counts as solved."))
    return perform(incident, "clear", by=by, code=code, solution=solution, **how)


@transaction.atomic
def reply(*, ticket: Incident, by: User, message: str, children: bool = False, **how: Any) -> Event:
    """A public reply; for the requesters of its `children` too, if so said, each on an incident of their own."""
    said = ticket_actions.reply(ticket=ticket, by=by, message=message, **how)
    if children:
        families.reply_to_children(parent=ticket, by=by, message=message)
    return said


def confirm(
    *, incident: Incident, by: User, rating: int | None = None, comment: str = "", because: str = "", **how: Any
) -> Incident:
    """Close it as confirmed. Rating (1–5) and comment are the requester's own and never needed."""
    comment = text.clean(comment, field="comment", limit=4000)
    if rating is not None and not 1 <= rating <= 5:
        raise Refused(_("A rating is a number from 1 to 5."), field="rating")
    if (rating or comment) and by.pk != incident.requester_id:
        raise Refused(_("Only the requester rates."), field="rating")
    return perform(incident, "confirm", by=by, rating=rating, comment=comment, because=because, **how)


@transaction.atomic
def reopen(
    *, incident: Incident, by: User, reason: str, workgroup: Workgroup | None = None, orders: str = "", **how: Any
) -> Incident:
    """It persists or came back. Analysts may name another workgroup; otherwise the last one gets it again.

    Where the last one takes no incidents any more (it is inactive), the routing rules choose, and the event says so.
    What an import closed over open work orders, `orders` says of them what it says for `cancel`.
    """
    if not isinstance(reason, Kept):  # nor are words that the portal itself made cleaned
        reason = text.clean(reason, field="reason", required=_("Please say what still doesn't work."))
    if workgroup is not None and not workgroup.takes_kind("incident"):
        raise Refused(_("{workgroup} doesn't take incidents.").format(workgroup=workgroup), field="workgroup")
    fresh = flow.lock(incident)
    flow.ask_permission(fresh, "reopen", by)
    _ask_about_orders(fresh, orders, by)
    routed: dict[str, str] = {}
    if workgroup is None and not fresh.workgroup.takes_kind("incident"):
        chosen = _route(fresh)
        workgroup = chosen.workgroup
        routed = {
            "rule": chosen.rule,
            "because": keep(
                "{workgroup} takes no incidents any more, and {because}",
                workgroup=fresh.workgroup,
                because=chosen.because,
            ),
        }
    reopened = perform(fresh, "reopen", by=by, reason=reason, workgroup=workgroup, routed=routed, **how)
    _settle_orders(
        reopened, orders, keep("{number} was reopened: {reason}", number=reopened.number, reason=reason), how
    )
    return reopened


def _ask_about_orders(incident: Incident, orders: str, by: User) -> None:
    """Refused while an analyst hasn't said what becomes of the open work orders."""
    if orders not in ("cancel", "keep") and rules.analyst(incident, by) and open_orders(incident).exists():
        raise Refused(
            _("Open: {orders}. Please say what becomes of them.").format(orders=incident.open_orders),
            field="orders",
        )


def _settle_orders(incident: Incident, orders: str, why: str, how: Mapping[str, Any]) -> None:
    if orders == "cancel":
        timing = {"at": how.get("at"), "source": how.get("source", "web")}
        order_actions.cancel_open(parent=incident, by=automation(), reason=why, **timing)


def _route(incident: Incident) -> Route:
    """Where the routing rules would send this incident now."""
    return route(
        "incident",
        title=incident.title,
        text=incident.description,
        service=incident.service,
        category=incident.category,
        site=incident.site,
        requester=incident.requester,
        priority=incident.priority,
    )


@transaction.atomic
def cancel(*, incident: Incident, by: User, reason: str, orders: str = "", **how: Any) -> Incident:
    """Nothing needs doing; the reason stays on the timeline.

    Where work orders are open the analyst says what becomes of them: `orders` is "cancel" or "keep".
    """
    reason = text.clean(reason, field="reason", required=_("Please say why it isn't needed any more."))
    fresh = flow.lock(incident)
    flow.ask_permission(fresh, "cancel", by)
    _ask_about_orders(fresh, orders, by)
    cancelled = perform(fresh, "cancel", by=by, reason=reason, **how)
    _settle_orders(
        cancelled, orders, keep("{number} was cancelled: {reason}", number=cancelled.number, reason=reason), how
    )
    return cancelled


@transaction.atomic
def log_recurrence(
    *, incident: Incident, by: User, submission: uuid.UUID | None = None, words: str = "", at: datetime | None = None
) -> Incident:
    """Log the same trouble anew, linked to the old incident, for when reopening is no longer possible.

    `words` of what is wrong now are its first reply. If the old one was only resolved, it is closed.
    """
    if not rules.requester_or_analyst(incident, by):
        raise PermissionDenied(rules.requester_or_analyst.why_not(incident))
    if not rules.reopening_is_over(incident):
        raise Refused(rules.reopening_is_over.why_not(incident))
    again = log(
        by=by,
        requester=incident.requester,
        title=incident.title,
        description=incident.description,
        impact=incident.impact,
        urgency=incident.urgency,
        service=incident.service,
        category=incident.category,
        site=incident.site,
        submission=submission,
        at=at,
    )
    ticket_actions.link(source=again, target=incident, kind=LinkKind.RECURRENCE_OF, by=by, at=at)
    if words:
        ticket_actions.reply(ticket=again, by=by, message=words, at=at)
    fresh = flow.lock(incident)
    if fresh.state == State.RESOLVED:  # nobody needs to be asked any more whether it is solved
        perform(fresh, "confirm", by=automation(), because=keep("it is back, as {number}", number=again.number), at=at)
    return again


def write_article(*, incident: Incident, by: User) -> Article:
    """Begin an article of what was reported and what solved it; the one that was begun of it before, if there is one."""
    if not rules.analyst(incident, by):
        raise PermissionDenied(rules.analyst.why_not(incident))
    if not incident.solution:
        raise Refused(_("{number} has no solution yet.").format(number=incident.number))
    return articles.begin(incident, by)
