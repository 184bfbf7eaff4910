"""The figures of all lifecycles."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from desk.people.signed_in import SignedIn

from .. import paths


@require_safe
def lifecycles(request: SignedIn) -> HttpResponse:
    """Every lifecycle as it runs, with what this person may see counted in each state."""
    return render(request, "tickets/lifecycles.html", {"overviews": paths.overviews(request.user)})
