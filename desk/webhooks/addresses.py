"""Which machines may be called: none inside of the own network, unless the administrator has allowed it by name."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings

Address = IPv4Address | IPv6Address


class Forbidden(Exception):
    """The host may not be called; the sentence says why, and how to allow it."""


def address_of(host: str, port: int) -> str:
    """The IP address to connect to. It is looked up at each call, and the connection goes to the very address that was checked.

    A name that leads to several addresses is refused if one of them is inside. Raises Forbidden or OSError.
    """
    found = [ip_address(str(known[4][0])) for known in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    allowed = [one for one in found if _is_outside(one) or _is_allowed(host, one)]
    if len(allowed) < len(found) or not allowed:
        raise Forbidden(
            f"{host} is a machine of the internal network ({found[0]}). WEBHOOK_ALLOWED_HOSTS can allow it, by name,"
            " address or network."
        )
    return str(allowed[0])


def _is_outside(address: Address) -> bool:
    """Whether it is an address of the public internet, whatever other address is wrapped in it."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if inner is None and address in ip_network("64:ff9b::/96"):  # NAT64 (RFC 6052)
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return _is_outside(inner)
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def _is_allowed(host: str, address: Address) -> bool:
    for allowed in settings.WEBHOOK_ALLOWED_HOSTS:
        try:
            if address in ip_network(allowed):
                return True
        except ValueError:  # a name
            if host.lower() == allowed.lower():
                return True
    return False
