"""Celery's side of service levels: the tick that wakes the sweep, and the re-basing that an administrator ordered."""

from celery import shared_task

from . import sweep


@shared_task(name="sla.sweep")
def sweep_due() -> None:
    """Tell every mark that time has reached."""
    sweep.sweep_all()
