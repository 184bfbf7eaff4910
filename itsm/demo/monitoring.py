"""The demo's monitoring: a source, two rules, a storm of alerts that goes on, and one that came and went by itself."""

from __future__ import annotations

from datetime import timedelta

from incidents.monitoring import hearing, settling
from incidents.monitoring.models import AlertGroup, AlertRule, AlertSource
from incidents.monitoring.reading import Heard
from incidents.monitoring.sources import give_token

from .world import World

WIFI = "Network and Wi-Fi"
WARDS = ("ward-3", "ward-4", "ward-5", "outpatients", "laboratory", "reception")


def lay_monitoring(world: World) -> int:
    """Make the source and its rules, and let it tell of two troubles of this hour; returns how many incidents."""
    source = AlertSource(name="Prometheus")
    give_token(source)  # nobody reads it: whoever wants to try gives a new one in the administration
    source.save()
    _rules()
    _storm(world, source)
    _passing(world, source)
    return AlertGroup.objects.count()


def _rules() -> None:
    AlertRule.objects.create(
        position=10,
        name="Storms on a service are one incident",
        matchers='service!=""',
        group_by=["service"],
        service_label="service",
        site_label="site",
    )
    AlertRule.objects.create(position=100, name="Everything else: one for each alert", quiet_minutes=10)


def _storm(world: World, source: AlertSource) -> None:
    """Forty access points fall silent within minutes; a few are back, the rest still fire."""
    points = [f"ap-{ward}-{number:02}" for ward in WARDS for number in range(1, 8)][:40]
    site = next(iter(world.sites))
    labels = {"service": WIFI, "severity": "warning", "site": site}
    first = world.now - timedelta(minutes=50)
    for minute, some in enumerate((points[:3], points[:18], points, points)):
        at = first + timedelta(minutes=4 * minute)
        told = [_alert(n, "AccessPointDown", point, "does not answer", labels) for n, point in enumerate(some)]
        hearing.hear(source=source, alerts=told, at=at)
    back, at = points[:6], world.now - timedelta(minutes=12)
    told = [_alert(n, "AccessPointDown", one, "does not answer", labels, firing=False) for n, one in enumerate(back)]
    hearing.hear(source=source, alerts=told, at=at)


def _passing(world: World, source: AlertSource) -> None:
    """A disk fills up at night, twice, and is well again by itself."""
    first = world.now - timedelta(minutes=45)
    for minute, firing in ((0, True), (5, False), (9, True), (15, False)):
        at = first + timedelta(minutes=minute)
        says = "has less than 5% left on /var"
        one = _alert(0, "DiskAlmostFull", "reports-db-2", says, {"severity": "info"}, firing=firing)
        hearing.hear(source=source, alerts=[one], at=at)
    settling.settle(AlertGroup.objects.latest("pk"), at=at + timedelta(minutes=10))


def _alert(index: int, name: str, instance: str, says: str, labels: dict[str, str], *, firing: bool = True) -> Heard:
    return Heard(
        index=index,
        fingerprint=f"{name}-{instance}"[:64],
        firing=firing,
        labels={"alertname": name, "instance": instance, **labels},
        summary=f"{instance} {says}",
        url=f"https://prometheus.northwind.example/graph?g0.expr={name}",
    )
