"""Attachments, as downloads."""

from django.http import FileResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from desk.people.signed_in import SignedIn

from .. import queries


@require_safe
@cache_control(private=True, max_age=3600)
def attachment(request: SignedIn, key: str) -> FileResponse:
    """The file as a download; only bitmaps keep their type, so that nothing in it can run here."""
    found = queries.attachment_for(request.user, key)
    answer = FileResponse(
        found.file.open("rb"),
        as_attachment=True,
        filename=found.name,
        content_type=found.content_type if found.is_picture else "application/octet-stream",
    )
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
