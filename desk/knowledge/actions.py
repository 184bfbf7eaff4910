"""The verbs on articles: write, have reviewed, publish, retire, go back; and what readers and analysts say by using them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from desk.notifications.actions import tell_it
from desk.people.language import in_a_sentence, keep
from desk.people.models import User
from desk.tickets import files, flow
from desk.tickets import text as texts
from desk.tickets.errors import Refused
from desk.tickets.models import Ticket

from . import pictures, queries, rules
from .lifecycle import MOVES, Stage
from .models import CONTENT, Article, ArticleUse, Deflection, Picture, Version, Vote

RESERVED = {"new", "find", "writing", "pictures"}  # addresses of the room itself


@transaction.atomic
def draft(
    *, by: User, source: Ticket | None = None, owner: User | None = None, review_by: date | None = None, **said: Any
) -> Article:
    """Begin an article, its writer's own unless another owner is named; `said` holds what of `CONTENT` there is already."""
    rules.ask_writer(by)
    begun = {"owner": owner or by, "review_by": review_by, "saved_by": by, "written_by": [by.pk], "source": source}
    article = Article(**begun, **_checked(said))
    flow.serialise("a new article's address")
    article.slug = _free_slug(article.title)
    article.save()
    return article


@transaction.atomic
def save(
    *, article: Article, by: User, seen: int, owner: User | None = None, review_by: date | None = None, **said: Any
) -> Article:
    """Write on. What readers see stays until it is published; Refused when somebody saved since `seen`."""
    fresh = _lock(article)
    if why := rules.why_not_write(fresh, by):
        raise PermissionDenied(why)
    if fresh.stage == Stage.RETIRED:
        raise Refused(_("It is retired. Take it up again first."))
    if seen != fresh.saves:
        why = _("{person} saved it while you wrote. Yours is below; save again to put it in place of theirs.")
        raise Refused(why.format(person=fresh.saved_by))
    content = _checked(said)
    changed = any(getattr(fresh, name) != value for name, value in content.items())
    for name, value in content.items():
        setattr(fresh, name, value)
    fresh.owner, fresh.review_by = owner or fresh.owner, review_by
    if changed:
        _note_writer(fresh, by)
        if fresh.stage == Stage.PUBLISHED:
            fresh.stage = Stage.DRAFT
    fresh.save()
    return fresh


def _note_writer(article: Article, by: User) -> None:
    article.saves += 1
    article.saved_by, article.saved_at = by, timezone.now()
    article.written_by = sorted({*article.written_by, by.pk})


def _lock(article: Article) -> Article:
    return Article.objects.select_for_update(of=("self",)).select_related("saved_by", "current").get(pk=article.pk)


def _checked(said: Mapping[str, Any]) -> dict[str, Any]:
    """What an article may say, as it is kept."""
    kept = {name: said[name] for name in CONTENT if name in said}
    kept["title"] = " ".join(
        texts.clean(kept.get("title"), field="title", required=_("Please give it a title."), limit=160).split()
    )
    for name, limit in (("symptoms", 5_000), ("answer", 5_000), ("body", texts.MAX_LENGTH), ("keywords", 300)):
        kept[name] = texts.clean(kept.get(name), field=name, limit=limit)
    return kept


def _free_slug(title: str) -> str:
    """The title as an address, with a number where it is taken."""
    stem = slugify(title)[:70].strip("-") or "article"
    taken = set(Article.objects.filter(slug__startswith=stem).values_list("slug", flat=True)) | RESERVED
    return next(slug for slug in (stem, *(f"{stem}-{n}" for n in range(2, len(taken) + 3))) if slug not in taken)


# -- from stage to stage -------------------------------------------------------------------------------


def _begin(article: Article, name: str, by: User) -> Article:
    """The article, locked, if this person may make this move now."""
    move, fresh = MOVES[name], _lock(article)
    if why := move.why_not(fresh, by):
        raise PermissionDenied(why)
    if not move.possible(fresh):
        why = _("It is {stage} by now: {move} isn't possible.")
        raise Refused(why.format(stage=in_a_sentence(fresh.get_stage_display()), move=in_a_sentence(move.label)))
    return fresh


@transaction.atomic
def submit(*, article: Article, by: User, note: str = "") -> Article:
    """Ask somebody else to review it; leads of its writers' workgroups are told, if they wrote no part of it."""
    fresh = _begin(article, "submit", by)
    if not fresh.answer:
        raise Refused(_("Please say in short what helps; that is what everybody reads first."))
    fresh.stage, fresh.review_note = Stage.IN_REVIEW, ""
    fresh.save()
    tell_it(
        recipients=queries.reviewers(fresh), topic=keep("Knowledge"), address=f"{fresh.get_absolute_url()}?draft=1",
        subject=keep("To review: {title}", title=fresh.title),
        text=keep("{person} asks for a review. Publish it, or send it back with a word.", person=by),
    )  # fmt: skip
    return fresh


@transaction.atomic
def send_back(*, article: Article, by: User, note: str = "") -> Article:
    """It isn't good enough yet; the note says why."""
    fresh = _begin(article, "send_back", by)
    fresh.review_note = texts.clean(note, field="note", required=_("Please say what should be better."), limit=2000)
    fresh.stage = Stage.DRAFT
    fresh.save()
    return fresh


