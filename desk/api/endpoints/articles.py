"""Articles for programs: what is published for this person; `writing` has what those who write can do."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from desk.knowledge import queries
from desk.knowledge.models import Article

from ..shapes import Moment, NamedShape, Shape
from .writing import Writing


class ArticleShape(Shape):
    """An article as it was published last; its texts are Markdown."""

    key = "slug"
    slug = serializers.CharField()
    title = serializers.CharField(source="current.title")
    audience = serializers.CharField(source="current.audience")
    symptoms = serializers.CharField(source="current.symptoms")
    answer = serializers.CharField(source="current.answer")
    body = serializers.CharField(source="current.body")
    service = NamedShape(source="current.service", allow_null=True)
    published_at = Moment(source="current.published_at")
    page = serializers.SerializerMethodField()

    def get_page(self, article: Article) -> str:
        return f"{settings.PORTAL_URL}{article.get_absolute_url()}"


class Articles(Writing):
    """Articles: what is published for one, and for those who write what is behind it."""

    shape = ArticleShape
    asked = {"q": {"type": "string"}}

    def list(self, request: Request) -> Response:
        """The newest first; or with `q` what answers, the likeliest first, on one page."""
        user: Any = request.user
        words = request.query_params.get("q", "").strip()[:200]
        rows = queries.readable_by(user).select_related("current__service")
        if not words:
            return self.tell_page(rows)
        found = [line.article for line in queries.find(words, user, rows=rows)]
        return self.tell_all(found)

    def retrieve(self, request: Request, slug: str) -> Response:
        """One article."""
        user: Any = request.user
        found = queries.readable_by(user).select_related("current__service").filter(slug=slug).first()
        if found is None:
            raise Http404("No such article.")
        return self.tell(found)
