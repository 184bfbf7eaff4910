"""Makes what monitoring systems post, and the sources and rules that take it."""

import json
from typing import Any

from incidents.monitoring import hearing, reading
from incidents.monitoring.models import AlertRule, AlertSource
from incidents.monitoring.sources import give_token


def source(name: str = "Prometheus", **fields: Any) -> AlertSource:
    """A source with a token, which is kept for the test as `token`."""
    made = AlertSource(name=name, **fields)
    token = give_token(made)
    made.save()
    made.token = token
    return made


def rule(name: str = "Everything", **fields: Any) -> AlertRule:
    """A rule; without a quiet time, unless the story is about that."""
    return AlertRule.objects.create(name=name, **{"quiet_minutes": 0, **fields})


def alert(name: str = "LinkDown", status: str = "firing", **labels: str) -> dict[str, Any]:
    """One alert as Alertmanager writes it."""
    return {
        "status": status,
        "labels": {"alertname": name, **labels},
        "annotations": {"summary": f"{name} on {labels.get('instance', 'somewhere')}"},
        "startsAt": "2026-11-26T01:00:00.123456789Z",
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "http://prometheus.example/graph?g0.expr=up",
    }


def webhook(*alerts: dict[str, Any]) -> dict[str, Any]:
    """The body of Alertmanager's webhook, version 4."""
    return {"version": "4", "groupKey": "{}", "status": "firing", "receiver": "portal", "alerts": list(alerts)}


def hear(by: AlertSource, *alerts: dict[str, Any]) -> list[tuple[str, str]]:
    """Post them, past the door; what was done with each, and the incident's number."""
    post = reading.read(json.dumps(webhook(*alerts)).encode())
    assert not post.faults
    answer = hearing.hear(source=by, alerts=post.alerts)
    assert not answer.failed, answer.failed
    assert not answer.refused, answer.refused
    return [answer.done[index] for index in sorted(answer.done)]
