"""A client that is generated from the schema alone does what docs/api.md tells people to do by hand."""

from __future__ import annotations

import base64
import hashlib
import hmac
import importlib
import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from types import SimpleNamespace
from typing import Any

import pytest

from desk.api.actions import make_token
from desk.webhooks import actions as webhooks
from incidents.models import Incident
from tests.desk.sla.promises import policy
from tests.desk.webhooks.listener import Listener, listening
from tests.files import png
from tests.itsm.runner.conftest import folder_for_data, starter

NAME = "it_service_portal_client"


@pytest.fixture
def generated(tmp_path, monkeypatch):
    """`generated(url)`: the package that openapi-python-client makes of the schema at this address, warning of nothing."""
    folder = tmp_path / "client"
    (tmp_path / "config.json").write_text(json.dumps({"post_hooks": []}))

    def generate(url: str) -> SimpleNamespace:
        command = [sys.executable, "-m", "openapi_python_client", "generate", "--url", f"{url}/api/v1/schema/"]
        options = ["--output-path", str(folder), "--config", str(tmp_path / "config.json"), "--fail-on-warning"]
        made = subprocess.run([*command, *options], capture_output=True, text=True, check=False)
        assert made.returncode == 0, made.stdout + made.stderr
        monkeypatch.syspath_prepend(str(folder))
        importlib.invalidate_caches()
        parts = {part: importlib.import_module(f"{NAME}.{part}") for part in ("client", "models", "types")}
        return SimpleNamespace(**parts)

    yield generate
    for name in [name for name in sys.modules if name.partition(".")[0] == NAME]:
        del sys.modules[name]


def call(operation: str, *place: Any, **more: Any) -> Any:
    """What the client's function of this operation gives back: a thing, or a Problem."""
    room = operation.rpartition("_")[0]
    for cut in range(operation.count("_")):
        room = operation.rsplit("_", cut + 1)[0]
        try:
            module = importlib.import_module(f"{NAME}.api.{room}.{operation}")
        except ModuleNotFoundError:
            continue
        return module.sync(*place, **more) if hasattr(module, "sync") else module.sync_detailed(*place, **more)
    raise AssertionError(f"There is no {operation}.")


def test_a_generated_client_walks_an_incident_from_its_log_to_its_end(transactional_db, world, live_server, generated):
    policy()
    made = generated(live_server.url)
    closed = walk_an_incident(made, made.client.AuthenticatedClient(live_server.url, token_of(world.sam)))
    assert Incident.objects.get().number == closed.number


def test_a_generated_client_is_told_by_webhooks_and_can_check_who_tells(
    transactional_db, world, live_server, generated, settings
):
    settings.WEBHOOK_ALLOWED_HOSTS = ["127.0.0.1"]
    made = generated(live_server.url)
    sam, admin = (made.client.AuthenticatedClient(live_server.url, token_of(who)) for who in (world.sam, world.admin))
    with listening() as ear:
        look_after_a_webhook(made, sam, admin, ear, deliver=webhooks.send_due)


@pytest.mark.prove
def test_the_generated_client_does_it_with_the_whole_portal_as_it_is_run(generated, tmp_path):
    """Web, worker, beat and demo data as `make run` starts them; webhooks come by themselves."""
    with folder_for_data() as folder, starter(folder, tmp_path) as start:
        run = start(RUNNER_COMMANDS="", WEBHOOK_ALLOWED_HOSTS="127.0.0.1").until_ready()
        url = f"http://127.0.0.1:{run.port}"
        made = generated(url)
        sam, admin = (made.client.AuthenticatedClient(url, typed_token(folder, who)) for who in ("sam", "admin"))
        walk_an_incident(made, sam)
        with listening() as ear:
            look_after_a_webhook(made, sam, admin, ear, deliver=lambda: None)


def token_of(user: Any) -> str:
    opens = ["all:admin"] if user.is_superuser else ["all:write"]
    return make_token(user=user, by=user, name="Generated", opens=opens)[1]


