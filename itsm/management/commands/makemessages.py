"""`manage.py makemessages`, which also finds words that are kept (`desk.people.language`), those of scripts, and names."""

import json
from pathlib import Path
from typing import Any

from django.core.management.commands import makemessages

from itsm.model_names import CONTEXT, automatic

IN_PYTHON = ["--keyword=_lazy", "--keyword=keep", "--keyword=keep_n:1,2"]
IN_SCRIPTS = ["--keyword=say", "--keyword=sayCount:1,2"]  # with `-d djangojs`: see static/js/words.js
NAMES = Path("names_of_fields.py")  # there only while words are gathered


class Command(makemessages.Command):
    """Places are named by file alone, so that what moves within one changes nothing in the catalogue."""

    msgmerge_options = [*makemessages.Command.msgmerge_options, "--no-fuzzy-matching"]

    def handle(self, *args: Any, **options: Any) -> None:
        more = IN_SCRIPTS if options["domain"] == "djangojs" else IN_PYTHON
        self.xgettext_options = [*makemessages.Command.xgettext_options, *more]
        words = sorted({english for _, _, english in automatic()})
        try:
            NAMES.write_text("".join(f"pgettext({json.dumps(CONTEXT)}, {json.dumps(one)})\n" for one in words))
            super().handle(*args, **options)
        finally:
            NAMES.unlink(missing_ok=True)
