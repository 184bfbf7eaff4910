"""What a published form and plan says in words, and what differs between two versions. Pure: no database."""

from __future__ import annotations

from collections.abc import Mapping

from .blueprint import KINDS, Blueprint, Condition, Question, Step

WORK_TYPES = {"on_site": "on site", "technical": "technical, from afar"}


def differences(old: Blueprint | None, new: Blueprint) -> list[str]:
    """What this version says otherwise than the one before it, in sentences."""
    if old is None:
        return [f"First version: {counted(new)}."]
    found = _of_questions(old, new) + _of_steps(old, new)
    for name, called in (("approval", "Approval"), ("disrupts", "A failure counts as a disruption of")):
        was, now = _named(old, name), _named(new, name)
        if was != now:
            found.append(f"{called}: {was} → {now}")
    return found or ["Only names of workgroups or rules are others now."]


def counted(blueprint: Blueprint) -> str:
    """“4 questions, 3 steps, approval by Manager”."""
    asked, done = len(blueprint.questions), len(blueprint.steps)
    approval = f", approval by “{_named(blueprint, 'approval')}”" if blueprint.approval else ", nobody's approval"
    return f"{asked} question{'' if asked == 1 else 's'}, {done} step{'' if done == 1 else 's'}{approval}"


def _named(blueprint: Blueprint, name: str) -> str:
    return blueprint.words.get(name, "none") if getattr(blueprint, name) else "none"


def _of_questions(old: Blueprint, new: Blueprint) -> list[str]:
    before, after = ({q.key: q for q in one.questions} for one in (old, new))
    found = [f"Question added: “{q.label}” ({_kind(q)})" for key, q in after.items() if key not in before]
    found += [f"Question removed: “{q.label}”" for key, q in before.items() if key not in after]
    for key, question in after.items():
        if key in before:
            pairs = zip(_facts_of_question(old, before[key]), _facts_of_question(new, question), strict=True)
            found += [f"“{question.label}”, {what}: {was} → {now}" for (what, was), (_, now) in pairs if was != now]
    common = [[key for key in one if key in before and key in after] for one in (before, after)]
    return [*found, "The questions are asked in another order."] if common[0] != common[1] else found


def _kind(question: Question) -> str:
    kind = KINDS.get(question.kind, question.kind).lower()
    return f"{kind}: {', '.join(question.choices)}" if question.kind == "choice" else kind


def _facts_of_question(blueprint: Blueprint, question: Question) -> list[tuple[str, str]]:
    return [
        ("label", f"“{question.label}”"),
        ("kind", _kind(question)),
        ("answer", "required" if question.required else "optional"),
        ("help", f"“{question.help}”" if question.help else "none"),
        ("shown", condition(blueprint, question.shown_if)),
    ]


def condition(blueprint: Blueprint, wanted: Condition | None) -> str:
    """“always”, or “only if “Model” is Big”."""
    if wanted is None:
        return "always"
    labels = {q.key: q.label for q in blueprint.questions}
    return f"only if “{labels.get(wanted.key, wanted.key)}” is {wanted.value}"


def _of_steps(old: Blueprint, new: Blueprint) -> list[str]:
    before, after = ({s.number: s for s in one.steps} for one in (old, new))
    found = [f"Step added: {n} “{s.title}”" for n, s in after.items() if n not in before]
    found += [f"Step removed: {n} “{s.title}”" for n, s in before.items() if n not in after]
    for number, step in after.items():
        if number in before:
            pairs = zip(_facts_of_step(old, before[number]), _facts_of_step(new, step), strict=True)
            found += [f"Step {number}, {what}: {was} → {now}" for (what, was), (_, now) in pairs if was != now]
    return found


def _facts_of_step(blueprint: Blueprint, step: Step) -> list[tuple[str, str]]:
    later = "not planned" if step.start_after_hours is None else f"{step.start_after_hours} h after approval"
    return [
        ("title", f"“{step.title}”"),
        ("instructions", _short(step.instructions)),
        ("work", WORK_TYPES.get(step.work_type, step.work_type)),
        ("workgroup", _workgroup(blueprint.words, step)),
        ("comes after", ", ".join(map(str, step.needs)) or "nothing"),
        ("planned", later),
        ("takes", f"{step.hours} h"),
        ("checklist", _short(step.checklist.replace("\r", "").replace("\n", " · "))),
        ("done", condition(blueprint, step.only_if)),
    ]


def _workgroup(names: Mapping[str, str], step: Step) -> str:
    return names.get(f"workgroup.{step.workgroup}", "another") if step.workgroup else "by the routing rules"


def _short(text: str) -> str:
    """A text in quotes, its beginning alone where it is long; what differs later is said by its length."""
    text = " ".join(text.split())
    return "none" if not text else f"“{text}”" if len(text) <= 80 else f"“{text[:80]}…” ({len(text)} characters)"
