"""Every address for programs for everybody, as `access_programs` says, with each scope; and no address outside of that table."""

from datetime import timedelta
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from desk.api import limits, scopes
from desk.api.models import Token
from desk.tickets import kinds
from desk.tickets.models import Ticket
from itsm.api import router
from tests.architecture.access_programs import PEOPLE, TABLE, Row
from tests.architecture.addresses import every_address
from tests.desk.api.town import fill, places
from tests.factories import incident
from tests.programs import Program

BESIDE = {"api:alerts", "api:schema"}  # with tokens of their own, and without any: in the table of pages


def test_every_address_for_programs_is_in_the_table_and_the_table_has_no_other():
    named = {address.key for address in every_address() if address.key.startswith("api:")} - BESIDE
    assert named == {f"api:{row.name}" for row in TABLE}


def test_every_method_of_every_address_is_asked():
    """A viewset can't get a verb that nobody thought about."""
    offered = set()
    for _, viewset, basename in router.registry:
        for route in router.get_routes(viewset):
            for method in router.get_method_map(viewset, route.mapping):
                offered.add((route.name.format(basename=basename), method.upper()))
    assert offered == {(row.name, row.method) for row in TABLE}


def test_everybody_gets_what_the_table_says(world, settings):
    """Every row for everybody; who is refused changes nothing, and is told so as a problem."""
    settings.API_PER_MINUTE = 10**9
    town, wrong = fill(world), []
    programs = {name: Program(getattr(world, name)) for name in PEOPLE}
    for row in TABLE:
        for name, expected in row.expected().items():
            got, changed = ask(world, town, row, programs[name])
            if got.status_code != expected:
                wrong.append(
                    f"{row}, {name}: {got.status_code} instead of {expected} {getattr(got, 'content', b'')[:200]!r}"
                )
            if changed and got.status_code >= 400:
                wrong.append(f"{row}, {name}: {got.status_code}, and yet something changed")
            if got.status_code >= 400 and got["Content-Type"] != "application/problem+json":
                wrong.append(f"{row}, {name}: {got['Content-Type']}")
    assert not wrong, "\n".join(wrong)


def test_a_token_opens_what_its_scopes_say_and_nothing_else(world, settings):
    """Whoever may by the table may by a token of that area and level alone, and by no other."""
    settings.API_PER_MINUTE = 10**9
    town, wrong = fill(world), []
    for row in TABLE:
        name = next((name for name, answer in row.expected().items() if answer < 400), "")
        area, level = needed(row)
        if not name or not area:
            continue
        user = getattr(world, name)
        others = [scope for scope in scopes.every() if not scope.startswith((f"{area}:", "all:"))]
        below = [f"{area}:{one}" for one in scopes.LEVELS[: scopes.LEVELS.index(level)]]
        beside = {
            "approvals": ["incidents:read"],
            "queues": ["incidents:write"],
        }  # they tell of tickets, or change them
        own = [f"{area}:{level}", *beside.get(area, [])]
        for held, expected in ((own, row.expected()[name]), ([*others, *below], 403)):
            got, _ = ask(world, town, row, Program(user, *held))
            if got.status_code != expected:
                wrong.append(f"{row} with {held}: {got.status_code} instead of {expected}")
    assert not wrong, "\n".join(wrong)


def needed(row: Row) -> tuple[str, str]:
    """The area and level that the row's endpoint asks for."""
    prefix, viewset, _ = next(one for one in router.registry if row.name.startswith(f"{one[0]}-"))
    area = prefix if prefix in {kind.area for kind in kinds.every()} else viewset.area
    return area, viewset.level or ("read" if row.method == "GET" else "write")


