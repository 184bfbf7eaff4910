"""Administration of services, the category tree and sites."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from tree_queries.admin import TreeChangeList

from .models import Category, Service, Site
from .queries import category_choices


@admin.register(Service)
class ServiceAdmin(admin.ModelAdmin):
    list_display = ["name", "criticality", "owner", "description", "is_active"]
    list_editable = ["is_active"]
    list_filter = ["criticality", "is_active"]
    list_select_related = ["owner"]
    search_fields = ["name", "description"]
    autocomplete_fields = ["owner"]
    filter_horizontal = ["depends_on"]


@admin.register(Site)
class SiteAdmin(admin.ModelAdmin):
    list_display = ["name", "address", "time_zone", "is_active"]
    list_editable = ["is_active"]
    list_filter = ["is_active"]
    search_fields = ["name", "address"]


class CategoryForm(forms.ModelForm):
    """Offers every place in the tree by its trail, and refuses a loop with a sentence."""

    class Meta:
        model = Category
        fields = ["name", "parent", "skill", "also_skills", "position", "is_active"]
        help_texts = {
            "parent": _lazy("Empty: a category at the top. Everything below this category moves along with it."),
            "position": _lazy("Among those with the same parent; lower comes first."),
            "is_active": _lazy("Inactive categories are not offered for new tickets; old tickets keep them."),
        }

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if "parent" in self.fields:
            field: Any = self.fields["parent"]
            field.choices = [("", _("– at the top –")), *category_choices(inactive=True)]

    def clean_parent(self) -> Category | None:
        parent: Category | None = self.cleaned_data["parent"]
        above = parent.ancestors(include_self=True).values_list("pk", flat=True) if parent else []
        if self.instance.pk in above:
            why = _("“{parent}” lies below “{category}” or is the same; a category can't be below itself.")
            raise forms.ValidationError(why.format(parent=parent, category=self.instance))
        return parent


@admin.register(Category)
class CategoryAdmin(admin.ModelAdmin):
    """The tree as a tree: each category below its parent, indented."""

    form = CategoryForm
    list_display = ["indented", "position", "skill", "is_active"]
    list_editable = ["position", "is_active"]
    list_display_links = ["indented"]
    list_select_related = ["skill"]
    list_per_page = 500
    search_fields = ["name"]
    autocomplete_fields = ["skill", "also_skills"]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[TreeChangeList]:
        return TreeChangeList

    def get_queryset(self, request: HttpRequest) -> QuerySet[Category]:
        return Category.objects.with_tree_fields()

    @admin.display(description=_lazy("Category"))
    def indented(self, category: Category) -> str:
        depth: int = category.tree_depth
        return "\u2003" * 2 * depth + ("└ " if depth else "") + category.name
