"""What the log makes of a request that was refused: one line; a traceback means that something broke."""

from __future__ import annotations

import logging


class RefusalsInALine(logging.Filter):
    """Takes the traceback from what Django says of a request that it answered with 4xx, and calls it a warning.

    It belongs on a handler: a logger's own filters don't see what its children (django.security.…) pass up.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        status = getattr(record, "status_code", None)
        if isinstance(status, int) and 400 <= status < 500:
            record.exc_info, record.exc_text = None, None
            record.levelno, record.levelname = logging.WARNING, "WARNING"
        return True
