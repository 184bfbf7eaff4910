"""What the pages of calendars and of policies share: saving publishes a version, versions stay, and can be read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.utils import unquote
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from desk.people.models import User
from desk.people.names import PlainWords

from .. import queries
from ..models import Calendar, CalendarVersion, Version


def tickets(number: int) -> str:
    """“1 open ticket”, “23 open tickets”."""
    said = ngettext("{n} open ticket", "{n} open tickets", number)
    return said.format(n=number_format(number, force_grouping=True))


def opens_no_more(calendar: Calendar) -> str:
    """A sentence when what is published of the calendar opens on no day to come; else nothing."""
    version = CalendarVersion.objects.filter(calendar=calendar).order_by("-number").first()
    if version is None:
        return ""
    hours, today = version.says.calendar, timezone.localdate() - timedelta(days=1)
    if any(hours.week) or any(windows and day >= today for day, windows in hours.days.items()):
        return ""
    said = _("The calendar “{calendar}” never opens again: its week is closed, and its special days are over.")
    return said.format(calendar=calendar)


def besides(obj: Any) -> QuerySet[LogEntry]:
    """What was done to the row that no version holds: the sentences of its log; Django's own entries there are JSON."""
    noted = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(obj), object_id=str(obj.pk), action_flag=CHANGE
    )
    return noted.exclude(change_message="").exclude(change_message__startswith="[").select_related("user")


class PublishedAdmin(PlainWords, admin.ModelAdmin):
    """A table whose rows are published as numbered versions whenever they are saved, with an optional reason."""

    actions = None  # nothing is done to many rows at once
    change_form_template = "admin/sla/published_form.html"
    history_template = "admin/sla/history.html"
    save_on_top = False

    class Media:
        css: ClassVar[Any] = {"all": ["css/admin/sla.css"]}

    # -- what each table says for itself

    def publish(self, obj: Any, by: User, reason: str) -> Version | None:
        raise NotImplementedError

    def differences(self, versions: list[Any]) -> Iterable[list[str]]:
        """For each of these versions, newest first, what it says otherwise than the next in the list."""
        raise NotImplementedError

    def kept_because(self, obj: Any) -> str:
        """Why this row can't be deleted and what to do instead."""
        raise NotImplementedError

    # -- saving

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.differences = staticmethod(self.differences)
        return form

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """A row that is being saved is locked first, so that what the author saw is compared with what will stand."""
        with transaction.atomic():
            row = self.get_object(request, unquote(object_id)) if request.method == "POST" and object_id else None
            if row is not None:
                self.model._default_manager.select_for_update().filter(pk=row.pk).first()
            return super().changeform_view(request, object_id, form_url, extra_context)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        assert isinstance(request.user, User)
        version = self.publish(form.instance, request.user, form.cleaned_data.get("why", ""))
        self.tell(request, form.instance, version)
        request.told = True  # type: ignore[attr-defined]

    def message_user(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Once a saving was told in our words, Django's own “was changed successfully” is left out."""
        if not getattr(request, "told", False):
            super().message_user(request, *args, **kwargs)

    def tell(self, request: HttpRequest, obj: Any, version: Version | None) -> None:
        """Say, in one message, what was published, and who goes on with what was published before."""
        obj.refresh_from_db(fields=["current"])
        if version is None:
            same = _("Nothing was different: version {number} stays as published.")
            self.message_user(request, same.format(number=obj.current.number), messages.INFO)
            return
        held, more = queries.held_to_earlier(obj), self.promised(obj, version)
        if not held:
            said = format_html("{}{}", _("Version {number} is published.").format(number=version.number), more)
            self.message_user(request, said, messages.SUCCESS)
            return
        count = sum(held.values())
        sentence = format_html(
            ngettext(
                'Version {number} is published; {tickets} keeps {kept} until they are <a href="{page}">re-based</a>.',
                'Version {number} is published; {tickets} keep {kept} until they are <a href="{page}">re-based</a>.',
                count,
            )
            + "{more}",
            number=version.number,
            tickets=tickets(count),
            kept=_("version {number}").format(number=next(iter(held))) if len(held) == 1 else _("earlier versions"),
            page=reverse("admin:sla_rebasing_changelist"),
            more=more,
        )
        self.message_user(request, sentence, messages.SUCCESS)

    def promised(self, obj: Any, version: Any) -> str:
        """What else the message about a new version says."""
        return ""

    # -- keeping

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is not None and obj.current_id is not None:
            return False
        return super().has_delete_permission(request, obj)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        obj = self.get_object(request, object_id)
        if obj is not None and obj.current_id is not None and super().has_delete_permission(request, obj):
            self.message_user(request, self.kept_because(obj), messages.ERROR)
            return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", object_id)
        return super().delete_view(request, object_id, extra_context)

    # -- reading

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Every version with its number, who published it, when and why, and what differs from the one before."""
        obj = self.get_object(request, object_id)
        if obj is None:
            raise Http404
        if not self.has_view_or_change_permission(request, obj):
            raise PermissionDenied
        versions = list(obj.versions.select_related("made_by").order_by("-number"))
        rows = list(zip(versions, self.differences(versions), strict=True))
        context = {**self.admin_site.each_context(request), "opts": self.opts, "object": obj, "rows": rows}
        context["besides"] = besides(obj)
        context |= {"title": _("History of {name}").format(name=obj), "media": self.media}
        return TemplateResponse(request, self.history_template, context)

    @admin.display(description=_lazy("Version"), ordering="current__number")
    def version(self, obj: Any) -> SafeString | str:
        if obj.current is None:
            return _("not published")
        path = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_history", args=[obj.pk])
        return format_html('<a href="{}">{}</a>', path, obj.current.number)
