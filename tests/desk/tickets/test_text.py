"""Hostile text through every form: kept or refused with a sentence, never an error; and when it is shown, nothing runs."""

import time
import uuid
from html.parser import HTMLParser
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from desk.tickets.errors import Refused
from desk.tickets.models import Event, Ticket
from desk.tickets.text import as_html, clean
from incidents.models import Incident, ResolutionCode
from tests.factories import incident
from tests.files import PNG
from tests.stories import in_state, reason

MARK = "Zebra"  # by which the text is found again
NASTY = {
    "long": MARK + "x" * 10_000,
    "too long": MARK + "x" * 50_001,
    "emoji": f"{MARK} 🧑‍🚒🔥 down",
    "right to left": f"{MARK} \u202egnp.exe\u202c שלום",
    "nul": f"{MARK}\x00end",
    "html": f'{MARK}<b onclick="alert(1)" style="x">bold</b><img src=x onerror=alert(1)><!--',
    "script": f"{MARK}</textarea></title></script><script>alert(1)</script>",
    "htmx": f'{MARK}<div hx-get="/admin/" hx-trigger="load" data-hx-post="/x">x</div>',
    "attribute": f'{MARK}" autofocus onfocus="alert(1)" hx-get="/x',
    "markdown": f"{MARK} [press](javascript:alert(1)) ![pixel](https://spy.example/p.png) [d](data:text/html,x)",
    "autolinks": f'{MARK} <javascript:alert(1)> https://a.example/"onmouseover=alert(1) vbscript:x',
    "lines": f"{MARK}\r\n\r\nsecond\rthird\u2028fourth\x0b\x1b[31m",
    "template": f"{MARK} {{{{ settings.SECRET_KEY }}}} {{% csrf_token %}} %(x)s {{0}}",
    "surrogate": f"{MARK} \udcff".encode("utf-8", "surrogateescape").decode("latin-1"),
}
WHOLE = "\n".join(text for kind, text in NASTY.items() if kind not in {"long", "too long", "nul"})
IN_PARTS = [WHOLE[at : at + 200] for at in range(0, len(WHOLE), 180)]  # for fields that are short


class Page(HTMLParser):
    """What a browser would make of a page: its tags with attributes, and the value of each field."""

    def __init__(self, html: str):
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.fields: dict[str, str] = {}
        self._area = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        found = {name: value or "" for name, value in attrs}
        self.tags.append((tag, found))
        if tag == "textarea":
            self._area = found.get("name", "")
            self.fields[self._area] = ""
        elif tag == "input":
            self.fields[found.get("name", "")] = found.get("value", "")

    def handle_endtag(self, tag):
        if tag == "textarea":
            self._area = ""

    def handle_data(self, data):
        if self._area:
            self.fields[self._area] += data


def shape(html: str) -> list[tuple[str, tuple[str, ...]]]:
    """The page's tags and attribute names: what hostile text must not add to."""
    return sorted((tag, tuple(sorted(attrs))) for tag, attrs in Page(html).tags)


def assert_inert(html: str) -> None:
    for tag, attrs in Page(html).tags:
        assert not any(name.startswith("on") for name in attrs), (tag, attrs)
        assert "style" not in attrs, (tag, attrs)
        if MARK not in str(attrs) and "alert" not in str(attrs) and "spy.example" not in str(attrs):
            continue
        assert tag not in {"script", "iframe", "object", "embed", "form", "base", "link", "meta"}, (tag, attrs)
        assert tag != "img", attrs
        ours = "data-typeahead-input" in attrs  # the field for a person asks the server by itself
        assert ours or not any(name.startswith(("hx-", "data-hx-")) for name in attrs), (tag, attrs)
        for name in {"href", "src", "action", "formaction"} & set(attrs):
            assert not attrs[name].strip().lower().startswith(("javascript:", "data:", "vbscript:")), (tag, attrs)
    for tag, attrs in Page(html).tags:
        if tag == "script":
            assert attrs.get("src", "").startswith("/static/"), attrs


