"""What crashes is started again, with all it knew."""

import os
import signal

import psutil
import psycopg
import pytest
import redis

from tests.itsm.runner.conftest import until


def new_pid(run, name, old):
    return until(lambda: run.pid(name) != old and run.pid(name))


def test_a_crashed_worker_is_started_again_and_its_children_do_not_pile_up(run):
    old = run.pid("worker")
    children = until(lambda: psutil.Process(old).children())
    os.kill(old, signal.SIGKILL)

    assert new_pid(run, "worker", old)
    assert until(lambda: not any(child.is_running() for child in children))
    assert "worker   | was ended by signal 9; starts again in" in run.said()


def test_a_crashed_database_is_started_again_at_the_same_address(run):
    run_id = run.note()["run_id"]
    old = run.pid("postgres")
    os.kill(old, signal.SIGKILL)
    new_pid(run, "postgres", old)

    def remembered():
        try:
            return run_id in run.runs_remembered()
        except psycopg.OperationalError:
            return False

    assert until(remembered)


def test_a_crashed_broker_keeps_its_messages(run):
    client = redis.Redis.from_url(run.services()["REDIS_URL"])
    client.lpush("a queue", "a message")
    old = run.pid("valkey")
    os.kill(old, signal.SIGKILL)
    new_pid(run, "valkey", old)

    def kept():
        try:
            return client.lrange("a queue", 0, -1) == [b"a message"]
        except redis.RedisError:
            return False

    assert until(kept)
    client.delete("a queue")
    client.close()


def test_ready_is_not_said_on_the_word_of_another_run(start, data_dir):
    foreign = data_dir / "foreign-pulse"
    foreign.write_text("0")
    run = start()
    until(lambda: foreign.read_text() not in {"", "0", "1", "2"})
    assert "READY" not in run.said()
    foreign.unlink()
    run.until_ready()


def test_the_servers_are_closed_to_strangers(run):
    url = run.services()["DATABASE_URL"]
    stranger = psycopg.conninfo.make_conninfo("postgresql" + url.removeprefix("postgres"), password="guess")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(stranger)
    assert {
        name: (run.data_dir / "run" / name).stat().st_mode & 0o777 for name in ("services.json", "valkey.conf")
    } == {
        "services.json": 0o600,
        "valkey.conf": 0o600,
    }
