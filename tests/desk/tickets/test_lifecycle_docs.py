"""The lifecycle pages in docs/ are what the code says, and the check names the one that isn't."""

import pytest
from django.core.management import CommandError, call_command

from desk.tickets import kinds
from desk.tickets.graph import graph_of, in_general
from desk.tickets.management.commands.lifecycle_docs import mermaid, page


def test_the_pages_in_the_project_are_fresh():
    call_command("lifecycle_docs", check=True)


def test_what_is_written_passes_the_check(tmp_path, capsys):
    call_command("lifecycle_docs", folder=tmp_path)
    assert "incident.md" in capsys.readouterr().out
    call_command("lifecycle_docs", check=True, folder=tmp_path)


def test_a_stale_page_fails_and_is_named(tmp_path):
    call_command("lifecycle_docs", folder=tmp_path)
    stale = tmp_path / "incident.md"
    stale.write_text(stale.read_text().replace("Reopen", "Revive"))
    with pytest.raises(CommandError, match=r"incident\.md is stale") as caught:
        call_command("lifecycle_docs", check=True, folder=tmp_path)
    assert caught.value.returncode == 1
    assert "Revive" in stale.read_text(), "a check writes nothing"


def test_a_missing_page_and_one_without_a_kind_fail(tmp_path):
    with pytest.raises(CommandError, match="is missing"):
        call_command("lifecycle_docs", check=True, folder=tmp_path)
    call_command("lifecycle_docs", folder=tmp_path)
    (tmp_path / "unicorn.md").write_text("# Lifecycle of the unicorn")
    with pytest.raises(CommandError, match=r"unicorn\.md describes no kind of ticket"):
        call_command("lifecycle_docs", check=True, folder=tmp_path)


def test_the_diagram_has_every_step_once_and_the_table_who_may():
    kind = kinds.get("incident")
    graph = graph_of(kind)
    lines = mermaid(graph).splitlines()
    drawn = [line for line in lines if " : " in line]
    assert len(drawn) == len({(step.source, step.target) for step in graph.steps})
    assert "    [*] --> logged" in lines
    assert "    closed --> [*]" in lines
    text = page(kind)
    assert "| The requester or an analyst of its workgroup |" in text
    assert "`incident.resolved`" in text
    assert "{ticket" not in text


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("Only the requester, {ticket.requester}, may do this.", "Only the requester may do this."),
        ("{ticket.assignee} has it.", "Somebody else has it."),
        ("{ticket.service_window} is over.", "Its service window is over."),
    ],
)
def test_a_rule_speaks_of_any_ticket(sentence, said):
    assert in_general(sentence, kinds.get("incident")) == said
