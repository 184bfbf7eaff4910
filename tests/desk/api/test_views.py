"""Tokens on one's own page: made, shown once, listed, revoked; and by whom for whom."""

import re

import pytest
from django.core.management import CommandError, call_command

from desk.api.models import Token
from tests.factories import person
from tests.forms import send
from tests.programs import Program, token_for

pytestmark = pytest.mark.django_db


def test_a_token_is_made_shown_once_and_works_until_it_is_revoked(world, browse):
    client = browse(world.erin)
    made = client.post("/tokens/new/", {"name": "My script", "expires": "30", "area_incidents": "write"})
    text = re.search(r'value="(itsm-token-[^"]+)"', made.content.decode())[1]
    token = Token.objects.get()
    assert text not in str(vars(token)), "what is kept opens nothing"
    assert made["Cache-Control"].count("no-store")
    program = Program(None, token=text)
    assert program.post("incidents/", {"title": "No mail"}).status_code == 201
    page = client.get("/people/erin/").content.decode()
    assert "My script" in page and "Incidents: read and write" in page and "Used last" in page and text not in page
    client.post(f"/tokens/{token.pk}/revoke/")
    client.get("/")  # which says that it is revoked
    assert program.get("incidents/").status_code == 401
    assert "My script" not in client.get("/people/erin/").content.decode()


def test_nobody_sees_or_revokes_the_tokens_of_others(world, browse):
    token_for(world.erin)
    assert "Tokens for programs" not in browse(world.sam).get("/people/erin/").content.decode()
    assert browse(world.sam).post(f"/tokens/{Token.objects.get().pk}/revoke/").status_code == 404
    assert Token.objects.get().works


def test_a_token_must_open_something_and_administering_is_for_administrators(world, browse):
    assert browse(world.erin).post("/tokens/new/", {"name": "Idle", "expires": "0"}).status_code == 422
    asked = {"name": "Boss", "expires": "0", "area_administration": "admin"}
    assert browse(world.erin).post("/tokens/new/", asked).status_code == 422
    assert browse(world.admin).post("/tokens/new/", asked).status_code == 200
    assert Token.objects.get().scopes == ["administration:admin"]


def test_an_administrator_makes_tokens_for_programs_and_for_no_person(world, browse):
    robot = person("robot")
    robot.set_unusable_password()
    robot.save()
    client = browse(world.admin)
    refused = send(client, "/admin/api/token/add/", user=str(world.erin.pk), name="Spy", scopes="all:read")
    assert "makes their own tokens" in refused.content.decode() and not Token.objects.exists()
    send(client, "/admin/api/token/add/", user=str(robot.pk), name="Nightly", scopes="incidents:read")
    told = client.get("/admin/api/token/").content.decode()
    text = re.search(r"<code>(itsm-token-[^<]+)</code>", told)[1]
    assert Program(None, token=text).get("incidents/").json()["results"] == []
    token = Token.objects.get()
    assert token.is_for_service
    shown = client.get(f"/admin/api/token/{token.pk}/change/").content.decode()
    assert "Incidents: read" in shown and token.token_hash not in shown
    client.post("/admin/api/token/", {"action": "revoke", "_selected_action": token.pk})
    assert Program(None, token=text).get("incidents/").status_code == 401


def test_the_command_makes_one_and_says_why_it_does_not(world, capsys):
    call_command("apitoken", "sam", "--scope", "incidents:read", "--days", "1")
    program = Program(None, token=capsys.readouterr().out.strip())
    assert program.get("incidents/").status_code == 200
    assert program.post("incidents/", {"title": "No mail"}).status_code == 403
    with pytest.raises(CommandError, match="Nobody has the username"):
        call_command("apitoken", "nobody")
    with pytest.raises(CommandError, match="no scope"):
        call_command("apitoken", "sam", "--scope", "incidents:fly")
    world.sam.is_active = False
    world.sam.save()
    assert program.get("incidents/").status_code == 401, "whoever left has no program either"


def test_the_reference_and_the_schema_need_nothing_from_elsewhere(world, browse):
    page = browse(world.erin).get("/tokens/reference/")
    assert page.status_code == 200
    assert not re.findall(r'(?:src|href)="https?:', page.content.decode())
    schema = Program(None).get("schema/")
    assert schema.json()["openapi"].startswith("3.1")
    assert "/api/v1/incidents/{number}/transitions/{name}/" in schema.json()["paths"]
