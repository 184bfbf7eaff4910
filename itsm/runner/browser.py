"""Which Chromium the browser tests use, and how to get one where there is none."""

import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


def find_chromium() -> str | None:
    """The path of an installed Chromium or Chrome; None when there is none."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def how_to_get_one() -> str:
    """A sentence for the report of skipped tests."""
    return (
        "No Chromium is installed, so nothing was tried in a browser. "
        "Install one (on Debian as root: apt-get install chromium) and run `make test` again."
    )
