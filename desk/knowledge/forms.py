"""Forms of articles: writing one, and picking one for a solution."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from desk.people.fields import PersonField
from desk.people.models import User
from desk.services.models import Service
from desk.tickets.forms import CategoryField, FilesField

from . import queries
from .models import CONTENT, Article, Audience


class ArticleForm(forms.Form):
    """What an article says; for whom, and who looks after it."""

    title = forms.CharField(
        max_length=160, label=_lazy("Title"), help_text=_lazy("As somebody would ask: “I can't print on the ward”."),
        error_messages={"required": _lazy("Please give it a title.")},
    )  # fmt: skip
    audience = forms.ChoiceField(
        label=_lazy("For whom?"), choices=Audience.choices, widget=forms.RadioSelect, initial=Audience.ANALYSTS
    )
    symptoms = forms.CharField(
        label=_lazy("How to recognise it"), required=False, max_length=5_000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_lazy("What one sees, in the words of those who see it. No names, and nothing of one person alone."),
    )  # fmt: skip
    answer = forms.CharField(
        label=_lazy("In short"), required=False, max_length=5_000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_lazy("What helps, in a few sentences. It fills in the solution of an incident that is solved with it."),
    )  # fmt: skip
    body = forms.CharField(
        label=_lazy("Step by step"), required=False, max_length=50_000, widget=forms.Textarea(attrs={"rows": 14}),
        help_text=_lazy("Markdown: ## Heading, - list, 1. step, **bold**. A picture stands where its line does."),
    )  # fmt: skip
    files = FilesField(  # type: ignore[assignment]  # the stubs know only the sent files of this name
        label=_lazy("Pictures"),
        help_text=_lazy("PNG, JPEG, GIF or WebP. Each gets a line at the end of the text; move it to its place."),
    )
    keywords = forms.CharField(
        label=_lazy("Keywords"),
        required=False,
        max_length=300,
        help_text=_lazy("Other words that people would look for, with commas."),
    )
    service = forms.ModelChoiceField(Service.objects.none(), label=_lazy("Service"), required=False, empty_label="—")
    category = CategoryField(label=_lazy("Category"))
    owner = PersonField(label=_lazy("Owner"), required=False, help_text=_lazy("Who keeps it right. Empty: you."))
    review_by = forms.DateField(
        label=_lazy("Look at it again on"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_lazy("Empty: half a year after it is published."),
    )  # fmt: skip
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, article: Article | None = None, **kwargs: Any):
        self.article = article
        kept: dict[str, Any] = {}
        if article is not None:
            kept = {name: getattr(article, name) for name in (*CONTENT, "owner", "review_by")}
            kept["seen"] = article.saves
        super().__init__(*args, **{**kwargs, "initial": {**kept, **(kwargs.get("initial") or {})}})
        held = article.service_id if article else None
        fields: Any = self.fields
        fields["service"].queryset = Service.objects.filter(Q(is_active=True) | Q(pk=held))
        fields["category"].load_choices(also=article.category if article else None)
        if article is not None:
            fields["owner"].also = article.owner

    def kept_by(self) -> dict[str, Any]:
        """Who keeps it right, and when it is looked at again."""
        return {name: self.cleaned_data[name] for name in ("owner", "review_by")}

    def content(self) -> dict[str, Any]:
        """What the article says, for the actions."""
        return {name: self.cleaned_data[name] for name in CONTENT}


class MoveForm(forms.Form):
    """What goes with a move from stage to stage."""

    note = forms.CharField(
        required=False, max_length=2_000, help_text="Needed where it is sent back: what should be better?"
    )


class PicturesForm(forms.Form):
    """Pictures for a text to show."""

    files = FilesField(label="Pictures", help_text="PNG, JPEG, GIF or WebP.")  # type: ignore[assignment]


class VoteForm(forms.Form):
    """Did it help?"""

    helped = forms.ChoiceField(choices=[("yes", "Yes"), ("no", "No")])
    word = forms.CharField(required=False, max_length=500, help_text="What was missing, or what helped.")


class ArticleInput(forms.TextInput):
    """Drawn as a type-ahead over what is published."""


class PickField(forms.CharField):
    """A published article, by its slug or its title."""

    widget = ArticleInput

    def __init__(self, **kwargs: Any):
        self.user: User | None = None
        super().__init__(required=False, max_length=200, **kwargs)

    def clean(self, value: Any) -> Article | None:
        text = str(super().clean(value) or "").strip()
        if not text or self.user is None:
            return None
        found = queries.named(text, self.user)
        if found is None:
            raise forms.ValidationError(
                _("There is no article of that name. Choose one of the list, or leave it empty.")
            )
        return found
