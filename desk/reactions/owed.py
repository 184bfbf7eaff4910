"""Rows that are owed: how a worker claims one, tries it, and puts it off or gives it up when that fails."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Model, QuerySet
from django.db.models.functions import Now
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)

EVERYWHERE: Mapping[str, Any] = {}
BACK_OFF = (1, 5, 15, 60, 300, 900, 3600)  # seconds before the next try, by the number of failures


def wake_for(task: str) -> None:
    """Tell a worker that something is owed; when the broker is away, the sweep will find it."""
    try:
        current_app.send_task(task, ignore_result=True, retry=False)
    except OperationalError:
        log.warning("The broker is away; the sweep will do %s when it is back.", task)


@contextmanager
def only_one(name: str) -> Iterator[bool]:
    """Whether nobody else is at what has this name; PostgreSQL lets go of the lock when a worker's connection ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [name])
        mine = bool(cursor.fetchone()[0])
    try:
        yield mine
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [name])


@dataclass(frozen=True)
class Debt:
    """A table whose rows are owed, with the names of the columns that tell how far each one is.

    A row is owed while `due` is set and `done` and `dead` are not. `lease` is how long a claimed row is left to its
    worker before it is offered again; `lost` is the error of a row whose worker was lost at each try.
    """

    model: type[Model]
    due: str
    attempts: str
    done: str
    dead: str
    error: str
    lease: timedelta
    lost: str

    def work_off(
        self, do: Callable[[int], None], limit: int = 500, *, stop_at_failure: bool = False,
        within: Mapping[str, Any] = EVERYWHERE,
    ) -> int:  # fmt: skip
        """Claim what is due (`within` these values of other columns), one by one, and call `do` with its id.

        Returns how many were tried. A failure is written to the row, which is put off; with `stop_at_failure` it ends the
        round as well.
        """
        tried = 0
        while tried < limit and (pk := self.claim(within)) is not None:
            tried += 1
            if not self._try(pk, do) and stop_at_failure:
                break
        return tried

    def unfinished(self, pk: int) -> QuerySet[Any]:
        """The row, if it is neither done nor dead."""
        return self._rows(pk=pk, **{self.dead: None})

    def claim(self, within: Mapping[str, Any] = EVERYWHERE) -> int | None:
        """Reserve one due row for a lease, and count the attempt before it is made.

        Committed on its own, so that work that kills its worker is counted too and ends as a dead letter.
        """
        with transaction.atomic():
            row = (
                self._rows(**{self.dead: None, f"{self.due}__lte": Now(), **within})
                .select_for_update(skip_locked=True)
                .order_by(self.due, "pk")
                .only("pk", self.attempts)
                .first()
            )
            if row is None:
                return None
            if self._used_up(row):
                self._rows(pk=row.pk).update(**{self.dead: Now(), self.error: self.lost})
            else:
                self._rows(pk=row.pk).update(**{self.attempts: F(self.attempts) + 1, self.due: Now() + self.lease})
            return int(row.pk)

    def offer_again(self, pk: int) -> bool:
        """Make a dead or waiting row due at once, with a fresh count; False when it is done, and stays so."""
        return bool(self._rows(pk=pk).update(**{self.attempts: 0, self.dead: None, self.due: Now()}))

    def _try(self, pk: int, do: Callable[[int], None]) -> bool:
        try:
            do(pk)
        except Exception:
            log.exception("%s %s failed", self.model.__name__, pk)
            self._note_failure(pk, traceback.format_exc(limit=-8))
            return False
        return True

    def _note_failure(self, pk: int, error: str) -> None:
        error = error.encode("utf-8", "replace").decode().replace("\x00", "")  # what the database can hold
        row = self.model._default_manager.get(pk=pk)
        fields: dict[str, Any] = {self.error: error[-4000:]}
        if self._used_up(row):
            fields[self.dead] = Now()
        else:
            wait = BACK_OFF[min(getattr(row, self.attempts), len(BACK_OFF)) - 1]
            fields[self.due] = Now() + timedelta(seconds=wait)
        self._rows(pk=pk).update(**fields)

    def _rows(self, **narrow: Any) -> QuerySet[Any]:
        return self.model._default_manager.filter(**{self.done: None, **narrow})

    def _used_up(self, row: Any) -> bool:
        return bool(getattr(row, self.attempts) >= settings.REACTION_MAX_ATTEMPTS)
