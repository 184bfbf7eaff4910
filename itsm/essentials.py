"""What a portal can't work without: a Service Desk with a catch-all, the priority matrix, reasons, codes, one calendar."""

from django.db import transaction

from desk.assignment.models import RoutingRule
from desk.people.actions import ensure_role_groups
from desk.people.models import Workgroup
from desk.people.queries import automation
from desk.sla.models import Calendar, CalendarHours, ViolationReason
from desk.sla.publishing import publish_calendar
from desk.tickets.models import PendingReason, PriorityCell
from incidents.models import ResolutionCode

MATRIX = {(1, 1): 1, (1, 2): 2, (1, 3): 3, (2, 1): 2, (2, 2): 3, (2, 3): 4, (3, 1): 3, (3, 2): 4, (3, 3): 5}

# name, what the requester reads, waits for requester, resumes on reply, pauses response, pauses resolution
PENDING_REASONS = [
    ("Waiting for requester", "We need something from you before we can go on.", True, True, True, True),
    ("Waiting for vendor", "We are waiting for the vendor.", False, False, False, True),
    ("Waiting for parts", "We are waiting for a spare part.", False, False, False, True),
    ("Waiting for a problem to be solved", "A deeper cause is being worked on first.", False, False, False, True),
    ("Gathering evidence", "We are watching it to find the cause.", False, True, False, False),
    ("Agreed date", "We go on at the date agreed with you.", False, True, False, True),
    (
        "Waiting for a work order",
        "A colleague does something on site, or behind the scenes.",
        False,
        False,
        False,
        False,
    ),
]
ON_ORDERS = "Waiting for a work order"
RESOLUTION_CODES = [
    ("Fixed", "The cause was found and removed."),
    ("Workaround", "It works again by another way; the cause remains."),
    ("Explained", "It worked as it should; the requester was shown how."),
    ("Replaced", "A part or device was replaced."),
    ("Went away", "It stopped by itself and can't be reproduced."),
    ("Duplicate", "It is handled in another ticket."),
]
VIOLATION_REASONS = [
    "Too much work at once",
    "The right people were away",
    "Passed on too often",
    "Waited for somebody without putting it on hold",
    "Harder than it looked",
    "Resolved in time, noted late",
]


@transaction.atomic
def lay_essentials() -> None:
    """Make what is missing and leave alone what an administrator changed. Safe to repeat."""
    automation()
    for (impact, urgency), priority in MATRIX.items():
        PriorityCell.objects.get_or_create(impact=impact, urgency=urgency, defaults={"priority": priority})
    if not PendingReason.objects.exists():
        for position, (name, public, waits, resumes, response, resolution) in enumerate(PENDING_REASONS):
            PendingReason.objects.create(
                name=name,
                public_text=public,
                waits_for_requester=waits,
                resumes_on_reply=resumes,
                pauses_response=response,
                pauses_resolution=resolution,
                resumes_on_orders=name == ON_ORDERS,
                position=position * 10,
            )
    if not ResolutionCode.objects.exists():
        for position, (name, description) in enumerate(RESOLUTION_CODES):
            ResolutionCode.objects.create(name=name, description=description, position=position * 10)
    if not ViolationReason.objects.exists():
        for position, name in enumerate(VIOLATION_REASONS):
            ViolationReason.objects.create(name=name, position=position * 10)
    if not Calendar.objects.exists():
        always = Calendar.objects.create(name="Round the clock", zone="UTC")
        for weekday in range(7):
            CalendarHours.objects.create(calendar=always, weekday=weekday, times="00:00–24:00")
        publish_calendar(calendar=always, by=automation())
    if not RoutingRule.objects.filter(kind="incident", is_catch_all=True).exists():
        desk, _ = Workgroup.objects.get_or_create(
            slug="service-desk", defaults={"name": "Service Desk", "description": "The first to hear of everything."}
        )
        ensure_role_groups(desk)
        RoutingRule.objects.create(name="Everything else", kind="incident", is_catch_all=True, workgroup=desk)
