"""Every address of the portal for everybody, as `access_table` says; and no address outside of that table."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.client import ClientHandler
from django.urls import reverse

from tests.architecture.access_subjects import address_of, ask_approval, data_of, subject, subject_of
from tests.architecture.access_table import (
    ADMIN_DOORS,
    DONE,
    ON_A_PAGE,
    OPEN_DOORS,
    PEOPLE,
    SECOND_STEP,
    TABLE,
    Row,
)
from tests.architecture.addresses import every_address
from tests.factories import incident


def test_every_address_is_in_the_table_and_the_table_has_no_other():
    addresses = {
        address.key for address in every_address() if not _is_admin(address.key) and not _is_for_programs(address.key)
    }
    assert addresses == {row.name for row in TABLE}


def test_visitors_get_an_exact_set_of_pages():
    assert {row.name for row in TABLE if row.expected()["nobody"] != "in"} == OPEN_DOORS


def test_every_address_that_changes_something_is_posted_to():
    posted = {row.name for row in TABLE if row.method == "POST"}
    safe = {row.name for row in TABLE if row.method == "GET" and "200" in row.answers}
    assert {row.name for row in TABLE} == posted | safe | {"account_set_password", "readyz"} | SECOND_STEP


SHARES = 4  # so that several processes share the walk


@pytest.mark.parametrize("part", range(SHARES))
def test_everybody_gets_what_the_table_says(world, settings, part):
    """Every row of the table for everybody, and each answer by htmx too; who is refused writes nothing."""
    settings.INCIDENT_REOPEN_DAYS = 0  # what is closed can be reported again
    clients, wrong = _clients(world), []
    for rows in _alike(TABLE)[part::SHARES]:
        with transaction.atomic():
            ticket = subject(world, rows[0])
            if rows[0].asked:
                ask_approval(world, ticket)
            for row in rows:
                with transaction.atomic():
                    wrong += _walk(world, clients, row, ticket)
                    transaction.set_rollback(True)
            transaction.set_rollback(True)
    assert not wrong


def test_only_staff_get_into_the_administration(world):
    """Each address of the admin: the administrator is served; everybody else is sent to sign in, by htmx too."""
    rooms = [address for address in every_address() if _is_admin(address.key) and address.key not in ADMIN_DOORS]
    assert len(rooms) > 15
    wrong = []
    clients = _clients(world)
    for address in rooms:
        path = _admin_path(address)
        for name in ("nobody", "erin", "lena", "admin"):  # who isn't staff is one to the administration
            client = clients[name]
            for htmx in (False,) if name == "admin" else (False, True):
                with transaction.atomic():
                    got = _ask(client, "GET", path, {}, htmx=htmx)
                    transaction.set_rollback(True)
                served = got.status_code in {200, 302, 403, 404, 405} and not _to_sign_in(got)
                if served != (name == "admin"):
                    wrong.append(f"{name} GET {path}{' by htmx' if htmx else ''}: {got.status_code}")
        with transaction.atomic():
            for name in ("nobody", "erin", "lena"):
                client = _client(world, name) if name == "nobody" else clients[name]
                if not _to_sign_in(got := client.post(path, {})):
                    wrong.append(f"{name} POST {path}: {got.status_code}")
            transaction.set_rollback(True)
    assert not wrong


def test_end_users_find_no_way_around_at_the_admins_own_door(world):
    for name in PEOPLE[:-1]:
        got = _client(world, name).get("/admin/login/?next=/admin/")
        assert got.status_code in {200, 302, 403}
        assert "What would you like to set up?" not in got.content.decode()
        if got.status_code == 302:
            assert urlsplit(got["Location"]).path != "/admin/"


def test_an_unknown_number_and_a_foreign_one_look_the_same(world, browse):
    found = incident(world.erin)
    client = browse(world.omar)
    foreign = client.get(f"/incidents/{found.number}/")
    unknown = client.get("/incidents/INC-999999/")
    assert foreign.status_code == unknown.status_code == 404
    neutral = [
        page.content.decode().replace(found.number, "N").replace("INC-999999", "N") for page in (foreign, unknown)
    ]
    assert _without_tokens(neutral[0]) == _without_tokens(neutral[1])


# -- the walk -----------------------------------------------------------------------------------


def _is_admin(key: str) -> bool:
    return key.startswith(("admin:", "/admin/"))


def _is_for_programs(key: str) -> bool:
    """Whether only a token opens it: `test_access_programs` walks those."""
    return key.startswith("api:") and key not in {"api:alerts", "api:schema"}


_HANDLER = ClientHandler(enforce_csrf_checks=False)


def _clients(world: Any) -> dict[str, Client]:
    return {name: _client(world, name) for name in PEOPLE}


def _client(world: Any, name: str, handler: ClientHandler = _HANDLER) -> Client:
    """A signed-in browser; all of them share one handler, since making one takes longer than a request."""
    client = Client()
    client.handler = handler
    if name != "nobody":
        client.force_login(getattr(world, name), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def _alike(table: list[Row]) -> list[list[Row]]:
    """The rows in groups that start from the same: it takes longer to lay than to ask for."""
    groups: dict[Any, list[Row]] = {}
    for row in table:
        groups.setdefault((subject_of(row), row.state, row.asked), []).append(row)
    return list(groups.values())


def _walk(world: Any, clients: dict[str, Client], row: Row, ticket: Any) -> list[str]:
    """What is wrong with the answers to this row."""
    address, data = address_of(world, ticket, row), data_of(world, row)
    wrong, by_htmx = [], set()
    for name, answer in row.expected().items():
        for htmx in (False, True) if answer not in by_htmx else (False,):
            with transaction.atomic(), written() as writes:
                got = _ask(clients[name], row.method, address, data, htmx=htmx)
                transaction.set_rollback(True)
            if not _fits(got, answer, htmx=htmx, address=address):
                wrong.append(f"{row}, {name}{' by htmx' if htmx else ''}: {got.status_code} instead of {answer}")
            if writes and row.method == "POST" and answer not in DONE | {"204"} and not row.for_all:
                wrong.append(f"{row}, {name}: {answer}, and yet {writes[0][:90]}")
            if name == "nobody" or row.name == "account_logout":  # the session went with the rollback
                clients[name] = _client(world, name)
        by_htmx.add(answer)
    return wrong


@contextmanager
def written() -> Iterator[list[str]]:
    """The statements that changed something, but for sessions, and for what was taken back."""
    found: list[str] = []
    since: dict[str, int] = {}

    def look(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("SAVEPOINT"):
            since[sql.split()[-1]] = len(found)
        elif sql.startswith("ROLLBACK TO"):
            del found[since[sql.split()[-1]] :]
        elif sql.startswith(("INSERT", "UPDATE", "DELETE")) and "django_session" not in sql:
            found.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        yield found


def _ask(client: Client, method: str, address: str, data: dict[str, Any], *, htmx: bool) -> Any:
    headers = {"HX-Request": "true"} if htmx else {}
    return (client.post if method == "POST" else client.get)(address, data, headers=headers)


def _to_sign_in(got: Any) -> bool:
    target = urlsplit(got.headers.get("HX-Redirect") or got.headers.get("Location") or "")
    return target.path in {reverse("account_login"), "/admin/login/"} and "next" in parse_qs(target.query)


def _fits(got: Any, answer: str, *, htmx: bool, address: str) -> bool:
    status = got.status_code
    if answer == "in":
        back = parse_qs(urlsplit(got.headers.get("HX-Redirect") or got.headers.get("Location") or "").query).get("next")
        page = re.sub(ON_A_PAGE, "", address)
        return _to_sign_in(got) and status == (204 if htmx else 302) and back == [page]
    if answer == "part" and htmx:
        return status == 200 and "HX-Redirect" not in got.headers
    if answer in DONE:
        done = (status == 302 and "Location" in got.headers) or (
            htmx and status == 200 and "HX-Redirect" in got.headers
        )
        return done and not _to_sign_in(got)
    return status == int(answer) and (status not in {200, 403, 404} or "HX-Redirect" not in got.headers)


def _admin_path(address: Any) -> str:
    """The admin's address with something in every place of it."""
    if not address.name:
        return "/admin/nowhere"
    label = re.search(r"app_label>(\w+)", address.route)
    filled = {"app_label": label[1] if label else "", "url": "nowhere"}
    return reverse(address.name, kwargs={name: filled.get(name, "1") for name in address.arguments})


def _without_tokens(page: str) -> str:
    return re.sub(r'(csrfmiddlewaretoken" value|csrf-token" content|nonce)="[^"]+"', "", page)
