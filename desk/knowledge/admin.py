"""Articles in the administration: who looks after them, and until when; what they say is written on their own pages."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from .models import Article


@admin.register(Article)
class ArticleAdmin(admin.ModelAdmin):
    fields = ["owner", "review_by"]
    list_display = ["title", "stage", "audience", "owner", "review_by"]
    list_filter = ["stage", "audience", "service"]
    search_fields = ["title", "keywords"]
    autocomplete_fields = ["owner"]
    list_select_related = ["owner"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # a retired article stays, with what was solved with it