def forms(ticket: Ticket) -> dict[str, tuple[str, str, str, dict[str, Any]]]:
    """Form -> (who sends it, its address, the field under attack, the other fields)."""
    here, edit = f"/incidents/{ticket.number}", {"requester": "erin", "impact": 3, "urgency": 2, "seen": ticket.version}
    fixed = ResolutionCode.objects.get(name="Fixed").pk
    waiting = reason("Waiting for requester").pk
    return {
        "title": ("erin", "/incidents/new/", "title", {"impact": 3, "urgency": 2}),
        "description": ("erin", "/incidents/new/", "description", {"title": "Mail", "impact": 3, "urgency": 2}),
        "on behalf": ("sam", "/incidents/new/", "requester", {"title": "Mail", "impact": 3, "urgency": 2}),
        "reply": ("erin", f"{here}/reply/", "message", {}),
        "note": ("sam", f"{here}/note/", "note", {}),
        "edited title": ("sam", f"{here}/edit/", "title", edit),
        "edited description": ("sam", f"{here}/edit/", "description", {**edit, "title": "Mail"}),
        "edited requester": ("sam", f"{here}/edit/", "requester", {**edit, "title": "Mail"}),
        "why elsewhere": ("sam", f"{here}/do/assign/", "reason", {"workgroup": "network"}),
        "question": ("sam", f"{here}/do/hold/", "message", {"reason": waiting}),
        "hold note": ("sam", f"{here}/do/hold/", "note", {"reason": waiting, "message": "Which one?"}),
        "solution": ("sam", f"{here}/do/resolve/", "solution", {"code": fixed}),
    }


FORMS = [
    "title", "description", "on behalf", "reply", "note", "edited title", "edited description", "edited requester",
    "why elsewhere", "question", "hold note", "solution",
]  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_hostile_text_in_every_field(world, browse, form):
    """Taken, it shows as text; refused, the answer says so and the form still holds it."""
    clients = {name: browse(getattr(world, name)) for name in ("erin", "sam", "nadia")}
    ticket = in_state("in_progress", requester=world.erin, analyst=world.sam)
    who, address, field, others = forms(ticket)[form]
    others = {name: world.network.pk if value == "network" else value for name, value in others.items()}
    for text in (NASTY["nul"], NASTY["too long"], *(IN_PARTS if field == "title" else [WHOLE])):
        answer = clients[who].post(address, {**others, field: text})
        if answer.status_code == 302:
            others["seen"] = others.get("seen", 0) + 1
            break
        assert answer.status_code in {409, 422}
        page = answer.content.decode()
        assert 'class="notice notice-danger"' in page
        assert_inert(page)
        assert _plain(Page(page).fields[field]) == _plain(text)
    assert (answer.status_code == 302) == (field != "requester")
    shown = Incident.objects.order_by("-pk").first() if "new" in address else ticket
    for client in clients.values():
        assert_inert(client.get(f"/incidents/{shown.number}/").content.decode())


@pytest.mark.parametrize("length", [10_000, 50_000])
def test_a_long_text_is_taken_whole(world, browse, length):
    ticket, erin = incident(world.erin), browse(world.erin)
    assert erin.post(f"/incidents/{ticket.number}/reply/", {"message": "x" * length}).status_code == 302
    assert "x" * length in erin.get(f"/incidents/{ticket.number}/").content.decode()


