"""Private addresses for calendar programs: making, renewing and removing them, and what is read there."""

from __future__ import annotations

import hashlib
import zoneinfo
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, get_random_string
from django.utils.translation import gettext as _

from desk.people.language import speaking_to
from desk.people.models import User
from desk.services.models import Service
from desk.tickets.errors import Refused
from desk.tickets.queries import visible_to

from . import ics
from .models import CalendarFeed, Change, Freeze
from .planning import touching

LOOKS_BACK = timedelta(days=90)
SEEN_EVERY = timedelta(minutes=5)  # how exact “last read” is: programs ask often, and each time would be a write
_signer = signing.Signer(sep="~", salt="changes.feeds")


def own(user: User) -> QuerySet[CalendarFeed]:
    """The addresses of this person."""
    return CalendarFeed.objects.filter(user=user).select_related("service").order_by("service__name", "pk")


def make(*, by: User, service: Service | None = None) -> CalendarFeed:
    """An address of one's own for a service, or for all; Refused where there is one already."""
    try:
        with transaction.atomic():
            return CalendarFeed.objects.create(user=by, service=service, nonce=get_random_string(32))
    except IntegrityError:
        named = service or _("all services")
        raise Refused(_("You have an address for {service} already.").format(service=named), field="service") from None


def renew(*, feed: CalendarFeed) -> CalendarFeed:
    """Another address for the same; the old one leads nowhere from now on."""
    feed.nonce, feed.last_read_at = get_random_string(32), None
    feed.save(update_fields=["nonce", "last_read_at"])
    return feed


def remove(*, feed: CalendarFeed) -> None:
    """The address leads nowhere from now on."""
    feed.delete()


def address(feed: CalendarFeed) -> str:
    """Where a calendar program reads it."""
    return f"{settings.PORTAL_URL}{reverse('changes:feed', args=[token(feed)])}"


def token(feed: CalendarFeed) -> str:
    """The part of the address that nobody can guess, or make up for another."""
    return _signer.sign(f"{feed.pk}-{feed.nonce}")


def found_by(given: str) -> CalendarFeed | None:
    """The feed of this token; None when it is made up or out of date, or its owner may not sign in any more."""
    try:
        pk, __, nonce = _signer.unsign(given).partition("-")
    except signing.BadSignature:
        return None
    feed = CalendarFeed.objects.select_related("user", "service").filter(pk=pk, user__is_active=True).first()
    return feed if feed is not None and constant_time_compare(feed.nonce, nonce) else None


@dataclass(frozen=True)
class Reading:
    """What a feed says at the moment, and since when."""

    body: bytes
    seal: str
    since: datetime


def read(feed: CalendarFeed) -> Reading:
    """What its owner may see at this moment; notes that it was read, and since when it says what it says."""
    now = timezone.now()
    zone = zoneinfo.ZoneInfo(feed.user.time_zone or settings.TIME_ZONE)
    with speaking_to(feed.user):
        body = ics.write(_name(feed), _changes(feed, now), _freezes(feed, now), zone)
    seal = hashlib.sha256(body).hexdigest()
    since = feed.changed_at if feed.seal == seal and feed.changed_at else _later(now, feed.changed_at)
    if feed.seal != seal or feed.last_read_at is None or now - feed.last_read_at >= SEEN_EVERY:
        CalendarFeed.objects.filter(pk=feed.pk).update(seal=seal, changed_at=since, last_read_at=now)
    return Reading(body, seal, since)


def _later(now: datetime, before: datetime | None) -> datetime:
    """A program compares whole seconds: what is new must be later than what it knows."""
    now = now.replace(microsecond=0)
    return now if before is None or now > before else before + timedelta(seconds=1)


def _name(feed: CalendarFeed) -> str:
    return _("Changes: {service}").format(service=feed.service) if feed.service else _("Changes")


def _changes(feed: CalendarFeed, now: datetime) -> QuerySet[Change]:
    """Also those that were cancelled: a program that knows them takes them away only when it is told."""
    rows = visible_to(feed.user, Change).filter(planned_start__isnull=False, planned_end__gte=now - LOOKS_BACK)
    if feed.service_id:
        rows = rows.filter(pk__in=touching([feed.service_id]))
    return rows.select_related("site").prefetch_related("services").order_by("planned_start", "pk")


def _freezes(feed: CalendarFeed, now: datetime) -> list[Freeze]:
    rows = Freeze.objects.filter(is_active=True, end__gte=now - LOOKS_BACK).prefetch_related("services")
    found = [(freeze, [service.pk for service in freeze.services.all()]) for freeze in rows.order_by("start", "pk")]
    return [freeze for freeze, only in found if not (feed.service_id and only) or feed.service_id in only]
