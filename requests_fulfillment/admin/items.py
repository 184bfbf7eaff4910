"""Administration of items: saving checks the form and the plan and publishes them as the next version."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from desk.people.models import User
from desk.sla.admin.policy_form import without_ways_out
from desk.sla.admin.published import PublishedAdmin

from .. import publishing, words
from ..lifecycle import CLOSED_STATES
from ..models import CatalogueItem, ItemVersion
from .drawn import sequence_of
from .item_form import ItemForm
from .preview import preview_view
from .rows import Questions, Steps


@admin.register(CatalogueItem)
class ItemAdmin(PublishedAdmin):
    """What people can order. Requests that run keep the version under which they were ordered."""

    form = ItemForm
    inlines = (Questions, Steps)
    change_form_template = "admin/requests_fulfillment/item_form.html"
    history_template = "admin/requests_fulfillment/history.html"
    list_display = ["name", "group", "price", "version", "running", "problems", "is_active"]
    search_fields = ["name", "slug", "summary"]
    prepopulated_fields: ClassVar[Any] = {"slug": ("name",)}
    autocomplete_fields = ("owner",)
    readonly_fields = ["published", "sequence"]
    list_per_page = 100
    fieldsets = [
        (
            None,
            {
                "fields": ["published", "name", "slug", ("group", "position"), "summary", "description", "icon"],
                "description": _("Saving checks the form and the plan, and publishes them as the next version."),
            },
        ),
        (
            _("Who may order it"),
            {"fields": ["is_active", "departments", ("cost", "cost_note"), "approval_rule", "owner"]},
        ),
        (_("Who delivers it"), {"fields": ["workgroup", ("service", "category"), "disrupts", "sequence"]}),
    ]

    class Media:
        css: ClassVar[Any] = {"all": ["css/admin/catalogue.css"]}
        js = ("js/admin/item.js",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[CatalogueItem]:
        running = Count("requests", filter=~Q(requests__state__in=CLOSED_STATES), distinct=True)
        found = super().get_queryset(request).annotate(runs=running)
        return found.select_related("group", "current", "current__made_by", "workgroup", "approval_rule", "owner")

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        return [
            path("preview/", view(self.preview_view), name="requests_fulfillment_catalogueitem_try"),
            path("<int:pk>/preview/", view(self.preview_view), name="requests_fulfillment_catalogueitem_preview"),
            *super().get_urls(),
        ]

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        return without_ways_out(super().formfield_for_dbfield(db_field, request, **kwargs))

    # -- the list

    @admin.display(description=_("Cost"), ordering="cost")
    def price(self, item: CatalogueItem) -> str:
        """Just the sum; its note stands on the item's page."""
        return gettext("free") if item.cost is None else f"{item.cost:,}"

    @admin.display(description=_("Requests running"), ordering="runs")
    def running(self, item: CatalogueItem) -> SafeString | str:
        number: int = item.runs  # type: ignore[attr-defined]
        page = reverse("admin:requests_fulfillment_servicerequest_changelist")
        return format_html('<a href="{}?item__id__exact={}">{}</a>', page, item.pk, number) if number else "0"

    @admin.display(description=_("Problems"))
    def problems(self, item: CatalogueItem) -> SafeString | str:
        found = publishing.problems_of(item)
        if not found:
            return gettext("none")
        return format_html(
            '<ul class="cat-problems">{}</ul>', format_html_join("", "<li>{}</li>", ((one,) for one in found))
        )

    # -- the page

    @admin.display(description=_("Published"))
    def published(self, item: CatalogueItem) -> SafeString | str:
        if item.current is None:
            return gettext("Not yet. Saving it with the tick at “Can be ordered” publishes version 1.")
        return format_html(
            gettext('Version {}, published by {} on {}. <a href="{}">History</a>'),
            item.current.number,
            item.current.made_by,
            date_format(localtime(item.current.made_at), gettext("d M Y, H:i")),
            reverse("admin:requests_fulfillment_catalogueitem_history", args=[item.pk]),
        )

    @admin.display(description=_("Sequence of the plan"))
    def sequence(self, item: CatalogueItem) -> SafeString | str:
        """The saved steps in the order in which they can be done."""
        if item.pk is None:
            return gettext("Drawn here once it is saved; before that, in the preview.")
        blueprint = publishing.blueprint_of(item)
        return sequence_of(blueprint, blueprint.steps)

    def _create_formsets(self, request: HttpRequest, obj: Any, change: bool) -> Any:
        """The plan looks at the questions that are typed beside it."""
        formsets, inlines = super()._create_formsets(request, obj, change)  # type: ignore[misc]
        questions, steps = formsets
        steps.questions = questions
        return formsets, inlines

    # -- saving

    def publish(self, obj: CatalogueItem, by: User, reason: str) -> ItemVersion | None:  # type: ignore[override]
        """The next version; None when nothing is different, or for a draft that can't be published yet."""
        before = CatalogueItem.objects.get(pk=obj.pk).current_id
        if not obj.is_active and publishing.problems_of(CatalogueItem.objects.get(pk=obj.pk)):
            return None
        made = publishing.publish(item=obj, by=by)
        return None if made.pk == before else made

    def tell(self, request: HttpRequest, obj: CatalogueItem, version: Any) -> None:
        """Say what was published, who goes on with what was published before, and what a draft lacks."""
        obj.refresh_from_db(fields=["current"])
        page = reverse("admin:requests_fulfillment_catalogueitem_change", args=[obj.pk])
        lacks = [] if obj.is_active else publishing.problems_of(CatalogueItem.objects.get(pk=obj.pk))
        if lacks:
            said = format_html(
                gettext('“<a href="{}">{}</a>” is kept as a draft. It can’t be published yet:'), page, obj
            )
            listed = format_html("{} {}", said, " ".join(lacks))
            self.message_user(request, listed, messages.WARNING)
        elif version is None:
            number = obj.current.number if obj.current else 0
            words = gettext("“{item}” is saved. Form and plan are as they were: version {number} stays as published.")
            same = words.format(item=obj, number=number)
            self.message_user(request, same, messages.SUCCESS)
        else:
            held = obj.requests.exclude(state__in=CLOSED_STATES).exclude(version_ordered=version).count()
            words = ngettext(
                "{n} running request keeps an earlier one.", "{n} running requests keep an earlier one.", held
            )
            keep = " " + words.format(n=held) if held else ""
            published = gettext('“<a href="{}">{}</a>”: version {} is published.')
            said = format_html(published + "{}", page, obj, version.number, keep)
            self.message_user(request, said, messages.SUCCESS)
        if not obj.is_active and not lacks:
            self.message_user(request, gettext("It can't be ordered: “Can be ordered” isn't ticked."), messages.INFO)

    # -- reading

    def differences(self, versions: list[ItemVersion]) -> Iterable[list[str]]:
        says = [version.says for version in versions]
        return [words.differences(old, new) for new, old in zip(says, [*says[1:], None], strict=True)]

    def kept_because(self, obj: CatalogueItem) -> str:
        words = gettext(
            "“{item}” can't be deleted, because its versions and requests stay. Take the tick from “Can be ordered” "
            "instead, and it is not offered any more."
        )
        return words.format(item=obj)

    def preview_view(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        """How the form looks, and what the plan would do for some answers, of the rows as they are typed."""
        return preview_view(self, request, pk)
