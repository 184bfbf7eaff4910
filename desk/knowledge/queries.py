"""Questions about articles: who reads which, what answers a text, what is new or read most, what waits for somebody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.postgres.search import SearchRank
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.http import Http404
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from desk.people.models import Role, User, Workgroup
from desk.search import highlights, words
from desk.search.words import Reading
from desk.services.models import Category
from desk.tickets.models import Ticket
from desk.tickets.queries import visible_to
from desk.tickets.text import as_plain

from . import rules
from .lifecycle import Stage
from .models import Article, ArticleUse, Audience, Deflection, Picture, Version, Vote
from .models import Reading as Read

MOST, SHELF = 50, 6  # articles of a list; of the newest, and of those that are read most
LATELY = timedelta(days=90)


def readable_by(user: User) -> QuerySet[Article]:
    """What is published for this person. The twin of `rules.may_read`, which shows IT drafts as well."""
    rows = Article.objects.filter(current__isnull=False).select_related("current")
    return rows if rules.reads_all(user) else rows.filter(current__audience=Audience.PUBLIC)


def get_article(user: User, slug: str) -> Article:
    """The article as this person may read it; Http404 otherwise."""
    rows = Article.objects.select_related(
        "source",
        "current__service",
        "current__category",
        "current__published_by",
        "owner",
        "service",
        "category",
        "saved_by",
    )
    found = rows.filter(slug=slug).first()
    if found is None or not rules.may_read(found, user):
        raise Http404("No such article.")
    return found


def seen_raw(user: User) -> Q:
    """Whatever isn't raw (`rules.is_raw`), and what is, as far as this person may see it."""
    raw = Q(source__isnull=False, current=None, stage=Stage.DRAFT)
    mine = Q(owner=user) | Q(written_by__contains=[user.pk])
    return ~raw | mine | Q(source__in=visible_to(user, Ticket).values("pk"))


def get_inside(user: User, slug: str) -> Article:
    """The article with what is behind it, for IT alone; Http404 for others, as if it had nothing behind it."""
    found = get_article(user, slug)
    if not rules.reads_all(user):
        raise Http404("No such article.")
    return found


def picture_for(user: User, key: Any) -> Picture:
    found = Picture.objects.select_related("article__current", "article__source").filter(key=key).first()
    if found is None or not rules.may_see_picture(found, user):
        raise Http404("No such picture.")
    return found


def reviewers(article: Article) -> list[User]:
    """Who is asked to review it: the leads of the workgroups of those who wrote it; else whoever leads any."""
    leads = User.objects.filter(is_active=True, memberships__role=Role.LEAD).exclude(pk__in=article.written_by)
    theirs = Workgroup.objects.filter(memberships__user__in=article.written_by)
    near = leads.filter(memberships__workgroup__in=theirs, memberships__role=Role.LEAD)
    return list(near.distinct().order_by("pk")) or list(leads.distinct().order_by("pk"))


# -- finding -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """A found article as a list shows it: marked where it answers."""

    article: Article
    title: SafeString | str
    excerpt: SafeString | str


def find(text: str, user: User, *, rows: QuerySet[Article] | None = None) -> list[Line]:
    """What answers a text among what the person may read, the likeliest first; words nearly the same where none does."""
    reading = words.read(text)
    rows = readable_by(user) if rows is None else rows
    found = _answering(reading, rows)[:MOST] if reading.query else []
    if reading.query and not found and (nearly := words.with_neighbours(reading)):
        reading, found = nearly, _answering(nearly, rows)[:MOST]
    return _lines(found, reading)


def best(reading: Reading, user: User, most: int = 3) -> list[Line]:
    """The few best for a query that is read already."""
    return _lines(_answering(reading, readable_by(user))[:most], reading)


def _answering(reading: Reading, rows: QuerySet[Article]) -> QuerySet[Article]:
    rank = SearchRank(F("current__words"), _query(reading.query))
    return rows.filter(current__words__answers=reading.query).order_by(rank.desc(), "-current__published_at")


class _query(Value):
    """A query as `words.read` wrote it, for PostgreSQL's functions."""

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        return "%s::tsquery", [self.value]


def _lines(found: Any, reading: Reading) -> list[Line]:
    pattern = words.pattern(reading.stems)
    return [
        Line(one, highlights.marked(_current(one).title, pattern), _excerpt(_current(one), pattern)) for one in found
    ]


def _excerpt(version: Version, pattern: Any) -> SafeString | str:
    for text in (version.answer, version.symptoms, version.body):
        if part := highlights.snippet(as_plain(text), pattern):
            return part
    return highlights.opening(as_plain(version.answer or version.symptoms))


def _current(article: Article) -> Version:
    assert article.current is not None  # what is readable is published
    return article.current


def plain_lines(rows: Any) -> list[Line]:
    """The same where nothing was asked."""
    return [Line(one, _current(one).title, highlights.opening(as_plain(_current(one).answer))) for one in rows]


