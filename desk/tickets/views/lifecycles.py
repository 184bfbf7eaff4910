"""The figures of all lifecycles."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from .. import paths


@require_safe
def lifecycles(request: HttpRequest) -> HttpResponse:
    """Every lifecycle as it runs, with what this person may see counted in each state."""
    return render(request, "tickets/lifecycles.html", {"overviews": paths.overviews(request.user)})
