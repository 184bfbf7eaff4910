"""The catalogue, an item with its form, and the draft that is kept while one types."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from desk.people.rules import is_analyst
from desk.people.signed_in import SignedIn
from desk.tickets.errors import Refused
from desk.tickets.forms import refuse
from desk.tickets.views.answers import code_for, done, typed_before

from .. import actions, offers, queries
from ..forms import OrderForm
from ..models import CatalogueItem, OrderDraft


@require_safe
def catalogue(request: SignedIn) -> HttpResponse:
    """Everything that this person may order, by shelf; `q` searches, and htmx gets the shelves alone."""
    page = offers.catalogue(request.user, request.GET.get("q", ""))
    part = bool(request.htmx) and request.htmx.target == "shelves"
    template = "requests_fulfillment/catalogue.html#shelves" if part else "requests_fulfillment/catalogue.html"
    return render(request, template, {"catalogue": page})


@require_http_methods(["GET", "POST"])
def item(request: SignedIn, slug: str) -> HttpResponse:
    """An item and its form. Sending the same form again leads to the request that it made."""
    found = _item(request, slug)
    blueprint = found.current.says  # type: ignore[union-attr]  # what is offered has a version
    draft = queries.draft_of(request.user, found)
    if request.method != "POST":
        typed = typed_before(request, resolve_url("catalogue:draft", slug)) | typed_before(request)
        kept = draft.answers if draft else {}
        form = OrderForm(blueprint=blueprint, initial={**kept, **typed})
        return _item_page(request, found, form, draft)
    form = OrderForm(request.POST, request.FILES, blueprint=blueprint)
    refusal: Refused | None = None
    if form.is_valid():
        try:
            ordered = actions.order(item=found, by=request.user, **form.order())
            return done(request, ordered, _("We have your order: {number}.").format(number=ordered.number))
        except Refused as caught:
            refusal = caught
            refuse(form, caught)
    return _item_page(request, found, form, draft, refusal)


def _item(request: SignedIn, slug: str) -> CatalogueItem:
    """The item of this address, if it is offered to this person; Http404 otherwise."""
    found = queries.offered_to(request.user).select_related("current", "owner", "service").filter(slug=slug).first()
    if found is None:
        raise Http404("No such item.")
    return found


def _item_page(
    request: SignedIn, found: CatalogueItem, form: OrderForm, draft: OrderDraft | None, refusal: Refused | None = None
) -> HttpResponse:
    context = {
        "item": found,
        "form": form,
        "draft": draft,
        "how_long": offers.how_long([found], request.user).get(found.pk, ""),
        "approval": offers.approval_in_words(found, request.user),
        "finds_people": is_analyst(request.user),
    }
    return render(request, "requests_fulfillment/item.html", context, status=code_for(form, refusal))


@require_POST
def draft(request: SignedIn, slug: str) -> HttpResponse:
    """Keep what stands in the form, or forget it (`discard`); htmx gets the line that says so."""
    found = _item(request, slug)
    discard = "discard" in request.POST
    form = OrderForm(request.POST, blueprint=found.current.says)  # type: ignore[union-attr]
    if discard or not _was_sent(request.POST.get("submission", "")):
        actions.keep_draft(item=found, by=request.user, answers={} if discard else form.typed())
    if request.htmx and not discard:
        kept = queries.draft_of(request.user, found)
        return render(request, "requests_fulfillment/item.html#kept", {"item": found, "draft": kept})
    messages.success(request, _("The draft is discarded.") if discard else _("Your draft is kept."))
    return redirect("catalogue:detail", slug)


def _was_sent(token: str) -> bool:
    """Whether the form was sent meanwhile: what the browser still had on its way is no draft any more."""
    try:
        return queries.was_sent(uuid.UUID(token))
    except ValueError:
        return False
