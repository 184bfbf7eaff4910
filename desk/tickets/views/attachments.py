"""Attachments, as downloads."""

import logging

from django.http import FileResponse, Http404
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from desk.people.signed_in import SignedIn

from .. import queries
from ..models import Attachment

log = logging.getLogger(__name__)


@require_safe
@cache_control(private=True, no_cache=True)
def attachment(request: SignedIn, key: str) -> FileResponse:
    """The file, for whoever may see the event that it came with."""
    return download(queries.attachment_for(request.user, key))


def download(found: Attachment) -> FileResponse:
    """The file as a download; only bitmaps keep their type, so that nothing in it can run here."""
    try:
        content = found.file.open("rb")
    except FileNotFoundError:
        log.error("The bytes of attachment %s (%s) are missing from the disk.", found.pk, found.file.name)
        raise Http404(_("The file is missing.")) from None
    answer = FileResponse(
        content,
        as_attachment=True,
        filename=found.name,
        content_type=found.content_type if found.is_picture else "application/octet-stream",
    )
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
