"""Workers, servers and the portal itself are killed while changes and requests fail: one incident each, none lost, none twice."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path
from threading import Thread

import pytest
from django.db import connection

from desk.reactions.models import Delivery
from itsm.runner.config import ROOT
from tests.changes.cab import with_cab
from tests.crew import Crew
from tests.itsm.runner.conftest import folder_for_data

from .many import fail, faults, lay, verdict
from .storm import PEOPLE, Storm, shop

SEED = int(os.environ.get("KILL_SEED", "2026"))


@pytest.fixture
def house(world):
    """Those who plan changes, and those who order chairs."""
    return shop(with_cab(world))


def wait_until_drained(limit: float) -> float:
    """Seconds until nothing is owed any more."""
    since = time.monotonic()
    while Delivery.objects.filter(done_at=None, dead_at=None).exists():
        assert time.monotonic() - since < limit, f"After {limit} s something is still owed."
        time.sleep(0.2)
    return time.monotonic() - since


@pytest.mark.django_db(transaction=True)
def test_sixty_things_fail_while_workers_are_killed(house, tmp_path, figures):
    chance, numbers = random.Random(SEED), lay(house, 60)
    chance.shuffle(numbers)

    def work(mine):
        try:
            for number in mine:
                fail(house, number)
                time.sleep(chance.uniform(0.05, 0.25))
        finally:
            connection.close()

    people = [Thread(target=work, args=(numbers[start::2],)) for start in range(2)]
    with Crew(tmp_path, "worker1", "worker2", "beat1") as crew:
        for person in people:
            person.start()
        for _ in range(6):
            time.sleep(chance.uniform(0.5, 1.5))
            name = chance.choice(["worker1", "worker2"])
            crew.kill(name)
            crew.start(name)
        for person in people:
            person.join(60)
        took = wait_until_drained(60)
    found = verdict()
    figures(f"60 failures, 6 kills, seed {SEED}: drained {took:.1f} s after the last")
    assert found["failed"] == sorted(numbers)
    assert not faults(found), faults(found)
    assert found["incidents"] == 60


# -- the whole portal, killed piece by piece ----------------------------------------------------


@pytest.mark.prove
def test_two_thousand_failures_a_hundred_kills_of_everything(tmp_path, figures):
    began, chance = time.monotonic(), random.Random(SEED)
    count, kills = int(os.environ.get("KILL_FAILURES", "2000")), int(os.environ.get("KILL_KILLS", "100"))
    with folder_for_data() as folder, Storm(folder, tmp_path) as storm:
        laid = storm.tell("lay", str(count))
        numbers = laid["numbers"]
        chance.shuffle(numbers)
        outputs = [_begin_writing(storm, laid, numbers[start::4], tmp_path / f"said-{start}") for start in range(4)]

        def written():
            return sum(path.read_text().count("\n") for path in outputs) / count

        # Spread over the whole time of writing; the last one comes when everything is written.
        killed = storm.kill_at_random(kills, chance, written)
        last_kill = time.monotonic()
        drained = storm.until_drained(60)
        found = storm.tell("verdict")
        ended = time.monotonic()
    answers = [json.loads(line) for path in outputs for line in path.read_text().splitlines()]
    acknowledged = {answer["number"] for answer in answers if answer["acknowledged"]}
    figures(
        f"seed {SEED}, {ended - began:.0f} s in all: {count} failures by 4 processes through the pages,"
        f" {len(acknowledged)} acknowledged, {sum(answer['tries'] - 1 for answer in answers)} tries met a dead portal;"
        f"\n{sum(killed.values())} kills: {', '.join(f'{n} {name}' for name, n in sorted(killed.items()))};"
        f"\nall drained {drained - last_kill:.1f} s after the last kill;"
        f"\n{found['incidents']} incidents, lost {len(acknowledged - set(found['failed']))}, faults {faults(found) or 'none'}"
    )
    assert sum(killed.values()) == kills
    assert [answer for answer in answers if answer["status"] not in (302, 409)] == []
    assert set(found["failed"]) == set(numbers) >= acknowledged
    assert not faults(found), faults(found)
    assert found["incidents"] == count


def _begin_writing(storm: Storm, laid: dict, numbers: list[str], output: Path) -> Path:
    """A process that lets these fail through the pages, and writes of each what it was answered into the output."""
    job = {"url": storm.url, "sessions": laid["sessions"], "people": PEOPLE, "numbers": numbers}
    path = output.with_suffix(".json")
    path.write_text(json.dumps(job))
    program = [sys.executable, str(Path(__file__).with_name("failing.py")), str(path)]
    with output.open("w") as said:
        storm.people.append(subprocess.Popen(program, cwd=ROOT, stdout=said))
    return output