def typed_token(folder: Any, name: str) -> str:
    """As somebody makes one on the machine."""
    told = {**os.environ, **json.loads((folder / "run" / "services.json").read_text()), "DATA_DIR": str(folder)}
    told["DJANGO_SETTINGS_MODULE"] = "itsm.settings.demo"
    command = [sys.executable, "manage.py", "apitoken", name]
    return subprocess.run(command, env=told, capture_output=True, text=True, check=True).stdout.strip()


def walk_an_incident(made: Any, client: Any) -> Any:
    """Log, look, work, resolve, confirm; the closed incident."""
    m, new = made.models, {"title": "The mail is down", "impact": 2, "urgency": 1}
    found = call("incidents_create", client=client, body=m.NewIncident(**new), idempotency_key="first-try")
    assert isinstance(found, m.Incident), found
    again = call("incidents_create", client=client, body=m.NewIncident(**new), idempotency_key="first-try")
    assert (again.number, again.state) == (found.number, m.IncidentState.LOGGED)
    assert found.created_at.tzinfo and found.service is None and found.requester.username == "sam"

    moves = {move.name: move for move in call("incidents_transitions", found.number, client=client)}
    assert set(moves) <= {str(name) for name in m.IncidentMove}
    assert moves["start"].open_ and not moves["resolve"].open_ and moves["resolve"].because
    work_on_it(made, client, found)

    refused = call("incidents_move", found.number, m.IncidentMove.RESOLVE, client=client)
    assert isinstance(refused, m.Problem)
    assert (refused.status, "code" in refused.errors) == (400, True)
    asked = call("incidents_transition", found.number, m.IncidentMove.RESOLVE, client=client)
    code = asked.inputs["properties"]["code"]["oneOf"][0]["const"]
    said = m.MoveInputs.from_dict({"code": code, "solution": "Made room on the disk."})
    solved = call("incidents_move", found.number, m.IncidentMove.RESOLVE, client=client, body=said)
    assert (solved.state, solved.solution) == (m.IncidentState.RESOLVED, "Made room on the disk.")
    closed = call("incidents_move", found.number, m.IncidentMove.CONFIRM, client=client)
    assert closed.state is m.IncidentState.CLOSED and isinstance(closed.closed_at, datetime)
    late = call("incidents_move", found.number, m.IncidentMove.START, client=client)
    assert late.status == HTTPStatus.CONFLICT and late.because

    clocks = call("incidents_clocks", found.number, client=client)
    assert [clock.kind for clock in clocks] == ["response", "resolution"]
    began = clocks[0].started_at.replace(microsecond=0)
    assert [part.start for part in clocks[0].stretches] in ([], [began])  # none, where it was met within the second
    page = call(
        "incidents_list", client=client, state=[m.IncidentState.CLOSED], order=m.ListOrder.UPDATED, priority=[1, 2],
        updated_since=found.created_at, limit=10,
    )  # fmt: skip
    assert found.number in [row.number for row in page.results]
    module = importlib.import_module(f"{NAME}.api.incidents.incidents_retrieve")
    etag = module.sync_detailed(found.number, client=client).headers["ETag"]
    assert module.sync_detailed(found.number, client=client, if_none_match=etag).status_code == HTTPStatus.NOT_MODIFIED
    return closed