@transaction.atomic
def publish(*, article: Article, by: User, note: str = "", at: datetime | None = None) -> Article:
    """Readers see it from now on; what it says is kept as a version."""
    fresh, at = _begin(article, "publish", by), at or timezone.now()
    last = fresh.versions.order_by("-number").values_list("number", flat=True).first() or 0
    own = {str(key) for key in fresh.pictures.values_list("key", flat=True)}
    said = {name: getattr(fresh, name) for name in CONTENT}
    shown = [key for key in pictures.keys_in(fresh.body) if key in own]
    fresh.current = Version.objects.create(
        article=fresh, number=last + 1, pictures=shown, published_at=at, published_by=by, **said
    )
    fresh.stage, fresh.written_by = Stage.PUBLISHED, []
    today = timezone.localdate(at)
    if fresh.review_by is None or fresh.review_by <= today:
        fresh.review_by = today + timedelta(days=settings.KNOWLEDGE_REVIEW_DAYS)
    fresh.save()
    return fresh


@transaction.atomic
def discard(*, article: Article, by: User, note: str = "") -> Article:
    """The next version comes to nothing; the text is again what readers see."""
    fresh = _begin(article, "discard", by)
    assert fresh.current is not None  # else it isn't possible
    _take_over(fresh, fresh.current)
    fresh.stage, fresh.written_by, fresh.review_note = Stage.PUBLISHED, [], ""
    fresh.saves += 1
    fresh.save()
    return fresh


@transaction.atomic
def retire(*, article: Article, by: User, note: str = "") -> Article:
    """Nobody is shown it any more; its versions stay."""
    fresh = _begin(article, "retire", by)
    fresh.stage, fresh.current = Stage.RETIRED, None
    fresh.save()
    return fresh


@transaction.atomic
def revive(*, article: Article, by: User, note: str = "") -> Article:
    """Write on at a retired one."""
    fresh = _begin(article, "revive", by)
    fresh.stage = Stage.DRAFT
    _note_writer(fresh, by)
    fresh.save()
    return fresh


@transaction.atomic
def go_back(*, article: Article, version: Version, by: User) -> Article:
    """Make the text of an earlier version the one being worked on; to be reviewed and published as every other."""
    fresh = _lock(article)
    if why := rules.why_not_write(fresh, by):
        raise PermissionDenied(why)
    if version.article_id != fresh.pk:
        raise Refused(_("That is a version of another article."))
    _take_over(fresh, version)
    _note_writer(fresh, by)
    fresh.stage = Stage.DRAFT
    fresh.save()
    return fresh


def _take_over(article: Article, version: Version) -> None:
    for name in CONTENT:
        setattr(article, name, getattr(version, name))


@transaction.atomic
def still_holds(*, article: Article, by: User) -> Article:
    """Somebody looked: it is right, and is to be looked at again a good while later."""
    fresh = _lock(article)
    if why := rules.why_not_write(fresh, by):
        raise PermissionDenied(why)
    if not fresh.is_due:
        raise Refused(_("It isn't to be looked at yet."))
    fresh.review_by = timezone.localdate() + timedelta(days=settings.KNOWLEDGE_REVIEW_DAYS)
    fresh.save(update_fields=["review_by"])
    return fresh


def add_pictures(*, article: Article, by: User, uploads: Iterable[UploadedFile]) -> list[Picture]:
    """Keep pictures for the text to show. Refused (for the field `files`) when one of them is none."""
    if why := rules.why_not_write(article, by):
        raise PermissionDenied(why)
    uploads = list(uploads)
    kept: list[Picture] = []
    try:
        with transaction.atomic():
            for file, kind in zip(uploads, pictures.check(uploads), strict=True):
                row = Picture(
                    article=article, name=files.safe_name(file.name or "picture"), content_type=kind, added_by=by
                )
                row.file.save(row.name, file, save=False)
                kept.append(row)
                row.save()
    except Exception:
        for row in kept:  # the rows roll back by themselves, the bytes don't
            row.file.storage.delete(row.file.name or "")
        raise
    return kept


# -- what readers and analysts say by using it -----------------------------------------------------------


def note_reading(*, article: Article) -> None:
    """Somebody opened it; counted by day."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO knowledge_reading (article_id, day, count) VALUES (%s, %s, 1)"
            " ON CONFLICT (article_id, day) DO UPDATE SET count = knowledge_reading.count + 1",
            [article.pk, timezone.localdate()],
        )


def vote(*, article: Article, by: User, helped: bool, word: str = "", at: datetime | None = None) -> Vote:
    """Say whether it helped; saying it again changes one's mind."""
    if not rules.may_read(article, by) or article.current_id is None:
        raise PermissionDenied(_("There is nothing to read."))
    word = texts.clean(word, field="word", limit=500)
    said = {"helped": helped, "word": word, "at": at or timezone.now()}
    return Vote.objects.update_or_create(article=article, user=by, defaults=said)[0]


@transaction.atomic
def deflect(*, article: Article, by: User) -> None:
    """It helped somebody who was about to report a problem, and doesn't now. It counts as a yes too."""
    word = Vote.objects.filter(article=article, user=by).values_list("word", flat=True).first() or ""
    vote(article=article, by=by, helped=True, word=word)
    Deflection.objects.get_or_create(article=article, user=by, day=timezone.localdate())


def use(*, article: Article, ticket: Ticket, by: User, at: datetime | None = None) -> ArticleUse:
    """The ticket was solved with it; once counts."""
    when = {"by": by, "at": at or timezone.now()}
    return ArticleUse.objects.update_or_create(article=article, ticket=ticket, defaults=when)[0]
