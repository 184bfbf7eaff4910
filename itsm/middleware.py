"""Around every request: plain addresses, the viewer's language and zone, a sign-in that leads back and keeps what was typed."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from desk.api import problems
from desk.api.idempotency import NEXT, form_once
from desk.people import places

GetResponse = Callable[[HttpRequest], HttpResponse]
KEPT = "kept_text"  # session key: what was typed into a form whose session had run out, by the form's address
KEPT_MOST = 5  # forms whose text is kept at once
WHOSE = "last_here"  # signed cookie: who was signed in last in this browser; it outlives the session
# Forms of a ticket's page, a catalogue item's or an article's: their own addresses can only be posted to.
_STANDS_ON_DETAIL = {"reply", "note", "take", "recurrence", "draft", "detach", "vote"}
_NEVER_KEPT = {"csrfmiddlewaretoken", "login"}  # and whatever has “password” in its name


class PlainAddress:
    """Refuses (400) an address with a NUL character, which no text in the database can hold."""

    def __init__(self, get_response: GetResponse):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("An address can't hold a NUL character.")
        return self.get_response(request)


class PressedPages(GZipMiddleware):
    """Pages travel compressed, with a tail of random length (Django's) against guessing secrets from their size.

    Files have been compressed before, or can't be. What has a tag of its own is asked for by that tag, unchanged.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        is_page = response.get("Content-Type", "").startswith("text/html")
        return super().process_response(request, response) if is_page and not response.has_header("ETag") else response


class ViewerTimeZone:
    """Shows times in the viewer's zone, or in the portal's."""

    def __init__(self, get_response: GetResponse):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        name = getattr(request.user, "time_zone", "") or settings.TIME_ZONE
        with timezone.override(zoneinfo.ZoneInfo(name)):
            return self.get_response(request)


class ViewerLanguage:
    """Speaks to the viewer in the language they chose, else in the one their browser asks for.

    To programs it speaks English, as the reference does, unless they ask for another (`Accept-Language`).
    """

    def __init__(self, get_response: GetResponse):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with translation.override(self._language(request)):
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language() or settings.LANGUAGE_CODE)
            patch_vary_headers(response, ["Accept-Language"])
            return response

    @staticmethod
    def _language(request: HttpRequest) -> str:
        if problems.is_for_programs(request):
            return translation.get_language_from_request(request) if "Accept-Language" in request.headers else "en-gb"
        return getattr(request.user, "language", "") or translation.get_language_from_request(request)


class Outbox:
    """Takes what a browser kept while it had no connection from the person who wrote it, and from nobody else.

    The browser says whose it is (`Outbox-User`), and is told who is signed in. When these differ nothing is done, and
    the browser goes on keeping it.
    """

    def __init__(self, get_response: GetResponse):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        whose = request.headers.get("Outbox-User")
        if whose is None:
            return self.get_response(request)
        me = str(request.user.pk or "")
        response = self.get_response(request) if whose == me else HttpResponse(status=403)
        response["Outbox-User"] = me
        return response


