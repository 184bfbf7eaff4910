"""How usual each word is among all tickets, as PostgreSQL's statistics say."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field

from django.db import connection

RAREST = 1 / 400  # what is rarer says no more: it may be a name, or a slip
FEW = 1000  # of so few tickets a word may be in most by chance; the first ones must not make each other unfindable
_KEPT_FOR = 600.0  # seconds that they are kept


@dataclass
class Frequencies:
    """How usual words are, as PostgreSQL's statistics say; what isn't there is rare. `every`: how many tickets there are."""

    shares: dict[str, float] = field(default_factory=dict)
    rare: float = 1e-4
    every: float = 0.0
    read_at: float = -math.inf
    _known: dict[str, float] = field(default_factory=dict)

    def of(self, stem: str) -> float:
        """The share of all tickets with a word that begins like this."""
        if stem not in self._known:
            share = sum(share for word, share in self.shares.items() if word.startswith(stem))
            self._known[stem] = min(max(share, self.rare), 1.0)
            if len(self._known) > 20_000:
                self._known.clear()
                return min(max(share, self.rare), 1.0)
        return self._known[stem]

    def tickets(self, stem: str) -> float:
        """About how many tickets have such a word."""
        return self.of(stem) * self.every

    def weight(self, stem: str) -> float:
        """How much the word says."""
        return -math.log(max(self.of(stem), RAREST))


_kept = Frequencies()


def frequencies() -> Frequencies:
    """Read from the statistics at most every few minutes in each process; nothing is usual where there are FEW tickets."""
    global _kept
    if time.monotonic() - _kept.read_at > _KEPT_FOR:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT reltuples, most_common_elems::text::text[], most_common_elem_freqs FROM pg_class"
                " LEFT JOIN pg_stats ON schemaname = current_schema() AND tablename = relname AND attname = 'public'"
                " WHERE pg_class.oid = 'search_document'::regclass"
            )
            every, usual, shares = cursor.fetchone()
        known = dict(zip(usual, shares, strict=False)) if usual and every >= FEW else {}
        _kept = Frequencies(known, min(known.values(), default=2e-4) / 2, max(every, 0.0), time.monotonic())
    return _kept
