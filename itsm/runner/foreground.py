"""The process in the foreground: passes signals on to the supervisor, and clears up if that is killed."""

import os
import secrets
import signal
import subprocess
import sys

from itsm.runner.config import from_environment
from itsm.runner.console import Console
from itsm.runner.folder import end_orphans
from itsm.runner.kernel import adopt_orphans


def run() -> int:
    """Run the supervisor in a session of its own, where the terminal's Ctrl-C does not reach it.

    The two hold each other by a pipe: when this process dies, however it dies, the supervisor reads the end of
    the pipe and stops everything in order. When the supervisor dies, its children get a signal from the kernel
    and this process waits for them and ends who stays.
    """
    run_id = secrets.token_hex(8)
    config = from_environment(run_id)
    adopt_orphans()
    read_end, write_end = os.pipe()
    command = [sys.executable, "-m", "itsm.runner", "supervise", str(read_end), run_id]
    supervisor = subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=[read_end], start_new_session=True)
    os.close(read_end)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: _tell(write_end))
    code = supervisor.wait()
    if code >= 0:
        return code
    end_orphans(config)
    Console().fail("The supervisor was killed; everything it had started has been stopped.")
    return 1


def _tell(write_end: int) -> None:
    try:
        os.write(write_end, b"s")
    except OSError:
        pass  # it is gone already
