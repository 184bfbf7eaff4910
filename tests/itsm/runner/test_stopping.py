"""However a run ends, it leaves no process behind and a database that opens again."""

import os
import signal

import pytest

ORDER = ["web", "beat", "timers", "worker", "valkey", "postgres"]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_asked_to_stop_it_stops_in_order(start, how):
    run = start().until_ready()
    run.front.send_signal(how)

    assert run.ended() == 0
    stopped = [line.split()[2] for line in run.said().splitlines() if " stopped " in line]
    assert stopped == ORDER
    assert run.nothing_left()
    assert run.left_cleanly()


def killed(run, *names: str) -> str:
    """Kill these two or one of them; the id of the run that ended so."""
    run_id = run.note()["run_id"]
    for pid in [run.front.pid if name == "front" else run.pid(name) for name in names]:
        os.kill(pid, signal.SIGKILL)
    assert run.ended() != 0
    assert run.nothing_left()
    return run_id


def test_the_foreground_killed_the_rest_is_still_stopped_in_order(start):
    run = start().until_ready()
    killed(run, "front")
    assert [line.split()[2] for line in run.said().splitlines() if " stopped " in line] == ORDER
    assert run.left_cleanly()


def test_the_supervisor_killed_the_foreground_says_so_and_tidies_up(start, data_dir):
    run = start().until_ready()
    killed(run, "supervisor")
    assert run.said().splitlines()[-1].startswith("The supervisor was killed;")
    assert not (data_dir / "run" / "services.json").exists()
    assert not (data_dir / "run" / "runner.json").exists()
    assert run.left_cleanly()


def test_both_killed_the_kernel_ends_the_rest_and_the_next_run_finds_everything(start):
    run = start().until_ready()
    run_id = killed(run, "front", "supervisor")
    assert run.left_cleanly()
    assert run_id in start().until_ready().runs_remembered()


def test_everything_killed_at_once_the_database_recovers(start):
    run = start().until_ready()
    run_id = run.note()["run_id"]
    for pid in [run.front.pid, run.pid("supervisor"), *(process.pid for process in run.family)]:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    run.ended()
    assert run.nothing_left()

    again = start().until_ready()
    assert run_id in again.runs_remembered()
    assert again.stop() == 0
    assert again.left_cleanly()