def test_without_a_token_nobody_gets_anywhere(world, browse, settings):
    """Neither with a wrong one, nor by being signed in."""
    settings.API_PER_MINUTE = 10**9
    town, signed_in = fill(world), browse(world.admin)
    limits.WRONG_A_MINUTE, before = 10**9, limits.WRONG_A_MINUTE
    try:
        for row in TABLE:
            address = address_of(town, row)
            answers = [
                Program(None).ask(row.method, address, row.body),
                Program(None, token="itsm-token-guessed").ask(row.method, address, row.body),
                signed_in.generic(row.method, address),
            ]
            assert {got.status_code for got in answers} == {401}, str(row)
            assert {got["WWW-Authenticate"] for got in answers} == {"Bearer"}
    finally:
        limits.WRONG_A_MINUTE = before


def test_search_and_files_are_of_the_kinds_that_the_token_opens(world):
    town = fill(world)
    narrow, wide = Program(world.sam, "changes:read"), Program(world.sam, "incidents:read")
    search = f"search/?q={town.incident.number}"
    assert [hit["number"] for hit in wide.get(search).json()["results"]] == [town.incident.number]
    assert narrow.get(search).json()["results"] == []
    assert wide.get(f"attachments/{town.file.key}/").status_code == 200
    assert narrow.get(f"attachments/{town.file.key}/").status_code == 404


def test_naming_what_is_foreign_and_what_is_missing_looks_the_same(world):
    """In an address, and in what is sent."""
    own, foreign = incident(world.omar, workgroup=world.network), incident(world.erin)
    nadia = Program(world.nadia)
    for path, body in (
        (f"incidents/{own.number}/links/", {"how": "related_to>", "number": "{}"}),
        (f"incidents/{own.number}/transitions/merge/", {"into": "{}"}),
        ("work-orders/", {"parent": "{}", "title": "Look", "workgroup": world.network.pk}),
        ("changes/", {"fixes": "{}", "title": "Mend it", "workgroup": world.network.pk}),
        ("incidents/{}/", None),
    ):
        told = []
        for number in (foreign.number, "INC-999999"):
            sent = {n: number if v == "{}" else v for n, v in body.items()} if body else None
            got = nadia.ask("POST" if sent else "GET", path.replace("{}", number), sent)
            told.append((got.status_code, got.content.decode().replace(number, "N")))
        assert told[0] == told[1] and told[0][0] in {400, 404}, path


def test_no_field_is_set_that_the_page_has_no_field_for(world, settings):
    """Every column of every kind, sent by everybody: what no form asks for is refused by name, and changes nothing."""
    settings.API_PER_MINUTE = 10**9
    town, wrong = fill(world), []
    for ticket in (town.incident, town.order, town.change, town.request):
        kind = ticket.kind_info
        asked = set(kind.forms.EditForm.base_fields) - {"seen"}
        others = {field.name for field in kind.model._meta.get_fields()} | {"is_staff", "id", "pk", "seen"}
        sent = [dict.fromkeys(sorted(others - asked), "closed"), *({name: "closed"} for name in sorted(asked))]
        for name in ("erin", "omar", "sam", "nadia", "lena", "admin"):
            program = Program(getattr(world, name))
            for body in sent:
                with transaction.atomic():
                    before = columns(ticket)
                    got = program.patch(f"{kind.area}/{ticket.number}/", body)
                    changed = {one for one, value in columns(ticket).items() if before[one] != value}
                    transaction.set_rollback(True)
                refused = set(got.json().get("errors", {})) == set(body) or got.status_code in {403, 404}
                kept = changed <= {"version", "updated_at", *body} and (not changed or got.status_code == 200)
                if not kept or (len(body) > 1 and not refused):
                    wrong.append(f"{name}, {kind.name} {list(body)}: {got.status_code}, changed {changed}")
    assert not wrong, "\n".join(wrong)


def test_nothing_is_sent_that_nobody_asked_for(world, settings):
    """Of every address that takes something: a field that it doesn't know is named, and nothing is done."""
    settings.API_PER_MINUTE = 10**9
    town, wrong = fill(world), []
    for row in TABLE:
        name = next((name for name, answer in row.expected().items() if answer < 400), "")
        if row.method not in {"POST", "PATCH"} or not name:
            continue
        more = Row(row.name, row.answers, row.method, {**(row.body or {}), "is_staff": True}, row.move)
        got, changed = ask(world, town, more, Program(getattr(world, name)))
        if got.status_code != 400 or list(got.json().get("errors", ())) != ["is_staff"] or changed:
            wrong.append(f"{row}, {name}: {got.status_code} {got.content[:200]!r}")
    assert not wrong, "\n".join(wrong)


