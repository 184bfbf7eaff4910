"""`manage.py words`: gathers all words into the catalogues and compiles them; `--check` says which have no German."""

from __future__ import annotations

import gettext
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command

DOMAINS = ("django", "djangojs")
NOT_OURS = (".venv", "var", "tests", "docs")
FOLDER = Path("locale/de/LC_MESSAGES")


class Command(BaseCommand):
    """Needs GNU gettext (Debian: `apt install gettext`); whoever runs the portal needs nothing, the compiled files are there."""

    help = "Gather the words of code and templates, and compile the German ones."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing; fail when a word has no German")

    def handle(self, *args: Any, **options: Any) -> None:
        folder = settings.BASE_DIR / FOLDER
        before = {path: path.read_bytes() for path in sorted(folder.glob("*.po"))}
        try:
            problems = [problem for domain in DOMAINS for problem in self._gather(folder, domain, options["check"])]
        finally:
            if options["check"]:
                for path, text in before.items():
                    path.write_bytes(text)
        if problems:
            raise CommandError("\n".join(problems))
        self.stdout.write("Every word has its German.")

    def _gather(self, folder: Path, domain: str, check: bool) -> list[str]:
        ignored = list(NOT_OURS)
        how: dict[str, Any] = {"locale": ["de"], "domain": domain, "ignore_patterns": ignored, "verbosity": 0}
        call_command("makemessages", no_location=True, no_obsolete=True, **how)
        words, compiled = folder / f"{domain}.po", folder / f"{domain}.mo"
        missing = _run("msgattrib", "--untranslated", "--no-wrap", str(words))
        problems = [f"No German in {words.name}: {line}" for line in missing.splitlines() if line.startswith("msgid ")][
            1:
        ]
        with tempfile.TemporaryDirectory() as place:
            fresh = Path(place) / compiled.name
            _run("msgfmt", "--check-format", "-o", str(fresh), str(words))
            if not check:
                compiled.write_bytes(fresh.read_bytes())
            elif not compiled.exists() or _said(fresh) != _said(compiled):
                problems.append(f"{compiled.name} isn't what {words.name} says: run `manage.py words`.")
        return problems


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise CommandError(done.stderr.strip())
    return done.stdout


def _said(compiled: Path) -> dict[Any, str]:
    with compiled.open("rb") as file:
        known: dict[Any, str] = dict(gettext.GNUTranslations(file)._catalog)  # type: ignore[attr-defined]
    known.pop("", None)  # the header tells when words were gathered
    return known
