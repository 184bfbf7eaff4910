"""Celery workers and a beat of a test's own on its database; killed without warning, and replaced."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from django.conf import settings
from django.db import connection

from itsm.runner.config import ROOT

CELERY = [sys.executable, "-m", "celery", "--quiet", "-A", "itsm.celery:app"]


class Crew:
    """Starts its members when entered, by their names (“worker1”, “timers2”, “beat”), and ends them when left."""

    def __init__(self, folder: Path, *names: str):
        self.folder, self.names = folder, names
        self.jobs: dict[str, subprocess.Popen[bytes]] = {}
        database = connection.settings_dict
        host = f"{database['HOST']}:{database['PORT']}"
        self.env = {
            **os.environ,
            "DATABASE_URL": f"postgres://{database['USER']}:{database['PASSWORD']}@{host}/{database['NAME']}",
            "REDIS_URL": settings.REDIS_URL.rsplit("/", 1)[0] + "/9",
            "DJANGO_SETTINGS_MODULE": "itsm.settings.test",
        }

    def __enter__(self) -> Crew:
        for name in self.names:
            self.start(name)
        return self

    def __exit__(self, *_: object) -> None:
        for name in self.names:
            self.kill(name)

    def start(self, name: str) -> None:
        log = (self.folder / f"{name}.log").open("ab")
        self.jobs[name] = subprocess.Popen(
            self._command(name), cwd=ROOT, env=self.env, stdout=log, stderr=log, start_new_session=True
        )

    def _command(self, name: str) -> list[str]:
        if name.startswith("beat"):
            return [*CELERY, "beat", "-l", "ERROR", "--pidfile=", f"--schedule={self.folder / name}"]
        queue = "timers" if name.startswith("timers") else "celery"
        quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        how = ["--concurrency=1", f"--hostname={name}@%h", "-l", "ERROR", f"--queues={queue}"]
        return [*CELERY, "worker", *how, *quiet]

    def kill(self, name: str) -> None:
        job = self.jobs[name]
        try:
            os.killpg(job.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        job.wait(10)
