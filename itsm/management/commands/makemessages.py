"""`manage.py makemessages`, which also finds words that are kept to be said later (`desk.people.language`)."""

from django.core.management.commands import makemessages


class Command(makemessages.Command):
    """Places are named by file alone, so that what moves within one changes nothing in the catalogue."""

    xgettext_options = [
        *makemessages.Command.xgettext_options, "--keyword=keep", "--keyword=keep_n:1,2",
    ]  # fmt: skip
    msgmerge_options = [*makemessages.Command.msgmerge_options, "--no-fuzzy-matching"]
