"""Servers that live as long as one command, in a temporary folder: for tests and checks."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from itsm.runner import binaries, postgres, valkey
from itsm.runner.browser import get_one_if_possible
from itsm.runner.config import ROOT
from itsm.runner.console import Console
from itsm.runner.kernel import adopt_orphans
from itsm.runner.process import LAUNCH
from itsm.runner.supervisor import Supervisor

OF_A_RUN = ("RUN_ID", "PORT", "HOST", "DEMO", "DEBUG", "ALLOWED_HOSTS", "SECRET_KEY", "EMAIL_URL", "PORTAL_URL")
NO_TESTS = 5  # pytest's exit code when it found nothing to run


@contextmanager
def servers(console: Console) -> Iterator[dict[str, str]]:
    """An environment with servers of its own. They never touch the ones that DATABASE_URL and REDIS_URL name."""
    adopt_orphans()
    supervisor = Supervisor(console)
    with tempfile.TemporaryDirectory(prefix="portal-", ignore_cleanup_errors=True) as name:
        folder = Path(name).resolve()
        try:
            home = binaries.postgres_home(folder, os.environ.get("PG_BIN", ""))
            with console.step(f"throwaway PostgreSQL {home.version()} and Valkey"):
                postgres.create(home, throwaway=True)
                database_url = postgres.start(home, supervisor, throwaway=True)
                redis_url = valkey.start(folder / "valkey", folder, supervisor, throwaway=True)
            env = {key: value for key, value in os.environ.items() if key not in OF_A_RUN}
            yield {
                **env,
                "DATABASE_URL": database_url,
                "REDIS_URL": redis_url,
                "DATA_DIR": str(folder / "data"),
                "DJANGO_SETTINGS_MODULE": "itsm.settings.test",
                "PYTHONTZPATH": "",  # as every program of the portal: time zones from the pinned tzdata
            }
        finally:
            supervisor.hurry.set()
            supervisor.stop_all(quietly=True)


def run_beside(command: list[str], env: dict[str, str]) -> int:
    """Run a command of the foreground, which gets the terminal's Ctrl-C itself; its exit code."""
    launcher = [sys.executable, "-I", "-S", str(LAUNCH), str(os.getpid()), str(int(signal.SIGTERM)), "same"]
    before = signal.signal(signal.SIGINT, lambda *_: None)
    child = subprocess.Popen([*launcher, *command], env=env, cwd=ROOT)
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    try:
        return child.wait()
    finally:
        signal.signal(signal.SIGINT, before)


def test(arguments: list[str]) -> int:
    """pytest with these arguments, on throwaway servers; two processes unless the arguments say otherwise."""
    console = Console()
    get_one_if_possible(console)
    chosen = any(word.startswith(("-n", "--numprocesses", "--pdb")) for word in arguments)
    spread = [] if chosen else ["-n", "2", "--dist", "worksteal"]
    with servers(console) as env:
        return run_beside([sys.executable, "-m", "pytest", *spread, *arguments], env)


def bench(arguments: list[str]) -> int:
    """The table of pages on a database of its own, then the tests marked `bench`; “pages” or “parts” chooses one."""
    console = Console()
    code = 0
    if "parts" not in arguments:
        with servers(console) as env:
            code = run_beside([sys.executable, "-m", "itsm.bench"], env)
    if "pages" in arguments or code:
        return code
    words = [word for word in arguments if word != "parts"]
    with servers(console) as env:
        code = run_beside([sys.executable, "-m", "pytest", "-m", "bench", "-n", "0", "-s", "-q", *words], env)
    if code == NO_TESTS:
        console.fail("No test is marked `bench`.")
    return code
