"""The page behind a link in a mail: is it solved? Whoever has the link answers once, without signing in."""

from __future__ import annotations

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from desk.tickets.errors import Refused
from desk.tickets.forms import refuse

from .. import actions, asking
from ..forms import RATINGS


class FeedbackForm(forms.Form):
    """Yes, with a rating and a word if they like; or no, with what still doesn't work."""

    answer = forms.ChoiceField(
        label="Does it work again?", choices=[("yes", "Yes, it is solved"), ("no", "No, it still doesn't work")],
        widget=forms.RadioSelect, error_messages={"required": "Please say yes or no."},
    )  # fmt: skip
    rating = forms.TypedChoiceField(
        label="How did we do?", required=False, coerce=int, empty_value=None, choices=RATINGS, widget=forms.RadioSelect
    )
    words = forms.CharField(
        label="Anything to add?", required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="If it still doesn't work: what do you see?",
    )  # fmt: skip

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        if cleaned.get("answer") == "no" and not cleaned.get("words", "").strip():
            self.add_error("words", "Please say what still doesn't work.")
        return cleaned


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
        typed = form.cleaned_data
        try:
            if typed["answer"] == "yes":
                actions.confirm(
                    incident=incident, by=incident.requester, rating=typed["rating"], comment=typed["words"],
                    seen=incident.version, source="mail",
                )  # fmt: skip
            else:
                actions.reopen(incident=incident, by=incident.requester, reason=typed["words"], source="mail")
            return render(request, "incidents/feedback.html", {"incident": incident, "answered": typed["answer"]})
        except Refused as refusal:
            refuse(form, refusal)
    context = {"incident": incident, "form": form}
    return render(request, "incidents/feedback.html", context, status=422 if form.is_bound else 200)
