"""`make run` from start to end: set up, READY, watch over it, stop in order."""

import os
import signal
import threading
import time

from itsm.runner import portal, servers
from itsm.runner.config import Config, Problem, from_environment, hold_port, prepare_data_dir
from itsm.runner.console import Console
from itsm.runner.folder import only_run, write_note
from itsm.runner.kernel import adopt_orphans
from itsm.runner.process import kill_all, of_run
from itsm.runner.supervisor import Stopped, Supervisor

PATIENCE = 60.0  # seconds without READY, after which we say what is missing


def supervise(leash: int, run_id: str) -> int:
    """The whole life of a run, in a process that ends it when the leash (a pipe from the foreground) is let go."""
    console = Console()
    config = from_environment(run_id)
    adopt_orphans()
    supervisor = Supervisor(console, lambda processes: write_note(config, processes))
    obey(supervisor, leash)
    prepare_data_dir(config)
    try:
        with only_run(config):
            try:
                live(config, supervisor)
            except Stopped:
                console.say("\nStopping")
            finally:
                supervisor.stop_all()
                kill_all(of_run(config.run_id))
        console.say("Stopped; nothing is left running.")
    except OSError as error:
        raise Problem(f"{error.filename or config.data_dir}: {error.strerror or error}.") from None
    return 0


def obey(supervisor: Supervisor, leash: int) -> None:
    """Stop on a signal, on a word from the foreground process, and when that process is gone; hurry when told twice."""

    def told(*_: object) -> None:
        (supervisor.hurry if supervisor.stop.is_set() else supervisor.stop).set()

    def listen() -> None:
        while os.read(leash, 1):
            told()
        supervisor.stop.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, told)
    threading.Thread(target=listen, name="leash", daemon=True).start()


def live(config: Config, supervisor: Supervisor) -> None:
    """Everything between the first check and the wish to stop."""
    write_note(config, {})
    console = supervisor.console
    servers.check_given(config)
    with hold_port(config):
        console.say(f"Setting up the portal, data in {config.data_dir}")
        env = portal.environment(config, *servers.bring_up(config, supervisor))
        programs = portal.services(config, env)
        with console.step("database and pages prepared"):
            if supervisor.run_to_end(programs.pop("prepare")) != 0:
                raise Problem("The database could not be prepared; the lines marked `setup` say why.")
    with console.step("web, worker and beat at work"):
        for program in programs.values():
            supervisor.spawn(program)
        wait_until_ready(config, supervisor)
    supervisor.ready = True
    console.say(portal.announcement(config))
    while True:
        supervisor.tend()
        supervisor.pause(0.2)


def wait_until_ready(config: Config, supervisor: Supervisor) -> None:
    """Until `/readyz` is green with a tick of this run; say what is missing when that takes long."""
    told = time.monotonic()
    while not portal.is_ready(config):
        supervisor.tend()
        if time.monotonic() - told > PATIENCE:
            status, answer = portal.ask_ready(config)
            supervisor.console.say(f"  … not ready yet: /readyz says {status or 'nothing'} {answer or ''}")
            told = time.monotonic()
        supervisor.pause(0.25)  # each question costs the starting web processes some work
