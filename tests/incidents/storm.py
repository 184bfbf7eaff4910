"""A whole portal of its own, as `make run` starts it, whose processes are killed one after the other while people use it.

As a program (`python -m tests.incidents.storm lay 2000`, `… verdict`) it works on the portal that DATA_DIR names.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import psycopg
import redis

from itsm.runner.config import ROOT
from tests.itsm.runner.conftest import Run

PEOPLE = {"CHG": "nadia", "REQ": "sam"}  # who lets them fail
# What is killed, and how often of a hundred: a part of it, the whole of it, or what is in it. The runner starts it again.
VICTIMS = {
    "a process of the worker": 30, "the worker": 12, "the timers' worker": 6, "beat": 12,
    "a web process": 10, "the web server": 6, "a PostgreSQL backend": 8, "PostgreSQL": 4,
    "Valkey": 4, "Valkey, emptied": 4, "the contents of Valkey": 4,
}  # fmt: skip
PROCESS = {"timers' worker": "timers", "worker": "worker", "beat": "beat", "web": "web", "PostgreSQL": "postgres"}


class Storm:
    """The portal, and ways to hurt it."""

    def __init__(self, folder: Path, beside: Path):
        self.folder, self.output = folder, beside / "portal.log"
        self.people: list[subprocess.Popen[bytes]] = []  # programs that use it, and end with it

    def __enter__(self) -> Storm:
        self.run = Run(self.folder, self.output, RUNNER_COMMANDS="{}", DEMO="0", LOG_LEVEL="ERROR")
        self.url = f"http://127.0.0.1:{self.run.port}"
        deadline = time.monotonic() + 300
        while "READY" not in self.run.said():
            assert self.run.front.poll() is None, self.run.said()
            assert time.monotonic() < deadline, self.run.said()
            time.sleep(0.2)
        return self

    def __exit__(self, *_: object) -> None:
        for program in self.people:
            program.kill()
            program.wait(10)
        if self.run.front.poll() is None:
            self.run.stop()

    def tell(self, *words: str) -> Any:
        """Have this module's program do something in the portal's database; what it answers."""
        env = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "REDIS_URL")}
        env |= {"DATA_DIR": str(self.folder), "DJANGO_SETTINGS_MODULE": "itsm.settings.demo", "DEMO": "0"}
        done = subprocess.run(
            [sys.executable, "-m", "tests.incidents.storm", *words], cwd=ROOT, env=env, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    def kill_at_random(self, kills: int, chance: Any, written: Callable[[], float]) -> Counter[str]:
        """Kill so many, spread at random over the writing, of which `written` says how much is done; the last at its end.

        What is down already can't be killed, and doesn't count.
        """
        killed: Counter[str] = Counter()
        for moment in [*sorted(chance.random() for _ in range(kills - 1)), 1.0]:
            deadline = time.monotonic() + 300
            while written() < moment:
                assert time.monotonic() < deadline, f"Nothing was written for long.\n{self.run.said()[-3000:]}"
                time.sleep(0.1)
            victim = chance.choices(list(VICTIMS), list(VICTIMS.values()))[0]
            while not self._hurt(victim, chance):
                time.sleep(0.2)
                victim = chance.choices(list(VICTIMS), list(VICTIMS.values()))[0]
            killed[victim] += 1
        return killed

    def _hurt(self, victim: str, chance: Any) -> bool:
        try:
            if "Valkey" in victim:
                return self._hurt_valkey(victim)
            name = next(name for words, name in PROCESS.items() if words in victim)
            process = psutil.Process(self.run.pid(name))
            if victim.startswith("a "):
                process = chance.choice(sorted(process.children(recursive=True), key=lambda child: child.pid))
            process.kill()
            return True
        except (psutil.Error, IndexError, KeyError, OSError, ValueError, redis.RedisError):
            return False

    def _hurt_valkey(self, victim: str) -> bool:
        if victim != "Valkey":
            redis.Redis.from_url(self.run.services()["REDIS_URL"], socket_timeout=2).flushall()
        if victim != "the contents of Valkey":
            psutil.Process(self.run.pid("valkey")).kill()
        return True

    def until_drained(self, limit: float) -> float:
        """The moment when nothing was owed any more; asked until then, without a helping hand."""
        deadline = time.monotonic() + limit
        owed: Any = "unknown, for the database is away"
        while time.monotonic() < deadline:
            try:
                with self.run.connect() as line:
                    owed = line.execute("SELECT count(*) FROM reactions_delivery WHERE done_at IS NULL").fetchone()[0]  # type: ignore[index]
                if owed == 0:
                    return time.monotonic()
            except psycopg.Error:
                pass
            time.sleep(0.3)
        raise AssertionError(f"{limit:.0f} s after the last kill, what is owed is {owed}.\n{self.run.said()[-3000:]}")


def shop(world: Any) -> Any:
    """The world with an office chair on the shelf, which needs nobody's yes and is delivered by hand."""
    from requests_fulfillment.models import CatalogueGroup
    from tests.requests_fulfillment.orders import chair

    world.shelf = CatalogueGroup.objects.create(name="Work equipment", icon="armchair")
    world.site = None
    world.chair = chair(world)
    return world


def _lay(count: int) -> dict[str, Any]:
    """The people, what can fail, and a session for each who will say so."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.cached_db import SessionStore

    from desk.people.models import Role, Workgroup
    from tests.changes.cab import with_cab
    from tests.factories import WorkgroupFactory, analyst, person

    from .many import lay

    desk = Workgroup.objects.get(slug="service-desk")
    world = SimpleNamespace(
        desk=desk, network=WorkgroupFactory(name="Network"), admin=person("boss", is_superuser=True)
    )
    world.erin, world.omar = person("erin"), person("omar")
    world.sam, world.lena = analyst("sam", desk), analyst("lena", desk, Role.LEAD)
    world.nadia = analyst("nadia", world.network)
    shop(with_cab(world))
    numbers = lay(world, count)
    sessions = {}
    for user in (world.nadia, world.sam):
        session = SessionStore()
        session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
        session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
        session.save()
        sessions[user.username] = session.session_key
    return {"numbers": numbers, "sessions": sessions}


def main(what: str, *words: str) -> None:
    import django

    django.setup()
    from .many import verdict

    print(json.dumps(_lay(int(words[0])) if what == "lay" else verdict()))


if __name__ == "__main__":
    main(*sys.argv[1:])
