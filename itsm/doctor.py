"""What `manage.py doctor` looks at: each check says how it found things, and what to do when that is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from changes import planning
from changes.models import ChangeType, Freeze
from desk.approvals.models import ApprovalRule, ApprovalStep
from desk.assignment.models import RoutingRule
from desk.notifications.models import MailState
from desk.notifications.queries import mails_in
from desk.reactions.queries import last_pulse, oldest_owed, standing
from desk.sla.queries import oldest_untold, untold
from desk.webhooks.queries import owed_and_dead
from requests_fulfillment.models import CatalogueItem
from requests_fulfillment.publishing import problems_of

from . import health

LONG_FREEZE = timedelta(days=31)


@dataclass(frozen=True)
class Finding:
    """How a check found things: well, or not and what to do."""

    name: str
    said: str
    to_do: str = ""

    @property
    def is_well(self) -> bool:
        return not self.to_do


def examine() -> Iterator[Finding]:
    """Every check, one after the other; without a database in order the rest can't be asked."""
    for finding in (_database(), _asked("migrations", health._migrations, "Run `manage.py migrate`.")):
        yield finding
        if not finding.is_well:
            return
    yield _asked("cache", health._cache, "Start Valkey or Redis, or set REDIS_URL to one that answers.")
    for check in CHECKS:
        yield check()


def _asked(name: str, check: Callable[[], str], to_do: str) -> Finding:
    said = health._asked(check)
    return Finding(name, said, "" if said == "ok" else to_do)


def _database() -> Finding:
    found = _asked("database", health._database, "Start PostgreSQL, or set DATABASE_URL to one that answers.")
    if not found.is_well:
        return found
    return Finding("database", f"PostgreSQL {'.'.join(map(str, connection.get_database_version()))}")


# -- what workers do -----------------------------------------------------------------------------


def _workers() -> Finding:
    pulse = last_pulse()
    if pulse is None:
        return Finding("workers", "no tick has ever come through", "Start beat and a worker.")
    ago = timezone.now() - pulse.at
    if ago < health.PULSE_LIMIT:
        return Finding("workers", f"the last tick came {_seconds(ago)} ago")
    return Finding("workers", f"no tick for {_seconds(ago)}", "See whether beat, the worker and the broker run.")


def _deliveries() -> Finding:
    now, found, due = timezone.now(), standing(), oldest_owed()
    said = f"{found.owed} owed, the oldest for {_seconds(found.oldest)}" if found.owed else "nothing is owed"
    if due is not None and now - due > health.OWED_LIMIT:
        return Finding("deliveries", said, "Workers don't keep up, or are away: see their log, start more.")
    return Finding("deliveries", said)


def _dead_letters() -> Finding:
    count = standing().dead
    to_do = "Read the error in /admin/reactions/delivery/?state=dead, mend it, and choose “Try again now”."
    return Finding("dead letters", f"{count} given up", to_do if count else "")


def _mail() -> Finding:
    owed, dead = mails_in(MailState.OWED), mails_in(MailState.DEAD)
    to_do = "Read the error in /admin/notifications/message/?mail=dead, mend EMAIL_URL or the address, send again."
    return Finding("mail", f"{owed} owed, {dead} given up", to_do if dead else "")


def _webhooks() -> Finding:
    owed, dead = owed_and_dead()
    to_do = "Read the answer in /admin/webhooks/call/?state=dead, mend the receiver or its address, send again."
    return Finding("webhooks", f"{owed} owed, {dead} given up", to_do if dead else "")


def _clocks() -> Finding:
    oldest = oldest_untold()
    late = oldest is not None and timezone.now() - oldest > health.UNTOLD_LIMIT
    to_do = "The sweep is behind: see whether the worker of the queue `timers` runs."
    return Finding("clocks", f"{untold()} due and untold", to_do if late else "")


# -- how the portal is set up ----------------------------------------------------------------------


def _routing() -> Finding:
    rule = RoutingRule.objects.select_related("workgroup").filter(kind="incident", is_catch_all=True).first()
    to_do = "Mend it in /admin/assignment/routingrule/; `manage.py essentials` makes one where none is."
    if rule is None or not rule.is_active:
        return Finding("routing", "no active catch-all rule for incidents", to_do)
    if not rule.workgroup.is_active or not rule.workgroup.takes_kind("incident"):
        return Finding("routing", f"the catch-all leads to {rule.workgroup}, which takes no incidents", to_do)
    return Finding("routing", f"what no rule takes goes to {rule.workgroup}")


def _approval_rules() -> Finding:
    found = ApprovalRule.objects.filter(is_active=True).prefetch_related("steps")
    empty = [str(rule) for rule in found if not rule.steps.all()]
    empty += [f"{step.rule}, step {step}" for step in _steps_of_nobody()]
    to_do = "Name somebody for each in /admin/approvals/approvalrule/."
    return _listed("approval rules", len(found), "asks nobody", empty, to_do)


def _steps_of_nobody() -> list[ApprovalStep]:
    by_role = Q(asks_manager=True) | Q(asks_service_owners=True) | Q(asks_item_owner=True)
    somebody = Q(groups__is_active=True, groups__members__is_active=True) | Q(people__is_active=True)
    rows = ApprovalStep.objects.filter(rule__is_active=True).exclude(by_role)
    return list(rows.exclude(pk__in=ApprovalStep.objects.filter(somebody).values("pk")).select_related("rule"))


def _catalogue() -> Finding:
    items = CatalogueItem.objects.filter(is_active=True).exclude(current=None)
    wrong = [f"{item} ({' '.join(problems)})" for item in items if (problems := problems_of(item))]
    to_do = "Mend and publish each in /admin/requests_fulfillment/catalogueitem/."
    return _listed("catalogue", len(items), "can't be fulfilled", wrong, to_do)


def _freezes() -> Finding:
    running = Freeze.objects.filter(is_active=True, end__gt=timezone.now()).prefetch_related("services")
    odd = []
    for freeze in running.filter(effect=Freeze.Effect.REFUSE):
        if not freeze.services.all() and freeze.end - freeze.start > LONG_FREEZE:
            odd.append(f"“{freeze}” refuses changes of every service for {(freeze.end - freeze.start).days} days")
        elif caught := planning.caught_by(freeze).exclude(change_type=ChangeType.EMERGENCY).count():
            odd.append(f"“{freeze}” has {caught} planned change{'s' if caught > 1 else ''} in it")
    to_do = "See the freeze's page in /admin/changes/freeze/: end it, or talk to the owners of those changes."
    return _listed("freezes", len(running), "odd", odd, to_do)


def _listed(name: str, count: int, what: str, wrong: list[str], to_do: str) -> Finding:
    return Finding(name, f"{count} in use" + (f"; {what}: {'; '.join(wrong)}" if wrong else ""), to_do if wrong else "")


def _seconds(length: timedelta) -> str:
    seconds = int(length.total_seconds())
    return f"{seconds} s" if seconds < 120 else f"{seconds // 60} min" if seconds < 7200 else f"{seconds // 3600} h"


CHECKS = (
    _workers, _deliveries, _dead_letters, _mail, _webhooks, _clocks, _routing, _approval_rules, _catalogue, _freezes,
)  # fmt: skip
