"""What somebody had typed before their session ran out."""

from __future__ import annotations

from typing import Any

from desk.people.signed_in import SignedIn


def typed_before(request: SignedIn, path: str = "") -> dict[str, Any]:
    """What the person had typed for this address before the session ran out, as a form's `initial`."""
    typed = request.kept_text(path or request.path)
    return {name: values[-1] for name, values in typed.items() if values}
