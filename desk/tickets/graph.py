"""A kind's lifecycle as a graph, read from the running state machine; figures, tables and documents come of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django_fsm import GET_STATE, RETURN_VALUE, Transition

from desk.people.language import in_a_sentence

from . import flow, kinds
from .kinds import Kind

# A rule's sentence names people and things of one ticket; without a ticket these words stand for them.
_IN_GENERAL = {
    "workgroup": _("its workgroup"), "assignee": _("somebody else"), "requester": _("the requester"),
    "waits_for_in_words": _("others"), "unticked_in_words": _("what its checklist requires"),
    "parent_in_words": _("what it was raised for"), "missing_in_words": _("its missing in words"),
    "frozen_in_words": _("its frozen in words"), "open_orders": _("its open orders"),
    "needs_review_because": _("its needs review because"), "parent": _("its parent"),
    "service_window": _("its service window"), "service": _("its service"),
}  # fmt: skip
_APPOSITION = re.compile(r", \{ticket\.[\w.]+\},")
_BRACES = re.compile(r"\{ticket\.(\w+)\}")


@dataclass(frozen=True)
class State:
    """A state: its value, its words, and whether nothing is left to do in it."""

    value: str
    label: str
    over: bool = False


@dataclass(frozen=True)
class Step:
    """One transition from one state to one state."""

    name: str
    label: str
    source: str
    target: str
    event: str = ""
    rank: int = 99
    who: str = "Anyone"
    refusals: tuple[str, ...] = ()  # the sentences of conditions and needs


@dataclass(frozen=True)
class Graph:
    """The states in the order of the lifecycle, and every step between them."""

    states: tuple[State, ...]
    steps: tuple[Step, ...]
    begins: tuple[str, ...] = ()  # the states in which one may begin


@dataclass(frozen=True)
class Row:
    """A transition with all its states, as tables show it."""

    step: Step
    sources: tuple[str, ...]
    targets: tuple[str, ...]


def graph_of(kind: Kind) -> Graph:
    """The lifecycle as it runs, in the language of the moment: nothing here is written down a second time."""
    return _graph(kind.name, get_language())


@cache  # the machine doesn't change while it runs, and each ticket's page shows it
def _graph(name: str, language: str | None) -> Graph:
    kind = kinds.get(name)
    states = tuple(State(value, str(label), value in kind.closed) for value, label in kind.states.choices)
    values = [state.value for state in states]
    found = {
        (step.name, source, target): _step(kind, step, source, target)
        for step in flow.all_transitions(kind.model)
        for source in _sources(step, values)
        for target in _targets(step, source, values)
    }
    ordered = sorted(found.values(), key=lambda s: (values.index(s.source), s.rank, s.name, values.index(s.target)))
    return Graph(states, tuple(ordered), kind.begins or tuple(values[:1]))


def rows(graph: Graph) -> list[Row]:
    """The steps gathered by transition: one row says all its sources and targets."""
    gathered: dict[tuple[Any, ...], list[Step]] = {}
    targets: dict[tuple[str, str], list[str]] = {}
    for step in graph.steps:
        targets.setdefault((step.name, step.source), []).append(step.target)
    for step in graph.steps:
        key = (step.name, step.who, step.refusals, tuple(targets[step.name, step.source]))
        gathered.setdefault(key, []).append(step)
    return [
        Row(steps[0], _labels(graph, (s.source for s in steps)), _labels(graph, (s.target for s in steps)))
        for steps in gathered.values()
    ]


def in_general(sentence: str, kind: Kind) -> str:
    """A rule's sentence for any ticket: “Only an analyst of its workgroup may do this.”"""
    words = _IN_GENERAL | {"number": gettext("the {kind}").format(kind=in_a_sentence(str(kind.label)))}
    said = _APPOSITION.sub("", sentence)
    said = _BRACES.sub(lambda match: str(words.get(match[1], f"its {match[1].replace('_', ' ')}")), said)
    return said[:1].upper() + said[1:]


def _sources(step: Transition, values: list[str]) -> list[str]:
    if step.source == "*":
        return values
    if step.source == "+":
        return [value for value in values if value != step.target]
    return [str(step.source)]


def _targets(step: Transition, source: str, values: list[str]) -> list[str]:
    if isinstance(step.target, GET_STATE | RETURN_VALUE):
        return [str(value) for value in step.target.allowed_states or values]
    return [str(step.target) if step.target else source]


def _step(kind: Kind, step: Transition, source: str, target: str) -> Step:
    rule: Any = step.permission
    asked = (*step.conditions, *step.custom.get("needs", ()))
    return Step(
        name=step.name,
        label=str(step.custom["label"]),
        source=source,
        target=target,
        event=f"{kind.name}.{step.custom['event']}",
        rank=int(step.custom.get("rank", 99)),
        who=in_general(str(getattr(rule, "who", "") or rule.because), kind) if rule else gettext("Anyone"),
        refusals=tuple(in_general(str(why.because), kind) for why in asked),
    )


def _labels(graph: Graph, values: Iterable[str]) -> tuple[str, ...]:
    chosen = set(values)
    return tuple(str(state.label) for state in graph.states if state.value in chosen)
