"""ETags: an answer that hasn't changed isn't sent again, and nobody edits what others changed since they read it."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from django.db import transaction
from django.utils.cache import get_conditional_response
from django.utils.http import parse_etags
from rest_framework.request import Request
from rest_framework.response import Response

from desk.people.models import User
from desk.tickets import flow
from desk.tickets.errors import Stale
from desk.tickets.models import Ticket
from desk.tickets.queries import timeline
from desk.tickets.rules import may_see_internal

_VERSION = re.compile(r'"([0-9]{1,9})-[0-9a-f]+"')


def with_etag(request: Request, response: Response) -> Response:
    """To be called with an answer that is about to be written: it gets an ETag, and is only sent when it is news.

    A ticket's ETag begins with its version, which `If-Match` compares; the rest follows from what the answer says.
    """

    def seal(rendered: Response) -> Any:
        digest = hashlib.sha256(rendered.content).hexdigest()[:24]
        version = getattr(rendered, "version", None)  # of the one ticket that it tells
        rendered["ETag"] = f'"{version}-{digest}"' if version else f'"{digest}"'
        if request.method not in ("GET", "HEAD"):
            return rendered
        return get_conditional_response(request._request, rendered["ETag"], None, rendered)

    response.add_post_render_callback(seal)
    return response


def version_wanted(request: Request) -> int | None:
    """The version that `If-Match` names; None where any will do, and -1 for what was never a version."""
    given = request.headers.get("If-Match", "").strip()
    if given in ("", "*"):
        return None
    versions = {int(found[1]) for tag in parse_etags(given) if (found := _VERSION.fullmatch(tag))}
    return versions.pop() if len(versions) == 1 else -1


def locked_as_seen(ticket: Ticket, seen: int | None, by: User) -> Ticket:
    """The ticket, locked in the running transaction; Stale when it isn't any more at the version that was read."""
    assert transaction.get_connection().in_atomic_block
    fresh = flow.lock(ticket)
    if seen is not None and seen != fresh.version:
        internal = may_see_internal(fresh, by)
        since = timeline(fresh, by).filter(version__gt=seen) if seen >= 0 else []
        raise Stale(fresh, since, internal=internal)
    return fresh
