"""The small world in which every story plays: the people of Northwind Health, on the real database."""

from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.test import Client

from desk.people.models import Role, Workgroup
from desk.webhooks import listening
from itsm.essentials import lay_essentials

from .factories import WorkgroupFactory, analyst, person


@pytest.fixture(autouse=True)
def _files_go_to_a_folder_of_their_own(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "attachments"


@pytest.fixture(autouse=True)
def _nobody_listens():
    """No program has subscribed to anything: known without asking, so that counts of statements stay the same."""
    cache.set(listening.KEY, False, None)


@pytest.fixture
def essentials(db):
    """What every portal has: Service Desk, catch-all rule, matrix, pending reasons, resolution codes."""
    lay_essentials()


@pytest.fixture
def world(essentials):
    """Two workgroups and the people who meet in most stories.

    erin and omar: end users · sam: analyst, Service Desk · lena: lead, Service Desk · nadia and niko: analysts,
    Network · admin: administrator.
    """
    desk = Workgroup.objects.get(slug="service-desk")
    network = WorkgroupFactory(name="Network")
    return SimpleNamespace(
        desk=desk,
        network=network,
        erin=person("erin"),
        omar=person("omar"),
        sam=analyst("sam", desk),
        lena=analyst("lena", desk, Role.LEAD),
        nadia=analyst("nadia", network),
        niko=analyst("niko", network),
        admin=person("admin", is_staff=True, is_superuser=True),
    )


@pytest.fixture
def browse():
    """`browse(user)`: a signed-in client for this person."""

    def sign_in(user, **headers):
        client = Client(headers=headers or None)
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return sign_in


@pytest.fixture
def figures(record_property):
    """`figures(text)`: what this test measured; printed at the end of the run, with the time that it took."""
    return lambda text: record_property("figures", text)


def pytest_terminal_summary(terminalreporter):
    """The figures of the whole run, of what failed too."""
    reports = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
    measured = [
        (report, text) for report in reports if report.when == "call"
        for name, text in report.user_properties if name == "figures"
    ]  # fmt: skip
    if not measured:
        return
    terminalreporter.section("figures")
    for report, text in measured:
        story = report.nodeid.rpartition("::")[2].removeprefix("test_").replace("_", " ")
        terminalreporter.line(f"{'✓' if report.passed else '✗'} {story} ({report.duration:.1f} s)")
        for line in text.strip().splitlines():
            terminalreporter.line(f"    {line.strip()}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Make what was logged during a test printable: an address that is no UTF-8 can't travel between processes."""
    report = yield
    report.sections = [
        (name, content.encode("utf-8", "backslashreplace").decode("utf-8")) for name, content in report.sections
    ]
    return report
