"""Celery's side of service levels: the tick that wakes the sweep, and the re-basing that an administrator ordered."""

from celery import shared_task

from . import rebasing, sweep


@shared_task(name="sla.sweep")
def sweep_due() -> None:
    """Tell every mark that time has reached."""
    sweep.sweep_all()


@shared_task(name="sla.rebase")
def rebase() -> None:
    """Work off what an administrator ordered; woken after the order, and by beat in case that was lost."""
    rebasing.work_off()
