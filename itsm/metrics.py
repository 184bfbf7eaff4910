"""`/metrics`: how deliveries, mails, clocks and tickets stand, in Prometheus' text format."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from desk.notifications.models import MailState
from desk.notifications.queries import mails_in
from desk.reactions.queries import standing
from desk.sla.queries import untold
from desk.tickets import kinds
from desk.tickets.models import Ticket
from desk.tickets.queries import open_tickets
from desk.webhooks.queries import owed_and_dead

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
FORWARDED = ("X-Forwarded-For", "X-Real-IP", "Forwarded", "Via")


@dataclass(frozen=True)
class Gauge:
    """A figure: its name, what it says, and its value for each set of labels."""

    name: str
    help: str
    values: Mapping[str, float]

    def lines(self) -> Iterable[str]:
        yield f"# HELP {self.name} {self.help}"
        yield f"# TYPE {self.name} gauge"
        for labels, value in self.values.items():
            yield f"{self.name}{labels} {value:g}" if value < 1e5 else f"{self.name}{labels} {value:.0f}"


@login_not_required
@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """The figures of this moment; as if it weren't there for whoever may not read them."""
    if not may_read(request):
        raise Http404("Not from here.")
    lines = [line for gauge in gauges() for line in gauge.lines()]
    return HttpResponse("\n".join([*lines, ""]), content_type=CONTENT_TYPE)


def may_read(request: HttpRequest) -> bool:
    """Who brings the token, or a program of this machine; what a proxy on this machine passes on comes from elsewhere."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if settings.METRICS_TOKEN and kind.lower() == "bearer":
        return constant_time_compare(token.strip(), settings.METRICS_TOKEN)
    if any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def gauges() -> list[Gauge]:
    deliveries, calls = standing(), owed_and_dead()
    return [
        Gauge("portal_deliveries_undelivered", "Reactions that are owed to an event.", {"": deliveries.owed}),
        Gauge(
            "portal_deliveries_oldest_age_seconds",
            "Since when the oldest of them is owed.",
            {"": round(deliveries.oldest.total_seconds(), 1)},
        ),
        Gauge("portal_deliveries_dead", "Reactions given up after too many failures.", {"": deliveries.dead}),
        Gauge("portal_mails_owed", "Mails that have yet to leave.", {"": mails_in(MailState.OWED)}),
        Gauge("portal_mails_dead", "Mails given up after too many failures.", {"": mails_in(MailState.DEAD)}),
        Gauge("portal_webhooks_owed", "Calls of webhooks that have yet to be taken.", {"": calls[0]}),
        Gauge("portal_webhooks_dead", "Calls of webhooks given up after too many failures.", {"": calls[1]}),
        Gauge("portal_clocks_due", "Marks of clocks that time has passed and no sweep has told.", {"": untold()}),
        Gauge("portal_tickets_open", "Tickets in which something is left to do.", _open_by_kind()),
    ]


def _open_by_kind() -> dict[str, float]:
    rows = open_tickets(Ticket.objects.all()).order_by().values_list("kind").annotate(count=Count("pk"))
    counted = dict(rows)
    return {f'{{kind="{kind.name}"}}': counted.get(kind.name, 0) for kind in kinds.every()}
