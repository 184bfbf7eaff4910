"""The type-ahead that finds a person by name, for analysts who log on behalf of somebody; one's own preferences."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from .models import User
from .queries import find_people
from .rules import is_analyst
from .signed_in import SignedIn


@require_safe
def find(request: SignedIn) -> HttpResponse:
    """Up to ten people as options of a list; analysts only, since it lists everybody."""
    if not is_analyst(request.user):
        raise PermissionDenied("Only analysts may look people up.")
    # htmx sends the input under its own field name; `q` is for everybody else.
    words = next((value for value in map(str, request.GET.values()) if value.strip()), "")[:80]
    people = find_people(words) if len(words.strip()) >= 2 else []
    return render(request, "people/found.html", {"people": people, "words": words})


class PreferencesForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["single_keys"]


@require_http_methods(["GET", "POST"])
def preferences(request: SignedIn) -> HttpResponse:
    """How this person likes the portal to behave."""
    sent = request.POST if request.method == "POST" else None
    form = PreferencesForm(sent, instance=User.objects.get(pk=request.user.pk))
    if sent is not None and form.is_valid():
        form.instance.save(update_fields=form.Meta.fields)
        messages.success(request, "Saved.")
        return redirect("people:preferences")
    return render(request, "people/preferences.html", {"form": form}, status=422 if form.errors else 200)
