"""Answers those who ask again and again whether anything moved, before anything costs more than a look into the cache."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from .live import nothing_moved

GetResponse = Callable[[HttpRequest], HttpResponse]


class NothingMoved:
    """304 for a page that keeps itself up to date (`Live`) while all stands as its signed tag says.

    It tells nobody anything but that: the tag was given to this session for this address, after all permissions were
    asked; and it is asked again each minute, and whenever something moves.
    """

    def __init__(self, get_response: GetResponse):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method == "GET" and "Live" in request.headers and nothing_moved(request):
            answer = HttpResponse(status=304)
            answer["ETag"] = request.headers["If-None-Match"]
            answer["Cache-Control"] = "private, no-store"
            return answer
        return self.get_response(request)
