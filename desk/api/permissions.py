"""Whether a token is for what is asked, and whether it asks too often."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from rest_framework import exceptions
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from . import limits, scopes
from .authentication import ASKED, token_in


def level_of(request: Any, view: Any) -> str:
    """What the token must be allowed: the endpoint's own level, else to read or to write."""
    return getattr(view, "level", "") or ("read" if request.method in SAFE_METHODS else "write")


class InScope(BasePermission):
    """The token opens the endpoint's area; what its account may do there is asked of the rules, as for a page."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if request.auth is None:
            raise exceptions.NotAuthenticated(ASKED)
        level = level_of(request, view)
        if view.area and not scopes.opens(token_in(request).scopes, view.area, level):
            raise PermissionDenied(f"This token isn't for that; it would need the scope {view.area}:{level}.")
        return True


class PerToken(BaseThrottle):
    """So many requests a minute for each token."""

    seconds = 0

    def allow_request(self, request: Request, view: Any) -> bool:
        if request.auth is not None:
            self.seconds = limits.wait(f"api-{token_in(request).pk}", settings.API_PER_MINUTE)
        return not self.seconds

    def wait(self) -> float:
        return self.seconds
