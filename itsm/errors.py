"""What goes wrong at the door: a page, and the words of whoever sent a form that found no taker; for programs a problem."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language_from_request, override
from django.utils.translation import gettext_lazy as _lazy
from django.views import defaults

from desk.api import problems

# What a form carries beside what people write.
_BOOKKEEPING = {"csrfmiddlewaretoken", "seen", "submission", "next", "show", "again"}
# A choice is sent as a number; in these fields a number may be what somebody wrote.
_WORDS = {
    "title": _lazy("Title"), "description": _lazy("Description"), "message": _lazy("Message"), "note": _lazy("Note"),
    "solution": _lazy("Solution"), "comment": _lazy("Comment"),
}  # fmt: skip


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, for what can't be an address or a form."""
    if problems.is_for_programs(request):
        too_big = isinstance(exception, RequestDataTooBig)
        return problems.answer(413, problems.TITLES[413]) if too_big else problems.answer(400, problems.TITLES[400])
    with override(get_language_from_request(request)):  # it may come before it is known who asks
        return defaults.bad_request(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: what happened is in the log, and nowhere else."""
    if problems.is_for_programs(request):
        return problems.answer(500, "This went wrong here. What happened is written down for an administrator.")
    return defaults.server_error(request)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404. It depends on what was sent and on who sent it, never on what may or may not be at the address."""
    if problems.is_for_programs(request):
        return problems.answer(404, problems.NOWHERE)
    return render(request, "404.html", given_back(request), status=404)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403, with the sentence of the rule that said no."""
    if problems.is_for_programs(request):
        return problems.answer(403, str(exception))
    return render(request, "403.html", {"exception": str(exception), **given_back(request)}, status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say what happened and how to go on, in place of Django's technical page."""
    return render(request, "403_csrf.html", {"reason": reason}, status=403)


def too_many(request: HttpRequest) -> HttpResponse:
    """429, from the limits of signing in and of passwords (ACCOUNT_RATE_LIMITS), which all look back one minute."""
    answer = render(request, "429.html", {"again": request.get_full_path()}, status=429)
    answer["Retry-After"] = "60"
    return answer


def given_back(request: HttpRequest) -> dict[str, Any]:
    """What a signed-in person wrote into the form that was sent, as [(label, text)], and whether files came with it."""
    user = getattr(request, "user", None)
    if request.method != "POST" or user is None or not user.is_authenticated:
        return {}
    typed = [
        (str(_WORDS.get(name) or name.replace("_", " ").capitalize()), text)
        for name, texts in request.POST.lists()
        for text in texts
        if text.strip() and _is_writing(name, text)
    ]
    return {"typed": typed, "files": bool(request.FILES)}


def _is_writing(name: str, text: str) -> bool:
    if name in _BOOKKEEPING or "password" in name.lower():
        return False
    return name in _WORDS or not text.isdecimal()
