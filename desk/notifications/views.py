"""The inbox: what one was told, newest first; opening a message leads to what it is about."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from desk.people.signed_in import SignedIn

from . import actions, queries


@require_safe
def inbox(request: SignedIn) -> HttpResponse:
    """A page of messages."""
    before = request.GET.get("before", "")
    page = queries.inbox_page(request.user, before)
    return render(request, "notifications/inbox.html", {"page": page, "older": bool(before)})


@require_POST
def open_message(request: SignedIn, pk: int) -> HttpResponse:
    """Mark it as read, and go to its ticket, or to what everybody reads of it.

    A POST, since it changes something: a browser that loads links ahead, or a preview, must not mark as read what
    nobody has looked at.
    """
    message = get_object_or_404(queries.readable(request.user).select_related("event__ticket"), pk=pk)
    actions.mark_read(message=message)
    (message,) = queries.placed(request.user, [message])
    return redirect(message.place)


@require_POST
def read_all(request: SignedIn) -> HttpResponse:
    """Mark as read all that the page showed or that is older; what came in meanwhile stays unread."""
    newest = request.POST.get("newest", "")
    if newest.isdecimal() and len(newest) < 19:
        actions.mark_all_read(by=request.user, newest=int(newest))
        messages.success(request, _("Marked as read."))
    return redirect("notifications:inbox")
