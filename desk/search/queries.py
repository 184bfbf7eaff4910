"""Finds tickets by words: what answers among those that a person may see, the newest of many, ranked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.contrib.postgres.search import SearchVectorField
from django.db import connection
from django.db.models import BigIntegerField, BooleanField, ExpressionWrapper, Q, QuerySet, Value
from django.db.models.functions import Cast, Coalesce, Left
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from desk.people.models import User
from desk.people.rules import reach
from desk.tickets import kinds
from desk.tickets.models import Event, Ticket, Visibility, Watcher
from desk.tickets.queries import in_reach, reach_parts, visible_to

from . import words
from .eras import in_eras, of_this_era
from .frequencies import frequencies
from .plans import planned_anew
from .words import Reading

PAGE, CAP = 25, 100  # rows of a page; candidates that are ranked, the newest
# Fewer answers than this may come of a slip, where its neighbours have so many times as many.
SCARCE, MANY_TIMES = 3, 10
FEW = 5  # workgroups in which an index looks one by one; of more, what is new is read until enough answers
MANY = 20 * CAP  # tickets with a word: more are read from the newest backwards
DOCUMENT = "search_document__"
SHOWN = (
    "number", "kind", "title", "state", "priority", "created_at", "service__name", "workgroup__name",
    "assignee__username", "assignee__first_name", "assignee__last_name", "pending_reason__waits_for_requester",
)  # fmt: skip
Narrow = Callable[[QuerySet[Ticket]], QuerySet[Ticket]]


def everything(rows: QuerySet[Ticket]) -> QuerySet[Ticket]:
    """Leaves nothing out."""
    return rows


@dataclass(frozen=True)
class Found:
    """A page of what answers; `total` stops at the cap, `reading` is the query that answered."""

    rows: list[Ticket]
    total: int
    reading: Reading
    page: int = 1
    near: bool = False  # the words as typed found next to nothing, so words that are nearly the same count too
    some: bool = False  # nothing has all of the words, so these have some of them

    @property
    def is_capped(self) -> bool:
        return self.total >= CAP

    @property
    def in_words(self) -> str:
        if self.is_capped:
            return _("The newest {cap} tickets that answer").format(cap=CAP)
        return ngettext("{n} ticket", "{n} tickets", self.total).format(n=self.total)

    @property
    def pages(self) -> int:
        return -(-self.total // PAGE)


def matching(rows: QuerySet[Ticket], text: str, user: User) -> QuerySet[Ticket]:
    """Of tickets that the person may see, those that answer the text; by internal words only where they see these.

    `rows` keep their order. Everything answers a text in which nothing is asked.
    """
    return rows.filter(answers(text, user))


def answers(text: str, user: User) -> Q:
    """`matching`, as a condition that can be put to several lists; one statement, to read the text."""
    reading = words.read(text)
    if not reading:
        return Q(pk__in=[]) if reading.typed else Q()
    found = Q(number__in=reading.numbers)
    if reading.query:
        found |= Q(**{f"{DOCUMENT}public__answers": reading.query})
        found |= in_reach(user) & Q(**{f"{DOCUMENT}whole__answers": reading.query})
    return found


def search(text: str, user: User, *, narrow: Narrow = everything, page: int = 1) -> Found:
    """A page of the tickets that the person may see and that answer the text, the likeliest first.

    `narrow` takes rows and leaves out some. What next to nothing answers may be a slip: if words that are nearly the same
    find many times as much, they count too. When still nothing has all of the words, some of them are enough.
    """
    reading = words.read(text)
    found = _page(reading, user, narrow, page)
    if not reading or found.total >= SCARCE:
        return found
    if nearly := words.with_neighbours(reading):
        near = _page(nearly, user, narrow, page, near=True)
        if near.total >= max(1, MANY_TIMES * found.total):
            return near
    if not found.total and (either := words.any_of(reading)):
        return replace(_page(either, user, narrow, page), some=True)
    return found


def quick(text: str, user: User, most: int = 8) -> list[Ticket]:
    """The first few tickets for a box in which somebody types: a number's own ticket, then what answers."""
    return search(text, user).rows[:most]


def _page(reading: Reading, user: User, narrow: Narrow, page: int, near: bool = False) -> Found:
    page = max(1, page)
    ranked = _ranked(reading, user, narrow) if reading else []
    shown = dict(ranked[(page - 1) * PAGE : page * PAGE])
    rows = (
        Ticket.objects.select_related("service", "workgroup", "assignee", "pending_reason")
        .only(*SHOWN)
        .annotate(beginning=Left("description", 2000))
        .in_bulk(shown)
        if shown
        else {}
    )
    for pk, row in rows.items():
        setattr(row, "internal", shown[pk])  # noqa: B010
    return Found([rows[pk] for pk in shown], len(ranked), reading, page, near)


