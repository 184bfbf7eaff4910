"""`python -m itsm.bench`: lays SIZE tickets into an empty database, starts the servers, prints the table."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time

import django

from itsm.runner.config import ROOT, Config, free_port
from itsm.runner.portal import services

HEAD = f"{'':<40} {'p50 ms':>8} {'p95 ms':>8} {'per s, 4':>9} {'SQL':>5} {'bytes':>9} {'× floor':>8}"


def main() -> int:
    size = int(os.environ.get("SIZE") or "100000")
    os.environ["DJANGO_SETTINGS_MODULE"] = "itsm.settings.demo"
    os.environ.setdefault("DEMO", "1")
    django.setup()
    from django.core.management import call_command

    from itsm.bench.lay import lay

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    print(f"\nPages over loopback, {size:,} tickets")
    company = lay(size)
    portal, floor = free_port(), free_port()
    servers = [_serve(portal, "itsm.settings.demo"), _serve(floor, "itsm.bench.floor_settings")]
    try:
        for port in (portal, floor):
            _wait_for(port)
        _table(company, portal, floor)
    finally:
        for server in servers:
            server.terminate()
        for server in servers:
            server.wait(10)
    return 0


def _serve(port: int, settings: str) -> subprocess.Popen[bytes]:
    """The server that `make run` starts, on another port."""
    command = services(Config(data_dir=ROOT, port=port), {})["web"].command
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": settings, "LOG_LEVEL": "WARNING"}
    return subprocess.Popen(command, env=env, cwd=ROOT)


def _wait_for(port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
            return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("The server didn't start.")


def _table(company, portal: int, floor: int) -> None:
    from itsm.bench.measure import Wrong, measure
    from itsm.bench.rows import Row, get, rows

    only = os.environ.get("ROWS", "")
    bare = measure(Row("", company.analyst, get(f"/rows/{company.workgroup.pk}/")), floor, count_statements=False)
    print(HEAD)
    _line("the floor: a bare view with 50 rows", bare, bare)
    for row in rows(company):
        if only in row.name:
            try:
                _line(row.name, measure(row, portal), bare)
            except Wrong as wrong:
                print(f"{row.name:<40} {wrong}")


def _line(name: str, found, bare) -> None:
    print(
        f"{name:<40} {found.p50:>8.1f} {found.p95:>8.1f} {found.rate:>9.0f} {found.statements or '':>5}"
        f" {found.size:>9,} {found.p50 / bare.p50:>7.2f}×",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
