"""Who may read, write and publish articles. Where somebody may not, a sentence says why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from desk.people.rules import is_analyst, reach
from desk.tickets.rules import may_view

if TYPE_CHECKING:
    from desk.people.models import User

    from .models import Article, Picture

PUBLIC, ANALYSTS = "public", "analysts"  # the audiences


def reads_all(user: User) -> bool:
    """Whoever sees a queue reads what is for analysts, and sees drafts and older versions."""
    return bool(reach(user).view)


def may_write(user: User) -> bool:
    return is_analyst(user)


def ask_writer(user: User) -> None:
    """PermissionDenied, with a sentence, for whoever writes no articles."""
    if not may_write(user):
        raise PermissionDenied(_("Only people who work in IT write articles."))


def ask_inside(user: User) -> None:
    """PermissionDenied, with a sentence, for whoever doesn't see what is being written."""
    if not reads_all(user):
        raise PermissionDenied(_("Only people who work in IT need this."))


def may_read(article: Article, user: User) -> bool:
    """What is published, by its audience; IT reads the rest too, but for what is raw. The twin of `queries.readable_by`."""
    if reads_all(user):
        return not is_raw(article) or may_see_raw(article, user)
    return article.current is not None and article.current.audience == PUBLIC


def is_raw(article: Article) -> bool:
    """Begun out of a ticket, never published and not handed in: it may say what only that ticket's readers know."""
    return article.source_id is not None and article.current_id is None and article.stage == "draft"


def may_see_raw(article: Article, user: User) -> bool:
    """Those who write it, and those who see the ticket. The twin of `queries.seen_raw`."""
    if article.owner_id == user.pk or user.pk in article.written_by:
        return True
    return article.source is not None and may_view(article.source, user)


def may_see_picture(picture: Picture, user: User) -> bool:
    """Others than IT see a picture as long as the version that is published for them shows it."""
    if reads_all(user):
        return may_read(picture.article, user)
    current = picture.article.current
    return current is not None and current.audience == PUBLIC and str(picture.key) in current.pictures


def leads(user: User) -> bool:
    return bool(reach(user).lead) or user.is_staff


def why_not_write(article: Article, user: User) -> str:
    return "" if may_write(user) else _("Only people who work in IT write articles.")


def why_not_review(article: Article, user: User) -> str:
    """A lead or an administrator, and nobody reviews what they wrote a part of."""
    if not leads(user):
        return _("A lead publishes it.")
    if user.pk in article.written_by:
        return _("You wrote a part of it; somebody else reviews it.")
    return ""


def why_not_retire(article: Article, user: User) -> str:
    mine = article.owner_id == user.pk and may_write(user)
    return "" if mine or leads(user) else _("Its owner or a lead retires it.")
