"""The whole portal with its real programs: READY, killed in every way, READY again with all its data."""

import os
import signal

import psutil
import pytest
import redis

from tests.itsm.runner.conftest import folder_for_data, until

pytestmark = pytest.mark.prove
REAL = {"RUNNER_COMMANDS": ""}


def tickets(run) -> int:
    with run.connect() as connection:
        return connection.execute("SELECT count(*) FROM tickets_ticket").fetchone()[0]


@pytest.fixture(scope="module")
def full_folder():
    """Demo data is laid once."""
    with folder_for_data() as folder:
        yield folder


@pytest.mark.parametrize("killed", [["front"], ["supervisor"], ["front", "supervisor"]], ids=" and ".join)
def test_killed_in_any_way_the_real_portal_is_gone_and_comes_back(start, full_folder, killed):
    run = start(full_folder, **REAL).until_ready()
    before = tickets(run)
    for pid in [run.front.pid if name == "front" else run.pid(name) for name in killed]:
        os.kill(pid, signal.SIGKILL)
    assert run.ended() != 0
    assert run.nothing_left()
    assert run.left_cleanly()

    again = start(full_folder, **REAL).until_ready()
    assert tickets(again) == before > 0
    assert again.stop() == 0
    assert again.nothing_left()


@pytest.mark.parametrize("name", ["web", "worker", "timers", "beat", "valkey", "postgres"])
def test_any_program_killed_the_portal_is_ready_again(start, full_folder, name):
    run = start(full_folder, **REAL).until_ready()
    old = run.pid(name)
    children = psutil.Process(old).children(recursive=True)
    os.kill(old, signal.SIGKILL)

    until(lambda: run.pid(name) != old)
    assert until(lambda: not any(child.is_running() for child in children))
    assert until(lambda: ready_by_a_new_tick(run))


def ready_by_a_new_tick(run) -> bool:
    """Green, and so with a tick of this run that is younger than half a minute."""
    from itsm.runner import portal
    from itsm.runner.config import Config

    status, answer = portal.ask_ready(Config(run.data_dir, port=int(run.port)))
    try:
        redis.Redis.from_url(run.services()["REDIS_URL"]).ping()
    except redis.RedisError:
        return False
    return status == 200 and answer["pulse_run"] == run.note()["run_id"]
