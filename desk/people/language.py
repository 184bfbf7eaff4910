"""In which language somebody reads, and words that are written down once and read later by anybody in theirs."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, ngettext, override

if TYPE_CHECKING:
    from .models import User

SPOKEN = "_spoken"  # in an event's data: how its words were made, beside the words themselves


def language_of(user: User) -> str:
    """The language that the person chose, else the portal's own."""
    return user.language or settings.LANGUAGE_CODE


def speaking_to(user: User) -> AbstractContextManager[None]:
    """What is put into words inside is in the language of this person."""
    return override(language_of(user))


def in_english() -> AbstractContextManager[None]:
    """What is put into words inside is as the code has it: for what is kept, and for programs."""
    return override("en-gb")


class Kept(str):
    """English words that know how they were made, so that they can be said in another language: see `keep`."""

    one: str
    many: str
    values: dict[str, Any]

    def __new__(cls, one: str, many: str = "", **values: Any) -> Kept:
        plain = {name: _plain(value) for name, value in values.items()}
        words = many if many and plain["n"] != 1 else one
        self = super().__new__(cls, words.format(**plain) if plain else words)
        self.one, self.many, self.values = one, many, plain
        return self

    def __str__(self) -> str:
        return str.__str__(self)

    def spoken(self) -> str:
        """The same in the language of the moment."""
        found = ngettext(self.one, self.many, self.values["n"]) if self.many else gettext(self.one)
        return found.format(**{name: spoken(value) for name, value in self.values.items()}) if self.values else found

    def recipe(self) -> dict[str, Any]:
        """As JSON holds it."""
        values = {n: v.recipe() if isinstance(v, Kept) else v for n, v in self.values.items()}
        return {"one": self.one, **({"many": self.many} if self.many else {}), **({"values": values} if values else {})}


def in_a_sentence(words: Any) -> str:
    """A label as it stands inside a sentence: English writes it small, and other languages have capitals of their own."""
    return str(words).lower() if (get_language() or "en").startswith("en") else str(words)


def keep(sentence: str, **values: Any) -> Kept:
    """Words for what is written down (an event's data, a message), with {names} for the values: `keep("took {number}", …)`.

    They are English text for whoever takes them as they are, and are said in the reader's language by `spoken` and
    `as_spoken`. A value may be kept words itself. Extracted for translation like `gettext`.
    """
    return Kept(sentence, **values)


def keep_n(one: str, many: str, n: int, **values: Any) -> Kept:
    """The same where a number `n` decides between two sentences, as `ngettext` has it."""
    return Kept(one, many, n=n, **values)


def spoken(words: Any) -> Any:
    """Kept words in the language of the moment; anything else as it is."""
    return words.spoken() if isinstance(words, Kept) else words


def with_recipes(told: Mapping[str, Any]) -> dict[str, Any]:
    """What an event tells, as it is saved: kept words as English, and beside them how they were made."""
    recipes = {name: value.recipe() for name, value in told.items() if isinstance(value, Kept)}
    return {**told, SPOKEN: recipes} if recipes else dict(told)


def as_spoken(told: Mapping[str, Any]) -> dict[str, Any]:
    """What a saved event tells, with its kept words in the language of the moment."""
    found = {name: value for name, value in told.items() if name != SPOKEN}
    return found | {name: _made(recipe).spoken() for name, recipe in told.get(SPOKEN, {}).items()}


def kept_of(told: Mapping[str, Any], name: str) -> str:
    """Words of a saved event as they were kept, so that they can be kept elsewhere too."""
    recipe = told.get(SPOKEN, {}).get(name)
    return _made(recipe) if recipe else str(told.get(name) or "")


def _made(recipe: Mapping[str, Any]) -> Kept:
    values = {n: _made(v) if isinstance(v, dict) else v for n, v in recipe.get("values", {}).items()}
    return Kept(recipe["one"], recipe.get("many", ""), **values)


def _plain(value: Any) -> Any:
    """A value that JSON holds; words that would be translated when they are read stay so."""
    if isinstance(value, Kept | int):
        return value
    if isinstance(value, Promise):
        with in_english():
            return Kept(str(value))
    return str(value)
