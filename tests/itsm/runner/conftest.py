"""A real run of the runner, with real PostgreSQL and Valkey, and stand-ins for the portal's own programs."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest

from itsm.runner.binaries import postgres_home
from itsm.runner.config import ROOT, free_port

STAND_INS = Path(__file__).with_name("stand_ins.py")
PATIENCE = 60  # seconds, after which a story has failed; no story takes them when all is well
NOT_OURS = ("DATABASE_URL", "REDIS_URL", "RUN_ID", "HOST", "DEMO", "ALLOWED_HOSTS", "LOG_LEVEL")


def stand_in(name: str) -> list[str]:
    return [sys.executable, str(STAND_INS), name]


def until(found):
    """Wait for what `found` returns, at most as long as anybody would."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if result := found():
            return result
        time.sleep(0.05)
    raise AssertionError("this never came to pass")


class Run:
    """`python -m itsm.runner run` on a data folder, and all processes that came of it."""

    def __init__(self, data_dir: Path, output: Path, **environment: str) -> None:
        self.data_dir = data_dir
        self.output = output
        env = {key: value for key, value in os.environ.items() if key not in NOT_OURS}
        env |= {"DATA_DIR": str(data_dir), "PORT": str(free_port()), "PYTHONUNBUFFERED": "1"}
        commands = {name: stand_in(name) for name in ("prepare", "web", "worker")} | {
            "beat": stand_in("worker"),
            "timers": stand_in("worker"),
        }
        env |= {"RUNNER_COMMANDS": json.dumps(commands)} | environment
        self.port = env["PORT"]
        with output.open("w") as out:
            self.front = subprocess.Popen(
                [sys.executable, "-m", "itsm.runner", "run"], cwd=ROOT, env=env, stdout=out, stderr=out
            )
        self.family: list[psutil.Process] = []

    def said(self) -> str:
        return self.output.read_text()

    def until_ready(self) -> "Run":
        until(lambda: "READY" in self.said() or self.front.poll() is not None)
        assert "READY" in self.said(), self.said()
        self.family = psutil.Process(self.front.pid).children(recursive=True)
        return self

    def note(self) -> dict:
        return json.loads((self.data_dir / "run" / "runner.json").read_text())

    def pid(self, name: str) -> int:
        return self.note()["pid"] if name == "supervisor" else self.note()["processes"][name]

    def services(self) -> dict[str, str]:
        return json.loads((self.data_dir / "run" / "services.json").read_text())

    def connect(self) -> psycopg.Connection:
        return psycopg.connect("postgresql" + self.services()["DATABASE_URL"].removeprefix("postgres"))

    def runs_remembered(self) -> list[str]:
        """The runs that have left their trace in this database."""
        with self.connect() as connection:
            return [row[0] for row in connection.execute("SELECT run_id FROM starts")]

    def ended(self) -> int:
        return self.front.wait(PATIENCE)

    def stop(self) -> int:
        self.front.send_signal(signal.SIGINT)
        return self.ended()

    def nothing_left(self) -> bool:
        """No process that we saw, and none that knows this data folder."""
        until(lambda: not [p for p in self.family if p.is_running() and p.status() != psutil.STATUS_ZOMBIE])
        return until(lambda: not [p for p in psutil.process_iter() if _knows(p, self.data_dir)])

    def left_cleanly(self) -> bool:
        """PostgreSQL wrote its last checkpoint and was not merely cut off."""
        home = postgres_home(self.data_dir)
        state = home.run("pg_controldata", "-D", str(home.data)).stdout
        return "Database cluster state:               shut down\n" in state


def _knows(process: psutil.Process, folder: Path) -> bool:
    try:
        return str(folder) in (process.environ().get("DATA_DIR"), process.cwd()) or any(
            word.startswith(f"{folder}/") for word in process.cmdline()
        )
    except psutil.Error:
        return False


@contextmanager
def folder_for_data():
    """A folder that PostgreSQL can reach when it has to run as somebody else (pytest's own are closed)."""
    with tempfile.TemporaryDirectory(prefix="runner-", ignore_cleanup_errors=True) as name:
        yield Path(name).resolve()


@pytest.fixture(scope="session")
def data_dir():
    """One data folder for many stories: making a database takes longer than any of them."""
    with folder_for_data() as folder:
        yield folder


@contextmanager
def starter(data_dir: Path, tmp_path: Path):
    """`start(…)`: a run that is ended after the story, whatever became of it."""
    runs: list[Run] = []

    def begin(folder: Path = data_dir, **environment: str) -> Run:
        runs.append(Run(folder, tmp_path / f"said-{len(runs)}", **environment))
        return runs[-1]

    yield begin
    for run in runs:
        if run.front.poll() is None:
            run.stop()


@pytest.fixture
def start(data_dir, tmp_path):
    with starter(data_dir, tmp_path) as begin:
        yield begin


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """One run for the stories that leave it as whole as they found it; its folder is its own."""
    with folder_for_data() as folder, starter(folder, tmp_path_factory.mktemp("said")) as begin:
        yield begin().until_ready()
