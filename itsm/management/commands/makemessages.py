"""`manage.py makemessages`, which also finds words that are kept (`desk.people.language`), and those of scripts."""

from typing import Any

from django.core.management.commands import makemessages

KEPT = ["--keyword=keep", "--keyword=keep_n:1,2"]
IN_SCRIPTS = ["--keyword=say", "--keyword=sayCount:1,2"]  # with `-d djangojs`: see static/js/words.js


class Command(makemessages.Command):
    """Places are named by file alone, so that what moves within one changes nothing in the catalogue."""

    msgmerge_options = [*makemessages.Command.msgmerge_options, "--no-fuzzy-matching"]

    def handle(self, *args: Any, **options: Any) -> None:
        more = IN_SCRIPTS if options["domain"] == "djangojs" else KEPT
        self.xgettext_options = [*makemessages.Command.xgettext_options, *more]
        super().handle(*args, **options)
