"""The words of scripts in other languages than English: a file of Django's, which browsers keep until it changes."""

from functools import lru_cache
from hashlib import sha256

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language, override
from django.views.i18n import JavaScriptCatalog


@lru_cache(maxsize=len(settings.LANGUAGES))
def catalogue(language: str) -> tuple[bytes, str]:
    """What `static/js/words.js` looks words up in, and the hash by which a browser knows whether it has it."""
    with override(language):
        # Our own alone: the administration brings those of its scripts itself.
        text = JavaScriptCatalog(domain="djangojs", packages=["itsm"]).get(HttpRequest()).content
    return text, sha256(text).hexdigest()[:16]


def address() -> str:
    """Where scripts find their words in the language of the moment; nothing in English, which stands in the scripts."""
    language = get_language() or settings.LANGUAGE_CODE
    return "" if language.startswith("en") else f"{reverse('words', args=[language])}?v={catalogue(language)[1]}"
