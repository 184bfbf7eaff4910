"""Keeps programs running: starts them, restarts what crashes, stops them in the reverse order of their start."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import psutil

from itsm.runner.config import Problem
from itsm.runner.console import Console
from itsm.runner.kernel import reap_orphans
from itsm.runner.process import Child, Service, kill_all

T = TypeVar("T")
FIRST_DELAY, LONGEST_DELAY = 0.5, 30.0
STEADY_AFTER = 60.0  # seconds; what ran this long has recovered from its earlier failures
TRIES_BEFORE_READY = 3


class Stopped(Exception):
    """Somebody asked the runner to stop while it was waiting for something."""


@dataclass
class Kept:
    """A service that is to be kept running, and how it has fared."""

    service: Service
    child: Child
    failures: int = 0
    again_at: float | None = None


class Supervisor:
    """All programs of one run. Use it from one thread, the main one."""

    def __init__(self, console: Console, changed: Callable[[dict[str, int]], None] = lambda pids: None) -> None:
        self.console = console
        self.stop = threading.Event()
        self.hurry = threading.Event()
        self.ready = False
        self._kept: list[Kept] = []
        self._changed = changed

    def spawn(self, service: Service) -> Child:
        """Start a service and keep it running from now on."""
        kept = Kept(service, Child(service, self.console))
        self._kept.append(kept)
        self._tell()
        return kept.child

    def forget(self, child: Child) -> None:
        """End it, and do not start it again."""
        child.stop()
        self._kept = [kept for kept in self._kept if kept.child is not child]
        self._tell()

    def pause(self, seconds: float) -> None:
        """Wait, but not longer than the runner is wanted."""
        if self.stop.wait(seconds):
            raise Stopped

    def wait_for(self, probe: Callable[[], T | None], child: Child) -> T | None:
        """What the probe finds at last, or None when the child ended first."""
        told = time.monotonic()
        while True:
            if found := probe():
                return found
            if not child.running():
                child.heard_all()
                return None
            if time.monotonic() - told > 15:
                self.console.say(f"  … still waiting for {child.service.name}")
                told = time.monotonic()
            self.pause(0.03)

    def run_to_end(self, service: Service) -> int:
        """Run a program that ends by itself; its exit code."""
        child = Child(service, self.console)
        try:
            while child.running():
                self.pause(0.03)
        finally:
            child.stop()
        return child.process.returncode

    def tend(self) -> None:
        """Notice what ended, and start it again when its time has come. Call it every moment."""
        for kept in self._kept:
            if kept.again_at is None and not kept.child.running():
                self._crashed(kept)
            elif kept.again_at is not None and time.monotonic() >= kept.again_at:
                kept.again_at = None
                kept.child = Child(kept.service, self.console)
                self._tell()
            elif kept.failures and time.monotonic() - kept.child.started > STEADY_AFTER:
                kept.failures = 0
        reap_orphans({kept.child.pid for kept in self._kept})

    def _crashed(self, kept: Kept) -> None:
        kept.child.heard_all()
        kept.child.end_group()
        kept.failures += 1
        how = _ending(kept.child.process.returncode)
        if not self.ready and kept.failures >= TRIES_BEFORE_READY:
            last = kept.child.tail[-1] if kept.child.tail else "it said nothing"
            raise Problem(f"{kept.service.name} does not start, it {how} {kept.failures} times: {last}")
        delay = min(FIRST_DELAY * 2 ** (kept.failures - 1), LONGEST_DELAY)
        kept.again_at = time.monotonic() + delay
        self.console.log(kept.service.name, f"{how}; starts again in {delay:g} s")

    def stop_all(self, quietly: bool = False) -> None:
        """End everything, the last started first, and then whatever else has been left by any of it."""
        while self._kept:
            kept = self._kept[-1]
            if kept.child.running() and not quietly:
                with self.console.step(f"stopped {kept.service.name}"):
                    kept.child.stop(self.hurry.is_set)
            else:
                kept.child.stop()
            self._kept.pop()
        kill_all(psutil.Process().children(recursive=True))
        reap_orphans(set())

    def _tell(self) -> None:
        self._changed({kept.service.name: kept.child.pid for kept in self._kept})


def _ending(code: int | None) -> str:
    return f"was ended by signal {-code}" if code is not None and code < 0 else f"ended with code {code}"
