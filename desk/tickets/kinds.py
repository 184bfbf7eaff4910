"""The kinds of ticket there are: each room registers its own when it starts, so that shared pages know them all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.utils.translation import gettext_lazy as _

from desk.people import takes

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from .models import Ticket


@dataclass(frozen=True)
class Kind:
    """What shared code must know of a kind of ticket.

    `public_words` says each state in end users' words; `closed` are the states in which nothing is left to do;
    `room` is the package that holds its `actions`, `forms` and `urls` (the URL namespace has the same name).

    What its states mean for clocks: in `working` somebody has responded, in `waiting` a pending reason may pause, in
    `solved` the service is restored, in `void` nothing had to be done after all. In `idle` it is open, and yet nobody of
    the workgroup has anything to do: its requester is asked, or others come first.
    """

    name: str
    label: StrOrPromise
    prefix: str
    room: str
    model_label: str
    area: str  # what programs call such tickets, in addresses and in what their tokens open
    plural: StrOrPromise
    states: Any  # a TextChoices class: (value, label) of each state, in the order of the lifecycle
    closed: frozenset[str]
    public_words: Mapping[str, StrOrPromise]
    working: frozenset[str]
    waiting: frozenset[str]
    solved: frozenset[str]
    void: frozenset[str]
    editable: tuple[str, ...] = ()  # fields of its own that may be edited
    public_path: tuple[StrOrPromise, ...] = (_("Received"), _("In progress"), _("Solved"), _("Closed"))  # the usual way
    kept_offline: bool = False  # its forms wait in the browser while there is no connection
    shared_with_parent: bool = False  # whoever sees the parent's queue sees it too
    idle: frozenset[str] = frozenset()
    begins: tuple[str, ...] = ()  # the states in which it may begin; empty: the first
    within: Mapping[str, StrOrPromise] = field(default_factory=dict)  # kinds within the kind: value -> words
    awaits: frozenset[str] = frozenset()  # where approvers' answers count, objections too; empty: until it is over
    rules_only_propose: bool = False  # a person chooses its first workgroup; the routing rules propose one
    open_to_it: bool = False  # whoever sees any queue sees its public side, for their own planning
    holds_orders: frozenset[str] = frozenset()  # states in which work orders for it may be raised, and not begun
    author_edits: frozenset[str] = frozenset()  # states in which its requester may edit it too
    named: tuple[str, ...] = ()  # what else its page names, read with it
    told_to_all: frozenset[str] = frozenset()  # public events that are words for everybody, whoever sees the ticket
    told_at: str = ""  # name of the address where whoever doesn't see the ticket reads them; takes its number
    mine: tuple[str, StrOrPromise] | None = (
        None  # (name of the address, label) of the list in which its requester finds it
    )

    @property
    def model(self) -> type[Ticket]:
        return apps.get_model(self.model_label)

    @property
    def awaiting(self) -> list[str]:
        """The states in which approvers may answer, and may still object to what they approved."""
        return sorted(self.awaits or set(self.states.values) - self.closed)

    @property
    def reply_url(self) -> str:
        return f"{self.room}:reply"

    @property
    def note_url(self) -> str:
        return f"{self.room}:note"

    @property
    def actions(self) -> ModuleType:
        return import_module(f"{self.room}.actions")

    @property
    def forms(self) -> ModuleType:
        return import_module(f"{self.room}.forms")

    @property
    def asks(self) -> frozenset[str]:
        """The transitions that ask something, and so want their form first."""
        return frozenset(self.forms.FORMS)


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Make the kind known; called by a room's AppConfig.ready()."""
    _kinds[kind.name] = kind
    takes.offer(kind.name, kind.label, kind.within)


def get(name: str) -> Kind:
    """The kind with this name; KeyError when no room registered it."""
    return _kinds[name]


def every() -> list[Kind]:
    return list(_kinds.values())
