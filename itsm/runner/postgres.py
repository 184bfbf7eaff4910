"""The embedded PostgreSQL: made once, started on a free loopback port, with a password nobody has to know."""

import os
import re
import secrets
import signal
from functools import partial
from pathlib import Path

import psutil
import psycopg
from psycopg import sql

from itsm.runner.binaries import PostgresHome, last_line
from itsm.runner.config import LOOPBACK, Problem, free_port
from itsm.runner.process import ANYTHING, Service
from itsm.runner.supervisor import Supervisor

OWNER = "itsm"
ROUTINE = re.compile(
    r"LOG:  (starting PostgreSQL|listening on|database system (was shut down at|is ready|is shut down)"
    r"|received (fast|smart|immediate) shutdown|aborting any active|background worker|shutting down|checkpoint"
    r"|io_uring)|FATAL:  (terminating connection due to administrator|the database system is (starting|shutting))"
)
THROWAWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "150"}
LASTING = {"max_connections": "100", "shared_buffers": "128MB"}


def create(home: PostgresHome, throwaway: bool = False) -> bool:
    """Make the database cluster unless it is there; only its owner's password opens it. True if it is new."""
    if (home.data / "PG_VERSION").exists():
        made_by = (home.data / "PG_VERSION").read_text().strip()
        if made_by != home.major():
            raise Problem(
                f"The database in {home.data} was made by PostgreSQL {made_by}, and this is PostgreSQL {home.major()}: "
                f"set PG_BIN to the programs of version {made_by}, or start with another DATA_DIR."
            )
        return False
    password = home.data.parent / "postgres_password"
    password.touch(mode=0o600)
    password.write_text(secrets.token_hex(24))
    if home.user == "nobody":
        os.chown(password, 65534, 65534)
    done = home.run("initdb", *_initdb_options(home, password, throwaway))
    if done.returncode != 0:
        raise Problem(f"PostgreSQL could not make its database in {home.data}: {last_line(done.stderr)}")
    return True


def _initdb_options(home: PostgresHome, password: Path, throwaway: bool) -> list[str]:
    options = ["-D", str(home.data), "-U", "postgres", "-E", "UTF8", "--auth=scram-sha-256", f"--pwfile={password}"]
    # The same sort order on every machine, whatever locales it has.
    options.append("--no-locale")
    if int(home.major()) >= 17:
        options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    return [*options, "--no-sync"] if throwaway else options


def service(home: PostgresHome, port: int, throwaway: bool = False) -> Service:
    """PostgreSQL as a supervised program: reachable on loopback only, and by password only."""
    settings = {
        "listen_addresses": LOOPBACK,
        "port": str(port),
        "unix_socket_directories": "",
        "timezone": "UTC",
        "jit": "off",
        "log_checkpoints": "off",
        "log_line_prefix": "",
        **(THROWAWAY if throwaway else LASTING),
    }
    options = [f"--{key}={value}" for key, value in settings.items()]
    return Service(
        name="postgres",
        command=home.command("postgres", "-D", str(home.data), *options),
        stop_signal=signal.SIGQUIT if throwaway else signal.SIGINT,
        hurry_signal=signal.SIGQUIT,
        patience=20.0,
        user=home.user,
        home=home.data,
        routine=ANYTHING if throwaway else ROUTINE,
    )


def start(home: PostgresHome, supervisor: Supervisor, throwaway: bool = False) -> str:
    """Start it on a free port (on another, when somebody was quicker) and return the URL of the portal's database."""
    clear_stale_pid(home.data)
    for _ in range(3):
        port = free_port()
        child = supervisor.spawn(service(home, port, throwaway))
        connection = supervisor.wait_for(partial(open_for_business, home, port), child)
        if connection:
            return hand_over(connection, port)
        supervisor.forget(child)
        if not any("could not bind" in line for line in child.tail):
            break
    raise Problem(f"PostgreSQL did not start on {home.data}: {last_line(chr(10).join(child.tail))}")


def clear_stale_pid(data: Path) -> None:
    """Remove the pid file of a dead server, when its number now belongs to an unrelated process."""
    pid_file = data / "postmaster.pid"
    try:
        pid = int(pid_file.read_text().split("\n", 1)[0])
        alive = psutil.Process(pid).cwd() == str(data)
    except FileNotFoundError:
        return
    except (ValueError, psutil.Error, OSError):
        alive = False
    if not alive:
        pid_file.unlink(missing_ok=True)


def open_for_business(home: PostgresHome, port: int) -> psycopg.Connection | None:
    """A superuser's connection, or None while the server does not take any yet."""
    key = home.data.parent / "postgres_password"
    password = key.read_text().strip() if key.exists() else ""
    try:
        return psycopg.connect(
            host=LOOPBACK, port=port, user="postgres", password=password, dbname="postgres",
            connect_timeout=2, autocommit=True,
        )  # fmt: skip
    except psycopg.OperationalError as error:
        if "password" in str(error):
            raise Problem(f"The password in {key} does not open the database in {home.data}.") from None
        return None


def hand_over(connection: psycopg.Connection, port: int) -> str:
    """Give the portal a database and an owner without special powers, with a new password for each run."""
    password = secrets.token_hex(24)
    role = sql.Identifier(OWNER)
    with connection:
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [OWNER]).fetchone():
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB").format(role))
        connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(role, sql.Literal(password)))
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [OWNER]).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(role, role))
    return f"postgres://{OWNER}:{password}@{LOOPBACK}:{port}/{OWNER}"
