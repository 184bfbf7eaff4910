"""Posting alerts: who may, how much, and what the answer says of each; and the page that shows them."""

import json

import pytest
from django.test import Client

from desk.tickets import actions as desk_actions
from incidents.models import Incident
from incidents.monitoring.models import AlertSource
from tests.incidents.monitoring.alerts import alert, rule, source, webhook

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/alerts/"


@pytest.fixture
def prometheus(world):
    return source()


def post(token, body, address="127.0.0.1", **headers):
    """As a program posts: with a token and without any cookie; CSRF is checked."""
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    given = {"Authorization": f"Bearer {token}", **headers} if token is not None else headers
    return Client(enforce_csrf_checks=True, REMOTE_ADDR=address).post(
        ADDRESS, body, content_type="application/json", headers=given
    )


def test_each_alert_is_answered_by_its_place(prometheus):
    rule("Tests", matchers='env="test"', ignores=True)
    rule("Everything else", position=200)
    answer = post(prometheus.token, webhook(alert("A"), {"labels": 7}, alert("B", env="test"), alert("A")))
    assert answer.status_code == 200
    number = Incident.objects.get().number
    assert answer.json() == {
        "received": 4,
        "results": [
            {"index": 0, "status": 200, "did": "raised", "incident": number},
            {"index": 1, "status": 400, "detail": "“labels” is an object of texts."},
            {"index": 2, "status": 200, "did": "ignored", "incident": None},
            {"index": 3, "status": 200, "did": "repeated", "incident": number},
        ],
    }


@pytest.mark.parametrize("token", [None, "", "guessed", "itsm-alerts-guessed", "\xe9"])
def test_without_a_good_token_nobody_gets_in(prometheus, token):
    answer = post(token, webhook(alert()))
    assert (answer.status_code, answer["Content-Type"], answer["WWW-Authenticate"]) == (
        401,
        "application/problem+json",
        "Bearer",
    )
    assert not Incident.objects.exists()


def test_an_inactive_source_and_another_scheme_are_strangers(prometheus):
    assert post(None, webhook(alert()), Authorization=f"Basic {prometheus.token}").status_code == 401
    AlertSource.objects.update(is_active=False)
    assert post(prometheus.token, webhook(alert())).status_code == 401


def test_what_cant_be_read_is_a_problem_with_a_sentence(prometheus):
    for body in (b"{", [], [{"labels": 7}]):
        answer = post(prometheus.token, body)
        assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
        assert answer.json()["detail"].endswith(".")
    assert answer.json()["results"] == [{"index": 0, "status": 400, "detail": "“labels” is an object of texts."}]


def test_too_much_at_once(prometheus, settings):
    assert post(prometheus.token, [{"title": "x"}] * 5001).status_code == 413
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    answer = post(prometheus.token, b" " * 1001)
    assert answer.status_code == 413
    assert "1,000 bytes" in answer.json()["detail"]


def test_too_often(prometheus):
    AlertSource.objects.update(per_minute=2)
    answers = [post(prometheus.token, webhook(alert())) for _ in range(5)]  # a minute may end between two of them
    late = answers[-1]
    assert [answer.status_code for answer in answers[:2]] == [200, 200]
    assert late.status_code == 429
    assert 1 <= int(late["Retry-After"]) <= 60
    assert post(source("Zabbix").token, webhook(alert())).status_code == 200  # others are not held up


def test_whoever_guesses_tokens_has_to_wait_and_nobody_else(prometheus, monkeypatch):
    monkeypatch.setattr("desk.api.limits.WRONG_A_MINUTE", 2)
    guesses = (post("itsm-alerts-guess", webhook(alert()), address="192.0.2.7") for _ in range(6))
    answers = [answer.status_code for answer in guesses]
    assert answers[:2] == [401, 401]
    assert 429 in answers
    assert post("itsm-alerts-guess", webhook(alert()), address="192.0.2.8").status_code == 401
    assert post(prometheus.token, webhook(alert()), address="192.0.2.7").status_code == 200


