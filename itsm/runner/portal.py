"""The portal's own programs: what prepares the database, serves pages, does the work, and keeps the time."""

import json
import os
import re
import sys
import urllib.error
import urllib.request

from itsm.runner.config import Config, Problem
from itsm.runner.process import Service

STAND_INS = "RUNNER_COMMANDS"  # for tests of the runner: {"prepare": […], "web": […], "worker": […], "beat": […]}
ACCOUNTS = (
    ("erin", "end user"),
    ("omar", "end user and manager"),
    ("sam", "analyst, Service Desk"),
    ("lena", "lead, Service Desk"),
    ("nadia", "analyst, Network"),
    ("felix", "technician, Field Service"),
    ("chris", "change manager"),
    ("admin", "administrator"),
)
# Celery's advice against root (it minds pickled messages, and ours are JSON) and what comes with every tick.
DAILY_ROUND = re.compile(
    r"Task reactions\.tick|Task notifications\.send_mail\[\S+\] (received|succeeded)|Sending due task"
    r"|SecurityWarning|absolutely not recommended|specify a different user"
    r"|User information: uid=|_warn_or_raise_security_error|Service Unavailable: /readyz|Warm shutdown"
    r"|^(LocalTime|Configuration) ->|^ +\. (broker|loader|scheduler|db|logfile|maxinterval) ->|^__ +- +\.\.\. "
    r"|celery beat v\S+ .* is starting"
)


def environment(config: Config, database_url: str, redis_url: str) -> dict[str, str]:
    """What every program of this run finds in its environment."""
    env = {
        "DJANGO_SETTINGS_MODULE": "itsm.settings.demo",
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "DATA_DIR": str(config.data_dir),
        "PORT": str(config.port),
        "PORTAL_URL": os.environ.get("PORTAL_URL") or config.url,
        "DEMO": "1" if config.demo else "0",
        "RUN_ID": config.run_id,
        "PYTHONUNBUFFERED": "1",
        "PYTHONTZPATH": "",  # time zones come from the pinned tzdata, not from this machine
        "SPT_NOENV": "1",  # a process that changes its title shall keep its environment readable: RUN_ID marks it ours
    }
    hosts = os.environ.get("ALLOWED_HOSTS", "")
    if hosts and "127.0.0.1" not in hosts.split(","):
        env["ALLOWED_HOSTS"] = f"{hosts},127.0.0.1"  # READY is asked for at the loopback address
    return env


def services(config: Config, env: dict[str, str]) -> dict[str, Service]:
    """The programs in the order of their start; each may be replaced by a stand-in from the environment."""
    python = sys.executable
    celery = [python, "-m", "celery", "--quiet", "-A", "itsm.celery:app"]
    level = os.environ.get("LOG_LEVEL", "WARNING")
    commands = {
        "prepare": [python, "-m", "itsm.runner.prepare"],
        "worker": [*celery, "worker", "--pool=prefork", "--concurrency=2", "--hostname=portal@%h", "-l", level,
                   "--without-gossip", "--without-mingle", "--without-heartbeat"],
        "timers": [*celery, "worker", "--pool=solo", "--queues=timers", "--hostname=timers@%h", "-l", level,
                   "--without-gossip", "--without-mingle", "--without-heartbeat"],
        "beat": [*celery, "beat", "-l", level, "--pidfile=", f"--schedule={config.run_dir / 'beat-schedule'}"],
        "web": [python, "-m", "granian", "--interface=wsgi", f"--host={config.host}", f"--port={config.port}",
                "--workers=2", "--blocking-threads=4", "--no-ws", "--log-level=warning", "--workers-kill-timeout=5",
                "--respawn-failed-workers", "itsm.wsgi:application"],
    }  # fmt: skip
    commands.update(_stand_ins())
    shown = {"prepare": "setup"}
    return {
        name: Service(shown.get(name, name), command, env, routine=DAILY_ROUND) for name, command in commands.items()
    }


def _stand_ins() -> dict[str, list[str]]:
    try:
        return json.loads(os.environ.get(STAND_INS) or "{}")
    except ValueError:
        raise Problem(f"{STAND_INS} is no JSON.") from None


def is_ready(config: Config) -> bool:
    """Whether `/readyz` is green, and a tick of this very run has gone from beat through a worker into the database."""
    status, answer = ask_ready(config)
    return status == 200 and answer.get("pulse_run") == config.run_id


def ask_ready(config: Config) -> tuple[int, dict]:
    """What `/readyz` answers now; status 0 when nobody answers."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # never through a proxy
    try:
        with opener.open(f"{config.url}/readyz", timeout=5) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        try:
            return error.code, json.load(error)
        except ValueError:
            return error.code, {}
    except (OSError, ValueError):
        return 0, {}


def announcement(config: Config) -> str:
    """READY, the address, and who can sign in."""
    lines = ["", f"READY  {config.url}", ""]
    if config.demo:
        lines += ["Sign in with one of these, password `demo`:"]
        lines += [f"  {name:<6} {who}" for name, who in ACCOUNTS]
    else:
        lines += ["No demo data. Make the first administrator with: .venv/bin/python manage.py createsuperuser"]
    return "\n".join([*lines, "", "Ctrl-C stops everything."])
