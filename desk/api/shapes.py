"""How tickets and what belongs to them are told to programs; each tells no more than the page tells this person."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from django.conf import settings
from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from desk.people.models import User
from desk.people.rules import reach
from desk.sla import queries as sla
from desk.sla.engine import KINDS
from desk.tickets.models import Ticket
from desk.tickets.rules import may_see_internal

from .problems import Invalid


class Moment(serializers.DateTimeField):
    """A moment, told in UTC: no zone had whole minutes at all times."""

    def __init__(self, **kwargs: Any):
        super().__init__(default_timezone=UTC, **kwargs)


@extend_schema_field({"$ref": "#/components/schemas/JsonSchema"})
class Inputs(serializers.DictField):
    """What something takes, as JSON Schema."""


SHAPES: dict[str, type[Shape]] = {}  # by their names in the schema


class Shape(serializers.Serializer[Any]):
    """Tells a thing; `?fields=` leaves the rest out. Nothing is ever read by it: that is what forms are for."""

    key = ""  # the field by which the thing is addressed
    told_as = ""  # its name in the schema; empty: its class's

    def __init_subclass__(cls, **kwargs: Any):
        super().__init_subclass__(**kwargs)
        SHAPES[cls.__dict__.get("told_as") or cls.__name__.replace("Shape", "")] = cls

    @classmethod
    def left_out(cls) -> set[str]:
        """The fields that aren't told always: of the inside, or not in lists."""
        return {name for name, field in cls._declared_fields.items() if field._kwargs.get("required") is False}

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        view = self.context.get("view")
        wanted = getattr(view, "fields_wanted", None)
        if wanted and getattr(view, "shape", None) is type(self):
            if unknown := sorted(wanted - set(self.fields)):
                raise Invalid(
                    {"fields": [f"There is no field {', '.join(unknown)}. There are {', '.join(self.fields)}."]}
                )
            for name in set(self.fields) - wanted - {self.key}:
                self.fields.pop(name)

    @property
    def reader(self) -> User:
        user: User = self.context["request"].user
        return user


class PersonShape(Shape):
    """Somebody, by name; whoever works in IT, and they themselves, also read the username."""

    username = serializers.CharField(required=False)
    name = serializers.CharField(source="public_name")

    def to_representation(self, person: User) -> dict[str, Any]:
        inside = bool(reach(self.reader).view)
        named = {"name": str(person) if inside else person.public_name}
        return {"username": person.username, **named} if inside or person.pk == self.reader.pk else named


class NamedShape(Shape):
    """Something by its id and name."""

    id = serializers.IntegerField(source="pk")
    name = serializers.SerializerMethodField()

    def get_name(self, thing: Any) -> str:
        return str(thing)


class WorkgroupShape(Shape):
    """A workgroup, by the id that inputs take and the name of its queue's address."""

    id = serializers.IntegerField(source="pk")
    slug = serializers.CharField()
    name = serializers.CharField()


class ClockFaceShape(serializers.Serializer[Any]):
    """How a clock stands."""

    kind = serializers.CharField(source="clock.kind", help_text="response or resolution")
    state = serializers.CharField(source="word", help_text="running, paused, met, missed, overdue, cancelled …")
    words = serializers.CharField(help_text="In a few words: “2 h 10 min left”.")
    due_at = Moment(source="clock.due_at", allow_null=True)
    seconds_left = serializers.SerializerMethodField()

    def get_seconds_left(self, face: sla.Face) -> int | None:
        """Business time; less than nothing when it is overdue, null where nothing was promised."""
        return None if face.left is None else int(face.left)


class TicketShape(Shape):
    """A ticket. Fields of the inside are there for those alone who may see the inside of this ticket."""

    key = "number"
    number = serializers.CharField()
    kind = serializers.CharField()
    title = serializers.CharField()
    description = serializers.CharField(help_text="Markdown.")
    state = serializers.CharField()
    state_label = serializers.SerializerMethodField(help_text="The state in words: for the requester in plain ones.")
    is_over = serializers.BooleanField()
    version = serializers.IntegerField(help_text="Counts on with each change and public reply.")
    requester = PersonShape()
    reporter = PersonShape()
    service = NamedShape(allow_null=True)
    site = NamedShape(allow_null=True)
    created_at = Moment()
    updated_at = Moment()
    promised_at = serializers.SerializerMethodField(help_text="By when it is to be solved, while that is ahead.")
    what_next = serializers.CharField(required=False, help_text="What happens next, in a sentence; not in lists.")
    page = serializers.SerializerMethodField(help_text="Its page, for people.")
    workgroup = WorkgroupShape(required=False)
    assignee = PersonShape(allow_null=True, required=False)
    category = NamedShape(allow_null=True, required=False)
    impact = serializers.IntegerField(required=False)
    urgency = serializers.IntegerField(required=False)
    priority = serializers.IntegerField(required=False, help_text="1 (critical) to 5 (minor).")
    pending_reason = NamedShape(allow_null=True, required=False)
    due_at = Moment(allow_null=True, required=False)
    reassignment_count = serializers.IntegerField(required=False)
    source = serializers.CharField(required=False, help_text="Where it came from: web, api, monitoring …")
    clocks = serializers.SerializerMethodField(required=False)

    # What only those read who may see the inside.
    inside: tuple[str, ...] = (
        "workgroup", "assignee", "category", "impact", "urgency", "priority", "pending_reason", "due_at",
        "reassignment_count", "source", "clocks",
    )  # fmt: skip

    only_alone: tuple[str, ...] = ("what_next",)  # what costs too much in a list

    @classmethod
    def left_out(cls) -> set[str]:
        return {*super().left_out(), *cls.inside, *cls.only_alone}

    def get_fields(self) -> dict[str, Any]:
        fields: dict[str, Any] = super().get_fields()
        return {n: f for n, f in fields.items() if n not in self.only_alone} if self.parent is not None else fields

    def to_representation(self, ticket: Ticket) -> dict[str, Any]:
        self.internal = may_see_internal(ticket, self.reader)
        told = super().to_representation(ticket)
        return told if self.internal else {name: value for name, value in told.items() if name not in self.inside}

    def get_state_label(self, ticket: Ticket) -> str:
        return ticket.state_in_words(internal=self.internal)

    def get_page(self, ticket: Ticket) -> str:
        return f"{settings.PORTAL_URL}{ticket.get_absolute_url()}"

    @extend_schema_field(Moment(allow_null=True))
    def get_promised_at(self, ticket: Ticket) -> Any:
        moment = sla.promised(self._faces(ticket))
        return Moment().to_representation(moment) if moment else None

    @extend_schema_field(ClockFaceShape(many=True))
    def get_clocks(self, ticket: Ticket) -> list[Any]:
        faces = self._faces(ticket)
        return ClockFaceShape([faces[kind] for kind in KINDS if kind in faces], many=True).data if self.internal else []

    def _faces(self, ticket: Ticket) -> dict[str, sla.Face]:
        """Read for a whole list at once (`TicketEndpoint.read_clocks`), or now."""
        found: dict[str, sla.Face] | None = getattr(ticket, "_faces", None)
        if found is None:
            found = sla.faces([ticket], timezone.now())[ticket.pk]
            setattr(ticket, "_faces", found)  # noqa: B010 (kept on the ticket, for the other field that asks)
        return found


