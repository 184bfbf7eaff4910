"""Celery's side of approvals: the tick that reminds, expires and counts anew."""

from celery import shared_task

from . import times


@shared_task(name="approvals.tick")
def tick() -> None:
    times.tick()
