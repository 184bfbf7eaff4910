"""The request as views get it: from somebody who is signed in, since the middleware lets nobody else through."""

from collections.abc import Callable

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from .models import User


class SignedIn(HttpRequest):
    """For type checkers; at run time it is Django's own request."""

    user: User
    htmx: HtmxDetails
    kept_text: Callable[[str], dict[str, list[str]]]
