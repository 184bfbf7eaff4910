"""Who asks: somebody signed in over the wire, as a browser would, or inside this process, where statements can be counted."""

from __future__ import annotations

import http.client
from http.cookies import SimpleCookie

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from desk.people.models import User

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
CSRF = "c" * 32


def cookies_of(user: User) -> str:
    """The cookies of a session of this person's, which the servers find in the database."""
    client = Client()
    client.force_login(user, backend=BACKEND)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}; csrftoken={CSRF}"


class OverTheWire:
    """One kept connection to a server at this port; `get` and `post` return (status, bytes of the answer)."""

    def __init__(self, port: int, user: User):
        self.port, self.cookies = port, cookies_of(user)
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def get(self, address: str, **headers: str) -> tuple[int, int]:
        return self._ask("GET", address, None, headers)

    def post(self, address: str, data: str, **headers: str) -> tuple[int, int]:
        """`data` is a form, encoded."""
        kind = {"Content-Type": "application/x-www-form-urlencoded", "X-CSRFToken": CSRF}
        return self._ask("POST", address, data, {**kind, "Referer": f"http://127.0.0.1:{self.port}/", **headers})

    def text(self, address: str) -> str:
        """A page as it reads, not measured."""
        self._connection.request("GET", address, None, {"Cookie": self.cookies})
        return self._connection.getresponse().read().decode()

    def _ask(self, method: str, address: str, body: str | None, headers: dict[str, str]) -> tuple[int, int]:
        self._connection.request(method, address, body, {"Cookie": self.cookies, **headers})
        answer = self._connection.getresponse()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                SimpleCookie(value)  # a browser reads it too
        return answer.status, len(answer.read())


class Inside:
    """As `OverTheWire`, in this process; `statements` counts those of the last answer."""

    def __init__(self, user: User):
        self._client, self.statements = Client(SERVER_NAME="127.0.0.1"), 0
        self._client.force_login(user, backend=BACKEND)

    def get(self, address: str, **headers: str) -> tuple[int, int]:
        with CaptureQueriesContext(connection) as seen:
            answer = self._client.get(address, headers=headers)
        self.statements = len(seen)
        return answer.status_code, len(answer.content)

    def text(self, address: str) -> str:
        return self._client.get(address).content.decode()

    def post(self, address: str, data: str, **headers: str) -> tuple[int, int]:
        with CaptureQueriesContext(connection) as seen:
            kind = "application/x-www-form-urlencoded"
            answer = self._client.post(address, data, content_type=kind, headers=headers)
        self.statements = len(seen)
        return answer.status_code, len(answer.content)


Visitor = OverTheWire | Inside
