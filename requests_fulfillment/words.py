"""What a published form and plan says in words, and what differs between two versions. Pure: no database."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from desk.people.language import in_a_sentence

from .blueprint import KINDS, Blueprint, Condition, Question, Step, said

WORK_TYPES = {"on_site": _lazy("on site"), "technical": _lazy("technical, from afar")}


def differences(old: Blueprint | None, new: Blueprint) -> list[str]:
    """What this version says otherwise than the one before it, in sentences."""
    if old is None:
        return [_("First version: {counted}.").format(counted=counted(new))]
    found = _of_questions(old, new) + _of_steps(old, new)
    for name, called in (("approval", _("Approval")), ("disrupts", _("A failure counts as a disruption of"))):
        was, now = _named(old, name), _named(new, name)
        if was != now:
            found.append(f"{called}: {was} → {now}")
    return found or [_("Only names of workgroups or rules are others now.")]


def counted(blueprint: Blueprint) -> str:
    """“4 questions, 3 steps, approval by Manager”."""
    asked, done = len(blueprint.questions), len(blueprint.steps)
    questions = ngettext("{n} question", "{n} questions", asked).format(n=asked)
    steps = ngettext("{n} step", "{n} steps", done).format(n=done)
    approval = _("approval by “{rule}”") if blueprint.approval else _("nobody's approval")
    return ", ".join((questions, steps, approval.format(rule=_named(blueprint, "approval"))))


def _named(blueprint: Blueprint, name: str) -> str:
    return blueprint.words.get(name, _("none")) if getattr(blueprint, name) else _("none")


def _of_questions(old: Blueprint, new: Blueprint) -> list[str]:
    before, after = ({q.key: q for q in one.questions} for one in (old, new))
    found = [
        _("Question added: “{label}” ({kind})").format(label=q.label, kind=_kind(q))
        for key, q in after.items()
        if key not in before
    ]
    found += [_("Question removed: “{label}”").format(label=q.label) for key, q in before.items() if key not in after]
    for key, question in after.items():
        if key in before:
            pairs = zip(_facts_of_question(old, before[key]), _facts_of_question(new, question), strict=True)
            words = _("“{label}”, {what}: {was} → {now}")
            found += [
                words.format(label=question.label, what=what, was=was, now=now)
                for (what, was), (same, now) in pairs
                if was != now
            ]
    common = [[key for key in one if key in before and key in after] for one in (before, after)]
    return [*found, _("The questions are asked in another order.")] if common[0] != common[1] else found


def _kind(question: Question) -> str:
    kind = in_a_sentence(KINDS.get(question.kind, question.kind))
    return f"{kind}: {', '.join(question.choices)}" if question.kind == "choice" else kind


def _facts_of_question(blueprint: Blueprint, question: Question) -> list[tuple[str, str]]:
    return [
        (_("label"), f"“{question.label}”"),
        (_("kind"), _kind(question)),
        (_("answer"), _("required") if question.required else _("optional")),
        (_("help"), f"“{question.help}”" if question.help else _("none")),
        (_("shown"), condition(blueprint, question.shown_if)),
    ]


def condition(blueprint: Blueprint, wanted: Condition | None) -> str:
    """“always”, or “only if “Model” is Big”."""
    if wanted is None:
        return _("always")
    asked = next((q for q in blueprint.questions if q.key == wanted.key), None)
    value = in_a_sentence(said(asked, wanted.value)) if asked and asked.kind == "yes_no" else wanted.value
    return _("only if “{question}” is {answer}").format(question=asked.label if asked else wanted.key, answer=value)


def _of_steps(old: Blueprint, new: Blueprint) -> list[str]:
    before, after = ({s.number: s for s in one.steps} for one in (old, new))
    found = [
        _("Step added: {number} “{title}”").format(number=n, title=s.title) for n, s in after.items() if n not in before
    ]
    found += [
        _("Step removed: {number} “{title}”").format(number=n, title=s.title)
        for n, s in before.items()
        if n not in after
    ]
    for number, step in after.items():
        if number in before:
            pairs = zip(_facts_of_step(old, before[number]), _facts_of_step(new, step), strict=True)
            words = _("Step {number}, {what}: {was} → {now}")
            found += [
                words.format(number=number, what=what, was=was, now=now)
                for (what, was), (same, now) in pairs
                if was != now
            ]
    return found


def _facts_of_step(blueprint: Blueprint, step: Step) -> list[tuple[str, str]]:
    hours = step.start_after_hours
    later = _("not planned") if hours is None else _("{hours} h after approval").format(hours=hours)
    return [
        (_("title"), f"“{step.title}”"),
        (_("instructions"), _short(step.instructions)),
        (_("work"), str(WORK_TYPES.get(step.work_type, step.work_type))),
        (_("workgroup"), _workgroup(blueprint.words, step)),
        (_("comes after"), ", ".join(map(str, step.needs)) or _("nothing")),
        (_("planned"), later),
        (_("takes"), f"{step.hours} h"),
        (_("checklist"), _short(step.checklist.replace("\r", "").replace("\n", " · "))),
        (_("done"), condition(blueprint, step.only_if)),
    ]


def _workgroup(names: Mapping[str, str], step: Step) -> str:
    return names.get(f"workgroup.{step.workgroup}", _("another")) if step.workgroup else _("by the routing rules")


def _short(text: str) -> str:
    """A text in quotes, its beginning alone where it is long; what differs later is said by its length."""
    text = " ".join(text.split())
    if not text:
        return _("none")
    if len(text) <= 80:
        return f"“{text}”"
    return _("“{text}…” ({n} characters)").format(text=text[:80], n=len(text))
