"""A session that runs out in the middle of a sentence: back to the same page, with the same words; and in whose language."""

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from desk.api.actions import make_token
from desk.knowledge.models import Article
from incidents.models import Incident
from incidents.sheets.models import Sheet
from tests.factories import incident

SIGN_IN = {"login": "erin", "password": "demo"}


@pytest.fixture
def found(world):
    return incident(world.erin, "The mail is down")


def sent_without_a_session(path, data, *, page, htmx):
    """A form sent from `page` by Erin's browser after her session ran out; returns the browser and where it is led."""
    client = Client()
    client.post("/accounts/login/", SIGN_IN)
    assert client.get(page).status_code == 200
    del client.cookies["sessionid"]
    headers = {"Referer": f"http://testserver{page}"}
    if htmx:
        headers |= {"HX-Request": "true", "HX-Current-URL": f"http://testserver{page}"}
    answer = client.post(path, data, headers=headers)
    if htmx:
        assert answer.status_code == 204
        return client, answer["HX-Redirect"]
    assert answer.status_code == 302
    return client, answer["Location"]


@pytest.mark.parametrize("htmx", [False, True], ids=["plain", "htmx"])
@pytest.mark.parametrize(
    ("address", "field", "page"),
    [
        ("/incidents/new/", "title", "/incidents/new/"),
        ("/incidents/{number}/reply/", "message", "/incidents/{number}/"),
        ("/incidents/{number}/do/cancel/", "reason", "/incidents/{number}/do/cancel/"),
    ],
)
def test_typed_text_is_there_after_signing_in_again(found, htmx, address, field, page):
    address, page = address.format(number=found.number), page.format(number=found.number)
    words = "Since nine, <b>every</b> day"
    client, target = sent_without_a_session(address, {field: words}, page=page, htmx=htmx)
    assert target.startswith("/accounts/login/?next=")
    answer = client.post(target, SIGN_IN, follow=True)
    assert answer.redirect_chain[-1][0] == page
    assert "Since nine, &lt;b&gt;every&lt;/b&gt; day" in answer.content.decode()
    assert "your text is still here" in answer.content.decode()
    assert "Since nine" not in client.get(page).content.decode()


def test_a_page_asked_for_by_htmx_leads_to_sign_in_and_back_to_the_page_it_stands_on(found):
    headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver/incidents/{found.number}/"}
    answer = Client().get(f"/incidents/{found.number}/do/cancel/", headers=headers)
    assert answer["HX-Redirect"] == f"/accounts/login/?next=%2Fincidents%2F{found.number}%2F"


def test_nobody_is_led_to_another_house(found):
    answer = Client().post(
        f"/incidents/{found.number}/reply/", {"message": "x"}, headers={"Referer": "https://evil.example/trap/"}
    )
    assert "evil" not in answer["Location"]


def test_passwords_are_never_kept(found):
    secrets = {"oldpassword": "secret-1", "password1": "secret-2", "password2": "secret-2"}
    client, _ = sent_without_a_session(
        "/accounts/password/change/", secrets, page="/accounts/password/change/", htmx=False
    )
    assert "secret" not in str(dict(client.session))


def test_what_erin_typed_is_not_shown_to_omar(found):
    page = "/incidents/new/"
    client, target = sent_without_a_session(page, {"title": "Between us"}, page=page, htmx=False)
    client.post(target, {"login": "omar", "password": "demo"})
    assert "Between us" not in client.get(page).content.decode()


