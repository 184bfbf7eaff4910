"""Celery's side of webhooks: the wake-up, which beat repeats for what was put off, and the end of old logs."""

from datetime import timedelta

from celery import shared_task
from django.db.models.functions import Now

from . import actions
from .models import Call

KEPT = timedelta(days=30)


@shared_task(name=actions.SEND, soft_time_limit=120)
def send() -> None:
    """Send what is owed; an answer that comes byte by byte counts as a failure when the time is up."""
    actions.send_due()


@shared_task(name="webhooks.forget")
def forget() -> None:
    """Drop what was taken thirty days ago; what is owed or dead stays."""
    Call.objects.filter(done_at__lt=Now() - KEPT).delete()
