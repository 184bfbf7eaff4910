"""Time zones are those that the lock pins, whatever the machine has: the same ticket is due at the same moment everywhere."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zoneinfo
from datetime import UTC, datetime, timedelta
from importlib import metadata, resources
from pathlib import Path

from desk.sla.hours import Calendar, elapsed
from itsm.runner import portal
from itsm.runner.config import from_environment

ROOT = Path(__file__).resolve().parents[3]
ASK = """
from datetime import datetime, UTC
from desk.sla.hours import Calendar, due
print(due(Calendar("Europe/Berlin", (((480, 1080),),) * 7), datetime(2026, 9, 4, tzinfo=UTC), 1))
"""


def test_one_version_is_declared_locked_and_installed():
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    pins = {name for name in declared if name.startswith("tzdata")}
    locks = [(ROOT / name).read_text() for name in ("requirements.lock", "requirements-dev.lock")]
    pins |= {found for lock in locks for found in re.findall(r"^tzdata\S*", lock, re.MULTILINE)}
    assert pins == {f"tzdata=={metadata.version('tzdata')}"}


def test_the_pages_show_times_by_the_same_zones(tmp_path, monkeypatch):
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    assert portal.environment(from_environment("run"), "", "")["PYTHONTZPATH"] == ""
    assert 'PYTHONTZPATH=""' in (ROOT / "Dockerfile").read_text()
    assert zoneinfo.TZPATH == (), "run the tests with `make test`"


def test_hours_do_not_ask_the_machine(tmp_path):
    """Even where PYTHONTZPATH leads to a Berlin that keeps Tokyo's time."""
    (tmp_path / "Europe").mkdir()
    tokyo = resources.files("tzdata").joinpath("zoneinfo", "Asia", "Tokyo")
    with resources.as_file(tokyo) as file:
        shutil.copy(file, tmp_path / "Europe" / "Berlin")
    env = {**os.environ, "PYTHONTZPATH": str(tmp_path)}
    answer = subprocess.run([sys.executable, "-c", ASK], cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    assert answer.stdout == "2026-09-04 06:01:00+00:00\n"


def test_cuba_stays_on_summer_time_in_2026_as_only_recent_data_know():
    calendar = Calendar("America/Havana", (((0, 60),),) * 7)
    start = datetime(2026, 11, 1, 2, tzinfo=UTC)
    assert elapsed(calendar, start, start + timedelta(hours=12)) == timedelta(hours=1)
