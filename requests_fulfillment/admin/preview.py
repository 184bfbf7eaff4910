"""The preview: how an item's form looks, and what its plan would do for some answers and some requester. Saves nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from desk.approvals import choosing
from desk.people.language import spoken
from desk.people.models import User, Workgroup
from desk.services.models import Site
from desk.sla.admin.fields import Choosing
from desk.tickets.errors import Refused
from workorders import queries as order_queries

from .. import publishing
from ..blueprint import Answers, Blueprint, Question, Step, filled
from ..forms import field_for
from ..models import CatalogueItem, ServiceRequest
from ..words import condition
from .drawn import sequence_of

if TYPE_CHECKING:
    from .items import ItemAdmin

PREFIX = "try"
NOBODY = _("Nobody takes it: name a workgroup, or the plan can't begin.")


class OrderedForm(forms.Form):
    """For whom it is ordered."""

    prefix = PREFIX
    requester = forms.ModelChoiceField(
        User.objects.filter(is_active=True, is_automation=False),
        label=_("Requester"),
        widget=Choosing(ServiceRequest._meta.get_field("requester"), admin.site, attrs={"data-width": "20em"}),
    )
    site = forms.ModelChoiceField(
        Site.objects.filter(is_active=True), label=_("Site"), required=False, empty_label=_("– none –")
    )


class AnswersForm(forms.Form):
    """The questions that are asked for these answers, as whoever orders sees them."""

    prefix = f"{PREFIX}-answer"

    def __init__(self, questions: list[Question], *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for question in questions:
            self.fields[question.key] = field_for(question)


@dataclass(frozen=True)
class Raised:
    """A work order as it would be raised."""

    step: Step
    title: str
    instructions: str
    checklist: list[str]
    who: str
    lacks: bool = False


def preview_view(site: ItemAdmin, request: HttpRequest, pk: int | None) -> HttpResponse:
    item = CatalogueItem.objects.filter(pk=pk).first() if pk is not None else None
    if pk is not None and item is None:
        raise Http404
    if not site.has_view_or_change_permission(request, item):
        raise PermissionDenied
    typed, blueprint, problems = _read(site, request, item)
    answers = _answers(request, blueprint)
    asked = blueprint.asked(answers)
    ordered = OrderedForm(
        request.POST if f"{PREFIX}-requester" in request.POST else None, initial={"requester": request.user.pk}
    )
    shown: dict[str, Any] = {
        "item": typed, "problems": problems, "ordered": ordered, "count": len(blueprint.questions),
        "form": AnswersForm(asked, initial=answers), "hidden": len(blueprint.questions) - len(asked),
        "carried": [(name, value) for name, values in request.POST.lists() for value in values if _is_carried(name)],
        "sequence": sequence_of(blueprint, blueprint.steps),
    }  # fmt: skip
    if not problems:
        shown |= _told(typed, blueprint, answers, ordered, request)
    context = {**site.admin_site.each_context(request), "opts": site.opts, "object": item, **shown}
    context |= {
        "title": gettext("Preview of “{name}”").format(name=typed.name or gettext("a new item")),
        "media": site.media + ordered.media,
    }
    return TemplateResponse(request, "admin/requests_fulfillment/preview.html", context)


def _is_carried(name: str) -> bool:
    return name != "csrfmiddlewaretoken" and not name.startswith(f"{PREFIX}-")


def _read(
    site: ItemAdmin, request: HttpRequest, item: CatalogueItem | None
) -> tuple[CatalogueItem, Blueprint, list[str]]:
    """The item as it is typed, or as it is saved when nothing was sent; and why it can't be published so."""
    if request.method != "POST" or "name" not in request.POST:
        saved = item or CatalogueItem()
        if item is None:
            return saved, Blueprint(), []
        return saved, publishing.blueprint_of(saved), publishing.problems_of(saved)
    form = site.get_form(request, item, change=item is not None)(request.POST, request.FILES, instance=item)
    form.is_valid()
    typed: CatalogueItem = form.instance
    (questions, steps), inlines = site._create_formsets(request, typed, change=item is not None)
    slips = [
        str(words)
        for formset in (questions, steps)
        for errors in formset.errors  # asking for them cleans the rows
        for said in errors.values()
        for words in said
    ]
    asked, plan = questions.rows(), steps.rows()
    faults = [fault.words for fault in publishing.faults_of(typed, asked, plan)]
    return typed, publishing.blueprint_of(typed, asked, plan), list(dict.fromkeys([*faults, *slips]))


def _answers(request: HttpRequest, blueprint: Blueprint) -> dict[str, str]:
    start = f"{PREFIX}-answer-"
    return {q.key: request.POST.get(f"{start}{q.key}", "").strip() for q in blueprint.questions}


def _told(
    item: CatalogueItem, blueprint: Blueprint, answers: Answers, ordered: OrderedForm, request: HttpRequest
) -> dict[str, Any]:
    """Who would approve, and which work orders would be raised, each with its texts filled."""
    data = ordered.cleaned_data if ordered.is_bound and ordered.is_valid() else {}
    assert isinstance(request.user, User)
    requester: User = data.get("requester") or request.user
    where = data.get("site")
    kept = blueprint.kept(answers)
    known = {"requester": str(requester), "site": str(where or ""), "item": item.name, **kept}
    ticket = ServiceRequest(title=item.name, service=item.service, category=item.category, site=where)
    plan = blueprint.steps_for(answers)
    orders = [_order(ticket, step, known) for step in plan]
    done = {step.number for step in plan}
    return {
        "told": True,
        "requester": requester,
        "approvers": _approvers(item, requester),
        "orders": orders,
        "drawn": sequence_of(
            blueprint,
            [replace(one.step, title=one.title) for one in orders],
            {one.step.number: one.who for one in orders},
        ),
        "left_out": [(step, condition(blueprint, step.only_if)) for step in blueprint.steps if step.number not in done],
    }


def _order(ticket: ServiceRequest, step: Step, known: Answers) -> Raised:
    title = filled(step.title, known, in_line=True)[:200]
    workgroup = Workgroup.objects.filter(pk=step.workgroup).first() if step.workgroup else None
    because = gettext("by the plan")
    if workgroup is None or not workgroup.takes_kind(f"work_order.{step.work_type}"):
        workgroup, because = order_queries.propose(ticket, work_type=step.work_type, text=title)
    return Raised(
        step,
        title,
        filled(step.instructions, known),
        [line for line in filled(step.checklist, known, in_line=True).splitlines() if line.strip()],
        f"{workgroup}, {spoken(because)}" if workgroup else str(NOBODY),
        lacks=workgroup is None,
    )


def _approvers(item: CatalogueItem, requester: User) -> list[tuple[str, str]]:
    """(step, who and why) for each step of the rule; a refusal where nobody would be left to ask."""
    rule = item.approval_rule
    if rule is None:
        return []
    services = (item.service,) if item.service else ()
    wish = choosing.Wish(
        "request", requester, services=services, item_owner=item.owner, authors=frozenset({requester.pk})
    )
    found = []
    for step in rule.steps.all():
        try:
            people = choosing.people_of(step, wish)
        except Refused as refusal:
            found.append((step.name, str(refusal)))
        else:
            found.append((step.name, ", ".join(f"{one.user} ({spoken(one.because)})" for one in people)))
    return found
