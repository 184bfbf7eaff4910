"""A request that is sent again with the same Idempotency-Key does nothing again, and gets the same answer."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from desk.tickets.flow import serialise

from .actions import KEPT_FOR
from .models import KeptAnswer
from .problems import Invalid, KeyReused

HEADER = "Idempotency-Key"
NEXT = "Upload-Next"  # where a form that a script has sent goes on
KEPT_HEADERS = ("Location",)
REPLAYED = "Idempotent-Replayed"


def form_once(request: HttpRequest, act: Callable[[], HttpResponse]) -> HttpResponse:
    """As `once`, for a person's form that a script sends again until it has heard where to go on (`Upload-Next`).

    Of a form that was taken the way on is kept; one that came back with what is wrong was not taken. Without a key it is
    done each time.
    """
    user, given = request.user, request.headers.get(HEADER, "")
    if not given or not user.is_authenticated:
        return act()
    told = f"form {request.get_full_path()} {given}"
    key = hashlib.sha256(told.encode("utf-8", "backslashreplace")).hexdigest()  # no program's key, nor another form's
    with transaction.atomic():
        serialise(f"answer {user.pk} {key}")
        if kept := KeptAnswer.objects.filter(user=user, key=key).first():
            return HttpResponse(status=kept.status, headers=kept.headers)
        response = act()
        if NEXT in response:
            headers = {NEXT: response[NEXT]}
            KeptAnswer.objects.create(user=user, key=key, status=response.status_code, headers=headers)
    return response


def once(request: Request, act: Callable[[], Response]) -> Response:
    """Act, unless this account sent this key before: then what was answered is answered again.

    What is done and what is remembered are one transaction. Two that come at once wait for each other. What was
    refused isn't remembered: it did nothing, so that the request may be mended, or sent again when it is possible.
    """
    key = _key(request)
    if not key:
        return act()
    with transaction.atomic():
        serialise(f"answer {request.user.pk} {key}")
        asked = _fingerprint(request)
        kept = KeptAnswer.objects.filter(user=request.user, key=key).first()
        if kept is not None and not KeptAnswer.objects.filter(pk=kept.pk, at__lt=Now() - KEPT_FOR).exists():
            return _again(kept, asked)
        response = act()
        if kept is not None:
            kept.delete()
        KeptAnswer.objects.create(
            user=request.user, key=key, asked=asked, status=response.status_code, body=response.data,
            headers={name: response[name] for name in KEPT_HEADERS if name in response},
        )  # fmt: skip
    return response


def _key(request: Request) -> str:
    key: str = request.headers.get(HEADER, "")
    if len(key) > 200 or not key.isascii() or not key.isprintable():
        raise Invalid({HEADER: ["A key has up to 200 printable ASCII characters."]})
    return key


def _again(kept: KeptAnswer, asked: str) -> Response:
    if kept.asked != asked:
        raise KeyReused()
    response = Response(kept.body, status=kept.status, headers=kept.headers)
    response[REPLAYED] = "true"
    return response


def _fingerprint(request: Request) -> str:
    """What tells one request from another: its address and what was sent, however it was packed."""
    content: Any = request.data
    if hasattr(content, "lists"):
        content = sorted((name, [_told(one) for one in values]) for name, values in content.lists())
    told = json.dumps([request.method, request.get_full_path(), content], sort_keys=True)
    return hashlib.sha256(told.encode("utf-8", "backslashreplace")).hexdigest()


def _told(value: Any) -> Any:
    if not isinstance(value, UploadedFile):
        return value
    digest = hashlib.sha256(b"".join(value.chunks())).hexdigest()
    value.seek(0)
    return [value.name, digest]
