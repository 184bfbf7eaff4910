"""The icons that shelves and items may have: which names there are, and which one was probably meant."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from zipfile import ZipFile

from django.utils.translation import gettext as _

# What fits most catalogues; offered with its picture. Any other name that lucide has may be written.
OFFERED = (
    "laptop", "monitor", "smartphone", "tablet", "keyboard", "mouse", "headphones", "printer", "camera", "projector",
    "cable", "usb", "hard-drive", "server", "network", "wifi", "router", "phone", "app-window", "package",
    "folder-open", "database", "key-round", "lock-keyhole", "shield-check", "id-card", "user-plus", "user-minus",
    "users", "mail", "mails", "calendar", "globe", "building-2", "armchair", "truck", "wrench", "credit-card",
    "book-open", "graduation-cap", "heart-pulse", "pill", "life-buoy", "sparkles",
)  # fmt: skip


@cache
def names() -> frozenset[str]:
    """Every name that lucide has."""
    with files("lucide").joinpath("lucide.zip").open("rb") as packed, ZipFile(packed) as icons:
        return frozenset(name.removesuffix(".svg") for name in icons.namelist() if name.endswith(".svg"))


def why_not(name: str) -> str:
    """A sentence when there is no such icon, with the names that come close; else nothing."""
    if name in names():
        return ""
    near = get_close_matches(name, sorted(names()), n=3, cutoff=0.5)
    meant = (
        _("Did you mean {names}?").format(names=", ".join(near)) if near else _("Choose one of those that are shown.")
    )
    return _("There is no icon “{name}”.").format(name=name) + " " + meant
