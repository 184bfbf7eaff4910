"""The data folder of a run: one run at a time, notes for others beside it, and what a dead run left behind."""

import fcntl
import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from itsm.runner.config import Config, Problem
from itsm.runner.process import kill_all, of_run, working_in

GRACE = 15.0  # seconds that the processes of a dead run have to end by themselves


@contextmanager
def only_run(config: Config) -> Iterator[None]:
    """Hold the data folder. The kernel lets go of the lock when we die, so a dead run never blocks the next."""
    with open(config.run_dir / "lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            note = read_note(config)
            where = f"at {note['url']} (process {note['pid']})" if note else "(it is just starting or stopping)"
            raise Problem(f"The portal with the data in {config.data_dir} is already running {where}.") from None
        try:
            if read_note(config):
                end_dead_run(config)
            yield
        finally:
            remove_notes(config)


def write_private(path: Path, content: dict[str, Any]) -> None:
    """Write JSON that only we may read, all of it or nothing."""
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(content, file)
    draft.replace(path)


def write_note(config: Config, processes: dict[str, int]) -> None:
    """Who runs here: read by a second `make run`, and by the next one after a crash."""
    note = {"pid": os.getpid(), "run_id": config.run_id, "url": config.url, "processes": processes}
    write_private(config.run_dir / "runner.json", note)


def read_note(config: Config) -> dict[str, Any] | None:
    try:
        return json.loads((config.run_dir / "runner.json").read_text())
    except (OSError, ValueError):
        return None


def remove_notes(config: Config) -> None:
    """What tells of a running portal, and opens its servers, goes with it."""
    for name in ("runner.json", "services.json", "valkey.conf"):
        (config.run_dir / name).unlink(missing_ok=True)


def forget_timetable(config: Config) -> None:
    """Beat's own notes may be torn when it was killed, and then keep it from starting; it makes new ones."""
    for path in config.run_dir.glob("beat-schedule*"):
        path.unlink(missing_ok=True)


def end_dead_run(config: Config) -> None:
    """End what an earlier run left in this folder, gently first."""
    left = left_behind(config)
    for process in left:
        try:
            # PostgreSQL shuts down fast on SIGINT, and would wait for its clients on SIGTERM.
            process.send_signal(signal.SIGINT if process.name() == "postgres" else signal.SIGTERM)
        except psutil.Error:
            pass
    _, stubborn = psutil.wait_procs(left, timeout=GRACE)
    kill_all(stubborn)
    forget_timetable(config)


def left_behind(config: Config) -> list[psutil.Process]:
    """Processes that an earlier run in this folder has started and that still run."""
    note = read_note(config)
    found = {process.pid: process for process in of_run(note["run_id"])} if note else {}
    for home in ("postgres", "valkey"):
        found.update({process.pid: process for process in working_in(config.data_dir / home)})
    found.pop(os.getpid(), None)
    return list(found.values())


def end_orphans(config: Config) -> None:
    """After the supervisor's death: its children have their signal from the kernel; then end what those left."""
    with open(config.run_dir / "lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return  # a new run has the folder, and has seen to them itself
        direct = set((read_note(config) or {}).get("processes", {}).values())
        psutil.wait_procs([process for process in left_behind(config) if process.pid in direct], timeout=GRACE)
        kill_all(left_behind(config))
        forget_timetable(config)
        remove_notes(config)
