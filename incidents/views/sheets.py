"""Incidents from a table: bring it, see what it would log and what is wrong, start it, watch it."""

from __future__ import annotations

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from desk.people.rules import ask_analyst
from desk.people.signed_in import SignedIn
from desk.tickets.errors import Refused
from desk.tickets.forms import refuse
from desk.tickets.spreadsheet import lines
from desk.tickets.views.answers import code_for

from ..sheets import actions, queries
from ..sheets.forms import SheetForm
from ..sheets.reading import COLUMNS, head_and_example


@require_http_methods(["GET", "POST"])
def sheets(request: SignedIn) -> HttpResponse:
    """Those that this person brought lately, and the form for another."""
    ask_analyst(request.user, str(actions.FOR_IT))
    form = SheetForm(request.POST, request.FILES) if request.method == "POST" else SheetForm()
    refusal: Refused | None = None
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            found = actions.look(by=request.user, name=file.name, raw=file.read())
            return redirect("incidents:sheet", found.pk)
        except Refused as caught:
            refusal = caught
            refuse(form, caught)
    context = {"form": form, "sheets": queries.mine(request.user)[:20], "columns": COLUMNS}
    return render(request, "incidents/sheets.html", context, status=code_for(form, refusal))


@require_safe
def sheet_template(request: SignedIn) -> StreamingHttpResponse:
    """A table to begin with: the head, and a row that shows how."""
    ask_analyst(request.user, str(actions.FOR_IT))
    headers = {"Content-Disposition": 'attachment; filename="incidents.csv"'}
    return StreamingHttpResponse(lines(head_and_example()), content_type="text/csv; charset=utf-8", headers=headers)


@require_http_methods(["GET", "POST"])
def sheet(request: SignedIn, pk: int) -> HttpResponse:
    """What it would log and what is wrong with it; once it is started, how far it is."""
    found = get_object_or_404(queries.mine(request.user), pk=pk)
    refusal: Refused | None = None
    if request.method == "POST":
        try:
            actions.start(sheet=found, by=request.user)
            return redirect("incidents:sheet", found.pk)
        except Refused as caught:
            refusal = caught
    context = {"sheet": found, "progress": queries.progress(found), "refusal": refusal}
    template = "incidents/sheet.html#bar" if request.htmx else "incidents/sheet.html"
    return render(request, template, context, status=409 if refusal else 200)
