"""Celery's side of tables: log what is owed, forget what is old."""

from celery import shared_task

from . import actions


@shared_task(name=actions.WORK)
def import_sheets() -> None:
    """Log what is owed; woken when a table is started, and by beat for what a lost worker left."""
    actions.work_off()


@shared_task(name="incidents.sweep_sheets")
def sweep_sheets() -> None:
    """Forget tables of long ago."""
    actions.sweep()
