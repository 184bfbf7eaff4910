"""No call goes inside: whatever a name leads to is looked at, and the connection goes where was looked."""

import socket
from ipaddress import ip_address

import pytest

from desk.webhooks import addresses
from desk.webhooks.addresses import Forbidden, address_of

INSIDE = [
    "127.0.0.1", "10.1.2.3", "172.16.0.9", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255",
    "::1", "fe80::1", "fd00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1", "::",
]  # fmt: skip
OUTSIDE = ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:93.184.216.34", "64:ff9b::5db8:d822"]


@pytest.fixture
def leads_to(monkeypatch):
    """`leads_to("10.0.0.1", …)`: what every name stands for from now on."""

    def say(*found):
        known = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 443)) for one in found]
        monkeypatch.setattr(addresses.socket, "getaddrinfo", lambda *asked, **more: known)

    return say


@pytest.mark.parametrize("address", INSIDE)
def test_what_is_inside_is_refused_with_a_way_out(leads_to, address):
    leads_to(address)
    with pytest.raises(Forbidden, match="WEBHOOK_ALLOWED_HOSTS"):
        address_of("example.com", 443)


@pytest.mark.parametrize("address", OUTSIDE)
def test_what_is_outside_may_be_called(leads_to, address):
    leads_to(address)
    assert ip_address(address_of("example.com", 443)) == ip_address(address)


def test_one_address_inside_spoils_them_all(leads_to):
    leads_to("93.184.216.34", "10.0.0.1")
    with pytest.raises(Forbidden):
        address_of("example.com", 443)


@pytest.mark.parametrize("allowed", ["wallboard.lan", "WALLBOARD.lan", "10.0.0.1", "10.0.0.0/8"])
def test_the_administrator_can_allow_it_by_name_address_or_network(leads_to, settings, allowed):
    settings.WEBHOOK_ALLOWED_HOSTS = [allowed]
    leads_to("10.0.0.1")
    assert address_of("wallboard.lan", 443) == "10.0.0.1"


@pytest.mark.parametrize("allowed", ["other.lan", "10.0.0.2", "192.168.0.0/16"])
def test_what_else_is_allowed_doesnt_help(leads_to, settings, allowed):
    settings.WEBHOOK_ALLOWED_HOSTS = [allowed]
    leads_to("10.0.0.1")
    with pytest.raises(Forbidden):
        address_of("wallboard.lan", 443)
