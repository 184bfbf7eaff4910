"""The life of an article: its stages, and the moves between them. Read this first.

An article is no ticket: it has no queue, no clock and no requester. So its stage is a plain field, and this table says
who moves it where. The stage is that of the text being worked on; what readers see is `Article.current`, the version
published last, until a newer one is or the article is retired.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

from . import rules

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from desk.people.models import User

    from .models import Article


class Stage(models.TextChoices):
    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    PUBLISHED = "published", _("Published")
    RETIRED = "retired", _("Retired")


@dataclass(frozen=True)
class Move:
    """From where to where, by whom (`why_not` is empty), and how its button looks."""

    name: str
    label: StrOrPromise
    icon: str
    sources: frozenset[str]
    why_not: Callable[[Article, User], str]
    asks: StrOrPromise = ""  # the label of a sentence that it wants
    main: bool = False

    def possible(self, article: Article) -> bool:
        # There is something to go back to only where something is published.
        return article.stage in self.sources and (self.name != "discard" or article.current_id is not None)


DRAFT, IN_REVIEW, PUBLISHED, RETIRED = (stage.value for stage in Stage)
WRITTEN = frozenset({DRAFT, IN_REVIEW})
MOVES = {
    move.name: move
    for move in (
        Move("publish", _("Publish"), "book-check", frozenset({IN_REVIEW}), rules.why_not_review, main=True),
        Move(
            "send_back", _("Send back"), "undo-2", frozenset({IN_REVIEW}), rules.why_not_review,
            asks=_("What should be better?"),
        ),
        Move("submit", _("Ask for review"), "send", frozenset({DRAFT}), rules.why_not_write, main=True),
        Move("discard", _("Discard the new version"), "x", WRITTEN, rules.why_not_write),
        Move("retire", _("Retire"), "archive", WRITTEN | {PUBLISHED}, rules.why_not_retire),
        Move("revive", _("Take it up again"), "archive-restore", frozenset({RETIRED}), rules.why_not_write),
    )
}  # fmt: skip
