"""The browser for the tests of pages: which one is here, and how to get one."""

import os
import shutil
import subprocess

from itsm.runner import debian
from itsm.runner.console import Console

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def find_chromium() -> str | None:
    """The path of a Chromium that starts; CHROMIUM names one."""
    if named := os.environ.get("CHROMIUM"):
        return named if _starts(named) else None
    found = (shutil.which(name) for name in NAMES)
    return next((path for path in found if path and _starts(path)), None)


def how_to_get_one() -> str:
    """The reason for a skipped test, with the way out."""
    return (
        "There is no Chromium on this machine. Install one (Debian: `apt install chromium`), or name one that is "
        "not on the PATH: CHROMIUM=/path/to/chromium make test."
    )


def _starts(path: str) -> bool:
    """Whether it is a real browser (some systems have a placeholder that only points to a shop)."""
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=30).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def get_one_if_possible(console: Console) -> None:
    """Without a browser: install Debian's where we may, otherwise say loudly what will be skipped."""
    if find_chromium():
        return
    if debian.may_install() and not os.environ.get("CHROMIUM"):
        with console.step("Chromium installed for the browser tests"):
            why = debian.install("chromium")
        if find_chromium():
            return
        console.fail(f"apt could not install Chromium: {why}")
    console.fail(f"THE BROWSER TESTS WILL BE SKIPPED. {how_to_get_one()}")
