"""Celery's side of the roof: the daily clearing of sessions that have expired."""

from celery import shared_task
from django.core.management import call_command


@shared_task(name="itsm.clear_sessions")
def clear_sessions() -> None:
    """Remove expired sessions from the database, with what was typed in them."""
    call_command("clearsessions")