def _plain(text: str) -> str:
    """As a browser would send it back; the NUL, which no page can hold, aside."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").replace("\ufffd", "").strip()


@pytest.mark.parametrize("form", ["comment", "reopen", "cancel"])
def test_hostile_text_in_what_the_requester_says_at_the_end(world, browse, form):
    state, field = {
        "comment": ("resolved", "comment"),
        "reopen": ("resolved", "reason"),
        "cancel": ("logged", "reason"),
    }[form]
    name = "confirm" if form == "comment" else form
    erin, sam = browse(world.erin), browse(world.sam)
    for text in (NASTY["nul"], NASTY["too long"], WHOLE):
        ticket = in_state(state, requester=world.erin, analyst=world.sam)
        answer = erin.post(f"/incidents/{ticket.number}/do/{name}/", {field: text, "rating": 1})
        assert answer.status_code == 302 if text == WHOLE else answer.status_code in {409, 422}
        if answer.status_code != 302:
            assert _plain(Page(answer.content.decode()).fields[field]) == _plain(text)
    for client in (erin, sam):
        assert_inert(client.get(f"/incidents/{ticket.number}/").content.decode())


def test_a_hostile_title_adds_nothing_to_any_list(world, browse):
    """Every page that shows the title has the very same tags as with a tame one."""
    tame, hostile = incident(world.erin, "Mail"), incident(world.erin, NASTY["script"][:200])
    for name in ("sam", "lena", "erin"):
        client = browse(getattr(world, name))
        shapes = [shape(client.get(f"/incidents/{one.number}/").content.decode()) for one in (tame, hostile)]
        assert shapes[0] == shapes[1]
    for address in ("/", "/queues/service-desk/", "/queues/service-desk/team/"):
        page = browse(world.lena).get(address).content.decode()
        assert_inert(page)
        assert "&lt;script&gt;alert(1)" in page or MARK not in page


@pytest.mark.parametrize(
    "name",
    [
        '<script>alert(1)</script>.png', '"><img src=x onerror=alert(1)>.png', "gnp\u202egnp.png", "🔥.png", "a\r\nSet-Cookie: x=1.png",
        "../../../etc/passwd.png", "C:\\windows\\evil.png", "x" * 300 + ".png", ".png", "a;b=c'd.png", "%00%2e%2e.png",
    ],
)  # fmt: skip
def test_hostile_file_names(world, browse, settings, name):
    ticket, erin = incident(world.erin), browse(world.erin)
    upload = SimpleUploadedFile("x.png", PNG, "image/png")
    upload._name = name  # as it comes from the wire
    answer = erin.post(f"/incidents/{ticket.number}/reply/", {"message": "See", "files": upload})
    assert answer.status_code in {302, 422}
    page = erin.get(f"/incidents/{ticket.number}/")
    assert_inert(page.content.decode())
    for attachment in (
        Event.objects.filter(attachments__isnull=False).get().attachments.all() if answer.status_code == 302 else ()
    ):
        got = erin.get(attachment.get_absolute_url())
        assert got.status_code == 200
        assert got["Content-Disposition"].startswith("attachment;")
        assert "Set-Cookie" not in got.headers
        assert "\u202e" not in attachment.name
        assert "/" not in attachment.name
        assert "\\" not in attachment.name
        b"".join(got.streaming_content)
    kept = [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]
    assert all(settings.MEDIA_ROOT in path.parents and len(path.name) == 32 for path in kept)


ODD = ["", "-1", "9" * 30, "9" * 5000, "½", "<script>"]


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: odd[:9])
def test_odd_values_in_addresses(world, browse, odd):
    ticket, sam = incident(world.erin), browse(world.sam)
    short = odd[:3000]
    questions = [
        f"/queues/service-desk/?tab={short}", f"/queues/service-desk/?after={short}", f"/queues/service-desk/?after={short}.1",
        f"/queues/service-desk/?after=1.{short}", f"/incidents/?page={odd}", f"/people/find/?q={short}", f"/people/find/?a={short}&b=",
        f"/incidents/new/?title={short}", f"/incidents/{ticket.number}/do/assign/?workgroup={odd}&assignee={odd}&seen={odd}&next={short}",
        f"/incidents/{ticket.number}/do/hold/?reason={short}", f"/lifecycles/?kind={short}", f"/?{short}",
    ]  # fmt: skip
    for question in questions:
        answer = sam.get(question, headers={"HX-Request": "true"} if "do/" in question else {})
        assert answer.status_code in {200, 400, 404}, question[:80]
        assert_inert(answer.content.decode())


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: odd[:9])
def test_odd_values_in_hidden_fields(world, browse, odd):
    """Whatever a form's hidden fields and lists are made to say: an answer, and a sentence when it is a refusal."""
    sam = browse(world.sam)
    hidden = {
        "do/assign/": {"workgroup": odd, "assignee": odd, "seen": odd},
        "do/assign/?x": {"workgroup": odd, "assignee": odd, "show": "1"},
        "do/start/": {"seen": odd},
        "do/hold/": {"reason": odd, "seen": odd},
        "do/resolve/": {"code": odd, "solution": "Done"},
        "edit/": {
            "title": "Mail",
            "requester": odd,
            "service": odd,
            "category": odd,
            "site": odd,
            "impact": odd,
            "seen": odd,
        },
        "recurrence/": {"submission": odd},
        "reply/": {"message": "Hello", "next": odd[:3000], "files": odd},
        "take/": {"next": odd[:3000], "seen": odd},
    }
    ticket = in_state("assigned", requester=world.erin, analyst=world.sam)
    for where, data in hidden.items():
        answer = sam.post(f"/incidents/{ticket.number}/{where}", data)
        assert answer.status_code in {200, 302, 400, 409, 412, 422}, (where, answer.status_code)
        if answer.status_code == 302:
            assert answer["Location"].startswith("/") and not answer["Location"].startswith("//"), where
    for data in (
        {},
        {"submission": odd, "title": "Mail", "impact": odd, "urgency": odd, "service": odd, "site": odd, "again": odd},
    ):
        assert sam.post("/incidents/new/", data).status_code in {302, 422}
    assert sam.post("/incidents/new/", {"submission": odd, "title": "Mail", "impact": 3, "urgency": 2}).status_code in {
        302,
        422,
    }


