"""Ping-pong: a ticket that comes back to a workgroup which had sent it on."""

import re

from django.urls import reverse

from desk.assignment.pingpong import ping_pong, sent_on_by
from incidents import actions
from tests.factories import incident


def send(found, by, to, reason):
    return actions.assign(incident=found, by=by, workgroup=to, reason=reason)


def sent_to_network(world):
    return send(incident(world.erin), world.sam, world.network, "Looks like the VPN")


def test_who_had_it_is_remembered_with_the_reason(world):
    found = incident(world.erin)
    assert sent_on_by(found) == {}
    found = sent_to_network(world)
    assert sent_on_by(found) == {world.desk.pk: "Looks like the VPN"}
    assert ping_pong(found) is None
    found = send(found, world.nadia, world.desk, "The VPN is fine")
    assert sent_on_by(found) == {world.network.pk: "The VPN is fine"}
    told = ping_pong(found)
    assert (told.times, told.in_words) == (1, "Service Desk → Network → Service Desk")


def test_a_mistake_that_was_taken_back_is_no_ping_pong(world):
    found = actions.take_back(incident=sent_to_network(world), by=world.sam)
    assert (sent_on_by(found), ping_pong(found)) == ({}, None)


def test_the_dialog_warns_before_it_goes_back(world, browse):
    found = sent_to_network(world)
    page = browse(world.nadia).get(reverse("incidents:do", args=[found.number, "assign"])).content.decode()
    assert "Service Desk had it before, and sent it on: “Looks like the VPN”" in page


def test_analysts_see_the_tag_and_requesters_dont(world, browse):
    found = send(sent_to_network(world), world.nadia, world.desk, "The VPN is fine")
    page = browse(world.sam).get(found.get_absolute_url()).content.decode()
    assert re.search(r"Ping-pong: Service Desk → Network → Service Desk", page)
    assert "Ping-pong" not in browse(world.erin).get(found.get_absolute_url()).content.decode()
