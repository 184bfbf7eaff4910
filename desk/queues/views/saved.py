"""Pages of what people keep of the queues: saved views, and tickets put aside."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from desk.people import circles
from desk.people.models import Workgroup
from desk.people.rules import ask_analyst, reach
from desk.people.signed_in import SignedIn
from desk.tickets import rules as ticket_rules
from desk.tickets.errors import Refused
from desk.tickets.forms import refuse
from desk.tickets.models import Ticket
from desk.tickets.queries import get_visible
from desk.tickets.views.answers import code_for, done, typed_before

from .. import queries, saved, snoozing
from ..forms import SnoozeForm, ViewForm
from ..models import SavedView

KEPT_OUT = ("after", "density", "choose", "view")  # what is no part of a view


@require_safe
def views(request: SignedIn) -> HttpResponse:
    """The views that this person has, with what is in each."""
    ask_analyst(request.user, saved.FOR_IT)
    shelf = saved.shelf(request, tuple(queries.known_queues(request.user)))
    return render(request, "queues/views.html", {"shelf": shelf})


@require_safe
def strip(request: SignedIn) -> HttpResponse:
    """The views above a list, with what is in each; asked for after the list is there, since counting them may take longer."""
    ask_analyst(request.user, saved.FOR_IT)
    shelf = saved.shelf(request, tuple(queries.known_queues(request.user)))[: saved.MOST]
    return render(request, "queues/strip.html", {"shelf": shelf, "at": request.GET.get("at", "")})


@require_http_methods(["GET", "POST"])
def save_view(request: SignedIn, pk: int | None = None) -> HttpResponse:
    """Save the list whose address this one has, or give a view another name."""
    ask_analyst(request.user, saved.FOR_IT)
    view = get_object_or_404(saved.offered_to(request.user), pk=pk) if pk else None
    if view is not None and not circles.may_change(view, request.user):
        raise PermissionDenied(_("Only whoever it belongs to may change “{name}”.").format(name=view))
    initial = {"name": view.name, "workgroup": view.workgroup_id} if view else {}
    form = ViewForm(request.POST or None, user=request.user, view=view, initial={**initial, **typed_before(request)})
    refusal: Refused | None = None
    query, place = (view.query, view.place) if view else _asked(request)
    if request.method == "POST" and form.is_valid():
        try:
            kept = saved.save(by=request.user, view=view, query=query, place=place, **form.cleaned_data)
            messages.success(request, _("“{name}” is saved.").format(name=kept))
            return redirect(kept)
        except Refused as caught:
            refusal = caught
            refuse(form, caught)
    back = SavedView(query=query, place=place).get_absolute_url()
    context = {"form": form, "view": view, "back": back}
    return render(request, "queues/save_view.html", context, status=code_for(form, refusal))


def _asked(request: SignedIn) -> tuple[str, Workgroup | None]:
    """The list's own question, and the workgroup whose queue it narrows."""
    query: QueryDict = request.GET.copy()
    slug = query.get("in", "")
    for name in (*KEPT_OUT, "in"):
        query.pop(name, None)
    return query.urlencode(), Workgroup.objects.filter(pk__in=reach(request.user).view, slug=slug).first()


@require_POST
def delete_view(request: SignedIn, pk: int) -> HttpResponse:
    """Nobody has it any more."""
    ask_analyst(request.user, saved.FOR_IT)
    view = get_object_or_404(saved.offered_to(request.user), pk=pk)
    saved.delete(view=view, by=request.user)
    messages.success(request, _("“{name}” is deleted.").format(name=view))
    return redirect("queues:views")


@require_POST
def first_view(request: SignedIn, pk: int) -> HttpResponse:
    """Let the queues open with this view, or (when they do already) with the whole list again."""
    ask_analyst(request.user, saved.FOR_IT)
    view = get_object_or_404(saved.offered_to(request.user), pk=pk)
    is_first = saved.first_of(request.user) == view
    saved.begin_with(by=request.user, view=None if is_first else view)
    whole = _("Your queues open with the whole list.")
    said = whole if is_first else _("Your queues open with “{name}”.").format(name=view)
    messages.success(request, said)
    return redirect("queues:views")


@require_http_methods(["GET", "POST"])
def snooze(request: SignedIn, number: str) -> HttpResponse:
    """Put a ticket aside for a while, or (`wake`) take it up again."""
    ticket: Ticket = get_visible(request.user, number)
    if not ticket_rules.may_see_internal(ticket, request.user):
        raise PermissionDenied(_("Only whoever sees its queue puts it aside."))
    if "wake" in request.POST:
        snoozing.wake(ticket=ticket, by=request.user)
        return done(request, ticket, _("{number} stands in your lists again.").format(number=ticket.number))
    form = SnoozeForm(request.POST or None, initial=typed_before(request))
    refusal: Refused | None = None
    if request.method == "POST" and form.is_valid():
        try:
            until = snoozing.snooze(ticket=ticket, by=request.user, until=form.cleaned_data["until"]).until
            said = _("{number} comes back {when}, or when anything happens.")
            return done(request, ticket, said.format(number=ticket.number, when=snoozing.in_words(until)))
        except Refused as caught:
            refusal = caught
            refuse(form, caught)
    given = request.POST.get("next") or request.GET.get("next", "")
    context = {"ticket": ticket, "form": form, "next": given}
    template = "queues/snooze.html#dialog" if request.htmx else "queues/snooze.html"
    return render(request, template, context, status=code_for(form, refusal))
