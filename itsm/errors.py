"""Pages for what goes wrong at the door: a form whose safety token doesn't fit."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say what happened and how to go on, in place of Django's technical page."""
    return render(request, "403_csrf.html", {"reason": reason}, status=403)
