"""Forms as JSON Schema: what a program has to send is told by the same fields that a page shows."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from django import forms
from django.db.models import Model, QuerySet

from desk.people.fields import PersonField
from desk.tickets.forms import FilesField

# Bookkeeping of pages: a program says these by `If-Match` and `Idempotency-Key`, or needs no such thing.
UNTOLD = {"seen", "submission", "again"}
NOTE_OF_FILES = "Files are sent as multipart/form-data."


def schema_of(form: forms.BaseForm) -> dict[str, Any]:
    """The form as it stands for this person and this ticket, with what may be chosen."""
    told = {name: field for name, field in form.fields.items() if is_told(name, field)}
    properties = {name: _described(field, form.get_initial_for_field(field, name)) for name, field in told.items()}
    return _object(properties, told)


def schema_of_class(form_class: Any, *, optional: Collection[str] = (), **more: dict[str, Any]) -> dict[str, Any]:
    """The same of forms in general: no choice that differs from ticket to ticket, or from person to person, is named.

    `optional`: what some forms of this class don't have, or begin with, though it has to be said in others.
    """
    told = {name: field for name, field in form_class.base_fields.items() if is_told(name, field)}
    properties = {name: _plainly(_described(field, field.initial, choices=False)) for name, field in told.items()}
    return _object({**more, **properties}, {name: field for name, field in told.items() if name not in optional})


def _plainly(described: dict[str, Any]) -> dict[str, Any]:
    """As generators of clients read it: they call types by their titles, so that those are words of the description."""
    told = " ".join(text for name in ("title", "description") if (text := described.get(name, "")))
    shape = {name: value for name, value in described.items() if name not in ("title", "description")}
    options = [option for option in shape.get("oneOf", []) if "const" in option]
    if not options:
        return {**shape, **({"description": told} if told else {})}
    meaning = "; ".join(f"{option['const']}: {option['title']}" for option in options)
    return {**_fixed(shape, options), "description": f"{told} {meaning}".strip()}


def _fixed(shape: dict[str, Any], options: list[dict[str, Any]]) -> dict[str, Any]:
    """Fixed choices as typed languages know them: numbers between two bounds, or an enumeration of words."""
    values = [option["const"] for option in options]
    type_name = "integer" if isinstance(values[0], int) else "string"
    null = [None] if {"type": "null"} in shape["oneOf"] else []
    found: dict[str, Any] = {"type": [type_name, "null"] if null else type_name}
    if type_name == "integer" and sorted(values) == list(range(min(values), max(values) + 1)):
        found |= {"minimum": min(values), "maximum": max(values)}
    else:
        found["enum"] = [*values, *null]
        if not null and not all(str(value).replace("-", "_").isidentifier() for value in values):
            found["x-enum-varnames"] = [_as_name(option["title"]) for option in options]
    return {**found, **{name: value for name, value in shape.items() if name != "oneOf"}}


def is_told(name: str, field: forms.Field) -> bool:
    return name not in UNTOLD and not isinstance(field.widget, forms.HiddenInput)


def _as_name(words: str) -> str:
    """What generators of clients call a value that is no name itself: “was caused by” is WAS_CAUSED_BY."""
    return re.sub(r"\W+", "_", words).strip("_").upper()


def _object(properties: dict[str, Any], fields: dict[str, forms.Field]) -> dict[str, Any]:
    required = [name for name, field in fields.items() if field.required and "default" not in properties[name]]
    found = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**found, "required": required} if required else found


def _described(field: forms.Field, initial: Any, *, choices: bool = True) -> dict[str, Any]:
    shape = shape_of(field, choices=choices)
    help_text = f"{field.help_text} {NOTE_OF_FILES}" if isinstance(field, FilesField) else str(field.help_text)
    told = {"title": str(field.label or ""), "description": help_text.strip()}
    default = None if isinstance(field, FilesField) else as_json(field, initial() if callable(initial) else initial)
    if default not in (None, "", []):
        told["default"] = default
    return {**shape, **{name: text for name, text in told.items() if text != ""}}


def shape_of(field: forms.Field, *, choices: bool = True) -> dict[str, Any]:
    """Of what type its value is in JSON."""
    match field:
        case FilesField():
            return {"type": "array", "items": {"type": "string", "format": "binary"}}
        case forms.ModelMultipleChoiceField():
            return {"type": "array", "items": {"type": "integer", **(_one_of(field) if choices else {})}}
        case forms.ModelChoiceField():
            return _or_null({"type": "integer", **(_one_of(field) if choices else {})}, field)
        case forms.MultipleChoiceField():
            return {"type": "array", "items": {"type": "string", **(_one_of_texts(field) if choices else {})}}
        case forms.ChoiceField():
            return _choice(field)
        case forms.BooleanField():
            return {"type": "boolean"}
        case forms.DecimalField():
            return _or_null({"type": "number"}, field)
        case forms.IntegerField():
            return _or_null({"type": "integer", **_bounds(field)}, field)
        case forms.DateTimeField():
            return _or_null({"type": "string", "format": "date-time"}, field)
        case forms.DateField():
            return _or_null({"type": "string", "format": "date"}, field)
        case PersonField():
            return _or_null({"type": "string"}, field)
        case _:
            return _text(field)


def _text(field: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"type": "string"}
    if getattr(field, "max_length", None):
        found["maxLength"] = field.max_length
    if field.required:
        found["minLength"] = 1
    return found


def _or_null(shape: dict[str, Any], field: forms.Field) -> dict[str, Any]:
    """What may be left empty is null then."""
    if field.required:
        return shape
    if "oneOf" in shape:
        return {"oneOf": [*shape["oneOf"], {"type": "null"}]}
    return {**shape, "type": [shape["type"], "null"]}


def _choice(field: Any) -> dict[str, Any]:
    values = [(value, label) for value, label in field.choices if value not in (None, "")]
    options: list[dict[str, Any]] = [{"const": value, "title": str(label)} for value, label in values]
    return {"oneOf": options if field.required else [*options, {"type": "null"}]}


def _one_of(field: Any) -> dict[str, Any]:
    pairs = [(getattr(value, "value", value), label) for value, label in field.choices]
    options = [{"const": int(value), "title": str(label)} for value, label in pairs if value not in (None, "")]
    return {"oneOf": options} if options else {}


def _one_of_texts(field: Any) -> dict[str, Any]:
    options = [{"const": str(value), "title": str(label)} for value, label in field.choices]
    return {"oneOf": options} if options else {}


def _bounds(field: Any) -> dict[str, int]:
    bounds = {"minimum": field.min_value, "maximum": field.max_value}
    return {name: value for name, value in bounds.items() if value is not None}


def as_json(field: forms.Field, value: Any) -> Any:
    """A value that a form begins with, as JSON has it."""
    prepared = field.prepare_value(value)
    if isinstance(prepared, list | tuple | QuerySet):
        return [_plain(one) for one in prepared]
    return _plain(prepared)


def _plain(value: Any) -> Any:
    if isinstance(value, Model):
        return value.pk
    return value if value is None or isinstance(value, bool | int | float | str) else _in_text(value)


def _in_text(value: Any) -> str:
    return str(value.isoformat()) if hasattr(value, "isoformat") else str(value)
