"""A session that runs out in the middle of a sentence: back to the same page, with the same words."""

import pytest
from django.test import Client

from incidents.models import Incident
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


def test_an_upload_of_somebody_signed_out_leads_to_the_sign_in_page(client, world):
    sent = client.post("/incidents/new/", {"title": "The scanner is dead"}, headers={"Upload": "1"})
    assert (sent.status_code, sent["Upload-Next"]) == (204, "/accounts/login/?next=%2Fincidents%2Fnew%2F")
