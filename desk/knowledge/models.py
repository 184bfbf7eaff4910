"""Articles, the versions that were published of them, their pictures, and what became of them with readers."""

from __future__ import annotations

import uuid
from pathlib import PurePath

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from . import rules
from .lifecycle import Stage


class Audience(models.TextChoices):
    PUBLIC = rules.PUBLIC, _("Everybody who is signed in")
    ANALYSTS = rules.ANALYSTS, _("IT only")


class Content(models.Model):
    """What an article says, and for whom: of the text being worked on as of each version."""

    title = models.CharField(max_length=160)
    symptoms = models.TextField(blank=True)
    answer = models.TextField(blank=True)
    body = models.TextField(blank=True)
    keywords = models.CharField(max_length=300, blank=True)
    audience = models.CharField(max_length=10, choices=Audience, default=Audience.ANALYSTS)
    service = models.ForeignKey("services.Service", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    category = models.ForeignKey(
        "services.Category", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.title

    @property
    def is_public(self) -> bool:
        return self.audience == Audience.PUBLIC


CONTENT = ("title", "symptoms", "answer", "body", "keywords", "audience", "service", "category")


class Article(Content):
    """An article: its own fields hold the text being worked on; `current` is what readers see."""

    slug = models.SlugField(max_length=80, unique=True, editable=False)
    stage = models.CharField(max_length=10, choices=Stage, default=Stage.DRAFT, editable=False)
    current = models.OneToOneField(
        "Version", null=True, blank=True, editable=False, on_delete=models.PROTECT, related_name="shown_by"
    )
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="owned_articles")
    review_by = models.DateField(
        _("look at it again on"), null=True, blank=True, help_text=_("From then on it is listed to be looked at again.")
    )
    # The ids of those who wrote since it was published last: none of them reviews it. No keys, for they are only compared.
    written_by = ArrayField(models.BigIntegerField(), default=list, editable=False)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, editable=False, on_delete=models.PROTECT, related_name="saved_articles"
    )
    saves = models.PositiveIntegerField(default=1, editable=False, help_text=_("So that nobody overwrites another."))
    review_note = models.TextField(blank=True, editable=False, help_text=_("Why it was sent back."))
    source = models.ForeignKey(
        "tickets.Ticket", null=True, blank=True, editable=False, on_delete=models.SET_NULL, related_name="articles"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    saved_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["title"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(stage=Stage.PUBLISHED) | Q(current__isnull=False), name="knowledge_published_has_version"
            ),
            models.CheckConstraint(
                condition=~Q(stage=Stage.RETIRED) | Q(current__isnull=True), name="knowledge_retired_shows_nothing"
            ),
        ]

    def get_absolute_url(self) -> str:
        return reverse("knowledge:detail", args=[self.slug])

    @property
    def is_due(self) -> bool:
        """Whether somebody should look whether it still holds."""
        return self.current_id is not None and self.review_by is not None and self.review_by <= timezone.localdate()

    @property
    def is_rewritten(self) -> bool:
        """Whether readers see one version while the next is being written."""
        return self.current_id is not None and self.stage != Stage.PUBLISHED


class Version(Content):
    """What was published once; never changed. Its words are kept by the database, read by the rules of `desk.search`."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    pictures = ArrayField(models.CharField(max_length=36), default=list, help_text=_("Keys of those that it shows."))
    published_at = models.DateTimeField(default=timezone.now)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    words = models.GeneratedField(
        expression=(
            SearchVector("title", weight="A", config="desk_search")
            + SearchVector("keywords", weight="A", config="desk_search")
            + SearchVector("symptoms", weight="B", config="desk_search")
            + SearchVector("answer", weight="B", config="desk_search")
            + SearchVector("body", weight="C", config="desk_search")
        ),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["article", "number"], name="knowledge_version_once")]
        indexes = [GinIndex(fields=["words"], name="knowledge_words")]


def picture_path(picture: Picture, name: str) -> str:
    """Under a random name in a folder of its own; the given name never touches the disk."""
    return f"knowledge/{uuid.uuid4().hex}"


class Picture(models.Model):
    """A picture that articles' texts show by its address; who may see it: `rules.may_see_picture`."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="pictures")
    file = models.FileField(upload_to=picture_path, max_length=200)
    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=120, help_text=_("Sniffed from the bytes, not from the name."))
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("knowledge:picture", args=[self.key])

    @property
    def in_markdown(self) -> str:
        """What to write where it shall stand."""
        return f"![{PurePath(self.name).stem.replace('[', '(').replace(']', ')')}]({self.get_absolute_url()})"


class Vote(models.Model):
    """Whether an article helped somebody, with a word if they like; one for each person, changed as they like."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="votes")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    helped = models.BooleanField()
    word = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-at"]
        constraints = [models.UniqueConstraint(fields=["article", "user"], name="knowledge_vote_once")]

    def __str__(self) -> str:
        return f"{self.user}: {'yes' if self.helped else 'no'}"


class ArticleUse(models.Model):
    """A ticket that was solved with an article."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="uses")
    ticket = models.ForeignKey("tickets.Ticket", on_delete=models.CASCADE, related_name="article_uses")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-at"]
        constraints = [models.UniqueConstraint(fields=["article", "ticket"], name="knowledge_use_once")]

    def __str__(self) -> str:
        return f"{self.ticket_id} with {self.article_id}"


class Deflection(models.Model):
    """Somebody who was about to report a problem, read an article instead, and was helped; once a day counts."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="deflections")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    day = models.DateField(default=timezone.localdate)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["article", "user", "day"], name="knowledge_deflected_once")]

    def __str__(self) -> str:
        return f"{self.user_id} by {self.article_id}"


class Reading(models.Model):
    """How often an article was opened on a day."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="readings")
    day = models.DateField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["article", "day"], name="knowledge_read_by_day")]

    def __str__(self) -> str:
        return f"{self.article_id} on {self.day}"
