"""The real Alertmanager sends to the real application: a storm, its repeats, its end, and a portal that fails at first."""

import json
import shutil
import socket
import subprocess
import time
import urllib.request
from datetime import UTC, datetime, timedelta

import pytest

from incidents.models import Incident
from incidents.monitoring import hearing
from incidents.monitoring.models import AlertGroup
from tests.factories import ServiceFactory
from tests.incidents.monitoring.alerts import rule, source
from tests.stories import kinds_of

PROGRAMS = ("prometheus-alertmanager", "alertmanager")
MISSING = "Alertmanager is not here, so nothing was proven with it. Get it: apt-get install prometheus-alertmanager"
PATIENCE = 90  # seconds, on a machine that does much else beside
CONFIG = """
route:
  receiver: portal
  group_by: [service]
  group_wait: 1s
  group_interval: 1s
  repeat_interval: 2s
receivers:
  - name: portal
    webhook_configs:
      - url: {url}/api/v1/alerts/
        send_resolved: true
        http_config:
          authorization:
            credentials: {token}
"""


class Alertmanager:
    """A running one, and what Prometheus would tell it."""

    def __init__(self, port: int):
        self.address = f"http://127.0.0.1:{port}"

    def is_up(self) -> bool:
        try:
            return urllib.request.urlopen(f"{self.address}/-/ready", timeout=2).status == 200
        except OSError:
            return False

    def tell(self, *instances: str, firing: bool = True) -> None:
        now = datetime.now(UTC)
        ends = now + timedelta(hours=1) if firing else now - timedelta(seconds=1)
        alerts = [
            {
                "labels": {"alertname": "AccessPointDown", "service": "Wi-Fi", "instance": name, "severity": "warning"},
                "annotations": {"summary": f"{name} does not answer"},
                "generatorURL": "http://prometheus.example/graph",
                "endsAt": ends.isoformat(),
            }
            for name in instances
        ]
        request = urllib.request.Request(
            f"{self.address}/api/v2/alerts", json.dumps(alerts).encode(), {"Content-Type": "application/json"}
        )
        assert urllib.request.urlopen(request, timeout=10).status == 200


@pytest.fixture
def prometheus(transactional_db, world):
    return source()


@pytest.fixture
def alertmanager(live_server, prometheus, tmp_path):
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        pytest.skip(MISSING)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (tmp_path / "alertmanager.yml").write_text(CONFIG.format(url=live_server.url, token=prometheus.token))
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(
            [
                program,
                f"--config.file={tmp_path / 'alertmanager.yml'}",
                f"--storage.path={tmp_path / 'data'}",
                f"--web.listen-address=127.0.0.1:{port}",
                "--cluster.listen-address=",
            ],
            stdout=log,
            stderr=log,
        )
    running = Alertmanager(port)
    try:
        until(running.is_up)
        yield running
    finally:
        process.terminate()
        process.wait(20)


def until(true):
    """Wait until it is true."""
    end = time.monotonic() + PATIENCE
    while not (found := true()):
        assert time.monotonic() < end, "it never came"
        time.sleep(0.1)
    return found


def test_a_storm_is_one_incident_that_resolves_when_it_is_over(alertmanager):
    wifi = ServiceFactory(name="Wi-Fi")
    rule(group_by=["service"], service_label="service")
    points = [f"ap-{number}" for number in range(1000)]
    alertmanager.tell(points[0])
    found = until(lambda: Incident.objects.first())
    assert (found.title, found.service) == ("ap-0 does not answer", wifi)
    alertmanager.tell(*points)
    group = AlertGroup.objects.get()
    until(lambda: group.alerts.count() == 1000)
    until(lambda: group.alerts.get(labels__instance="ap-0").count >= 4)  # Alertmanager repeats what still fires
    alertmanager.tell(*points, firing=False)
    until(lambda: Incident.objects.get().state == "resolved")
    assert not group.alerts.filter(is_firing=True).exists()
    assert kinds_of(found)[0] == "logged"
    assert kinds_of(found)[-1] == "resolved"
    alertmanager.tell(points[7])  # and again
    until(lambda: Incident.objects.get().state == "reopened")
    assert Incident.objects.count() == 1


def test_what_the_portal_could_not_take_comes_again_and_is_one_incident(alertmanager, monkeypatch):
    rule()
    real, failures = hearing._title, iter([True, True])

    def fails_twice(firing):
        if next(failures, False):
            raise RuntimeError("the database is away")
        return real(firing)

    monkeypatch.setattr(hearing, "_title", fails_twice)
    alertmanager.tell("ap-1")
    until(lambda: Incident.objects.exists())
    assert next(failures, None) is None
    until(lambda: AlertGroup.objects.get().heard >= 2)
    assert Incident.objects.count() == 1
