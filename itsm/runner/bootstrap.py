"""The first door on a fresh machine: makes .venv, installs the locked packages, then becomes the runner.

Run by whatever `python3` there is, so it keeps to what Python 3.6 understands and imports nothing of ours.
"""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time

OLDEST, NEWEST = (3, 11), (3, 13)
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
LOCKS = {"run": "requirements.lock", "dev": "requirements-dev.lock"}


def give_up(sentence):
    sys.stderr.write(sentence + "\n")
    sys.exit(1)


def suitable_python():
    """This Python if it is of a supported version, else another one on the PATH."""
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        return sys.executable
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        found = shutil.which("python3.%d" % minor)
        if found and subprocess.call([found, "-c", ""], stderr=subprocess.DEVNULL) == 0:
            return found
    here = "%d.%d" % sys.version_info[:2]
    return give_up(
        "The portal needs Python 3.11, 3.12 or 3.13, and %s is Python %s: install one of them, or name one with "
        "`make PYTHON=/path/to/python3.12 …`." % (sys.executable, here)
    )


def fingerprint(lock):
    """What the stamp in .venv must say for this lock to be installed already."""
    with open(os.path.join(ROOT, lock), "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def stamp(kind):
    return os.path.join(VENV, "installed-" + kind)


def is_installed(kind):
    try:
        with open(stamp(kind)) as file:
            return file.read() == fingerprint(LOCKS[kind]) and os.path.exists(PYTHON)
    except OSError:
        return False


def make_venv():
    """A working .venv of a supported Python; one that does not work any more is made anew."""
    check = "import sys; sys.exit(not (%r <= sys.version_info[:2] <= %r))" % (OLDEST, NEWEST)
    works = os.path.exists(PYTHON) and subprocess.call([PYTHON, "-c", check], stderr=subprocess.DEVNULL) == 0
    if works and subprocess.call([PYTHON, "-m", "pip", "--version"], stdout=subprocess.DEVNULL) == 0:
        return
    python = suitable_python()
    command = [python, "-m", "venv", "--clear", VENV]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True)
    if done.returncode != 0:
        if "ensurepip" in done.stdout:
            give_up("%s has no venv module: install it (on Debian: `apt install python3-venv`)." % python)
        give_up("Making .venv with %s failed: %s" % (python, (done.stdout.strip().splitlines() or ["no reason"])[-1]))


def install(kind):
    """Install the lock into .venv, unless it is there already."""
    if is_installed(kind):
        return
    began = time.time()
    print("Installing the packages of %s into .venv" % LOCKS[kind], flush=True)
    make_venv()
    pip = [PYTHON, "-m", "pip", "install", "--require-hashes", "--disable-pip-version-check", "--no-input"]
    done = subprocess.run(pip + ["--quiet", "--root-user-action=ignore", "-r", os.path.join(ROOT, LOCKS[kind])])
    if done.returncode != 0:
        give_up("The packages could not be installed; the lines above say why.")
    for name in ("run", "dev") if kind == "dev" else ("run",):  # the dev lock holds all of the other one
        with open(stamp(name), "w") as file:
            file.write(fingerprint(LOCKS[name]))
    print("Installed in %.0f s" % (time.time() - began), flush=True)


def main(kind, command):
    os.chdir(ROOT)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        install(kind)
    except OSError as error:
        give_up("Installing into .venv failed: %s." % error)
    if command:
        os.execv(PYTHON, [PYTHON] + command)


if __name__ == "__main__":
    try:
        main(sys.argv[1], sys.argv[2:])
    except KeyboardInterrupt:
        sys.exit(130)
