"""Celery's side of bulk runs."""

from celery import shared_task

from . import actions


@shared_task(name="bulk.work")
def work() -> None:
    """Do what is owed; sent after a start as a mere wake-up, and by beat."""
    actions.work_off()


@shared_task(name="bulk.sweep")
def sweep() -> None:
    """Forget runs of long ago."""
    actions.sweep()
