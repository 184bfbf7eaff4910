"""Administration of messages: what was told to whom, what became of its mail, and the mail folder."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from desk.tickets.admin import LookOnly

from . import actions, mailbox
from .models import IN_STATE, MailState, Message


class MailStateFilter(admin.SimpleListFilter):
    title = _lazy("mail")
    parameter_name = "mail"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(state.value, str(state.label)) for state in MailState]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Message]) -> QuerySet[Message]:
        state = self.value()
        return queryset.filter(IN_STATE[state]) if state in IN_STATE else queryset


@admin.register(Message)
class MessageAdmin(LookOnly, admin.ModelAdmin):
    """Messages are written by the program alone; a person may only look, and have a dead mail sent again."""

    change_list_template = "admin/notifications/messages.html"
    list_display = ["recipient", "mail", "tries", "ticket", "beginning", "error", "created_at", "read_at", "address"]
    list_display_links = ["beginning"]
    list_filter = [MailStateFilter, "created_at"]
    list_select_related = ["recipient", "event__ticket"]
    list_per_page = 50
    search_fields = ["subject", "=event__ticket__number", "=recipient__username", "=recipient__email"]
    search_help_text = _lazy("Words of the subject, a ticket's number, a username or an address")
    actions = ["send_again"]  # type: ignore[misc]  # LookOnly has none
    fields = readonly_fields = (
        "subject", "text", "recipient", "address", "ticket", "event", "created_at", "read_at",
        "mail", "tries", "mail_due_at", "mail_sent_at", "mail_dead_at", "whole_error",
    )  # fmt: skip

    class Media:
        css: ClassVar[Any] = {"all": ["css/admin/mailbox.css"]}

    def has_resend_permission(self, request: HttpRequest) -> bool:
        """The right to change messages, which nobody may do by hand, stands for the right to send one again."""
        return request.user.has_perm("notifications.change_message")

    @admin.action(description=_lazy("Send the mail again"), permissions=["resend"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Message]) -> None:
        offered = sum(actions.send_again(message=message) for message in queryset)
        if offered:
            said = ngettext("{n} will be sent again within seconds.", "{n} will be sent again within seconds.", offered)
            self.message_user(request, said.format(n=offered), messages.SUCCESS)
        if others := len(queryset) - offered:
            said = ngettext(
                "{n} had not been given up, and stay as they are.",
                "{n} had not been given up, and stay as they are.",
                others,
            )
            self.message_user(request, said.format(n=others), messages.INFO)

    @admin.display(description=_lazy("Subject"), ordering="subject")
    def beginning(self, message: Message) -> str:
        return Truncator(message.subject).chars(60)

    @admin.display(description=_lazy("Address"))
    def address(self, message: Message) -> str:
        return message.recipient.email or "–"

    @admin.display(description=_lazy("About"))
    def ticket(self, message: Message) -> str:
        return message.about

    @admin.display(description=_lazy("Mail"))
    def mail(self, message: Message) -> str:
        return str(message.mail_state.label)

    @admin.display(description=_lazy("Tries"), ordering="mail_attempts")
    def tries(self, message: Message) -> int:
        return message.mail_attempts

    @admin.display(description=_lazy("Last error"))
    def error(self, message: Message) -> str:
        lines = message.mail_error.strip().splitlines()
        return lines[-1][:160] if lines else ""

    @admin.display(description=_lazy("Last error"))
    def whole_error(self, message: Message) -> SafeString | str:
        return format_html("<pre>{}</pre>", message.mail_error) if message.mail_error else "–"

    # -- the mail folder --------------------------------------------------------------------

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        return [
            path("mailbox/", view(self.mailbox_view), name="notifications_message_mailbox"),
            path("mailbox/<str:name>/", view(self.letter_view), name="notifications_message_letter"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        more = {"may_read_mailbox": _may_read_mailbox(request)}
        return super().changelist_view(request, {**more, **(extra_context or {})})

    def mailbox_view(self, request: HttpRequest) -> HttpResponse:
        """The newest mails of the folder, a page of them; with a mail server, where mail goes instead."""
        names = mailbox.names() if self._folder(request) else []
        page = Paginator(names, self.list_per_page).get_page(request.GET.get("page"))
        letters = [letter for name in page if (letter := mailbox.read(name))]
        host = settings.EMAIL_HOST if settings.EMAIL_BACKEND.endswith("smtp.EmailBackend") else ""
        context = {"letters": letters, "page": page, "used": mailbox.is_used(), "host": host, "most": mailbox.KEPT}
        return self._page(request, "admin/notifications/mailbox.html", _("Mailbox"), **context)

    def letter_view(self, request: HttpRequest, name: str) -> HttpResponse:
        """One mail of the folder, as text."""
        letter = mailbox.read(name) if self._folder(request) else None
        if letter is None:
            raise Http404("No such mail.")
        return self._page(request, "admin/notifications/letter.html", letter.subject or _("No subject"), letter=letter)

    @staticmethod
    def _folder(request: HttpRequest) -> bool:
        """Whether there is a folder to read; PermissionDenied for those who may not."""
        if not _may_read_mailbox(request):
            raise PermissionDenied(_("Only those who may read the mailbox see other people's mail."))
        return mailbox.is_used()

    def _page(self, request: HttpRequest, template: str, title: str, **more: Any) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "opts": self.opts, "title": title, **more}
        return TemplateResponse(request, template, context)


def _may_read_mailbox(request: HttpRequest) -> bool:
    """A right of its own: the folder also holds mails that the portal sends otherwise, such as password resets."""
    return request.user.has_perm("notifications.read_mailbox")
