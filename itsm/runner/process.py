"""One program under supervision: how it is started, heard and ended, together with all that it has started itself."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import psutil

from itsm.runner.config import ROOT
from itsm.runner.console import Console

T = TypeVar("T")
ANYTHING = re.compile("")  # tests provoke errors on purpose; what a server says then is no news
LAUNCH = Path(__file__).with_name("launch.py")


@dataclass(frozen=True)
class Service:
    """What to run, and how it likes to be asked to stop."""

    name: str
    command: list[str]
    env: dict[str, str] = field(default_factory=dict)
    stop_signal: signal.Signals = signal.SIGTERM
    hurry_signal: signal.Signals = signal.SIGKILL
    patience: float = 10.0
    user: str = "same"
    home: Path | None = None  # processes that work in this folder belong to it, whatever their session
    routine: re.Pattern[str] | None = None  # lines that tell nothing new

    def launch_command(self) -> list[str]:
        launcher = [sys.executable, "-I", "-S", str(LAUNCH), str(os.getpid()), str(int(self.stop_signal)), self.user]
        return launcher + self.command


class Child:
    """A started service. Start it from the main thread: the kernel ties its life to the thread that did."""

    def __init__(self, service: Service, console: Console) -> None:
        self.service = service
        self.console = console
        self.tail: deque[str] = deque(maxlen=30)
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            service.launch_command(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, **service.env},
            cwd=ROOT,
            start_new_session=True,
        )
        self._pump = threading.Thread(target=self._listen, name=f"log-{service.name}", daemon=True)
        self._pump.start()

    @property
    def pid(self) -> int:
        return self.process.pid

    def running(self) -> bool:
        return self.process.poll() is None

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for raw in self.process.stdout:
            line = raw.decode(errors="replace").rstrip()
            if not line:
                continue
            self.tail.append(line)
            if not (self.service.routine and self.service.routine.search(line)):
                self.console.log(self.service.name, line)

    def heard_all(self) -> None:
        """Wait a moment for the last lines of a process that has ended."""
        self._pump.join(timeout=1)

    def stop(self, hurry: Callable[[], bool] = lambda: False) -> None:
        """Ask politely, wait as long as it deserves, then end it with all that it has started."""
        if self.running():
            self._signal(self.service.stop_signal)
            self._wait(self.service.patience, hurry)
        if self.running():
            self._signal(self.service.hurry_signal)
            self._wait(3.0, lambda: False)
        self.end_group()
        self.process.wait()
        self.heard_all()

    def _wait(self, seconds: float, hurry: Callable[[], bool]) -> None:
        deadline = time.monotonic() + seconds
        while self.running() and time.monotonic() < deadline and not hurry():
            time.sleep(0.02)

    def _signal(self, number: signal.Signals) -> None:
        if self.running():
            self.process.send_signal(number)

    def end_group(self) -> None:
        """Kill what is left of the service: its session, and strays that work in its folder."""
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass
        if self.service.home:
            kill_all(working_in(self.service.home))


def working_in(folder: Path) -> list[psutil.Process]:
    """Processes whose working folder is this one (PostgreSQL's all are in its data folder)."""
    return [p for p in psutil.process_iter() if _attempt(p.cwd) == str(folder)]


def of_run(run_id: str) -> list[psutil.Process]:
    """Processes that carry this run's RUN_ID in their environment."""
    return [p for p in psutil.process_iter() if (_attempt(p.environ) or {}).get("RUN_ID") == run_id]


def _attempt(read: Callable[[], T]) -> T | None:
    try:
        return read()
    except (psutil.Error, OSError):
        return None


def kill_all(processes: list[psutil.Process]) -> None:
    for process in processes:
        _attempt(process.kill)
    psutil.wait_procs(processes, timeout=5)