def test_a_nul_in_an_address_is_refused(world, browse):
    sam = browse(world.sam)
    for address in (
        "/incidents/INC%00/",
        "/people/find/?q=a%00b",
        "/queues/service-desk/?after=%00",
        "/incidents/?page=%00",
    ):
        assert sam.get(address).status_code == 400


def test_nobody_is_sent_to_another_house(world, browse):
    sam = browse(world.sam)
    for wanted in (
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "\t//evil.example",
        "/\nx: y",
    ):
        for headers in ({}, {"HX-Request": "true"}):
            ticket = incident(world.erin)
            answer = sam.post(f"/incidents/{ticket.number}/take/", {"next": wanted}, headers=headers)
            target = answer.headers.get("HX-Redirect") or answer["Location"]
            assert target.startswith("/"), wanted
            assert not target.startswith(("//", "/\\")), wanted
            assert "\n" not in target


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options", "trace"])
def test_odd_methods_are_refused(world, browse, method):
    ticket, sam = incident(world.erin), browse(world.sam)
    before = (ticket.events.count(), Incident.objects.count())
    for where in ("", "reply/", "note/", "edit/", "take/", "do/assign/", "recurrence/"):
        assert getattr(sam, method)(f"/incidents/{ticket.number}/{where}").status_code == 405
    for address in (
        "/",
        "/incidents/",
        "/incidents/new/",
        "/queues/",
        "/queues/service-desk/",
        "/people/find/",
        "/lifecycles/",
    ):
        assert getattr(sam, method)(address).status_code == 405
    assert (ticket.events.count(), Incident.objects.count()) == before


def test_a_body_that_is_no_form(world, browse):
    erin = browse(world.erin)
    for body, kind in (
        (b"{}", "application/json"),
        (b"\xff\xfe", "text/plain"),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
    ):
        answer = erin.post("/incidents/new/", body, content_type=kind)
        assert answer.status_code in {400, 422}
    assert erin.post("/incidents/new/", {"title": "x" * 3_000_000}).status_code == 400


