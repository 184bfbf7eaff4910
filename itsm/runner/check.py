"""`make check`: everything that can be judged without running the tests, one line for each, the findings below."""

import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

from itsm.runner import debian, throwaway
from itsm.runner.config import ROOT
from itsm.runner.console import Console

PYTHON = sys.executable
SITE = {  # a made-up site, complete enough for Django's deployment checks
    "DJANGO_SETTINGS_MODULE": "itsm.settings.production",
    "SECRET_KEY": "made-up-for-the-deployment-check-0123456789-abcdefghijklmnop",
    "ALLOWED_HOSTS": "portal.example.org",
    "EMAIL_URL": "smtp+tls://portal:secret@mail.example.org:587",
    "TRUSTED_PROXY_COUNT": "1",
    "SECURE_HSTS_INCLUDE_SUBDOMAINS": "true",  # a site's own choice, which Django's check would have everybody make
    "SECURE_HSTS_PRELOAD": "true",
}


@dataclass(frozen=True)
class Check:
    """A command that exits with 0 when all is well."""

    name: str
    command: list[str]
    env: dict[str, str] = field(default_factory=dict)


def manage(*arguments: str) -> list[str]:
    return [PYTHON, "manage.py", *arguments]


CHECKS = (
    Check("style (ruff)", [PYTHON, "-m", "ruff", "check"]),
    Check("format (ruff)", [PYTHON, "-m", "ruff", "format", "--check"]),
    Check("layers (import-linter)", [str(Path(PYTHON).with_name("lint-imports"))]),
    Check("types (mypy)", [PYTHON, "-m", "mypy"]),
    Check("migrations match the models", manage("makemigrations", "--check", "--dry-run")),
    Check("settings of a real site", manage("check", "--deploy", "--fail-level", "WARNING"), SITE),
    Check("every word has its German (gettext)", manage("words", "--check")),
    Check("lifecycle diagrams are fresh", manage("lifecycle_docs", "--check")),
    Check("docker-compose.yml", [PYTHON, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec",
                                 "docker-compose.yml"]),
)  # fmt: skip


def check() -> int:
    """Run them all, also after a failure, and show what the failed ones said."""
    console = Console()
    failed = [] if only_maintained_fsm(console) else ["django-fsm"]
    if not shutil.which("xgettext") and debian.may_install():
        with console.step("gettext installed for the words"):
            debian.install("gettext")
    with throwaway.servers(console) as env:
        failed += [one.name for one in CHECKS if not passes(one, env, console)]
    if failed:
        console.fail(f"make check: {len(failed)} of {len(CHECKS) + 1} failed: {', '.join(failed)}")
    else:
        console.say(f"make check: all {len(CHECKS) + 1} passed")
    return 1 if failed else 0


def passes(one: Check, env: dict[str, str], console: Console) -> bool:
    """Run one check and print its line."""
    began = time.monotonic()
    done = subprocess.run(
        one.command, cwd=ROOT, env={**env, **one.env}, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
    )  # fmt: skip
    _report(console, one.name, done.returncode == 0, time.monotonic() - began)
    if done.returncode != 0:
        console.say(os.linesep.join("      " + line for line in done.stdout.splitlines()))
    return done.returncode == 0


def only_maintained_fsm(console: Console) -> bool:
    """`django-fsm` and its maintained fork `django-fsm-2` share a module name; only the fork may be here."""
    try:
        metadata.distribution("django-fsm")
    except metadata.PackageNotFoundError:
        _report(console, "django-fsm-2 without django-fsm", True, 0)
        return True
    _report(console, "django-fsm-2 without django-fsm", False, 0)
    console.say("      django-fsm is installed beside django-fsm-2: remove it, then install django-fsm-2 again.")
    return False


def _report(console: Console, name: str, good: bool, seconds: float) -> None:
    sign = console.paint(console.tick, 32) if good else console.paint("FAILED", 31)
    console.say(f"  {sign} {name:<60} {seconds:>5.1f} s")