def test_the_safety_token_holds_for_htmx_too(found, world):
    client = Client(enforce_csrf_checks=True, headers={"HX-Request": "true"})
    client.force_login(world.erin, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.post(f"/incidents/{found.number}/reply/", {"message": "x"}).status_code == 403
    assert set(found.events.values_list("kind", flat=True)) == {"incident.logged"}


def test_times_are_shown_in_the_viewers_zone(world, browse):
    world.erin.time_zone = "Pacific/Auckland"
    world.erin.save()
    found = incident(world.erin)
    page = browse(world.erin).get(f"/incidents/{found.number}/").content.decode()
    assert "+13:00" in page or "+12:00" in page


def test_no_copy_of_a_page_stays_in_a_shared_browser(found, world, browse):
    for address in ("/", f"/incidents/{found.number}/", "/incidents/"):
        assert browse(world.erin).get(address)["Cache-Control"] == "private, no-store"


# -- the outbox: what a browser kept while it had no connection -------------------------------------


@pytest.mark.parametrize(("signed_in", "told"), [("erin", "erin"), ("omar", "omar"), (None, "")])
def test_what_was_kept_is_taken_from_its_writer_alone(world, found, browse, signed_in, told):
    client = browse(getattr(world, signed_in)) if signed_in else Client()
    before = found.events.count()
    headers = {"Outbox-User": str(world.erin.pk), "HX-Request": "true"}
    answer = client.post(f"/incidents/{found.number}/reply/", {"message": "Any news?"}, headers=headers)
    assert answer["Outbox-User"] == (str(getattr(world, told).pk) if told else "")
    assert answer.status_code == (200 if signed_in == "erin" else 403)
    assert found.events.count() == before + (signed_in == "erin")
    assert "kept_text" not in client.session


def test_an_upload_with_a_bar_is_told_where_to_go_on(world, browse):
    erin = browse(world.erin)
    sent = erin.post(
        "/incidents/new/", {"title": "The scanner is dead", "impact": 3, "urgency": 2}, headers={"Upload": "1"}
    )
    found = Incident.objects.get()
    assert (sent.status_code, sent["Upload-Next"], sent.content) == (204, found.get_absolute_url(), b"")
    assert "The scanner is dead" in erin.get(sent["Upload-Next"]).content.decode()
    wrong = erin.post("/incidents/new/", {"title": ""}, headers={"Upload": "1"})
    assert (wrong.status_code, wrong.has_header("Upload-Next")) == (422, False)


def test_an_upload_that_comes_again_does_nothing_again_and_goes_on_to_the_same_place(world, browse):
    """Also where the form has no token of its own: an article, a table of incidents."""
    sam, lena = browse(world.sam), browse(world.lena)
    head = {"Upload": "1", "Idempotency-Key": str(uuid4())}
    table = lambda: {"file": SimpleUploadedFile("June.csv", b"title\nNo sound\n")}  # noqa: E731
    told = [client.post("/incidents/import/", table(), headers=head)["Upload-Next"] for client in (sam, sam, lena)]
    assert (told[0] == told[1], told[0] == told[2], Sheet.objects.count()) == (True, False, 2)
    article = {
        "title": "Label printer",
        "symptoms": "Blank",
        "answer": "Turn it",
        "audience": "analysts",
        "body": "Well",
    }
    for _ in range(2):
        sent = sam.post("/knowledge/new/", article, headers=head)  # the same key, and another form
        assert (sent.status_code, sent.has_header("Upload-Next")) == (204, True)
    assert Article.objects.filter(title="Label printer").count() == 1


def test_an_upload_that_was_refused_may_be_mended_and_sent_again(world, browse):
    erin, head = browse(world.erin), {"Upload": "1", "Idempotency-Key": str(uuid4())}
    assert erin.post("/incidents/new/", {"title": ""}, headers=head).status_code == 422
    form = {"title": "The scanner is dead", "impact": 3, "urgency": 2}
    for _ in range(2):
        assert erin.post("/incidents/new/", form, headers=head).status_code == 204
    assert Incident.objects.count() == 1


def test_an_upload_of_somebody_signed_out_leads_to_the_sign_in_page(client, world):
    sent = client.post("/incidents/new/", {"title": "The scanner is dead"}, headers={"Upload": "1"})
    assert (sent.status_code, sent["Upload-Next"]) == (204, "/accounts/login/?next=%2Fincidents%2Fnew%2F")


# -- the language ---------------------------------------------------------------------------------

GERMAN = {"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"}


def language_of(answer):
    """What the answer says it is in, and what the page says."""
    said = answer["Content-Language"]
    assert f'<html lang="{said}">' in answer.content.decode()
    assert "Accept-Language" in answer["Vary"]
    return said


def test_a_visitor_reads_what_their_browser_asks_for(db):
    page = Client(headers=GERMAN).get("/accounts/login/")
    assert language_of(page) == "de"
    assert "Passwort" in page.content.decode()  # allauth's own word
    assert language_of(Client().get("/accounts/login/")) == "en-gb"
    assert language_of(Client(headers={"Accept-Language": "fr"}).get("/accounts/login/")) == "en-gb"


def test_what_somebody_chose_wins_over_their_browser(world, browse):
    world.erin.language = "en-gb"
    world.erin.save()
    assert language_of(browse(world.erin, **GERMAN).get("/")) == "en-gb"
    world.omar.language = "de"
    world.omar.save()
    assert language_of(browse(world.omar).get("/")) == "de"
    assert language_of(browse(world.sam, **GERMAN).get("/")) == "de"  # who chose none


def test_a_visitor_chooses_at_the_foot_of_the_sign_in_page_and_still_comes_where_they_wanted(world):
    client = Client(headers=GERMAN)
    page = client.get("/accounts/login/?next=/incidents/%3Fq%3Da%2526b").content.decode()
    assert (
        '<button type="submit" name="language" value="en-gb" lang="en-gb" aria-pressed="false">English</button>' in page
    )
    assert '<button type="submit" name="language" value="de" lang="de" aria-pressed="true">Deutsch</button>' in page
    wanted = "/accounts/login/?next=/incidents/%3Fq%3Da%2526b"
    assert f'name="next" value="{wanted}"' in page
    answer = client.post("/language/", {"language": "en-gb", "next": wanted})
    assert (answer.status_code, answer["Location"]) == (302, wanted)
    cookie = client.cookies["django_language"]
    assert (cookie.value, cookie["samesite"], cookie["httponly"]) == ("en-gb", "Lax", True)
    assert cookie["max-age"] > 300 * 24 * 3600
    again = client.get(wanted)
    assert language_of(again) == "en-gb"
    assert 'name="next" value="/incidents/?q=a%26b"' in again.content.decode()


def test_a_mistyped_password_doesnt_lose_the_way_of_the_switch(world):
    page = (
        Client().post("/accounts/login/", {"login": "erin", "password": "no", "next": "/incidents/"}).content.decode()
    )
    assert 'name="next" value="/accounts/login/?next=/incidents/"' in page


def test_a_visitors_choice_counts_no_more_than_that_of_the_account(world, browse):
    world.erin.language = "en-gb"
    world.erin.save()
    client = browse(world.erin)
    client.post("/language/", {"language": "de", "next": "/"})
    assert language_of(client.get("/")) == "en-gb"
    assert "/language/" not in client.get("/accounts/reauthenticate/").content.decode()  # it would change nothing


@pytest.mark.parametrize("bad", [{"language": "xx"}, {"language": "de", "next": "https://elsewhere.example/"}])
def test_the_switch_leads_nowhere_else_and_knows_its_languages(db, bad):
    client = Client()
    answer = client.post("/language/", bad)
    assert answer["Location"] == "/"
    assert client.cookies.keys() <= {"django_language"}
    assert language_of(client.get("/accounts/login/")) == ("de" if bad["language"] == "de" else "en-gb")


def test_pages_about_what_went_wrong_speak_the_same_language(world, browse, found, settings, german):
    german({"There is nothing here": "Hier ist nichts", "Something broke on our side": "Bei uns ist etwas kaputt",
            "You may not do this": "Das dürfen Sie nicht", "Not understood": "Nicht verstanden"})  # fmt: skip
    client = browse(world.omar, **GERMAN)
    for answer, code, words in (
        (client.get("/incidents/INC-999999/"), 404, "Hier ist nichts"),
        (client.get("/reports/"), 403, "Das dürfen Sie nicht"),
        (Client(enforce_csrf_checks=True, headers=GERMAN).post("/language/", {"language": "de"}), 403, "<h1>"),
    ):
        assert answer.status_code == code
        assert language_of(answer) == "de"
        assert words in answer.content.decode()
    unclear = client.get("/?q=%00")
    assert (unclear.status_code, '<html lang="de">' in unclear.content.decode()) == (400, True)
    assert "Nicht verstanden" in unclear.content.decode()


def test_a_page_that_breaks_says_so_in_the_readers_language(world, browse, monkeypatch, german):
    german({"Something broke on our side": "Bei uns ist etwas kaputt"})
    monkeypatch.setattr("itsm.views.incidents.mine_at_a_glance", lambda user: 1 / 0)
    client = browse(world.erin, **GERMAN)
    client.raise_request_exception = False
    answer = client.get("/")
    assert answer.status_code == 500
    assert language_of(answer) == "de"
    assert "Bei uns ist etwas kaputt" in answer.content.decode()


def test_programs_are_spoken_to_in_english_unless_they_ask(world):
    world.sam.language = "de"
    world.sam.save()
    bearer = {"Authorization": f"Bearer {token_of(world.sam)}"}
    assert Client(headers=bearer).get("/api/v1/incidents/")["Content-Language"] == "en-gb"
    assert Client(headers={**bearer, "Accept-Language": "de"}).get("/api/v1/incidents/")["Content-Language"] == "de"
    assert Client().get("/api/v1/incidents/")["Content-Language"] == "en-gb"


def token_of(user):
    return make_token(user=user, by=user, name="A test", opens=["all:read"])[1]
