"""Pages that only work orders have: my day, raising one or a template, ticking off, going on after a failure."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from desk.people.models import User
from desk.people.signed_in import SignedIn
from desk.tickets.errors import Refused
from desk.tickets.forms import MoveForm, refuse
from desk.tickets.models import Ticket
from desk.tickets.queries import get_visible, pending_reasons
from desk.tickets.rules import denied
from desk.tickets.views.answers import code_for, done, typed_before

from . import actions, queries, rules
from .forms import FORMS, RaiseForm, TemplateForm
from .lifecycle import State
from .models import ChecklistItem, WorkOrder

# State -> the one step that a thumb finds there.
STEPS = {"open": "start", "assigned": "start", "in_progress": "complete", "pending": "resume"}


class Card:
    """One order of the day, with its next step and the forms for the others; they work without asking the server."""

    def __init__(self, order: WorkOrder, user: User, now: datetime, reasons: list[tuple[int, str]]):
        self.order = order
        self.works = rules.technician(order, user)
        self.late = order.is_late(now)
        self.done, self.items = order.progress if self.works and order.assignee_id else (0, 0)
        self.next = STEPS.get(order.state, "") if self.works else ""
        self.begun = order.state in (State.IN_PROGRESS, State.PENDING)
        self.forms: dict[str, MoveForm] = {}
        if order.assignee_id and self.next:
            self.forms = {name: self._form(name, user) for name in ("complete", "hold", "fail")}
            reason: Any = self.forms["hold"].fields["reason"]
            reason.choices = reasons

    def _form(self, name: str, user: User) -> MoveForm:
        """With ids of its own: many such forms stand on one page."""
        return FORMS[name](ticket=self.order, user=user, auto_id=f"{self.order.number}-{name}-%s")


@require_safe
def my_day(request: SignedIn) -> HttpResponse:
    """What the person has to do, by planned time, and what nobody has; made for a thumb."""
    mine, free = list(queries.my_day(request.user)), list(queries.nobodys(request.user))
    now = timezone.localtime()
    reasons = [(reason.pk, str(reason)) for reason in pending_reasons()] if mine else []
    context = {
        "sections": [
            (day, queries.DAYS[day], [Card(order, request.user, now, reasons) for order in orders])
            for day, orders in queries.by_day(mine, now)
        ],
        "nobodys": [Card(order, request.user, now, []) for order in free],
        "orders": mine + free,
        "most": queries.NOBODYS_MOST,
    }
    return render(request, "workorders/my_day.html", context)


def _parent(request: SignedIn, number: str) -> Ticket:
    """The ticket that an order is to be raised for, as its own kind; 404 or 403 for whoever may not."""
    found: Ticket = get_visible(request.user, number)
    parent: Ticket = found.kind_info.model._default_manager.get(pk=found.pk)
    if not rules.may_raise(parent, request.user):
        raise denied(rules.may_raise, parent)
    return parent


@require_http_methods(["GET", "POST"])
def new(request: SignedIn, parent: str) -> HttpResponse:
    """Raise one work order, and perhaps another one after it."""
    ticket = _parent(request, parent)
    if request.method == "POST" and "show" in request.POST:
        return _workgroup_field(request, ticket)
    form = RaiseForm(request.POST, parent=ticket) if request.method == "POST" else _fresh_form(request, ticket)
    refusal: Refused | None = None
    if request.method == "POST" and form.is_valid():
        try:
            order = actions.raise_order(parent=ticket, by=request.user, **form.cleaned_data)
            said = _("{number} is raised; {workgroup} has it.").format(number=order.number, workgroup=order.workgroup)
            if "another" not in request.POST:
                return done(request, ticket, said)
            messages.success(request, said)
            return redirect(f"{request.path}?after={order.number}")
        except Refused as caught:
            refusal = caught
            refuse(form, caught)
    return _raise_page(request, ticket, form, TemplateForm(), code_for(form, refusal))


def _fresh_form(request: SignedIn, parent: Ticket) -> RaiseForm:
    """Empty, or with what was typed before a sign-in; the next of a chain waits for the one before, until told otherwise."""
    before = queries.open_orders(parent).filter(number=request.GET.get("after", ""))
    return RaiseForm(parent=parent, initial={"needs": list(before), **typed_before(request)})


def _workgroup_field(request: SignedIn, parent: Ticket) -> HttpResponse:
    """The field that the chosen type of work redraws: those who take it, the proposed one chosen."""
    form = RaiseForm(parent=parent, initial={"work_type": request.POST.get("work_type", "")})
    return render(request, "workorders/workgroup_field.html", {"form": form})


@require_POST
def from_template(request: SignedIn, parent: str) -> HttpResponse:
    """Raise all work orders of a template."""
    ticket = _parent(request, parent)
    form = TemplateForm(request.POST)
    refusal: Refused | None = None
    if form.is_valid():
        try:
            raised = actions.raise_template(parent=ticket, by=request.user, **form.cleaned_data)
            words = ngettext("{n} work orders are raised.", "{n} work orders are raised.", len(raised))
            return done(request, ticket, words.format(n=len(raised)))
        except Refused as caught:
            refusal = caught
            refuse(form, caught)
    return _raise_page(request, ticket, RaiseForm(parent=ticket), form, code_for(form, refusal))


def _raise_page(
    request: SignedIn, parent: Ticket, form: RaiseForm, template_form: TemplateForm, status: int
) -> HttpResponse:
    context = {
        "parent": parent,
        "form": form,
        "template_form": template_form,
        "chosen": template_form.data.get("template", ""),
        "templates": queries.templates(),
        "why_none": rules.why_no_orders(parent),
    }
    return render(request, "workorders/new.html", context, status=status)


@require_POST
def tick(request: SignedIn, pk: int) -> HttpResponse:
    """Tick an item of the checklist off, or take the tick back; htmx gets the checklist, or why not."""
    item = ChecklistItem.objects.select_related("order").filter(pk=pk).first()
    if item is None:
        raise Http404("No such item.")
    order: WorkOrder = get_visible(request.user, item.order.number, WorkOrder)
    refusal: Refused | None = None
    try:
        actions.tick(item=item, by=request.user, done=request.POST.get("done") != "0")
    except Refused as caught:
        refusal = caught
    if request.htmx:
        template = "forms/refused.html" if refusal else "workorders/checklist.html"
        context = {"refusal": refusal, "ticket": order, "works": True, "back": request.POST.get("next", "")}
        return render(request, template, context, status=409 if refusal else 200)
    if refusal:
        messages.error(request, str(refusal))
    return done(request, order)


@require_POST
def depend(request: SignedIn, number: str) -> HttpResponse:
    """Let a waiting order wait for another one as well."""
    order: WorkOrder = get_visible(request.user, number, WorkOrder)
    other: WorkOrder = get_visible(request.user, request.POST.get("needs", ""), WorkOrder)
    return _do(
        request, order, lambda: actions.depend(order=order, needs=other, by=request.user), _("It waits for that too.")
    )


@require_POST
def again(request: SignedIn, number: str) -> HttpResponse:
    """Raise a failed order anew, in its place."""
    order: WorkOrder = get_visible(request.user, number, WorkOrder)
    return _do(request, order, lambda: actions.try_again(work_order=order, by=request.user), _("It is raised again."))


@require_POST
def without(request: SignedIn, number: str) -> HttpResponse:
    """Let what waits for a failed order go on without it."""
    order: WorkOrder = get_visible(request.user, number, WorkOrder)
    said = _("What waited for {number} goes on.").format(number=order.number)
    return _do(request, order, lambda: actions.go_on_without(work_order=order, by=request.user), said)


@require_POST
def give_up(request: SignedIn, number: str) -> HttpResponse:
    """Cancel what waits for a failed order."""
    order: WorkOrder = get_visible(request.user, number, WorkOrder)
    said = _("What waited for {number} is cancelled.").format(number=order.number)
    return _do(request, order, lambda: actions.give_up(work_order=order, by=request.user), said)


def _do(request: SignedIn, order: WorkOrder, act: Any, said: str) -> HttpResponse:
    try:
        act()
        messages.success(request, said)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return _answer(request, order)


def _answer(request: SignedIn, order: WorkOrder) -> HttpResponse:
    """Back to where the button stood: the order's own page, or its parent's."""
    if request.POST.get("next") == "parent" and order.parent is not None:
        return redirect(order.parent.get_absolute_url())
    return redirect(order)
