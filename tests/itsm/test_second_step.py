"""Erin sets up an app; from then on her password alone opens nothing."""

import json
import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from cryptography.fernet import InvalidToken
from django.test import Client

pytestmark = pytest.mark.django_db


def code_for(secret):
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def sign_in(client, name="erin"):
    return client.post("/accounts/login/", {"login": name, "password": "demo"})


def set_up(client):
    """Through the pages; the secret and the recovery codes."""
    page = client.get("/accounts/second-step/app/")
    if page.status_code == 302:  # signed in a while ago: the password once more
        client.post(page["Location"], {"password": "demo"})
        page = client.get("/accounts/second-step/app/")
    secret = page.context["form"].secret
    answer = client.post("/accounts/second-step/app/", {"code": code_for(secret)}, follow=True)
    codes = re.findall(r"<code>(\d+)</code>", answer.content.decode())
    return secret, codes


@pytest.fixture
def erin(world):
    client = Client()
    sign_in(client)
    return client


def test_after_it_is_on_the_password_alone_opens_nothing(erin, world):
    secret, codes = set_up(erin)
    assert len(codes) == 10
    again = Client()
    assert sign_in(again)["Location"] == "/accounts/second-step/"
    assert again.get("/").status_code == 302
    assert "And your code" in again.get("/accounts/second-step/").content.decode()
    wrong = again.post("/accounts/second-step/", {"code": "000000"})
    assert "Incorrect code" in wrong.content.decode()
    assert again.post("/accounts/second-step/", {"code": code_for(secret)}).status_code == 302
    assert again.get("/").status_code == 200


def test_a_recovery_code_opens_once(erin, world):
    _, codes = set_up(erin)
    for expected in (302, 200):
        again = Client()
        sign_in(again)
        assert again.post("/accounts/second-step/", {"code": codes[0]}).status_code == expected


def test_secrets_lie_encrypted_in_the_database(erin, world):
    secret, codes = set_up(erin)
    kept = json.dumps(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in kept
    assert not any(code in kept for code in codes)


def test_a_new_key_of_the_portal_opens_what_an_earlier_one_shut(erin, world, settings):
    secret, _ = set_up(erin)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another-" + "y" * 60
    assert Authenticator.objects.get(type="totp").wrap().validate_code(code_for(secret))
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(InvalidToken):
        Authenticator.objects.get(type="totp").wrap().validate_code(code_for(secret))


def test_it_is_switched_off_and_administrators_take_it_away(erin, world, browse):
    set_up(erin)
    admin = browse(world.admin)
    row = Authenticator.objects.get(type="totp")
    page = admin.get(f"/admin/mfa/authenticator/{row.pk}/change/")
    assert page.status_code == 200
    assert "secret" not in page.content.decode().partition("<main")[2].lower()
    assert admin.post(f"/admin/mfa/authenticator/{row.pk}/delete/", {"post": "yes"}).status_code == 302
    again = Client()
    assert sign_in(again)["Location"] == "/"
    set_up(again)
    again.post("/accounts/second-step/app/off/")
    assert not Authenticator.objects.filter(user=world.erin, type="totp").exists()
