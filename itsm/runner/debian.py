"""Packages of the machine's own Debian, installed where we may: what development needs and Python's packages don't bring."""

import os
import shutil
import subprocess

LIMIT = 600  # seconds


def may_install() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(package: str) -> str:
    """Install it; the last thing that apt said."""
    _apt("update", "-qq")
    return _apt("install", "-y", "-qq", "--no-install-recommends", package)


def _apt(*arguments: str) -> str:
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(
            ["apt-get", *arguments],
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=LIMIT,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return ((done.stderr + done.stdout).strip().splitlines() or ["it said nothing"])[-1]
