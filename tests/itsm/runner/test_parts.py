"""Small parts of the runner, each by itself."""

import hashlib
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from itsm.runner import bootstrap, browser, healthcheck, portal
from itsm.runner.config import ROOT, Config
from itsm.runner.console import Console


@pytest.mark.parametrize(
    ("hosts", "asked"),
    [("portal.example.org,other", "portal.example.org"), (".example.org", "example.org"), ("*", "localhost")],
)
def test_the_health_check_asks_by_a_name_that_is_let_in(monkeypatch, hosts, asked):
    monkeypatch.setenv("ALLOWED_HOSTS", hosts)
    assert healthcheck.allowed_host() == asked


@pytest.mark.parametrize(
    ("given", "told"), [("", "http://127.0.0.1:8123"), ("https://it.example.org", "https://it.example.org")]
)
def test_mails_lead_to_where_the_portal_runs_unless_told_otherwise(monkeypatch, tmp_path, given, told):
    monkeypatch.setenv("PORTAL_URL", given)
    assert portal.environment(Config(data_dir=tmp_path, port=8123), "", "")["PORTAL_URL"] == told


@pytest.mark.parametrize(
    ("given", "hosts", "told"),
    [
        ("", ".example.org,other", "https://example.org"),
        ("", "portal.example.org", "https://portal.example.org"),
        ("https://it.example.org/", "portal.example.org", "https://it.example.org"),
    ],
)
def test_the_mails_of_a_real_site_lead_to_its_first_name_unless_told_otherwise(given, hosts, told):
    env = {**os.environ, "PORTAL_URL": given, "ALLOWED_HOSTS": hosts, "SECRET_KEY": "x"}
    env["EMAIL_URL"] = "smtp://mail.example.org:25"
    code = "from itsm.settings.production import PORTAL_URL; print(PORTAL_URL)"
    done = subprocess.run([sys.executable, "-c", code], env=env, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == told


def test_the_health_check_fails_where_nobody_answers(monkeypatch, capsys):
    monkeypatch.setenv("GRANIAN_PORT", "1")
    assert healthcheck.main() == 1


def test_a_browser_that_is_named_but_not_there_is_none(monkeypatch, tmp_path):
    monkeypatch.setenv("CHROMIUM", str(tmp_path / "chromium"))
    assert browser.find_chromium() is None
    assert "apt install chromium" in browser.how_to_get_one()


def test_a_placeholder_is_no_browser(monkeypatch, tmp_path):
    placeholder = tmp_path / "chromium"
    placeholder.write_text("#!/bin/sh\necho get it from the shop\nexit 1\n")
    placeholder.chmod(0o755)
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert browser.find_chromium() is None


def test_packages_are_installed_again_only_when_the_lock_has_changed(monkeypatch, tmp_path):
    monkeypatch.setattr(bootstrap, "ROOT", str(tmp_path))
    monkeypatch.setattr(bootstrap, "VENV", str(tmp_path))
    monkeypatch.setattr(bootstrap, "PYTHON", sys.executable)
    lock = tmp_path / "requirements.lock"
    lock.write_text("django==5.2.19\n")
    assert not bootstrap.is_installed("run")

    Path(bootstrap.stamp("run")).write_text(hashlib.sha256(lock.read_bytes()).hexdigest())
    assert bootstrap.is_installed("run")

    lock.write_text("django==5.2.20\n")
    assert not bootstrap.is_installed("run")


def test_a_log_line_can_not_play_with_the_terminal():
    out = io.StringIO()
    Console(out).log("web", "a \x1b[31mred\x1b[0m line\x07 with a bell")
    assert out.getvalue() == "web      | a red line with a bell\n"


@pytest.mark.parametrize(
    ("host", "url"),
    [("127.0.0.1", "http://127.0.0.1:8000"), ("0.0.0.0", "http://127.0.0.1:8000"), ("::1", "http://[::1]:8000")],
)
def test_the_address_that_is_shown(tmp_path, host, url):
    assert Config(tmp_path, host=host).url == url
