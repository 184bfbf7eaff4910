"""Celery's side of programs: forgetting answers that were kept long enough."""

from celery import shared_task

from . import actions


@shared_task(name="api.forget_answers")
def forget_answers() -> None:
    """Once a day: an Idempotency-Key counts for 24 hours."""
    actions.forget_answers()
