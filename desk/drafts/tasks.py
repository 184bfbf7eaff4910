"""Celery's side of drafts: the daily sweep."""

from celery import shared_task

from . import actions


@shared_task(name="drafts.sweep")
def sweep() -> int:
    """Forget the drafts that nobody came back to; returns how many."""
    return actions.sweep()