def columns(ticket: Any) -> dict[str, Any]:
    return type(ticket).objects.filter(pk=ticket.pk).values().get()


def test_what_is_logged_takes_no_field_that_the_page_has_none_for(world):
    chosen = {
        "state": "closed",
        "priority": 1,
        "requester_id": world.omar.pk,
        "number": "INC-1",
        "source": "web",
        "workgroup": world.network.pk,
    }
    for name, value in chosen.items():
        got = Program(world.erin).post("incidents/", {"title": "No sound", name: value})
        assert (got.status_code, list(got.json()["errors"])) == (400, [name])
    assert Program(world.erin).post("incidents/", {"title": "No sound", "requester": "omar"}).status_code == 400
    assert not Ticket.objects.exists()


def ask(world: Any, town: Any, row: Row, program: Program, more: dict[str, Any] | None = None) -> tuple[Any, bool]:
    """The answer, and whether it changed anything; afterwards nothing is. `more` goes along with the row's body."""
    return asked(lambda: address_of(town, row), lambda: body_of(world, town, row), row.method, program, more)


def asked(address: Any, body: Any, method: str, program: Program, more: Any = None, exactly: bool = False) -> Any:
    """Whether anything was written is quick to tell; what is refused though it tried to is asked again, and compared."""
    look = state if exactly else written
    with transaction.atomic():
        where, sent = address(), body()
        sent = {**(sent or {}), **more} if more else sent
        before = look()
        got = program.ask(method, where, sent)
        changed = look() != before
        transaction.set_rollback(True)
    if changed and got.status_code >= 400 and not exactly:
        return asked(address, body, method, program, more, exactly=True)
    return got, changed


def written() -> int:
    """How many rows this transaction has written so far, tokens apart (that one was used is noted)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_xact_user_tables WHERE relname <> 'api_token'"
        )
        return int(cursor.fetchone()[0])


def state() -> str:
    """What every row of every table says, but for tokens."""
    names = sorted(
        {model._meta.db_table for model in apps.get_models(include_auto_created=True) if model._meta.managed}
        - {Token._meta.db_table}
    )
    each = (
        f"SELECT '{name}' AS a, md5(string_agg(t::text, '|' ORDER BY t::text)) AS b FROM {name} t" for name in names
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT md5(string_agg(a || coalesce(b, ''), '|' ORDER BY a)) FROM ({' UNION ALL '.join(each)}) x"
        )
        found: str = cursor.fetchone()[0]
    return found


def address_of(town: Any, row: Row) -> str:
    address = next(one for one in every_address() if one.key == f"api:{row.name}")
    room = next(prefix for prefix, _, _ in router.registry if address.route.startswith(f"api/v1/^{prefix}/"))
    chosen = {name: row.move for name in ("name", "what") if row.move and name in address.arguments}
    return reverse(address.key, kwargs={**places(town, room, address.arguments, address.route), **chosen})


def body_of(world: Any, town: Any, row: Row) -> Any:
    if row.body is None:
        return None
    now = timezone.now()
    named = {
        "tomorrow": (now + timedelta(days=1)).isoformat(),
        "later": (now + timedelta(days=2)).isoformat(),
        "incident": town.incident.number,
        "desk": world.desk.pk,
        "template": town.template.pk,
    }
    if "another" in row.body.values() or ["another"] in row.body.values():  # it takes longer to log than to ask
        named["another"] = incident(world.sam, "Another").number
    said = {name: named.get(value, value) if isinstance(value, str) else value for name, value in row.body.items()}
    return {
        n: [named.get(one, one) for one in value] if isinstance(value, list) else value for n, value in said.items()
    }
