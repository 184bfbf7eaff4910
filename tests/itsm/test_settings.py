"""The settings of a real site: what must be said, and what is believed only where a proxy stands in front."""

import json
import os
import subprocess
import sys

import pytest

SITE = {"SECRET_KEY": "x" * 50, "ALLOWED_HOSTS": "portal.example.org", "EMAIL_URL": "smtp://mail.example.org:25"}
ASKED = ["SECURE_PROXY_SSL_HEADER", "SECURE_HSTS_INCLUDE_SUBDOMAINS", "SECURE_HSTS_PRELOAD", "EMAIL_HOST"]


def site(**environment):
    """The settings asked for, of a site with this environment; an empty value leaves a variable out."""
    given = {name: value for name, value in {**SITE, **environment}.items() if value}
    clean = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "PYTHONPATH"}}
    asked = f"import json; from itsm.settings import production as p; print(json.dumps([getattr(p, n, None) for n in {ASKED}]))"
    return subprocess.run([sys.executable, "-c", asked], env={**clean, **given}, capture_output=True, text=True)


def test_mail_has_to_be_set_up_and_never_lands_in_the_log_unasked():
    refused = site(EMAIL_URL="")
    assert refused.returncode == 1
    assert "ImproperlyConfigured: Set EMAIL_URL, such as smtp+tls://" in refused.stderr
    assert site(EMAIL_URL="consolemail://").returncode == 0


@pytest.mark.parametrize(("proxies", "header"), [("", None), ("0", None), ("1", ["HTTP_X_FORWARDED_PROTO", "https"])])
def test_a_claim_to_https_is_believed_only_behind_a_proxy(proxies, header):
    assert json.loads(site(TRUSTED_PROXY_COUNT=proxies).stdout) == [header, False, False, "mail.example.org"]


def test_subdomains_are_bound_to_https_only_when_asked():
    both = site(SECURE_HSTS_INCLUDE_SUBDOMAINS="true", SECURE_HSTS_PRELOAD="true")
    assert json.loads(both.stdout) == [None, True, True, "mail.example.org"]
