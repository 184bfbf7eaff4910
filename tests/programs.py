"""A program that acts for somebody: it brings a token and nothing else, and reads JSON."""

import json
from typing import Any

from django.test import Client
from django.test.client import ClientHandler

from desk.api.models import Token, hashed
from desk.people.models import User

API = "/api/v1/"


def token_for(user: User, *scopes: str, **fields: Any) -> str:
    """A token of theirs, for everything unless scopes are named."""
    text = f"itsm-token-{user.username}-{Token.objects.count()}"
    Token.objects.create(
        user=user,
        made_by=user,
        name="Test",
        token_hash=hashed(text),
        ending=text[-4:],
        scopes=list(scopes or ["all:admin"]),
        **fields,
    )
    return text


_HANDLER = ClientHandler(enforce_csrf_checks=True)  # making one takes longer than a request


class Program:
    """Asks with a token; CSRF is checked, and no cookie is kept."""

    def __init__(self, user: User | None, *scopes: str, token: str | None = None):
        self.token = token if token is not None else token_for(user, *scopes) if user else ""

    def ask(self, method: str, path: str, body: Any = None, files: Any = None, **headers: str) -> Any:
        client = Client()
        client.handler = _HANDLER
        given = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        address = path if path.startswith("/") else API + path
        if files is not None:
            return client.post(address, {**(body or {}), **files}, headers=given)
        if body is not None:
            given.setdefault("Content-Type", "application/json")
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            return client.generic(method, address, content, content_type=given.pop("Content-Type"), headers=given)
        return client.generic(method, address, headers=given)

    def get(self, path: str, **headers: str) -> Any:
        return self.ask("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.ask("POST", path, {} if body is None else body, **headers)

    def patch(self, path: str, body: Any, **headers: str) -> Any:
        return self.ask("PATCH", path, body, **headers)

    def send(self, path: str, body: Any, **files: Any) -> Any:
        """As multipart/form-data."""
        return self.ask("POST", path, body, files=files)
