"""What docs/api.md tells people to type, typed: from a token to a closed incident, against a running server."""

from __future__ import annotations

import json
import re
import shlex
import urllib.request
from pathlib import Path
from typing import Any

from desk.api.actions import make_token
from incidents.models import Incident
from tests.desk.sla.promises import policy
from tests.factories import incident

DOCS = Path(__file__).resolve().parents[3] / "docs" / "api.md"
ASSIGNED = re.compile(r"([A-Z]+)=\$\((curl .*) \| jq -r (\S+)\)")


def test_the_lines_of_the_docs_lead_from_a_token_to_a_closed_incident(transactional_db, world, live_server):
    policy()
    printer = incident(world.erin, "The printer jams")
    _, token = make_token(user=world.sam, by=world.sam, name="Docs", opens=["all:write"])
    known, told = {"PORTAL": live_server.url, "TOKEN": token}, {}
    for line in lines():
        if re.fullmatch(r"(PORTAL|TOKEN)=\S+", line):
            continue
        assigned = ASSIGNED.fullmatch(line)
        told[line] = typed(assigned[2] if assigned else line, known)
        if assigned:
            known[assigned[1]] = str(picked(told[line], assigned[3]))
    assert known["STATE"] == "closed"
    assert set(Incident.objects.values_list("number", flat=True)) == {printer.number, known["NUMBER"]}
    (clocks,) = (answer for line, answer in told.items() if "/clocks/" in line)
    assert [clock["kind"] for clock in clocks] == ["response", "resolution"]
    (closed,) = (answer for line, answer in told.items() if "?state=closed" in line)
    assert closed["results"] == [{"number": known["NUMBER"], "title": "The mail is down"}]
    (rows,) = (answer for line, answer in told.items() if "/rows/" in line)
    assert [row["number"] for row in rows["results"]] == [printer.number]


def lines() -> list[str]:
    """The commands of the blocks, in their order."""
    blocks = re.findall(r"```sh\n(.*?)```", DOCS.read_text(), re.S)
    return [line for block in blocks for line in block.splitlines() if line.strip()]


def typed(command: str, known: dict[str, str]) -> Any:
    """What curl would get; a status of 400 and above is an error here."""
    for name, value in known.items():
        command = command.replace(f"${name}", value)
    words = shlex.split(command)
    assert words.pop(0) == "curl"
    method, headers, body, address = "", {}, None, ""
    while words:
        word = words.pop(0)
        if word == "-X":
            method = words.pop(0)
        elif word == "-H":
            name, _, value = words.pop(0).partition(": ")
            headers[name] = value
        elif word == "-d":
            body = words.pop(0).encode()
        elif word != "-sS":
            address = word
    request = urllib.request.Request(address, body, headers, method=method or ("POST" if body else "GET"))
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def picked(answer: Any, path: str) -> Any:
    """What jq would take out of it."""
    for name, index in re.findall(r"\.(\w+)|\[(\d+)\]", path):
        answer = answer[name] if name else answer[int(index)]
    return answer
