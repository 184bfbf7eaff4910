"""What can't work is said in one sentence before anything is started."""

import json
import os
import socket
import sys

import pytest

from itsm.runner import bootstrap
from itsm.runner.config import free_port
from tests.itsm.runner.conftest import stand_in


def sentence(run) -> str:
    """The only thing that a refused run says."""
    assert run.ended() not in (0, None)
    said = run.said()
    assert "Traceback" not in said
    assert run.nothing_left()
    lines = [line for line in said.splitlines() if line]
    assert len(lines) == 1, said
    return lines[0]


def test_a_taken_port(start):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        told = sentence(start(PORT=str(port)))
    assert told.startswith(f"Port {port} on 127.0.0.1 is taken by another program")


@pytest.mark.parametrize("port", ["http", "0", "70000", "-1"])
def test_a_port_that_is_none(start, port):
    assert sentence(start(PORT=port)) == f"PORT must be a number from 1 to 65535, and is {port!r}."


def test_a_data_folder_that_can_not_be_written_to(start, tmp_path):
    in_the_way = tmp_path / "file"
    in_the_way.write_text("I am no folder")
    told = sentence(start(in_the_way / "var"))
    assert told == (
        f"The data folder {in_the_way / 'var'} can't be written to (Not a directory): set DATA_DIR to one that can."
    )


@pytest.mark.skipif(not os.path.isdir("/proc/sys/kernel"), reason="needs a folder that even root can't write to")
def test_a_read_only_data_folder(start):
    from pathlib import Path

    assert "can't be written to" in sentence(start(Path("/proc/sys/kernel/portal")))


def test_an_unreachable_database(start):
    port = free_port()
    told = sentence(start(DATABASE_URL=f"postgres://itsm:s3cret@127.0.0.1:{port}/itsm"))
    assert told.startswith(f"DATABASE_URL leads to 127.0.0.1:{port}/itsm, where no database opens for us: ")
    assert told.endswith("Connection refused.")  # and not libpq's question to its reader
    assert "s3cret" not in told


def test_an_unreachable_broker(start):
    port = free_port()
    told = sentence(start(REDIS_URL=f"redis://:s3cret@127.0.0.1:{port}/0"))
    assert told.startswith(f"REDIS_URL leads to 127.0.0.1:{port}/0, where no Redis opens for us: ")
    assert "s3cret" not in told


@pytest.mark.parametrize(("name", "value"), [("DATABASE_URL", "sqlite:///db"), ("REDIS_URL", "amqp://localhost")])
def test_an_address_of_something_else(start, name, value):
    assert sentence(start(**{name: value})).startswith(f"{name} must begin with ")


def test_programs_that_are_not_there(start, tmp_path):
    assert sentence(start(PG_BIN=str(tmp_path))).startswith(f"PG_BIN is {tmp_path}, and there is no postgres")


def test_a_second_run_on_the_same_folder_is_told_where_the_first_is(start, data_dir):
    first = start().until_ready()
    second = start()
    assert second.ended() == 1
    assert second.said().strip() == (
        f"The portal with the data in {data_dir} is already running at http://127.0.0.1:{first.port} "
        f"(process {first.pid('supervisor')})."
    )
    assert first.front.poll() is None
    assert first.runs_remembered()


def test_the_notes_of_a_dead_run_do_not_keep_the_next_from_starting(start, data_dir):
    start().until_ready().stop()
    note = {"pid": os.getpid(), "run_id": "dead", "url": "http://127.0.0.1:1", "processes": {"web": os.getpid()}}
    (data_dir / "run" / "runner.json").write_text(json.dumps(note))
    (data_dir / "run" / "beat-schedule.dat").write_text("torn")
    (data_dir / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n{data_dir}/postgres\n")
    start().until_ready()
    assert not (data_dir / "run" / "beat-schedule.dat").exists()


def test_a_program_that_never_starts_is_given_up_with_its_last_words(start):
    broken = [sys.executable, "-c", "print('no such module'); raise SystemExit(3)"]
    commands = {"prepare": stand_in("prepare"), "web": broken, "worker": stand_in("worker")}
    run = start(RUNNER_COMMANDS=json.dumps(commands | {"beat": stand_in("worker"), "timers": stand_in("worker")}))
    assert run.ended() == 1
    assert run.said().splitlines()[-1] == "web does not start, it ended with code 3 3 times: no such module"
    assert "Traceback" not in run.said()
    assert run.nothing_left()


def test_a_python_that_is_too_old(monkeypatch, capsys):
    monkeypatch.setattr(sys, "version_info", (3, 9, 2, "final", 0))
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: None)
    with pytest.raises(SystemExit) as refusal:
        bootstrap.suitable_python()
    assert refusal.value.code == 1
    told = capsys.readouterr().err
    assert told.startswith("The portal needs Python 3.11, 3.12 or 3.13, and ")
    assert told.count("\n") == 1
