"""Who may have a token for whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from desk.people.models import User


def why_no_token(user: User) -> str:
    """Why nothing may act for this account; empty when a token may."""
    if user.is_automation:
        return _("The portal's own hand needs no token.")
    return "" if user.is_active else _("{person} is not active.").format(person=user)


def is_of_a_program(user: User) -> bool:
    """An account without a password: nobody signs in with it, so that a program may have it for itself."""
    return not user.has_usable_password() and not user.is_automation


def why_no_service_token(user: User) -> str:
    """An administrator gives tokens to programs, and acts for no person by it."""
    if not is_of_a_program(user):
        return _("{person} is a person, and makes their own tokens. Choose an account that has no password.").format(
            person=user
        )
    return why_no_token(user)
