"""Names that nobody gave to models and fields, since they follow from the code (“created at”): said in the reader's language."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.utils.translation import pgettext_lazy

from desk.people.language import in_english

CONTEXT = "of a model or a field"
ROOMS = ("desk.", "incidents", "changes", "requests_fulfillment", "workorders")


def automatic() -> list[tuple[Any, str, str]]:
    """(what has it, its attribute, the name in English) for each of them; `makemessages` gathers these too."""
    with in_english():
        return list(_automatic())


def _automatic() -> Iterator[tuple[Any, str, str]]:
    for model in apps.get_models():
        if not model.__module__.startswith(ROOMS):
            continue
        options: Any = model._meta
        for name in ("verbose_name", "verbose_name_plural"):
            if name not in options.original_attrs:
                yield options, name, str(getattr(options, name))
        for field in (*options.local_fields, *options.local_many_to_many):
            if field._verbose_name is None:
                yield field, "verbose_name", str(field.verbose_name)


def translate_them() -> None:
    """To be called once, when all models are there. Migrations keep what is in the code, which is no name."""
    for named, attribute, english in automatic():
        setattr(named, attribute, pgettext_lazy(CONTEXT, english))
