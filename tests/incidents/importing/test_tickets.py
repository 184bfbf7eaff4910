"""Tickets that are only text and a group come in as incidents, once."""

import pytest
from django.core.management import CommandError, call_command

from desk.people.models import Workgroup
from desk.people.queries import automation
from desk.people.rules import is_analyst
from incidents.models import Incident

FILE = """short_description,description,assignment_group
login issue,verify user,GRP_0
login issue,verify user,GRP_0
,only a description,GRP_1
,,GRP_1
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "tickets.csv"
    path.write_text(FILE)
    return path


def test_each_row_is_logged_once_however_often_the_file_is_read(world, file, capsys):
    call_command("import_tickets", str(file))
    call_command("import_tickets", str(file))
    told = capsys.readouterr().out
    assert "3 new, 0 known, 1 without a word" in told
    assert "0 new, 3 known, 1 without a word" in told
    found = Incident.objects.order_by("pk").values_list("title", "workgroup__name", "state", "source")
    assert list(found) == [
        ("login issue", "GRP_0", "logged", "import"),
        ("login issue", "GRP_0", "logged", "import"),
        ("only a description", "GRP_1", "logged", "import"),
    ]


def test_solved_ones_are_solved_and_nobody_stays_a_member_for_it(world, file):
    call_command("import_tickets", str(file), "--solved", "--limit", "1")
    assert Incident.objects.get().state == "resolved"
    assert not is_analyst(automation())
    assert Workgroup.objects.filter(name="GRP_1").count() == 0


def test_another_file_is_refused_in_words(world, tmp_path):
    path = tmp_path / "other.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(CommandError, match="lacks short_description"):
        call_command("import_tickets", str(path))
