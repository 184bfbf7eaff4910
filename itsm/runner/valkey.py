"""The embedded Valkey (speaks Redis): append-only file, nothing evicted, loopback only, a new password for each run."""

import os
import re
import secrets
from functools import partial
from pathlib import Path

import redis

from itsm.runner.binaries import valkey_server
from itsm.runner.config import LOOPBACK, Problem, free_port
from itsm.runner.process import ANYTHING, Service
from itsm.runner.supervisor import Supervisor

ROUTINE = re.compile(
    r"Memory overcommit must be enabled|vm\.overcommit_memory|Received SIG|User requested shutdown"
    r"|now ready to exit|Saving the final"
)


def service(folder: Path, run_dir: Path, port: int, throwaway: bool = False) -> tuple[Service, str]:
    """The supervised program, and the URL that opens it; the password is in a file, never on a command line."""
    password = secrets.token_hex(24)
    folder.mkdir(parents=True, exist_ok=True)
    lines = [
        f"bind {LOOPBACK}",
        f"port {port}",
        f'dir "{folder}"',
        f"requirepass {password}",
        "maxmemory-policy noeviction",
        "loglevel warning",
        "daemonize no",
        *(['save ""', "appendonly no"] if throwaway else ["appendonly yes", "appendfsync everysec"]),
    ]
    settings = run_dir / "valkey.conf"
    settings.unlink(missing_ok=True)
    with os.fdopen(os.open(settings, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write("\n".join(lines) + "\n")
    command = [str(valkey_server()), str(settings)]
    return Service(
        "valkey", command, home=folder, routine=ANYTHING if throwaway else ROUTINE
    ), f"redis://:{password}@{LOOPBACK}:{port}/0"


def answers(url: str) -> bool:
    """Whether the server takes commands (not while it still reads its append-only file)."""
    client = redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1)
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()


def start(folder: Path, run_dir: Path, supervisor: Supervisor, throwaway: bool = False) -> str:
    """Start it on a free port (on another, when somebody was quicker) and return its URL."""
    for _ in range(3):
        program, url = service(folder, run_dir, free_port(), throwaway)
        child = supervisor.spawn(program)
        if supervisor.wait_for(partial(answers, url), child):
            return url
        supervisor.forget(child)
        if not any("in use" in line for line in child.tail):
            break
    raise Problem(f"Valkey did not start on {folder}: {child.tail[-1] if child.tail else 'it said nothing'}")
