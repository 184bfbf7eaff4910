"""Getting in when the password is forgotten: everybody is told the same."""

import pytest
from django.test import Client


@pytest.mark.parametrize("address", ["erin@northwind.example", "nobody@elsewhere.example"])
def test_a_forgotten_password_tells_nobody_who_has_an_account(world, address, mailoutbox):
    answer = Client().post("/accounts/password/reset/", {"email": address})
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/password/reset/done/")
    assert [mail.to for mail in mailoutbox] == ([[address]] if address.startswith("erin") else [])
