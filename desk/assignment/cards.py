"""Choices as cards: radio buttons in sections, each with a line that says why; what is rarely chosen is folded away."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django import forms
from django.utils.translation import gettext as _

from desk.people.language import spoken
from desk.people.models import User

from . import scoring
from .ranking import Candidate, Choice

FEW = 6  # cards that are shown at once; more of them are folded, and found by typing


@dataclass(frozen=True)
class Card:
    """One radio button: its value as the form sends it, what it is, why, and what should give pause."""

    value: str
    label: str
    because: str = ""
    tag: str = ""
    warning: str = ""
    person: User | None = None
    disabled: bool = False


@dataclass(frozen=True)
class Section:
    """Cards under a heading; `folded` ones are opened by a click, and can be narrowed by typing."""

    label: str
    cards: tuple[Card, ...]
    folded: bool = False

    def has(self, value: object) -> bool:
        return any(card.value == str(value) for card in self.cards)


class Cards(forms.RadioSelect):
    """The widget: `sections` are what the page shows, `outer` the attributes of what holds the cards."""

    sections: Sequence[Section] = ()
    outer: dict[str, str] = {}

    def __deepcopy__(self, memo: dict[int, object]) -> Cards:
        copied: Cards = super().__deepcopy__(memo)
        copied.sections, copied.outer = (), {}
        return copied


def of_workgroups(ranked: Sequence[Choice]) -> list[Section]:
    """Where it is, what is suggested, and the others by name."""
    stays = [choice for choice in ranked if choice.has_it]
    rest = [choice for choice in ranked if not choice.has_it]
    suggested = scoring.proposed(rest)
    named = {choice.pk for choice in suggested}
    others = sorted((choice for choice in rest if choice.pk not in named), key=lambda choice: (choice.name, choice.pk))
    return _filled(
        Section(_("It is here"), _cards(stays)),
        Section(_("Suggested"), _cards(suggested)),
        Section(_("Other workgroups"), _cards(others), folded=bool(suggested) or len(others) > FEW),
    )


def _cards(choices: Iterable[Choice]) -> tuple[Card, ...]:
    return tuple(_card(choice) for choice in choices)


def _card(choice: Choice) -> Card:
    name = choice.name if choice.workgroup.is_active else _("{name} (inactive)").format(name=choice.name)
    had = choice.sent_on is not None
    warning = _("{name} had it before, and sent it on").format(name=choice.name) if had else ""
    if choice.sent_on:
        warning += f": “{choice.sent_on}”"
    return Card(str(choice.pk), name, spoken(choice.because), _("had it before") if had else "", warning)


def of_analysts(ranked: Sequence[Candidate], *, now: int | None, barred: dict[int, str]) -> list[Section]:
    """Nobody, those who could have it, and those who can't: away, or barred. Whoever has it may keep it."""
    nobody = Card("", _("Nobody yet"), _("Leave it in the workgroup's queue."))
    free = [_person(one) for one in ranked if _may_have(one, now, barred)]
    shut = [_shut(one, barred) for one in ranked if not _may_have(one, now, barred)]
    return _filled(
        Section("", (nobody, *free[:FEW])),
        Section(_("More analysts"), tuple(free[FEW:]), folded=True),
        Section(_("Not available"), tuple(shut)),
    )


def _may_have(one: Candidate, now: int | None, barred: dict[int, str]) -> bool:
    return one.pk == now or not (one.away or one.pk in barred)


def selectable(ranked: Iterable[Candidate], *, now: int | None, barred: dict[int, str]) -> list[int]:
    """The ids of those whom the form accepts."""
    return [one.pk for one in ranked if _may_have(one, now, barred)]


def _person(one: Candidate) -> Card:
    return Card(str(one.pk), one.name, spoken(one.because), _("off shift") if not one.on_shift else "", person=one.user)


def _shut(one: Candidate, barred: dict[int, str]) -> Card:
    why = str(spoken(one.presence if one.away else barred[one.pk]))
    return Card(
        str(one.pk), one.name, why[:1].upper() + why[1:], _("away") if one.away else "", person=one.user, disabled=True
    )


def _filled(*sections: Section) -> list[Section]:
    return [section for section in sections if section.cards]
