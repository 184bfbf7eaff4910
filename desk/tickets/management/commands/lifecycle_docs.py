"""`manage.py lifecycle_docs`: writes docs/lifecycles/ from the state machines; --check fails when a page is stale."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from desk.people.language import in_english
from desk.tickets import kinds
from desk.tickets.graph import Graph, Row, graph_of, rows
from desk.tickets.kinds import Kind

AGAIN = "run `manage.py lifecycle_docs` and commit what it writes"


class Command(BaseCommand):
    help = "Write a page with diagram and table for each kind of ticket; with --check only compare."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="Write nothing; exit 1 when a page is stale.")
        parser.add_argument("--folder", type=Path, default=Path(settings.BASE_DIR) / "docs" / "lifecycles")

    def handle(self, *args: Any, check: bool, folder: Path, **options: Any) -> None:
        with in_english():
            pages = {folder / f"{kind.name}.md": page(kind) for kind in kinds.every()}
        for path, text in pages.items():
            if path.exists() and path.read_text(encoding="utf-8") == text:
                continue
            if check:
                raise CommandError(f"{_name(path)} is {'stale' if path.exists() else 'missing'}: {AGAIN}.")
            folder.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            self.stdout.write(f"Wrote {_name(path)}.")
        for orphan in sorted(set(folder.glob("*.md")) - set(pages)):
            raise CommandError(f"{_name(orphan)} describes no kind of ticket: delete it.")


def page(kind: Kind) -> str:
    """The whole page as Markdown."""
    graph = graph_of(kind)
    words = "\n".join(f"| {s.label} | {kind.public_words[s.value]} |" for s in graph.states)
    moves = "\n".join(_table_row(row) for row in rows(graph))
    return f"""# Lifecycle of the {str(kind.label).lower()}

Written by `manage.py lifecycle_docs` from `{kind.room}/lifecycle.py`; edit that, not this.

```mermaid
{mermaid(graph)}
```

| Move | From | To | Who may | Refused when | Event |
|---|---|---|---|---|---|
{moves}

| State | What end users read |
|---|---|
{words}
"""


def mermaid(graph: Graph) -> str:
    """The graph as a Mermaid state diagram; moves between the same two states share an arrow."""
    lines = ["stateDiagram-v2", *(f'    state "{state.label}" as {state.value}' for state in graph.states)]
    lines += [f"    [*] --> {value}" for value in graph.begins]
    arrows: dict[tuple[str, str], list[str]] = {}
    for step in graph.steps:
        arrows.setdefault((step.source, step.target), []).append(step.label)
    lines += [f"    {source} --> {target} : {', '.join(labels)}" for (source, target), labels in arrows.items()]
    lines += [f"    {state.value} --> [*]" for state in graph.states if state.over]
    return "\n".join(lines)


def _table_row(row: Row) -> str:
    step = row.step
    cells = (step.label, ", ".join(row.sources), " or ".join(row.targets), step.who, " ".join(step.refusals) or "–")
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + f" | `{step.event}` |"


def _name(path: Path) -> str:
    root = Path(settings.BASE_DIR)
    return str(path.relative_to(root) if path.is_relative_to(root) else path)
