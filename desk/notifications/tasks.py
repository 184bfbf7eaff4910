"""Celery's side of notifications: the wake-up after a commit and beat's sweep, which both send what is owed."""

from celery import shared_task

from . import actions


@shared_task(name="notifications.send_mail")
def send_mail() -> None:
    actions.send_due()
