"""Sorts alerts by the rules: what is ignored, what belongs together, what it concerns and how heavy it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q

from desk.services.models import Category, Service, Site
from desk.tickets.models import Impact, Urgency

from ..raising import Trouble, weight
from .matching import all_match
from .models import Alert, AlertGroup, AlertRule, AlertSource
from .reading import Heard, digest

TRIGGER = "monitoring.alert"
SEVERITY = "severity"  # the label's name
_WORST = (Impact.HIGH, Urgency.HIGH)
_BAD = (Impact.MEDIUM, Urgency.HIGH)
_FAIR = (Impact.MEDIUM, Urgency.MEDIUM)
_SMALL = (Impact.LOW, Urgency.LOW)
BY_SEVERITY = {
    "critical": _WORST, "disaster": _WORST, "emergency": _WORST, "fatal": _WORST, "page": _WORST,
    "error": _BAD, "high": _BAD, "major": _BAD,
    "average": _FAIR, "minor": _FAIR, "warning": _FAIR,
    "info": _SMALL, "low": _SMALL, "none": _SMALL, "notice": _SMALL,
}  # fmt: skip
# For what no rule takes: together by name, so that a storm is one incident; and a person closes it.
NO_RULE = AlertRule(name="No rule", group_by=["alertname"], resolves=False)


@dataclass
class Bundle:
    """The alerts of one post that are one incident's, in the order in which they were sent."""

    source: AlertSource
    rule: AlertRule
    key: str
    labels: dict[str, str]
    alerts: list[Heard] = field(default_factory=list)


@dataclass(frozen=True)
class Concerns:
    """What an incident by monitoring is about."""

    service: Service | None
    category: Category | None
    site: Site | None


def bundles(source: AlertSource, alerts: Iterable[Heard]) -> tuple[list[Bundle], list[Heard]]:
    """The alerts as they belong together, and those that are ignored.

    What is firing already stays with its incident, also when the rules have changed since.
    """
    alerts = list(alerts)
    of_source = Q(source=None) | Q(source=source)
    rules = list(AlertRule.objects.filter(of_source, is_active=True).select_related("service", "category", "site"))
    homes = _homes(source, alerts)
    found: dict[str, Bundle] = {}
    ignored = []
    for alert in alerts:
        home = homes.get(alert.fingerprint)
        if home is not None:
            bundle = Bundle(source, home.rule or NO_RULE, home.key, home.labels)
        else:
            rule = next((rule for rule in rules if all_match(rule.matchers, alert.labels)), NO_RULE)
            if rule.ignores:
                ignored.append(alert)
                continue
            bundle = _bundle(source, rule, alert)
        found.setdefault(bundle.key, bundle).alerts.append(alert)
    return list(found.values()), ignored


def _homes(source: AlertSource, alerts: list[Heard]) -> dict[str, AlertGroup]:
    """By fingerprint, the group in which the alert is firing."""
    prints = [alert.fingerprint for alert in alerts]
    rows = Alert.objects.filter(
        fingerprint__in=prints, is_firing=True, group__source=source, group__is_current=True
    ).select_related("group__rule__service", "group__rule__category", "group__rule__site")
    return {row.fingerprint: row.group for row in rows}


def _bundle(source: AlertSource, rule: AlertRule, alert: Heard) -> Bundle:
    common = {label: alert.labels.get(label, "") for label in rule.group_by}
    alone = not any(common.values())  # nothing in common with anybody: an incident of its own
    key = digest([rule.pk, {"fingerprint": alert.fingerprint} if alone else common])
    return Bundle(source, rule, key, {} if alone else common)


def concerns(bundle: Bundle, alert: Heard) -> Concerns:
    """Service and site by their label, else by the rule, else by the source; so does the category, which has no label."""
    rule, source = bundle.rule, bundle.source
    service, site = alert.labels.get(rule.service_label, ""), alert.labels.get(rule.site_label, "")
    return Concerns(
        service=(Service.objects.filter(name__iexact=service).first() if service else None)
        or rule.service
        or source.service,
        category=rule.category or source.category,
        site=(Site.objects.filter(name__iexact=site).first() if site else None) or rule.site or source.site,
    )


def how_heavy(rule: AlertRule, service: Service | None, alerts: Iterable[Heard]) -> tuple[int, int]:
    """(impact, urgency): what the rule says, else the worst severity that is known, else what the service's weight is."""
    known = [
        BY_SEVERITY[name]
        for name in (alert.labels.get(SEVERITY, "").lower() for alert in alerts)
        if name in BY_SEVERITY
    ]
    impact, urgency = min(known, default=weight(service, Trouble(TRIGGER, 1, "")))
    return rule.impact or impact, rule.urgency or urgency
