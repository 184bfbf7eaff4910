"""Celery's side of delivery: the wake-up after a commit, and the tick from beat that sweeps and shows the pulse."""

from celery import shared_task

from . import actions


@shared_task(name="reactions.deliver")
def deliver() -> None:
    """Deliver what is owed; sent after a commit as a mere wake-up."""
    actions.deliver_due()


@shared_task(name="reactions.tick")
def tick(run_id: str) -> None:
    """Beat's tick: show that this run is alive, then offer again whatever was left undone."""
    actions.beat_pulse(run_id)
    actions.deliver_due()
