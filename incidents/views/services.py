"""Pages of services: what is up and what isn't, and of each one what went wrong lately."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from desk.people.signed_in import SignedIn
from desk.services.models import Service

from .. import standing


@require_safe
def services(request: SignedIn) -> HttpResponse:
    """Every service that is offered, with how it stands: what is down comes first."""
    return render(request, "incidents/services.html", {"standings": standing.of_all()})


@require_safe
def service(request: SignedIn, pk: int) -> HttpResponse:
    """One service: how it stands and why, what it needs and who needs it, and its interruptions of late."""
    found = get_object_or_404(Service.objects.select_related("owner"), pk=pk)
    return render(request, "incidents/service.html", {"page": standing.page_of(found, request.user)})
