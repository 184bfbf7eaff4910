"""Tickets like one that is being described: by the words that say most, and by service, category and site."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import chain
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from desk.people.models import User
from desk.tickets.models import Ticket
from desk.tickets.queries import in_reach

from . import words
from .eras import in_eras, of_this_era
from .frequencies import frequencies
from .models import Document
from .queries import within

TERMS, CANDIDATES = 10, 200  # words that are looked for, the rarest; tickets that are compared
OWN = 200  # of a person's own, the newest
READ = 400  # tickets for one word at most: the newest that have it
SAME = {"service": _("same service"), "category": _("same category"), "site": _("same site")}
MANY = 5  # times as many that have a word: then they are read from the newest backwards
COMMON = 0.35  # a word in more of all tickets than this says nothing
ENOUGH = 0.22  # of a perfect likeness; less is a coincidence
BY_TEXT, IN_TEXT = 0.35, 0.4  # what a word counts that is in the text asked with, or in the text found, and in no title


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
        told = [gettext("words: {words}").format(words=", ".join(self.words[:5]))] if self.words else []
        return ", ".join([*(str(SAME[name]) for name in self.same), *told])


@dataclass(frozen=True)
class Term:
    """A word that is looked for, how it was typed, and how much it says."""

    typed: str
    stem: str
    part: str
    weight: float


def like(about: Description, user: User, rows: QuerySet[Ticket], *, own: bool = False) -> list[Likeness]:
    """Of the rows that the person may see inside (or, with `own`, of their own), those like what is described, best first.

    Only public words count: what is like mustn't depend on who wrote which note.
    """
    terms, theirs = terms_of(about), _own(user) if own else []
    if not terms or (own and not theirs):
        return []
    documents = Document.objects.exclude(pk=about.pk)
    found = _candidates(terms, documents.filter(pk__in=theirs) if own else documents.filter(within(user, "")))
    allowed = Q(pk__in=theirs) if own else in_reach(user)
    shown = rows.filter(allowed).select_related("service", "workgroup", "pending_reason").defer("description")
    compared = [_compared(about, ticket, terms, found[pk]) for pk, ticket in shown.in_bulk(found).items()]
    return sorted((one for one in compared if one.score >= ENOUGH), key=lambda one: (-one.score, -one.ticket.pk))


def _own(user: User) -> list[int]:
    """The newest tickets that they requested or watch."""
    requested = Ticket.objects.filter(requester=user).order_by("-pk").values("pk")[:OWN]
    watched = Ticket.objects.filter(watchers__user=user).order_by("-pk").values("pk")[:OWN]
    return [row["pk"] for row in requested.union(watched)]


def _compared(about: Description, ticket: Ticket, terms: list[Term], hits: set[int]) -> Likeness:
    """How much of what was said the ticket has, and how much of its title was said; then what else is the same."""
    titles = _words(ticket.title)
    usual = frequencies()
    asked = sum(term.weight for term in terms)
    had = sum(terms[n].weight * (1.0 if terms[n].stem in titles else IN_TEXT) for n in hits)
    stems = {terms[n].stem for n in hits}
    title_says = sum(usual.weight(stem) for stem in titles)
    title_shared = sum(usual.weight(stem) for stem in titles & stems)
    score = 0.5 * had / asked + 0.35 * (title_shared / title_says if title_says else 0.0)
    same = []
    for name, share in (("service", 0.08), ("category", 0.04), ("site", 0.03)):
        mine = getattr(about, f"{name}_id")
        if mine is not None and mine == getattr(ticket, f"{name}_id"):
            score += share
            same.append(name)
    best = sorted(hits, key=lambda n: -terms[n].weight)
    return Likeness(ticket, score, tuple(terms[n].typed for n in best), tuple(same))


def _words(title: str) -> set[str]:
    """The stems of a title that say something."""
    found = {words.trimmed(word) for word in re.findall(r"\w+", words.plain(title)) if len(word) > 1}
    return {stem for stem in found if frequencies().of(stem) <= COMMON}


def terms_of(about: Description) -> list[Term]:
    """The words that say most; those of the title first, for texts hold names, greetings and signatures."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tsvector_to_array(to_tsvector('desk_search', %s)), tsvector_to_array(to_tsvector('desk_search', %s))",
            [about.title.replace("\x00", " ")[:300], about.text.replace("\x00", " ")[:2000]],
        )
        title, text = cursor.fetchone()
    usual = frequencies()
    found: dict[str, Term] = {}
    for lexeme, factor in chain(((word, 1.0) for word in title), ((word, BY_TEXT) for word in text)):
        stem = words.trimmed(lexeme)
        if stem in found or len(lexeme) < 2 or lexeme.isdigit() or usual.of(stem) > COMMON:
            continue
        found[stem] = Term(lexeme, stem, words.beginning(lexeme), factor * usual.weight(stem))
    return sorted(found.values(), key=lambda term: -term.weight)[:TERMS]


def _candidates(terms: list[Term], documents: QuerySet[Document]) -> dict[int, set[int]]:
    """The documents that have most of the terms by weight, each with the numbers of those it has; one statement."""
    parts: list[str] = []
    params: list[Any] = []
    exact, usual = words.exactly([term.part for term in terms]), frequencies()
    for n, term in enumerate(terms):
        by_era = bool(exact[n]) and usual.tickets(term.stem) > MANY * READ
        rows = of_this_era(documents) if by_era else documents
        one = rows.filter(public__answers=exact[n] or term.part).order_by("-pk").values("pk")[:READ]
        sql, values = one.query.sql_with_params()
        found = in_eras(sql, "id", READ) if by_era else f"({sql}) AS part(id)"
        parts.append(f"SELECT id, {n} AS term, %s::float AS weight FROM {found}")
        params += [term.weight, *values]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, array_agg(term) FROM ({' UNION ALL '.join(parts)}) AS hit"
            " GROUP BY id ORDER BY sum(weight) DESC, id DESC LIMIT %s",
            [*params, CANDIDATES],
        )
        return {pk: set(hits) for pk, hits in cursor.fetchall()}
