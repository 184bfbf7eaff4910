"""What a page that keeps itself up to date has seen: a signed tag that says by itself whether anything moved since.

The tag names the revisions it stands for, so that “nothing moved” is answered by one look into the cache, before
anybody asks who is there. It holds for one address in one session, and for a minute: then the page is made anew, with
all its questions, since time alone changes it too. It says nothing of words: a page stays in the language in which it
was loaded, and what is made anew for it is in the reader's.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from hashlib import blake2b
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest

from desk.tickets import revisions

from . import presence

HOLDS = 60  # seconds


@dataclass(frozen=True)
class Seen:
    """What was seen, where, and how it stood: a ticket, or some queues. `user` is whoever is noted as being at the ticket."""

    where: str
    stood: str
    until: int
    queues: tuple[int, ...] = ()
    ticket: int = 0
    user: int = 0
    name: str = ""


def queues_stand(queues: Sequence[int]) -> str | None:
    """How these queues (by id) stand, in a word; None without the cache."""
    return revisions.digest([revisions.of_queue(pk) for pk in queues])


def tag_of_queues(request: HttpRequest, queues: Sequence[int], stood: str | None) -> str:
    """The tag of a list of these queues, that stood like this before it was read; empty without the cache."""
    if stood is None:
        return ""
    return _signed(Seen(_where(request), stood, _until(), queues=tuple(queues)))


def tag_of_ticket(request: HttpRequest, ticket: int, stood: str | None, *, is_noted: bool) -> str:
    """The same of a ticket; of somebody who is noted as being there others learn."""
    if stood is None:
        return ""
    user: Any = request.user
    who: dict[str, Any] = {"user": user.pk, "name": str(user)} if is_noted else {}
    return _signed(Seen(_where(request), stood, _until(), ticket=ticket, **who))


def _until() -> int:
    return int(time.time()) + HOLDS


def _signer() -> Signer:
    return Signer(salt="desk.queues.live")


def _signed(seen: Seen) -> str:
    return f'"{_signer().sign_object(asdict(seen))}"'


def _where(request: HttpRequest) -> str:
    """The address as this session asks for it."""
    told = f"{request.COOKIES.get(settings.SESSION_COOKIE_NAME, '')} {request.get_full_path()}"
    return blake2b(told.encode(), digest_size=9).hexdigest()


def seen_by(request: HttpRequest) -> Seen | None:
    """What the page that asks has seen, if it is ours, of here, and still holds."""
    try:
        found = Seen(**_signer().unsign_object(request.headers.get("If-None-Match", "").strip('"')))
    except (BadSignature, ValueError, TypeError):
        return None
    return found if found.where == _where(request) and found.until > time.time() else None


def nothing_moved(request: HttpRequest) -> bool:
    """Whether all stands as the page saw it. Whoever looks at a ticket is noted on the way."""
    seen = seen_by(request)
    if seen is None:
        return False
    if not seen.ticket:
        return queues_stand(seen.queues) == seen.stood
    who = presence.Person(seen.user, seen.name, is_typing(request)) if seen.user else None
    return ticket_stands(seen.ticket, who)[0] == seen.stood


def is_typing(request: HttpRequest) -> bool:
    return request.headers.get("Typing") == "1"


def ticket_stands(ticket: int, who: presence.Person | None) -> tuple[str | None, list[presence.Person]]:
    """How the ticket stands, in a word, and who else looks at it now; `who` is noted as being there."""
    key, room = revisions.of_ticket(ticket), presence.key_of(ticket)
    found = revisions.quietly(cache.get_many, [key, room])
    if found is None:
        return None, []
    others = presence.enter(room, found.get(room) or {}, who) if who else []
    told = ";".join(f"{other.pk}{'…' if other.types else ''}" for other in others)
    return f"{revisions.digest([key], found=found)}{blake2b(told.encode(), digest_size=4).hexdigest()}", others
