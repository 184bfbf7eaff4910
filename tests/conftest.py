"""The small world in which every story plays: the people of Northwind Health, on the real database."""

import gc
from copy import deepcopy
from itertools import count
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.utils.translation import trans_real

from desk.people.models import Role, User, Workgroup
from desk.webhooks import listening
from itsm.essentials import lay_essentials

from .factories import WorkgroupFactory, analyst, person

_NUMBERS = count()


def pytest_collection_finish(session):
    """What is loaded by now stays until the end: looking through it for garbage again and again took 7% of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture(autouse=True)
def _files_go_to_a_folder_of_their_own(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "attachments"


@pytest.fixture(autouse=True)
def _nothing_is_remembered(request):
    """Each test has a memory of its own: rows that were laid once have the same ids in all of them.

    Threads of a live server have the memory that the settings name; what is flushed for them comes back with new ids.
    """
    own = "" if "transactional_db" in request.fixturenames else f"-{next(_NUMBERS)}"
    cache.key_prefix = settings.CACHES["default"]["KEY_PREFIX"] + own


@pytest.fixture
def forget():
    """`forget()`: nothing is remembered any more; what other processes of the run remember stays."""

    def anew():
        cache.key_prefix += "+"

    return anew


@pytest.fixture(autouse=True)
def _nobody_listens(_nothing_is_remembered):
    """No program has subscribed to anything: known without asking, so that counts of statements stay the same."""
    cache.set(listening.KEY, False, None)


@pytest.fixture(scope="session")
def _laid_essentials(django_db_setup, django_db_blocker):
    """Laid once and committed: each test gets it back as it was, by its rollback."""
    with django_db_blocker.unblock():
        lay_essentials()


@pytest.fixture(scope="session")
def _laid_world(_laid_essentials, django_db_blocker):
    with django_db_blocker.unblock():
        return _lay_world()


@pytest.fixture
def essentials(_laid_essentials, db):
    """What every portal has: Service Desk, catch-all rule, matrix, pending reasons, resolution codes."""
    if not Workgroup.objects.exists():  # a test whose rows were committed has flushed it
        lay_essentials()


@pytest.fixture
def world(_laid_world, essentials):
    """Two workgroups and the people who meet in most stories.

    erin and omar: end users · sam: analyst, Service Desk · lena: lead, Service Desk · nadia and niko: analysts,
    Network · admin: administrator.
    """
    return deepcopy(_laid_world) if User.objects.filter(pk=_laid_world.erin.pk).exists() else _lay_world()


def _lay_world() -> SimpleNamespace:
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


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Who wants an empty database goes first, then the small world is laid; who commits, and so flushes it, goes last."""

    def place(item):
        wants = set(getattr(item, "fixturenames", ()))
        if "transactional_db" in wants:
            return 3
        return 2 if "world" in wants else 1 if "essentials" in wants else 0

    items.sort(key=place)


@pytest.fixture
def browse():
    """`browse(user)`: a signed-in client for this person."""

    def sign_in(user, **headers):
        client = Client(headers=headers or None)
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return sign_in


@pytest.fixture
def german(monkeypatch):
    """`german({"English": "Deutsch", ("one", 0): "eins"})`: words that the German catalogue has for one story."""

    def know(words):
        catalogue = trans_real.translation("de")._catalog
        monkeypatch.setattr(catalogue, "_catalogs", [words, *catalogue._catalogs])
        monkeypatch.setattr(catalogue, "_plurals", [lambda n: int(n != 1), *catalogue._plurals])

    return know


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