def offered(text: str, user: User, most: int = 8) -> list[Article]:
    """For a box in which somebody types: what answers; what is used most where nothing is typed."""
    if text.strip():
        return [line.article for line in find(text, user)][:most]
    return list(readable_by(user).annotate(used=Count("uses")).order_by("-used", "current__title")[:most])


def named(text: str, user: User) -> Article | None:
    """The article that somebody means by its slug or its title."""
    asked = Q(slug=text) | Q(current__title__iexact=text)
    return readable_by(user).filter(asked).order_by("pk").first() if "\x00" not in text else None


# -- browsing ------------------------------------------------------------------------------------------


def newest(user: User) -> list[Article]:
    return list(readable_by(user).order_by("-current__published_at", "-pk")[:SHELF])


def most_read(user: User) -> list[Article]:
    """Those that were opened most lately."""
    rows = readable_by(user).annotate(reads=_sum_of_reads()).filter(reads__gt=0)
    return list(rows.order_by("-reads", "current__title")[:SHELF])


def _sum_of_reads() -> Coalesce:
    since = timezone.localdate() - LATELY
    lately = Read.objects.filter(article=OuterRef("pk"), day__gte=since).order_by().values("article")
    return Coalesce(Subquery(lately.annotate(sum=Sum("count")).values("sum")), 0)


@dataclass(frozen=True)
class Subject:
    """A branch of the category tree with the number of articles that the person may read in it."""

    category: Category
    count: int
    within: frozenset[int]


def subjects(user: User) -> list[Subject]:
    """The top of the category tree, as far as there is something to read; two statements."""
    counts = dict(
        readable_by(user)
        .exclude(current__category=None)
        .order_by()
        .values_list("current__category")
        .annotate(Count("pk"))
    )
    roots: dict[int, tuple[Category, set[int]]] = {}
    for node in Category.objects.with_tree_fields():
        roots.setdefault(node.tree_path[0], (node, set()))[1].add(node.pk)
    found = [(top, sum(counts.get(pk, 0) for pk in below), below) for top, below in roots.values()]
    return [Subject(top, count, frozenset(below)) for top, count, below in found if count]


def in_subject(user: User, subject: Subject) -> list[Article]:
    return list(readable_by(user).filter(current__category__in=subject.within).order_by("current__title")[:MOST])


# -- what waits for somebody, and what became of an article -------------------------------------------


def desk_lists(user: User) -> list[tuple[str, str, list[Article]]]:
    """(name, what it is, articles) for those who write: what is in review, being written, to be looked at, retired."""
    rows = Article.objects.select_related("owner", "saved_by", "current", "service", "category").order_by("-saved_at")
    today = timezone.localdate()
    due = rows.filter(current__isnull=False, review_by__lte=today).order_by("review_by")
    return [
        (
            _("In review"),
            _("A lead who wrote no part of them publishes them."),
            list(rows.filter(stage=Stage.IN_REVIEW)[:MOST]),
        ),
        (
            _("Drafts"),
            _("Being written; readers don't see them."),
            list(rows.filter(seen_raw(user), stage=Stage.DRAFT)[:MOST]),
        ),
        (_("To look at again"), _("Their date has come: do they still hold?"), list(due[:MOST])),
        (_("Retired"), _("Shown to nobody any more."), list(rows.filter(stage=Stage.RETIRED)[:MOST])),
    ]


@dataclass(frozen=True)
class Figures:
    """What became of an article with its readers."""

    reads: int
    yes: int
    no: int
    uses: int
    deflected: int
    words: list[Vote]

    @property
    def helped(self) -> str:
        """The share that it helped, in words."""
        votes = self.yes + self.no
        share = _("{share} of {n}").format(share=f"{round(100 * self.yes / votes)} %", n=votes) if votes else ""
        return share or _("Nobody said yet")


def figures(article: Article) -> Figures:
    """Counted now; for IT, above all for its owner."""
    row = (
        Article.objects.filter(pk=article.pk)
        .annotate(
            reads=_sum_of_reads(),
            yes=_count(Vote.objects.filter(helped=True)),
            no=_count(Vote.objects.filter(helped=False)),
            used=_count(ArticleUse.objects.all()),
            deflected=_count(Deflection.objects.all()),
        )
        .values("reads", "yes", "no", "used", "deflected")
        .get()
    )
    said = list(article.votes.exclude(word="").select_related("user")[:10])
    return Figures(row["reads"], row["yes"], row["no"], row["used"], row["deflected"], said)


def _count(rows: QuerySet[Any]) -> Coalesce:
    """How many of these an article has; each counted by itself, for joined they would multiply."""
    its_own = rows.filter(article=OuterRef("pk")).order_by().values("article")
    return Coalesce(Subquery(its_own.annotate(number=Count("pk")).values("number")), 0)


def article_of(ticket: Ticket, user: User) -> ArticleUse | None:
    """What the ticket was solved with last, if the person may read it."""
    rows = ArticleUse.objects.filter(ticket=ticket, article__in=readable_by(user))
    return rows.select_related("article__current").first()
