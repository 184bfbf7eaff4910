"""One call over the wire: the body, its signature, and an answer that is read only as far as the log needs it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import ssl
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import urllib3
from django.conf import settings

from .addresses import address_of
from .models import SECRET

LOGGED = 500  # characters of an answer


@dataclass(frozen=True)
class Answer:
    status: int
    text: str

    @property
    def is_good(self) -> bool:
        return 200 <= self.status < 300


def signature(secret: str, key: str, timestamp: int, body: bytes) -> str:
    """`v1,` and the Base64 of HMAC-SHA256 over id, timestamp and body (https://www.standardwebhooks.com, symmetric)."""
    signed = b".".join([key.encode(), str(timestamp).encode(), body])
    digest = hmac.new(base64.b64decode(secret.removeprefix(SECRET)), signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def send(url: str, *, secret: str, key: str, payload: dict[str, Any]) -> Answer:
    """Post it and give back the answer, whatever its status; a redirection is an answer like any other, and not followed.

    Raises `addresses.Forbidden`, OSError or urllib3's HTTPError when there is none.
    """
    body = json.dumps(payload, ensure_ascii=False).encode()
    now = int(time.time())
    split = urlsplit(url)
    with _pool(url) as pool:
        answer = pool.urlopen(
            "POST",
            (split.path or "/") + (f"?{split.query}" if split.query else ""),
            body=body,
            headers={
                "Host": split.netloc,
                "Content-Type": "application/json",
                "User-Agent": "portal-webhooks/1",
                "webhook-id": key,
                "webhook-timestamp": str(now),
                "webhook-signature": signature(secret, key, now, body),
            },
            redirect=False,
            retries=False,
            assert_same_host=False,
            timeout=urllib3.Timeout(connect=settings.WEBHOOK_TIMEOUT, read=settings.WEBHOOK_TIMEOUT),
            preload_content=False,
        )
        text = answer.read(LOGGED * 4, decode_content=False).decode("utf-8", "replace").replace("\x00", "")
        answer.close()
    return Answer(answer.status, text[:LOGGED])


def _pool(url: str) -> urllib3.HTTPConnectionPool:
    """A connection to the address that was checked, and to no other, that proves to be the host that was named."""
    split = urlsplit(url)
    host = split.hostname or ""
    port = split.port or (443 if split.scheme == "https" else 80)
    address = address_of(host, port)
    if split.scheme == "http":
        return urllib3.HTTPConnectionPool(address, port)
    trusted = ssl.create_default_context()
    return urllib3.HTTPSConnectionPool(address, port, ssl_context=trusted, server_hostname=host, assert_hostname=host)
