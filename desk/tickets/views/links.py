"""The links of a ticket with others: adding and removing them."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from desk.people.signed_in import SignedIn

from .. import actions, linked, queries, rules
from ..errors import Refused
from ..forms import LinkForm, refuse
from ..models import Ticket
from .answers import code_for, done


@require_http_methods(["GET", "POST"])
def links(request: SignedIn, number: str) -> HttpResponse:
    """Tie this ticket to another one that the person may see, or untie them."""
    ticket: Ticket = queries.get_visible(request.user, number)
    if not rules.may_link(ticket, request.user):
        raise rules.denied(rules.may_link, ticket)
    if request.method == "POST" and "remove" in request.POST:
        link = linked.link_of(ticket, request.user, request.POST["remove"])
        actions.unlink(link=link, by=request.user)
        return done(request, ticket, _("The link is removed."))
    form = LinkForm(request.POST or None, ticket=ticket, user=request.user)
    refusal: Refused | None = None
    if request.method == "POST" and form.is_valid():
        try:
            source, target, kind = form.ends()
            actions.link(source=source, target=target, kind=kind, by=request.user)
            sentence, other = _("{number} and {other} are linked."), form.cleaned_data["number"]
            return done(request, ticket, sentence.format(number=ticket.number, other=other.number))
        except Refused as caught:
            refusal = caught
            refuse(form, caught)
    in_dialog = bool(request.htmx) and request.htmx.target != "main"
    context = {
        "ticket": ticket,
        "form": form,
        "links": linked.editable_links(ticket, request.user),
        "in_dialog": in_dialog,
    }
    template = "tickets/edit_links.html#dialog" if in_dialog else "tickets/edit_links.html"
    return render(request, template, context, status=code_for(form, refusal))
