"""Who asks: the token in the request says it, and nothing else does; no cookie counts here."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from desk.people.models import User

from . import actions, limits, queries
from .models import Token

ASKED = "Send a token that works: “Authorization: Bearer …”. People make theirs on their profile page."


class ByToken(BaseAuthentication):
    """`Authorization: Bearer …`"""

    def authenticate(self, request: Request) -> tuple[User, Token] | None:
        given = request.headers.get("Authorization")
        if given is None:
            return None
        scheme, _, text = given.partition(" ")
        token = queries.token_of(text.strip()) if scheme.lower() == "bearer" else None
        if token is None:
            address = get_adapter().get_client_ip(request._request)
            if seconds := limits.wait_after_wrong("api", address):
                raise exceptions.Throttled(wait=seconds)
            raise exceptions.AuthenticationFailed(ASKED)
        actions.note_use(token=token)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


def token_in(request: Any) -> Token:
    """The token of a request that was let in."""
    token: Token = request.auth
    return token
