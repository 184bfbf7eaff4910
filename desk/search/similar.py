"""Tickets like one that is being described: by the words that say most, and by service, category and site."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from desk.people.models import User
from desk.tickets import kinds
from desk.tickets.models import Ticket
from desk.tickets.queries import in_reach, open_tickets

from . import words

TERMS, CANDIDATES = 12, 60  # words that are looked for, the rarest; tickets that are compared
OWN = 200  # of a person's own, the newest
READ = 2000  # tickets for one word at most: the newest that have it
COMMON = 0.2  # a word in more of all tickets than this says nothing
ENOUGH = 0.22  # of a perfect likeness; less is a coincidence
_KEPT_FOR = 600.0  # seconds that the frequencies of words are kept


@dataclass(frozen=True)
class Description:
    """What is known of a ticket so far."""

    title: str
    text: str = ""
    service_id: int | None = None
    category_id: int | None = None
    site_id: int | None = None
    pk: int | None = None  # itself, which is no answer

    @classmethod
    def of(cls, ticket: Ticket) -> Description:
        return cls(
            ticket.title, ticket.description, ticket.service_id, ticket.category_id, ticket.site_id, ticket.pk
        )  # fmt: skip


@dataclass(frozen=True)
class Likeness:
    """A ticket, how like it is (0 to 1), and why: words of what was typed, and what else is the same."""

    ticket: Ticket
    score: float
    words: tuple[str, ...]
    same: tuple[str, ...]

    @property
    def why(self) -> str:
        parts = [*self.same, *([f"words: {', '.join(self.words[:5])}"] if self.words else [])]
        return ", ".join(parts)


@dataclass(frozen=True)
class Term:
    """A word that is looked for, how it was typed, and how much it says."""

    typed: str
    part: str
    weight: float


def like(about: Description, user: User, rows: QuerySet[Ticket], *, own: bool = False, most: int = 5) -> list[Likeness]:
    """Of the rows that the person may see inside (or, with `own`, of their own), those most like what is described.

    Only public words count: what is like mustn't depend on who wrote which note.
    """
    terms, theirs = _terms(about), _own(user) if own else []
    if not terms or (own and not theirs):
        return []
    allowed = Q(pk__in=theirs) if own else in_reach(user)
    found = _candidates(terms, rows.filter(allowed).exclude(pk=about.pk))
    tickets = Ticket.objects.select_related("service", "site", "workgroup", "category", "pending_reason").defer(
        "description"
    )
    compared = [_compared(about, ticket, terms, found[pk]) for pk, ticket in tickets.in_bulk(found).items()]
    good = sorted((one for one in compared if one.score >= ENOUGH), key=lambda one: (-one.score, -one.ticket.pk))
    return good[:most]


def _own(user: User) -> list[int]:
    """The newest tickets that they requested or watch."""
    requested = Ticket.objects.filter(requester=user).order_by("-pk").values("pk")[:OWN]
    watched = Ticket.objects.filter(watchers__user=user).order_by("-pk").values("pk")[:OWN]
    return [row["pk"] for row in requested.union(watched)]


def unsolved(rows: QuerySet[Ticket]) -> QuerySet[Ticket]:
    """Those that somebody still has to solve."""
    solved = sorted({state for kind in kinds.every() for state in kind.solved | kind.void})
    return open_tickets(rows).exclude(state__in=solved)


def _compared(about: Description, ticket: Ticket, terms: list[Term], hits: set[int]) -> Likeness:
    """Words by what they say, twice where they are in the title; then what else is the same."""
    title = ticket.title
    total = sum(term.weight for term in terms)
    got = 0.0
    in_both = []
    for n in sorted(hits, key=lambda n: -terms[n].weight):
        term = terms[n]
        pattern = words.pattern([words.trimmed(term.typed)])
        got += term.weight * (1.0 if pattern and pattern.search(title) else 0.7)
        in_both.append(term.typed)
    score = 0.8 * got / total
    same = []
    for name, share in (("service", 0.1), ("category", 0.06), ("site", 0.04)):
        mine = getattr(about, f"{name}_id")
        if mine is not None and mine == getattr(ticket, f"{name}_id"):
            score += share
            same.append(f"same {name}")
    return Likeness(ticket, score, tuple(in_both), tuple(same))


def _terms(about: Description) -> list[Term]:
    """The words of title and text that say most; those of the title count double."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tsvector_to_array(to_tsvector('desk_search', %s)), tsvector_to_array(to_tsvector('desk_search', %s))",
            [about.title.replace("\x00", " ")[:300], about.text.replace("\x00", " ")[:2000]],
        )
        title, text = cursor.fetchone()
    usual = frequencies()
    found: dict[str, Term] = {}
    for lexeme, factor in chain(((word, 2.0) for word in title), ((word, 1.0) for word in text)):
        part = words.beginning(lexeme)
        frequency = usual.of(words.trimmed(lexeme))
        if part in found or len(lexeme) < 2 or lexeme.isdigit() or frequency > COMMON:
            continue
        found[part] = Term(lexeme, part, factor * -math.log(frequency))
    return sorted(found.values(), key=lambda term: -term.weight)[:TERMS]


def _candidates(terms: list[Term], rows: QuerySet[Ticket]) -> dict[int, set[int]]:
    """The tickets that have most of the terms by weight, each with the numbers of those it has; one statement."""
    parts: list[str] = []
    params: list[Any] = []
    for n, term in enumerate(terms):
        one = rows.filter(search_document__public__answers=term.part).order_by("-pk").values("pk")[:READ]
        sql, values = one.query.sql_with_params()
        parts.append(f"SELECT id, {n} AS term, %s::float AS weight FROM ({sql}) AS part(id)")
        params += [term.weight, *values]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, array_agg(term) FROM ({' UNION ALL '.join(parts)}) AS hit"
            " GROUP BY id ORDER BY sum(weight) DESC, id DESC LIMIT %s",
            [*params, CANDIDATES],
        )
        return {pk: set(hits) for pk, hits in cursor.fetchall()}


@dataclass
class Frequencies:
    """How usual words are, as PostgreSQL's statistics say; what isn't there is rare."""

    shares: dict[str, float] = field(default_factory=dict)
    rare: float = 1e-4
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


_kept = Frequencies()


def frequencies() -> Frequencies:
    """Read from the statistics at most every few minutes in each process; nothing but weights hangs on them."""
    global _kept
    if time.monotonic() - _kept.read_at > _KEPT_FOR:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT most_common_elems::text::text[], most_common_elem_freqs FROM pg_stats"
                " WHERE schemaname = current_schema() AND tablename = 'search_document' AND attname = 'public'"
            )
            row = cursor.fetchone()
        shares = dict(zip(row[0], row[1], strict=False)) if row and row[0] else {}
        rare = min(shares.values(), default=2e-4) / 2
        _kept = Frequencies(shares, rare, time.monotonic())
    return _kept
