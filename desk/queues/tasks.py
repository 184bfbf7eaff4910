"""Celery's side of the queues: forgetting what was put aside, and woke long ago."""

from celery import shared_task

from . import snoozing


@shared_task(name="queues.sweep")
def sweep() -> int:
    """Forget what woke long ago; returns how many."""
    return snoozing.sweep()