class FileShape(serializers.Serializer[Any]):
    """A file that came with an event."""

    told_as = "Attachment"
    key = serializers.UUIDField()
    name = serializers.CharField()
    size = serializers.IntegerField()
    content_type = serializers.CharField()


class ChangedShape(serializers.Serializer[Any]):
    """A field that was changed, in words."""

    told_as = "ChangedField"
    field = serializers.CharField()
    label = serializers.CharField()
    old = serializers.JSONField()
    new = serializers.JSONField()


class EventShape(Shape):
    """Something that happened, as the timeline tells it to this person."""

    id = serializers.IntegerField()
    at = Moment()
    kind = serializers.CharField(help_text="Such as incident.resolved or comment.added.")
    visibility = serializers.CharField(help_text="public or internal")
    who = serializers.CharField()
    words = serializers.CharField(help_text="What was done, in words; empty for what somebody wrote.")
    text = serializers.CharField(help_text="What somebody wrote, in Markdown.")
    rating = serializers.IntegerField(allow_null=True)
    to_state = serializers.CharField(allow_null=True, help_text="The state that it led to.")
    details = serializers.ListField(child=serializers.CharField())
    changes = ChangedShape(many=True)
    files = FileShape(many=True)
    version = serializers.IntegerField(help_text="The ticket's, after it.")


class MoveShape(serializers.Serializer[Any]):
    """A transition as it stands for this person."""

    name = serializers.CharField()
    label = serializers.CharField()
    open = serializers.BooleanField()
    because = serializers.ListField(child=serializers.CharField(), help_text="Why it is shut.")
    inputs = Inputs(
        allow_null=True, help_text="JSON Schema of what it takes; null for those who may not make it in any state."
    )


class SnoozedShape(serializers.Serializer[Any]):
    """Until when one has put a ticket aside for oneself."""

    until = Moment(allow_null=True)


class LinkShape(serializers.Serializer[Any]):
    """A tie to another ticket that this person may see."""

    told_as = "TicketLink"
    id = serializers.IntegerField()
    how = serializers.CharField()
    number = serializers.CharField()
    kind = serializers.CharField()
    title = serializers.CharField()


class StretchShape(serializers.Serializer[Any]):
    """A stretch of a clock's life."""

    told_as = "ClockStretch"
    start = Moment()
    end = Moment()
    what = serializers.CharField(help_text="counting, paused, closed, holiday or stopped")
    label = serializers.CharField()
    seconds = serializers.SerializerMethodField()

    def get_seconds(self, tile: Any) -> int:
        return int(tile.length.total_seconds())


class TargetShape(serializers.Serializer[Any]):
    """What set the clock's target, and why."""

    told_as = "ClockTarget"
    at = Moment()
    who = serializers.CharField()
    how = serializers.CharField()
    policy = serializers.CharField()
    version = serializers.IntegerField()
    calendar = serializers.CharField()
    minutes = serializers.IntegerField(allow_null=True)
    because = serializers.CharField()


class ClockShape(serializers.Serializer[Any]):
    """A clock with its whole life: the stretches follow one another without a gap."""

    kind = serializers.CharField(source="face.clock.kind")
    state = serializers.CharField(source="face.word")
    words = serializers.CharField(source="face.words")
    started_at = Moment(source="face.clock.started_at")
    due_at = Moment(source="face.clock.due_at", allow_null=True)
    stopped_at = Moment(source="face.clock.stopped_at", allow_null=True)
    breached_at = Moment(source="face.clock.breached_at", allow_null=True)
    zone = serializers.CharField(help_text="Of the calendar by which it counts.")
    counted_seconds = serializers.SerializerMethodField()
    stretches = StretchShape(source="tiles", many=True)
    targets = TargetShape(many=True)

    def get_counted_seconds(self, explained: Any) -> int:
        return int(explained.counted.total_seconds())
