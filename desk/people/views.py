"""The type-ahead that finds a person by name, for analysts who log on behalf of somebody."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

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
