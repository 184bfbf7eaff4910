"""Getting in: when the password is forgotten everybody is told the same; who tries too often is told to wait."""

import pytest
from django.test import Client

from itsm.settings import base


@pytest.mark.parametrize("address", ["erin@northwind.example", "nobody@elsewhere.example"])
def test_a_forgotten_password_tells_nobody_who_has_an_account(world, address, mailoutbox):
    answer = Client().post("/accounts/password/reset/", {"email": address})
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/password/reset/done/")
    assert [mail.to for mail in mailoutbox] == ([[address]] if address.startswith("erin") else [])


@pytest.mark.parametrize(
    ("chosen", "asked", "said"),
    [("de", "en", "diese E-Mail"), ("en-gb", "de", "this email"), ("", "de", "diese E-Mail")],
)
def test_the_link_for_a_new_password_is_in_the_language_of_the_account(world, mailoutbox, chosen, asked, said):
    world.erin.language = chosen
    world.erin.save()
    Client(headers={"Accept-Language": asked}).post("/accounts/password/reset/", {"email": world.erin.email})
    assert said in mailoutbox[0].body


def sign_in(password="demo"):
    return Client().post("/accounts/login/?next=/inbox/", {"login": "erin", "password": password})


def test_who_tries_too_often_is_told_to_wait_and_shown_the_way_back(world, settings, forget):
    forget()
    settings.ACCOUNT_RATE_LIMITS = {"login": "2/m/ip", "login_failed": "10/m/ip,5/5m/key"}
    assert [sign_in("wrong").status_code for _ in range(2)] == [200, 200]
    answer = sign_in()
    assert (answer.status_code, answer["Retry-After"]) == (429, "60")
    page = answer.content.decode()
    assert "Wait one minute, then try again." in page
    assert 'href="/accounts/login/?next=/inbox/"' in page
    assert "shell-simple" in page


def test_a_whole_shift_signs_in_from_one_address_and_a_guesser_does_not(world, settings, forget):
    forget()
    settings.ACCOUNT_RATE_LIMITS = base.ACCOUNT_RATE_LIMITS
    assert {sign_in().status_code for _ in range(40)} == {302}
    said = [sign_in("wrong").content.decode() for _ in range(6)]
    assert ["Too many failed" in page for page in said] == [False] * 5 + [True]
    assert "Too many failed" in sign_in().content.decode()
    forget()
