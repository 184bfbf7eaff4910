"""The database and the broker of a run: those named by the environment, or embedded ones brought up here."""

from urllib.parse import urlsplit

import psycopg
import redis

from itsm.runner import binaries, postgres, valkey
from itsm.runner.config import Config, Problem
from itsm.runner.folder import write_private
from itsm.runner.supervisor import Supervisor

OLDEST_POSTGRES = 14


def bring_up(config: Config, supervisor: Supervisor) -> tuple[str, str]:
    """(DATABASE_URL, REDIS_URL), both answering."""
    database_url = config.database_url or embedded_postgres(config, supervisor)
    redis_url = config.redis_url or embedded_valkey(config, supervisor)
    write_private(config.run_dir / "services.json", {"DATABASE_URL": database_url, "REDIS_URL": redis_url})
    return database_url, redis_url


def check_given(config: Config) -> None:
    """What the environment names must be there, before anything is started for them."""
    if config.database_url:
        check_database(config.database_url)
    elif config.pg_bin:
        binaries.given_bin(config.pg_bin)
    if config.redis_url:
        check_redis(config.redis_url)


def embedded_postgres(config: Config, supervisor: Supervisor) -> str:
    home = binaries.postgres_home(config.data_dir, config.pg_bin)
    with supervisor.console.step(f"PostgreSQL {home.version()}") as details:
        if postgres.create(home):
            details.append("(new database)")
        if home.data.parent != config.data_dir:
            details.append(f"in {home.data}")  # root without user namespaces, and a data folder closed to others
        return postgres.start(home, supervisor)


def embedded_valkey(config: Config, supervisor: Supervisor) -> str:
    with supervisor.console.step("Valkey"):
        return valkey.start(config.data_dir / "valkey", config.run_dir, supervisor)


def check_database(url: str) -> None:
    """One clear sentence when the given database can't be used."""
    where = _where(url, "DATABASE_URL", {"postgres", "postgresql", "psql", "pgsql"})
    conninfo = "postgresql" + url[url.index(":") :]
    try:
        with psycopg.connect(conninfo, connect_timeout=5) as connection:
            version = connection.info.server_version // 10000
    except psycopg.Error as error:
        raise Problem(f"DATABASE_URL leads to {where}, where no database opens for us: {_why(error)}.") from None
    if version < OLDEST_POSTGRES:
        raise Problem(f"DATABASE_URL leads to PostgreSQL {version}; the portal needs {OLDEST_POSTGRES} or newer.")


def _why(error: psycopg.Error) -> str:
    """The last line that tells something; libpq ends with a question to whoever reads it."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return next((line for line in reversed(lines) if not line.endswith("?")), "no reason given").removesuffix(".")


def check_redis(url: str) -> None:
    """One clear sentence when the given broker can't be used."""
    where = _where(url, "REDIS_URL", {"redis", "rediss", "unix"})
    try:
        client = redis.Redis.from_url(url, socket_connect_timeout=5, socket_timeout=5)
        client.ping()
        client.close()
    except (redis.RedisError, ValueError) as error:
        raise Problem(f"REDIS_URL leads to {where}, where no Redis opens for us: {str(error).rstrip('.')}.") from None


def _where(url: str, name: str, schemes: set[str]) -> str:
    """Host, port and path of a URL, without its password."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        raise Problem(f"{name} is no URL that can be understood.") from None
    if parts.scheme not in schemes:
        raise Problem(f"{name} must begin with {' or '.join(sorted(f'{s}://' for s in schemes))}.")
    return f"{parts.hostname or 'this machine'}{port}{parts.path}"