def test_what_failed_is_asked_for_again(prometheus, monkeypatch):
    from incidents.monitoring import hearing

    rule()
    monkeypatch.setattr(hearing, "_title", lambda firing: 1 / 0 if firing[0].labels["alertname"] == "B" else "Fine")
    answer = post(prometheus.token, webhook(alert("A"), alert("B")))
    assert answer.status_code == 500
    assert [line["status"] for line in answer.json()["results"]] == [200, 500]
    assert Incident.objects.count() == 1


def test_what_can_never_be_taken_is_not_asked_for_again(prometheus):
    answer = post(prometheus.token, [{"title": "\u2800"}])  # nothing to be seen
    assert answer.status_code == 200
    assert answer.json()["results"][0]["status"] == 400


def test_it_is_noted_when_a_source_was_used(prometheus):
    assert AlertSource.objects.get().last_used_at is None
    post(prometheus.token, webhook(alert()))
    first = AlertSource.objects.get().last_used_at
    post(prometheus.token, webhook(alert()))
    assert AlertSource.objects.get().last_used_at == first is not None  # once a minute is enough


def test_tokens_are_shown_once_and_only_their_hash_is_kept(world, browse):
    admin = browse(world.admin)
    form = {"name": "Zabbix", "is_active": "on", "per_minute": 600}
    page = admin.post("/admin/incidents/alertsource/add/", form, follow=True).content.decode()
    token = page.partition("<code>")[2].partition("</code>")[0]
    made = AlertSource.objects.get()
    assert token.startswith("itsm-alerts-")
    assert token not in str(AlertSource.objects.values().get())
    assert post(token, webhook(alert())).status_code == 200
    assert token not in admin.get(f"/admin/incidents/alertsource/{made.pk}/change/").content.decode()
    again = admin.post(
        "/admin/incidents/alertsource/", {"action": "renew", "_selected_action": made.pk}, follow=True
    ).content.decode()
    assert post(token, webhook(alert())).status_code == 401
    assert post(again.partition("<code>")[2].partition("</code>")[0], webhook(alert())).status_code == 200


def test_rules_are_read_and_refused_in_the_administration(world, browse):
    admin, address = browse(world.admin), "/admin/incidents/alertrule/add/"
    form = {
        "name": "Core",
        "position": 1,
        "is_active": "on",
        "matchers": "severity",
        "quiet_minutes": 5,
        "reopen_minutes": 60,
    }
    assert "is no matcher" in admin.post(address, form).content.decode()
    assert (
        admin.post(address, {**form, "matchers": 'severity="critical"', "group_by": "service, site"}).status_code == 302
    )
    page = admin.get("/admin/incidents/alertrule/").content.decode()
    assert "one incident for each service and site" in page


# -- the incident's page -------------------------------------------------------------------------


def test_its_page_shows_the_alerts_to_it_alone(world, browse, prometheus):
    rule("Core switches", group_by=["service"])
    hostile = {**alert(service="Wi-Fi", instance="<b>x</b>"), "generatorURL": "javascript:alert(1)"}
    post(prometheus.token, webhook(alert(service="Wi-Fi", instance="ap-7"), hostile))
    post(prometheus.token, webhook(alert("LinkDown", "resolved", service="Wi-Fi", instance="ap-7")))
    found = Incident.objects.get()
    address = f"/incidents/{found.number}/"
    page = browse(world.sam).get(address).content.decode()
    for shown in ("1 firing", "Core switches", "instance=ap-7", 'href="http://prometheus.example/graph?g0.expr=up"'):
        assert shown in page
    assert "javascript:" not in page
    assert "<b>x</b>" not in page
    assert browse(world.erin).get(address).status_code == 404
    desk_actions.watch(ticket=found, user=world.erin)
    watched = browse(world.erin).get(address).content.decode()
    for hidden in ("h-alerts", "instance=ap-7", "prometheus.example", "hears", "Core switches"):
        assert hidden not in watched


def test_a_page_without_alerts_asks_for_none(world, browse, prometheus):
    from tests.factories import incident

    found = incident(world.erin)
    assert "h-alerts" not in browse(world.sam).get(f"/incidents/{found.number}/").content.decode()
