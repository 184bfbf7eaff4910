"""A ticket's audited fields: as they are, how they changed, and in the words that people read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import models
from django.utils import timezone

from desk.people.language import in_english

from .models import Ticket

# Fields whose change is no news in itself: the state is the event, the rest is bookkeeping.
_SILENT = {"id", "ticket_ptr", "kind", "number", "state", "version", "created_at", "updated_at", "submission", "source"}
_SILENT |= {"due_at"}  # kept by the clocks


def snapshot(ticket: Ticket) -> dict[str, Any]:
    """The audited fields as they are, with relations as ids (names are looked up only for changes)."""
    fields = {f.name: getattr(ticket, f.attname) for f in ticket._meta.concrete_fields if f.name not in _SILENT}
    many = {f.name: _ids(getattr(ticket, f.name).all()) for f in _many(ticket)} if ticket.pk else {}
    return fields | many | {"_ticket": ticket}


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    """[{field, label, old, new}] for every audited field that differs, in words as people read them.

    Where words stand for a value (a row's id, a choice) the change also has `old_id` and `new_id`, so that the ticket
    as it was can be told though names have changed since. Labels and choices are kept in English.
    """
    ticket: Ticket = after["_ticket"]
    with in_english():
        return [
            _change(ticket, name, before[name], new)
            for name, new in after.items()
            if name != "_ticket" and before[name] != new
        ]


def _change(ticket: Ticket, name: str, old: Any, new: Any) -> dict[str, Any]:
    column = ticket._meta.get_field(name)
    label = str(getattr(column, "verbose_name", name))
    told = {"field": name, "label": label, "old": _in_words(column, old), "new": _in_words(column, new)}
    return told | ({"old_id": old, "new_id": new} if _has_words(column) else {})


def held(ticket: Ticket, name: str) -> Any:
    """What the ticket holds in this field, to be compared with `as_given`; several of something as a list, by id."""
    return as_given(ticket, name, getattr(ticket, name))


def as_given(ticket: Ticket, name: str, value: Any) -> Any:
    """A value for this field in the form in which it is compared."""
    if not isinstance(ticket._meta.get_field(name), models.ManyToManyField):
        return value
    return sorted(value.all() if hasattr(value, "all") else value, key=lambda row: row.pk)


def shown(ticket: Ticket, name: str, value: Any) -> Any:
    """A value of this field as a page shows it beside another one; several of something by their names."""
    several = isinstance(ticket._meta.get_field(name), models.ManyToManyField)
    return in_words(ticket, name, value) if several else value


def put(ticket: Ticket, name: str, value: Any) -> None:
    """Set a field; several of something are saved at once, the rest with the ticket."""
    if isinstance(ticket._meta.get_field(name), models.ManyToManyField):
        getattr(ticket, name).set(value)
    else:
        setattr(ticket, name, value)


def in_words(ticket: Ticket, name: str, value: Any) -> Any:
    """A value of this field, given as it is set on the ticket, in the words of a change's `old` and `new`."""
    column = ticket._meta.get_field(name)
    if isinstance(column, models.ManyToManyField):
        return _in_words(column, _ids(value.all() if hasattr(value, "all") else value))
    return _in_words(column, getattr(value, "pk", value))


def _many(ticket: Ticket) -> list[Any]:
    """The relations to several rows that are edited like fields."""
    return [field for field in ticket._meta.many_to_many if field.name in ticket.kind_info.editable]


def _ids(rows: Any) -> list[int]:
    return sorted(row.pk for row in rows)


def _has_words(column: Any) -> bool:
    return isinstance(column, models.ForeignKey) or bool(column.choices)


def _in_words(column: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(column, models.ManyToManyField):
        rows = column.remote_field.model._default_manager.filter(pk__in=value)
        return ", ".join(str(row) for row in rows)
    if isinstance(column, models.ForeignKey):
        target: Any = column.remote_field.model
        return str(target._default_manager.get(pk=value))
    if isinstance(value, datetime):
        return f"{timezone.localtime(value, timezone.get_default_timezone()):%d %b %Y, %H:%M}"
    if column.choices:
        return str(dict(column.flatchoices).get(value, value))
    return value if isinstance(value, str | int | float | bool) else str(value)