# -- the text itself --------------------------------------------------------------------------


@pytest.mark.parametrize("kind", NASTY)
def test_markdown_never_runs(kind):
    html = str(as_html(NASTY[kind]))
    assert_inert(html)
    tags = {tag for tag, _ in Page(html).tags}
    assert not tags & {"img", "script", "iframe", "svg", "input", "form", "button", "div", "span"}
    for tag, attrs in Page(html).tags:
        if tag == "a":
            assert set(attrs) <= {"href", "title", "rel"}
            assert attrs["rel"] == "noopener noreferrer nofollow"


def test_markdown_does_what_people_expect():
    assert str(as_html("a **b** ~~c~~\nd")) == "<p>a <strong>b</strong> <s>c</s><br>\nd</p>\n"
    assert 'href="https://example.org"' in str(as_html("see https://example.org"))
    assert 'href="mailto:a@b.example"' in str(as_html("[mail](mailto:a@b.example)"))
    assert str(as_html("")) == ""


@pytest.mark.parametrize(
    "bomb",
    ["[" * 50_000, "![" * 25_000, "*a_" * 16_000, "|a|b|\n|-|-|\n" + "|a|b|\n" * 8000, "> " * 25_000, "<" * 50_000],
    ids=lambda bomb: bomb[:6],
)
def test_no_text_keeps_a_page_waiting(bomb):
    started = time.process_time()
    as_html(bomb)
    assert time.process_time() - started < 2


def test_clean_is_normal_and_says_why_not():
    assert clean("  Cafe\u0301 \r\n x ", field="title") == "Café \n x"
    assert clean(None, field="note") == ""
    for text, why in (("a\x00b", "NUL"), ("x" * 11, "11 characters; 10 is the most"), ("  ", "Say something")):
        with pytest.raises(Refused, match=why) as refused:
            clean(text, field="note", required="Say something", limit=10)
        assert refused.value.field == "note"


def test_a_form_of_the_same_uuid_written_another_way_is_the_same_form(world, browse):
    token, erin = uuid.uuid4(), browse(world.erin)
    for written in (str(token), token.hex, f"{{{token}}}", token.urn):
        answer = erin.post("/incidents/new/", {"title": "Mail", "impact": 3, "urgency": 2, "submission": written})
        assert answer.status_code == 302, written
    assert Incident.objects.count() == 1


UNSEEN = {
    "zero width": "\u200b\u200c\u200d\ufeff\u2060",
    "bidi marks": "\u200e\u200f\u202a\u202e\u2066\u2069",
    "no-break spaces": "\u00a0\u202f\u2007\u3000",
    "hangul fillers": "\u3164\uffa0\u115f\u1160",
    "soft hyphens and joiners": "\u00ad\u034f\u180e",
    "braille blank": "\u2800",
    "variation selectors": "\ufe0f\U000e0101",
}


@pytest.mark.parametrize("unseen", UNSEEN.values(), ids=UNSEEN)
def test_a_title_in_which_nothing_is_to_be_seen_is_no_title(world, browse, unseen):
    answer = browse(world.erin).post("/incidents/new/", {"title": unseen, "impact": 3, "urgency": 2})
    assert answer.status_code in {409, 422}
    assert answer.context["form"].errors["title"] == ["Please say in a few words what is wrong."]
    assert not Incident.objects.exists()
    found = incident(world.erin)
    answer = browse(world.erin).post(f"/incidents/{found.number}/reply/", {"message": unseen})
    assert answer.context["reply_form"].errors["message"] == ["Please write something."]


@pytest.mark.parametrize("seen", ["!", "\u200fשלום", "👩\u200d🚒", "ㄱ", "e\u0301", "\u2801"])
def test_one_visible_sign_is_enough(seen):
    assert clean(seen, field="title", required="Please.")
