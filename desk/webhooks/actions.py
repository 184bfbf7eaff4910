"""The verbs of webhooks: subscribe, change and end it, owe an event to those who listen, send what is owed, try again."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from desk.people.models import User
from desk.reactions.owed import Debt, only_one, wake_for
from desk.tickets.errors import Refused
from desk.tickets.models import Event

from . import queries
from .listening import listen
from .models import Call, Subscription, new_secret
from .sending import send

SEND = "webhooks.send"
CALLS = Debt(
    Call,
    due="due_at",
    attempts="attempts",
    done="done_at",
    dead="dead_at",
    error="last_error",
    lease=timedelta(minutes=1),  # connecting, sending and reading take a few seconds each at most
    lost="The worker was lost each time this was sent.",
)


class NotTaken(Exception):
    """The receiver answered, but not that it took it."""


def subscribe(*, by: User, **fields: Any) -> Subscription:
    """Make a subscription with a secret of its own; it is told what happens from now on."""
    made = Subscription(created_by=by, **fields)
    made.full_clean()
    made.save()
    listen()
    return made


def change(*, subscription: Subscription, by: User, **fields: Any) -> Subscription:
    """Change these fields of it, and no other; from now on it is told accordingly, what is owed already too.

    While it is paused (`is_active` is False) nothing is owed to it anew, and what is owed waits until it is resumed.
    """
    with transaction.atomic():
        rows = Subscription.objects.select_for_update(of=["self"]).select_related("workgroup")
        fresh = rows.filter(pk=subscription.pk).first()
        if fresh is None:
            raise Refused("Somebody has ended this subscription meanwhile.")
        for name, value in fields.items():
            setattr(fresh, name, value)
        fresh.full_clean()
        fresh.save(update_fields=list(fields))
        saved()
    return fresh


def end(*, subscription: Subscription, by: User) -> None:
    """Nothing more is told, not even what is owed; the log of its calls goes too."""
    subscription.delete()


def saved() -> None:
    """To be called when a subscription was changed: somebody may listen now."""
    listen()


def renew_secret(*, subscription: Subscription) -> str:
    """Sign with another secret from now on; returns it."""
    subscription.secret = new_secret()
    subscription.save(update_fields=["secret"])
    return subscription.secret


def owe(*, event: Event) -> None:
    """Write a call for each subscription that is to be told, in the event's own transaction."""
    told = queries.listeners(event)
    if told:
        now = timezone.now()
        Call.objects.bulk_create(
            (Call(subscription=one, event=event, due_at=now) for one in told), ignore_conflicts=True
        )
        transaction.on_commit(partial(wake_for, SEND))


def ping(*, subscription: Subscription) -> Call:
    """Owe it a call that tells of nothing, to see whether it is heard."""
    call = Call.objects.create(subscription=subscription, due_at=timezone.now())
    transaction.on_commit(partial(wake_for, SEND))
    return call


def send_due(limit: int = 200) -> int:
    """Send what is owed and due, receiver by receiver; returns how many were tried.

    One worker at a time, and a receiver's failure ends its round: one that hangs must not keep the workers from what else
    they have to do, and the other receivers no longer than it takes to give up on it.
    """
    tried = 0
    with only_one(SEND) as mine:
        for subscription in queries.due() if mine else []:
            tried += CALLS.work_off(_send, limit, stop_at_failure=True, within={"subscription_id": subscription})
    return tried


def try_again(*, call: Call) -> None:
    """Send it once more, at once, with a fresh count of attempts; one that was taken too, under the same id."""
    Call.objects.filter(pk=call.pk).update(done_at=None, dead_at=None, attempts=0, due_at=Now())
    transaction.on_commit(partial(wake_for, SEND))


def _send(pk: int) -> None:
    call = CALLS.unfinished(pk).select_related("subscription", "event__actor", "event__ticket__workgroup").first()
    if call is None:
        return
    told = call.subscription
    if call.event and call.event.is_internal and not told.sees_internal:
        Call.objects.filter(pk=pk).update(
            dead_at=Now(), last_error="The subscription doesn't see what is internal any more."
        )
        return
    answer = send(told.url, secret=told.secret, key=str(call.key), payload=queries.payload(call))
    Call.objects.filter(pk=pk).update(status=answer.status, answer=answer.text)
    if not answer.is_good:
        raise NotTaken(f"The receiver answered {answer.status}.")
    Call.objects.filter(pk=pk).update(done_at=Now(), last_error="")
