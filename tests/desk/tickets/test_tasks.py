"""The daily sweep of files that belong to nothing."""

import os
import time

import pytest
from django.db import transaction

from desk.tickets.models import Attachment
from desk.tickets.tasks import sweep_files
from tests.factories import incident
from tests.files import png

DAY = 24 * 3600


def age(path, seconds):
    then = time.time() - seconds
    os.utime(path, (then, then))


def on_disk(folder):
    return {path for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def orphan(world, settings):
    """What a reaction that fails after files were attached leaves behind."""
    with transaction.atomic():
        incident(world.erin, files=[png("lost.png")])
        transaction.set_rollback(True)
    (path,) = on_disk(settings.MEDIA_ROOT)
    return path


def test_what_a_failed_transaction_left_is_removed_after_a_day(world, orphan, settings):
    kept = incident(world.erin, files=[png("kept.png")])
    held = settings.MEDIA_ROOT / Attachment.objects.get(event__ticket=kept).file.name
    age(held, 3 * DAY)
    age(orphan, DAY - 60)
    assert sweep_files() == 0  # young enough to belong to a transaction that still runs
    age(orphan, DAY + 60)
    assert sweep_files() == 1
    assert on_disk(settings.MEDIA_ROOT) == {held}


def test_nothing_else_in_the_folder_is_touched(world, orphan, settings):
    others = [settings.MEDIA_ROOT / "README", orphan.parent / "notes.txt", settings.MEDIA_ROOT / "backup" / orphan.name]
    for other in others:
        other.parent.mkdir(exist_ok=True)
        other.write_text("Mine")
        age(other, 9 * DAY)
    age(orphan, 9 * DAY)
    assert sweep_files() == 1
    assert on_disk(settings.MEDIA_ROOT) == set(others)


def test_a_portal_without_any_file_has_nothing_to_sweep(db):
    assert sweep_files() == 0
