"""The page behind a link in a mail: is it solved? Whoever has the link answers once, without signing in."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from desk.tickets.errors import Refused
from desk.tickets.forms import refuse

from .. import actions, asking, rules
from ..forms import FeedbackForm


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def feedback(request: HttpRequest, token: str) -> HttpResponse:
    """Ask, and take the answer in the requester's name; 410 once it is answered, or was resolved anew."""
    incident, is_open = asking.asked_by(token)
    if incident is None:
        raise Http404("No such link.")
    if not is_open:
        return render(request, "incidents/feedback.html", {"incident": incident, "over": True}, status=410)
    form = FeedbackForm(
        request.POST if request.method == "POST" else None, initial={"answer": request.GET.get("answer")}
    )
    if request.method == "POST" and form.is_valid():
        typed, again = form.cleaned_data, None
        try:
            if typed["answer"] == "yes":
                actions.confirm(
                    incident=incident, by=incident.requester, rating=typed["rating"], comment=typed["words"],
                    seen=incident.version, source="mail",
                )  # fmt: skip
            elif rules.reopening_is_over(incident):
                again = actions.log_recurrence(incident=incident, by=incident.requester, words=typed["words"])
            else:
                actions.reopen(incident=incident, by=incident.requester, reason=typed["words"], source="mail")
            done = {"incident": incident, "answered": typed["answer"], "again": again}
            return render(request, "incidents/feedback.html", done)
        except Refused as refusal:
            refuse(form, refusal)
    context = {"incident": incident, "form": form}
    return render(request, "incidents/feedback.html", context, status=422 if form.is_bound else 200)