class Uploads:
    """A form that a script sends with a bar (`Upload`) is told where to go on, so that the browser itself goes there.

    A redirect that the script followed would use up what the next page has to say. Sent again, since the answer was lost,
    it does nothing and hears the same.
    """

    def __init__(self, get_response: GetResponse):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "Upload" not in request.headers:
            return self.get_response(request)
        return form_once(request, lambda: self._taken(request))

    def _taken(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code not in (301, 302, 303, 307, 308):
            return response
        answer = HttpResponse(status=204, headers={NEXT: response["Location"]})
        answer.cookies = response.cookies
        return answer


class LastSeen:
    """Notes now and then in which browser somebody was here, for their list of places where they are signed in."""

    def __init__(self, get_response: GetResponse):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key, often = request.session.session_key, settings.LAST_SEEN_SECONDS
        if often and key and request.user.is_authenticated and places.is_due(key, often):
            places.note(request)
        return self.get_response(request)


class SignInAgain:
    """Turns the way to the sign-in page into one that htmx follows and that comes back to the page with its text.

    A form sent after the session ran out is not lost: its text waits in the session until the form with the same
    address is shown again (`request.kept_text(path)`). It is kept for the person who was signed in last in this
    browser, and for nobody else who signs in there; from a stranger nothing is kept.
    """

    def __init__(self, get_response: GetResponse):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.kept_text = partial(kept_text, request)  # type: ignore[attr-defined]
        response = self.get_response(request)
        location = response.get("Location", "")
        if problems.is_for_programs(request):
            return response  # a program has no browser in which to be known again, and says itself what it keeps
        if response.status_code != 302 or urlsplit(location).path != resolve_url(settings.LOGIN_URL):
            return self._remember(request, response)
        if request.user.is_authenticated or _is_language(request):
            return response
        page = self._page(request)
        if request.method == "POST":
            self._keep(request)
        target = f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': page})}"
        if getattr(request, "htmx", False):
            answer = HttpResponse(status=204)
            answer["HX-Redirect"] = target
            return answer
        response["Location"] = target
        return response

    @staticmethod
    def _remember(request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Tell the browser, under our signature, who is signed in, and to keep no copy of their pages."""
        if request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "private, no-store")
        if request.user.is_authenticated and _whose(request) != str(request.user.pk):
            response.set_signed_cookie(
                WHOSE,
                str(request.user.pk),
                salt=KEPT,
                max_age=365 * 24 * 3600,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        return response

    @staticmethod
    def _keep(request: HttpRequest) -> None:
        if not (whose := _whose(request)):
            return
        typed = {
            name: values
            for name, values in request.POST.lists()
            if name not in _NEVER_KEPT and "password" not in name.lower()
        }
        kept = request.session.get(KEPT, {})
        forms = kept["forms"] if kept.get("whose") == whose else {}
        forms = {**{path: form for path, form in forms.items() if path != request.path}, request.path: typed}
        request.session[KEPT] = {"whose": whose, "forms": dict(list(forms.items())[-KEPT_MOST:])}

    @staticmethod
    def _page(request: HttpRequest) -> str:
        """The page to come back to: what was asked for, or, for a form or a fragment, the page it stands on."""
        htmx = getattr(request, "htmx", None)
        match = request.resolver_match
        own = request.get_full_path()
        if match is not None and match.url_name in _STANDS_ON_DETAIL:
            named: dict[str, Any] = {name: match.kwargs[name] for name in ("number", "slug") if name in match.kwargs}
            own = reverse(f"{match.namespace}:detail", kwargs=named)
        if request.method in ("GET", "HEAD") and not htmx:
            return own
        came_from = (htmx.current_url if htmx else None) or request.META.get("HTTP_REFERER") or ""
        if url_has_allowed_host_and_scheme(came_from, {request.get_host()}):
            parts = urlsplit(came_from)
            return parts.path + (f"?{parts.query}" if parts.query else "")
        return own


def _is_language(request: HttpRequest) -> bool:
    """Whether a visitor chose a language, on the sign-in page: they are led back to that themselves."""
    return request.resolver_match is not None and request.resolver_match.url_name == "language"


def _whose(request: HttpRequest) -> str | None:
    """The id of the person who was signed in last in this browser; None when nobody was, or somebody meddled."""
    return request.get_signed_cookie(WHOSE, default=None, salt=KEPT)


def kept_text(request: HttpRequest, path: str) -> dict[str, list[str]]:
    """What this person typed for the form at this address before the session ran out; handed out once."""
    if KEPT not in request.session:
        return {}
    kept = request.session[KEPT]
    if kept.get("whose") != str(request.user.pk):
        del request.session[KEPT]
        return {}
    typed: dict[str, list[str]] = kept["forms"].pop(path, {})
    if typed:
        request.session[KEPT] = kept
        messages.info(request, _("You are signed in again, and your text is still here. Files must be chosen anew."))
    return typed
