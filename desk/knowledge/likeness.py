"""Articles that may spare somebody a ticket: like what is being described, by the words that say most and by what it is about."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from desk.people.models import User
from desk.search.similar import Description, Term, terms_of

from .models import Article
from .queries import readable_by

ENOUGH = 0.3  # of a perfect likeness; less is a coincidence
IN_TEXT = 0.5  # what a word counts that is in symptoms or answer, and not in title or keywords
SAME_SERVICE, SAME_CATEGORY = 0.1, 0.08


@dataclass(frozen=True)
class Alike:
    """An article, how like the description it is (0 to 1), and why."""

    article: Article
    score: float
    words: tuple[str, ...]
    same: tuple[str, ...]

    @property
    def why(self) -> str:
        return ", ".join([*self.same, f"words: {', '.join(self.words[:5])}"])


def alike(about: Description, user: User, *, public_only: bool = False, most: int = 3) -> list[Alike]:
    """Published articles that the person may read and that are like what is described, best first."""
    terms = terms_of(about)
    if not terms:
        return []
    rows = readable_by(user)
    hits = _hits(terms)
    shown = (rows.filter(current__audience="public") if public_only else rows).in_bulk(hits)
    asked = sum(term.weight for term in terms)
    compared = [_compared(about, article, terms, hits[pk], asked) for pk, article in shown.items()]
    return sorted((one for one in compared if one.score >= ENOUGH), key=lambda one: (-one.score, one.article.pk))[:most]


def _hits(terms: list[Term]) -> dict[int, dict[int, float]]:
    """The articles that have any of the words, each with what each word counts there; one statement."""
    union = " UNION ALL ".join(
        f"SELECT shown.id, {n} AS term, version.words @@ %s::tsquery AS on_top FROM knowledge_version AS version"
        " JOIN knowledge_article AS shown ON shown.current_id = version.id WHERE version.words @@ %s::tsquery"
        for n in range(len(terms))
    )
    params = [part for term in terms for part in (_weighed(term, "A"), _weighed(term, "AB"))]
    found: dict[int, dict[int, float]] = {}
    with connection.cursor() as cursor:
        cursor.execute(union, params)
        for pk, n, on_top in cursor.fetchall():
            found.setdefault(pk, {})[n] = 1.0 if on_top else IN_TEXT
    return found


def _weighed(term: Term, where: str) -> str:
    """The word, looked for only in parts of an article that have these weights."""
    return f"{term.part}{where}" if term.part.endswith(":*") else f"{term.part}:{where}"


def _compared(about: Description, article: Article, terms: list[Term], hits: dict[int, float], asked: float) -> Alike:
    version = article.current
    assert version is not None  # what is readable is published
    score = sum(terms[n].weight * counts for n, counts in hits.items()) / asked
    same = []
    for name, share in (("service", SAME_SERVICE), ("category", SAME_CATEGORY)):
        mine = getattr(about, f"{name}_id")
        if mine is not None and mine == getattr(version, f"{name}_id"):
            score += share
            same.append(f"same {name}")
    best = sorted(hits, key=lambda n: -terms[n].weight)
    return Alike(article, score, tuple(terms[n].typed for n in best), tuple(same))
