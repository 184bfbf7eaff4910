"""What a program sends, put into the same form that a page has: so no rule about it is written twice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from django import forms
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from rest_framework.request import Request

from desk.tickets.forms import FilesField

from .form_schema import UNTOLD, as_json, shape_of
from .problems import Invalid

AnyForm = TypeVar("AnyForm", bound=forms.Form)
_TYPES: dict[str, tuple[tuple[type, ...], str]] = {
    "string": ((str,), "a text"),
    "integer": ((int,), "a whole number"),
    "number": ((int, float), "a number"),
    "boolean": ((bool,), "true or false"),
    "array": ((list,), "a list"),
}


def given_in(request: Request) -> dict[str, Any]:
    """What was sent, by name: an object of JSON, or the fields of a form."""
    data: Any = request.data
    if isinstance(data, QueryDict | MultiValueDict):
        return {
            name: values[0] if len(values) == 1 else values
            for name, values in data.lists()
            if name not in request.FILES
        }
    if not isinstance(data, dict):
        raise Invalid({"": ["Send an object with the fields by name."]})
    return data


def ask_nothing(request: Request) -> None:
    """What takes nothing takes an empty object."""
    if given := given_in(request):
        raise Invalid({name: ["Nothing is asked here."] for name in given})


def given_of(request: Request, *names: str) -> dict[str, Any]:
    """What was sent, where no form asks for it: these names at most."""
    given = given_in(request)
    if unknown := [name for name in given if name not in names]:
        raise Invalid({name: ["There is no such field here, or it can't be set."] for name in unknown})
    return given


def bind(
    make: Callable[..., AnyForm],
    request: Request,
    given: Mapping[str, Any] | None = None,
    *,
    rename: Mapping[str, str] | None = None,
) -> AnyForm:
    """The form, filled with what was sent and with what it begins with, and found valid; Invalid otherwise.

    `make` takes data and files. `rename`: what programs call a field otherwise than the page.
    """
    back = {theirs: ours for ours, theirs in (rename or {}).items()}
    sent = {back.get(name, name): value for name, value in (given_in(request) if given is None else given).items()}
    files = MultiValueDict({back.get(name, name): values for name, values in request.FILES.lists()})
    form = make(_as_data(sent), files)
    errors = _wrong(form, sent, files, from_json=not hasattr(request.data, "lists"))
    if not errors:
        _begin(form, sent)
        if not form.is_valid():
            errors = {name: [str(one) for one in said] for name, said in form.errors.items()}
    if errors:
        told = rename or {}
        raise Invalid({told.get(name, name.replace("__all__", "")): said for name, said in errors.items()})
    return form


def _as_data(sent: Mapping[str, Any]) -> QueryDict:
    """As a browser would send it."""
    data = QueryDict(mutable=True)
    for name, value in sent.items():
        several = value if isinstance(value, list) else [value]
        texts = [text for one in several if (text := _as_text(one)) is not None]
        if texts and name not in UNTOLD:
            data.setlist(name, texts)
    return data


def _as_text(value: Any) -> str | None:
    if value is None or value is False or isinstance(value, dict | list):
        return None
    return "on" if value is True else str(value)


def _wrong(form: forms.Form, sent: Mapping[str, Any], files: Any, *, from_json: bool) -> dict[str, list[str]]:
    """What no form would find: fields that there aren't, and values of another type than a page could send."""
    errors: dict[str, list[str]] = {}
    for name, value in sent.items():
        if name in UNTOLD or name not in form.fields:
            errors[name] = ["There is no such field here, or it can't be set."]
        elif why := _not_text(value) or (_of_wrong_type(form.fields[name], value) if from_json else ""):
            errors[name] = [why]
    for name in files:
        if not isinstance(form.fields.get(name), FilesField):
            errors[name] = ["This takes no files."]
    return errors


def _not_text(value: Any) -> str:
    try:
        str(value).encode()
    except UnicodeEncodeError:
        return "This holds half of a character, which can't be stored."
    return ""


def _of_wrong_type(field: forms.Field, value: Any) -> str:
    if isinstance(field, FilesField):
        return "Files are sent as multipart/form-data."
    shape = shape_of(field, choices=False)
    if "oneOf" in shape:
        return _not_one_of(shape["oneOf"], value)
    names = shape["type"] if isinstance(shape["type"], list) else [shape["type"]]
    if value is None:
        return "" if "null" in names or not field.required else "This can't be empty."
    types, words = _TYPES[names[0]]
    good = isinstance(value, types) and isinstance(value, bool) == (names[0] == "boolean")
    if good and names[0] == "array":
        texts = shape["items"]["type"] == "string"
        good = all(isinstance(one, str if texts else int) and not isinstance(one, bool) for one in value)
        words = "a list of texts" if texts else "a list of ids"
    if good and isinstance(field, forms.DateTimeField):
        return _not_a_moment(value)
    return "" if good else f"This must be {words}."


def _not_one_of(options: list[dict[str, Any]], value: Any) -> str:
    """A choice is sent as it is told: a number as a number, a word as a word."""
    if value is None and {"type": "null"} in options:
        return ""
    known = [option["const"] for option in options if "const" in option]
    if any(value == one and isinstance(value, int) == isinstance(one, int) for one in known) and value is not True:
        return ""
    return f"It can be {', '.join(map(str, known))}." if known else "Nothing can be chosen here now."


def _not_a_moment(value: str) -> str:
    """A moment says its offset: whose clock would it be otherwise?"""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        moment = None
    return (
        "" if moment and moment.tzinfo else "This must be a moment with its offset, such as 2026-12-31T17:00:00+01:00."
    )


def _begin(form: Any, sent: Mapping[str, Any]) -> None:
    """What wasn't sent is as the page would show it."""
    for name, field in form.fields.items():
        if name in sent or name in UNTOLD or isinstance(field, FilesField):
            continue
        begins: Any = as_json(field, form.get_initial_for_field(field, name))
        if begins not in (None, "", [], False):
            form.data.setlist(
                form.add_prefix(name),
                [_as_text(one) or "" for one in begins] if isinstance(begins, list) else [_as_text(begins)],
            )
