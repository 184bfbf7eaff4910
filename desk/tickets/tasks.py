"""Celery's side of tickets: the daily sweep of files that belong to nothing."""

import logging

from celery import shared_task

from . import files

log = logging.getLogger(__name__)


@shared_task(name="tickets.sweep_files")
def sweep_files() -> int:
    """Remove what a failed transaction or a killed process left on the disk; returns how many files."""
    if swept := files.sweep():
        log.info("Removed %s files that belonged to no attachment.", swept)
    return swept