def _ranked(reading: Reading, user: User, narrow: Narrow) -> list[tuple[int, bool]]:
    """The ids of the newest that answer, the likeliest first, each with whether the person sees its inside; one statement.

    Ranked by their public words alone, so that no place in a list tells of others.
    """
    (exact,) = words.exactly([reading.query]) if reading.query else [""]
    by_age = bool(exact) and _is_usual(reading)
    parts: list[str] = []
    params: list[Any] = []
    for part in _parts(replace(reading, query=exact or reading.query), user, narrow):
        by_era = by_age and part.is_wide
        rows = of_this_era(part.rows, f"{DOCUMENT}era") if by_era else part.rows
        sql, values = rows.order_by("-pk").values_list("pk", "inside")[:CAP].query.sql_with_params()
        parts.append(f"SELECT * FROM {in_eras(sql, 'id, inside', CAP)}" if by_era else f"({sql})")
        params += values
    with planned_anew(), connection.cursor() as cursor:
        found = " UNION ALL ".join(parts)
        cursor.execute(_RANKED.format(found=found), [*params, list(reading.numbers), reading.query, CAP])
        return [(pk, inside) for pk, inside in cursor.fetchall()]


def _is_usual(reading: Reading) -> bool:
    """Whether so many tickets may answer that it pays to read them from the newest backwards."""
    usual = frequencies()
    return bool(reading.words) and min(usual.tickets(words.trimmed(word)) for word, _ in reading.words) > MANY


# The number itself; then words in titles before others, and what is newer before older.
_RANKED = """
WITH found(id, inside) AS MATERIALIZED ({found}),
newest AS MATERIALIZED (SELECT id, bool_or(inside) AS inside FROM found GROUP BY id)
SELECT newest.id, newest.inside FROM newest
JOIN tickets_ticket AS ticket USING (id) JOIN search_document AS document ON document.ticket_id = newest.id
ORDER BY (ticket.number = ANY(%s)) DESC,
    (ts_rank(document.public, %s::tsquery, 1) + 0.02)
        / (1 + extract(epoch FROM now() - ticket.created_at) / 31536000) DESC, newest.id DESC
LIMIT %s
"""


@dataclass(frozen=True)
class Part:
    """Some of what answers; `is_wide`: of so many tickets that nothing but their words makes them few."""

    rows: QuerySet[Any]
    is_wide: bool = False


def _parts(reading: Reading, user: User, narrow: Narrow) -> list[Part]:
    """What answers, in parts that an index finds each; together what `visible_to` and the words allow.

    By the whole of their words: those whose inside the person sees. By the public ones: their own, those they watch,
    and kinds that all of IT may see.
    """
    rows = narrow(Ticket.objects.annotate(inside=Value(False)))
    parts: list[Part] = []
    if reading.query:
        public = rows.filter(**{f"{DOCUMENT}public__answers": reading.query})
        if _sees_some_inside(user):
            words_of_all = Coalesce(f"{DOCUMENT}whole", f"{DOCUMENT}public", output_field=SearchVectorField())
            whole = rows.alias(every_word=words_of_all).filter(every_word__answers=reading.query)
            whole = whole.filter(search_document__isnull=False)  # an inner join, which an index can begin
            by_workgroup, *others = reach_parts(user)
            seen = [by_workgroup & within(user), *others]
            parts += [Part(whole.filter(part).annotate(inside=Value(True)), is_wide=part is seen[0]) for part in seen]
        parts += [
            Part(public.filter(Q(requester=user) | Q(reporter=user))),
            Part(public.filter(pk__in=Watcher.objects.filter(user=user).values("ticket"))),
        ]
        open_to_it = [kind.name for kind in kinds.every() if kind.open_to_it]
        if reach(user).view and open_to_it:
            parts.append(Part(public.filter(kind__in=open_to_it)))
    if reading.numbers:
        inside = ExpressionWrapper(in_reach(user), output_field=BooleanField())
        sees = inside if _sees_some_inside(user) else Value(False)
        numbered = visible_to(user).filter(number__in=reading.numbers)
        parts.append(Part(narrow(numbered).annotate(inside=sees)))
    return parts


def within(user: User, prefix: str = DOCUMENT) -> Q:
    """What says nothing new beside a rule about the workgroup, but lets one index find words within a few of them."""
    workgroups = sorted(reach(user).view)
    found = Q()
    if len(workgroups) <= FEW:
        for workgroup in workgroups:
            found |= Q(**{f"{prefix}workgroup": Cast(Value(workgroup), BigIntegerField())})  # as the index has it
    return found


def _sees_some_inside(user: User) -> bool:
    return bool(reach(user).view or reach(user).oversee)


def texts_of(rows: list[Ticket]) -> dict[int, list[tuple[str, bool]]]:
    """What was said on these found tickets, the newest first, and whether it is internal; as far as the finder may read.

    `rows` carry `internal`, as `search` annotates it.
    """
    inside = [row.pk for row in rows if row.internal]  # type: ignore[attr-defined]
    said = (
        Event.objects.filter(ticket__in=[row.pk for row in rows])
        .filter(Q(data__has_key="text") | Q(ticket__in=inside, inside__has_any_keys=["text", "note"]))
        .filter(Q(visibility=Visibility.PUBLIC) | Q(ticket__in=inside))
        .order_by("-pk")
        .values_list("ticket", "visibility", "data__text", "inside__text", "inside__note")
    )
    found: dict[int, list[tuple[str, bool]]] = {}
    for ticket, visibility, text, internal_text, note in said[:300]:
        texts = found.setdefault(ticket, [])
        texts.append((str(text or ""), visibility != Visibility.PUBLIC))
        if ticket in inside:
            texts += [(str(internal_text or ""), True), (str(note or ""), True)]
    return found