def work_on_it(made: Any, client: Any, found: Any) -> None:
    """Start, note, reply with a picture, edit what nobody else has changed, and be told when somebody has."""
    m = made.models
    begun = call("incidents_move", found.number, m.IncidentMove.START, client=client)
    assert (begun.state, begun.assignee.username) == (m.IncidentState.IN_PROGRESS, "sam")
    note = m.NewIncidentComment(message="The disk was full.", internal=True)
    assert call("incidents_comments", found.number, client=client, body=note).visibility == "internal"
    picture = made.types.File(payload=io.BytesIO(png().read()), file_name="screen.png", mime_type="image/png")
    reply = m.NewIncidentCommentWithFiles(message="Look here", files=[picture])
    said = call("incidents_comments", found.number, client=client, body=reply)
    assert [file.name for file in said.files] == ["screen.png"]
    got = call("attachments_retrieve", said.files[0].key, client=client)
    assert (got.payload if hasattr(got, "payload") else got).read(4) == b"\x89PNG"

    module = importlib.import_module(f"{NAME}.api.incidents.incidents_retrieve")
    read = module.sync_detailed(found.number, client=client)
    etag = read.headers["ETag"]
    edit = {"client": client, "if_match": etag}
    edited = call("incidents_partial_update", found.number, body=m.IncidentEdit(title="No mail"), **edit)
    assert (edited.title, edited.impact) == ("No mail", 2)
    stale = call("incidents_partial_update", found.number, body=m.IncidentEdit(title="Mail"), **edit)
    assert (stale.status, stale.since[0].kind) == (412, "field.changed")
    assert isinstance(stale.since[0].at, datetime) or "T" in stale.since[0].at


def look_after_a_webhook(made: Any, sam: Any, admin: Any, ear: Listener, deliver: Callable[[], Any]) -> None:
    """Subscribe, hear of an incident with a signature that can be checked, narrow, pause, send again, end."""
    m = made.models
    body = m.NewWebhook(name="Wall", url=ear.url, kinds=["incident.*"])
    assert call("webhooks_create", client=sam, body=body).status == HTTPStatus.FORBIDDEN
    wall = call("webhooks_create", client=admin, body=body)
    assert isinstance(wall, m.WebhookWithSecret), wall
    found = call("incidents_create", client=sam, body=m.NewIncident(title="No sound"))
    heard(ear, deliver, 1)
    headers, content = ear.heard[0]
    assert is_genuine(wall.secret, headers, content)
    assert not is_genuine(wall.secret, headers, content + b" ")
    assert ear.told[0]["data"]["ticket"]["number"] == found.number

    edited = call("webhooks_partial_update", wall.id, client=admin, body=m.WebhookEdit(kinds=["comment.added"]))
    assert (edited.kinds, edited.name, edited.workgroup) == (["comment.added"], "Wall", None)
    call("incidents_move", found.number, m.IncidentMove.START, client=sam)
    call("incidents_comments", found.number, client=sam, body=m.NewIncidentComment(message="Since when?"))
    heard(ear, deliver, 2)
    assert ear.kinds[-1] == "comment.added"

    calls = call("webhooks_calls", wall.id, client=admin, state=m.WebhooksCallsState.DONE).results
    assert [(one.event_kind, one.number, one.status) for one in calls] == [
        ("comment.added", found.number, 200), ("incident.logged", found.number, 200),
    ]  # fmt: skip
    again = call("webhooks_again", wall.id, calls[1].id, client=admin)
    assert again.done_at is None
    heard(ear, deliver, 3)
    assert ear.heard[2][0]["webhook-id"] == headers["webhook-id"] == str(again.key_sent)
    assert (
        call("webhooks_partial_update", wall.id, client=admin, body=m.WebhookEdit(is_active=False)).is_active is False
    )
    assert call("webhooks_destroy", wall.id, client=admin) is None
    assert call("webhooks_retrieve", wall.id, client=admin).status == HTTPStatus.NOT_FOUND


def heard(ear: Listener, deliver: Callable[[], Any], count: int) -> None:
    """Until so many calls have come."""
    deadline = time.monotonic() + 30
    while len(ear.heard) < count and time.monotonic() < deadline:
        deliver()
        time.sleep(0.05)
    assert len(ear.heard) == count, ear.kinds


def is_genuine(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """As docs/webhooks.md tells receivers to check."""
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return hmac.compare_digest(expected, headers["webhook-signature"])
