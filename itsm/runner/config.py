"""What the environment asks of the runner, read once and checked before anything is started."""

import errno
import os
import secrets
import socket
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOOPBACK = "127.0.0.1"


class Problem(Exception):
    """One sentence for the person at the terminal; never shown with a traceback."""


@dataclass(frozen=True)
class Config:
    """How this run was asked for."""

    data_dir: Path
    host: str = LOOPBACK
    port: int = 8000
    database_url: str = ""
    redis_url: str = ""
    pg_bin: str = ""
    demo: bool = True
    run_id: str = field(default_factory=lambda: secrets.token_hex(8))

    @property
    def run_dir(self) -> Path:
        return self.data_dir / "run"

    @property
    def url(self) -> str:
        shown = "127.0.0.1" if self.host in {"", "0.0.0.0", "::"} else self.host
        return f"http://{f'[{shown}]' if ':' in shown else shown}:{self.port}"


def from_environment(run_id: str) -> Config:
    """The configuration for `make run`."""
    env = os.environ
    return Config(
        data_dir=Path(env.get("DATA_DIR") or ROOT / "var").expanduser().resolve(),
        host=env.get("HOST") or LOOPBACK,
        port=_port(env.get("PORT") or "8000"),
        database_url=env.get("DATABASE_URL", ""),
        redis_url=env.get("REDIS_URL", ""),
        pg_bin=env.get("PG_BIN", ""),
        demo=env.get("DEMO", "1").strip().lower() not in {"", "0", "false", "no", "off"},
        run_id=run_id,
    )


def _port(text: str) -> int:
    if text.isdecimal() and 0 < int(text) < 65536:
        return int(text)
    raise Problem(f"PORT must be a number from 1 to 65535, and is {text!r}.")


def prepare_data_dir(config: Config) -> None:
    """Make the folders of this run, and prove that they can be written to."""
    try:
        config.run_dir.mkdir(parents=True, exist_ok=True)
        config.run_dir.chmod(0o700)
        with tempfile.TemporaryFile(dir=config.data_dir):
            pass
    except OSError as error:
        raise Problem(
            f"The data folder {config.data_dir} can't be written to ({error.strerror}): set DATA_DIR to one that can."
        ) from None


def hold_port(config: Config) -> socket.socket:
    """Take the web port, so that nobody else gets it while the portal is being set up."""
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    held = socket.socket(family, socket.SOCK_STREAM)
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        held.bind((config.host, config.port))
        held.listen(1)  # only a listening socket keeps out others that also set SO_REUSEADDR
    except OSError as error:
        held.close()
        why = "is taken by another program" if error.errno == errno.EADDRINUSE else f"can't be used ({error.strerror})"
        raise Problem(
            f"Port {config.port} on {config.host} {why}: set PORT to a free one, for example `make run PORT=8001`."
        ) from None
    return held


def free_port() -> int:
    """A loopback port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return probe.getsockname()[1]
