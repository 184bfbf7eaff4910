"""Celery's side of assignment: the look at what nobody was available for, and the nightly counting and learning."""

from celery import shared_task

from . import automatic, history, learning


@shared_task(name="assignment.again")
def assign_again() -> None:
    """Give what waits for an analyst to those who have come meanwhile."""
    automatic.again()


@shared_task(name="assignment.learn")
def learn() -> None:
    """Count where tickets ended, and learn the words of workgroups anew."""
    history.count()
    learning.learn()
