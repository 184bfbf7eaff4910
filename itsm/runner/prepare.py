"""Gets the database and the static files ready for this version of the portal; the one part that loads Django."""

import hashlib
import os
import sys
import time
from pathlib import Path

import django


def schema() -> str:
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not plan:
        return "database schema is up to date"
    call_command("migrate", interactive=False, verbosity=0)
    return f"database schema: {len(plan)} migrations applied"


def static_files() -> str:
    """Collect the static files, unless not one of them has changed since the last time."""
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    seen = hashlib.sha256(settings.STORAGES["staticfiles"]["BACKEND"].encode())
    for finder in get_finders():
        for path, storage in finder.list([]):
            stat = os.stat(storage.path(path))
            seen.update(f"{path} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    root = Path(settings.STATIC_ROOT)
    stamp = root.with_name("static.stamp")
    if root.is_dir() and stamp.exists() and stamp.read_text() == seen.hexdigest():
        return "static files are up to date"
    stamp.unlink(missing_ok=True)
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    stamp.write_text(seen.hexdigest())
    return "static files collected"


def first_data() -> str:
    """The demo world where it is wanted, else only what no portal can work without."""
    from django.conf import settings
    from django.core.management import call_command

    if settings.DEMO:
        call_command("demo_data", if_empty=True)
        return "demo data seen to"
    call_command("essentials")
    return "essentials are there"


def main() -> int:
    django.setup()
    for step in (schema, static_files, first_data):
        began = time.monotonic()
        try:
            done = step()
        except Exception as error:
            if os.environ.get("LOG_LEVEL") == "DEBUG":
                raise
            print(f"{step.__name__} failed: {type(error).__name__}: {error} (LOG_LEVEL=DEBUG shows where)")
            return 1
        print(f"{done} ({time.monotonic() - began:.1f} s)", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
