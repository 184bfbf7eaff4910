"""`manage.py switchboard` tells the whole table, or a part of it."""

from io import StringIO

from django.core.management import call_command

from desk.reactions.table import switchboard


def told(*args):
    out = StringIO()
    call_command("switchboard", *args, stdout=out)
    return out.getvalue()


def test_every_event_is_there_with_each_of_its_reactions():
    text = told()
    for kind, reactions in switchboard().items():
        assert f"{kind}\n" in text
        for reaction in reactions:
            assert f"{reaction.lane:<5}  {reaction.does}  ({reaction.path})" in text


def test_a_part_of_the_table_can_be_asked_for():
    text = told("change.failed")
    assert text.splitlines() == [
        "change.failed",
        "  later  raises the one incident for what went wrong  (incidents.reactions.raise_for_trouble)",
    ]
    assert told("nothing.like") == "Nothing follows an event that begins with “nothing.like”.\n"
