"""The verbs on tokens: make, revoke, note that one is used; and forgetting answers that were kept long enough."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from desk.people.models import User
from desk.tickets.errors import Refused

from . import rules, scopes
from .models import KeptAnswer, Token, hashed

PREFIX = "itsm-token-"  # so that whoever finds one knows what it opens
SEEN_EVERY = timedelta(minutes=1)  # how exact “last used” is: each time would be a write
KEPT_FOR = timedelta(hours=24)


def make_token(
    *, user: User, by: User, name: str, opens: Iterable[str], expires_at: datetime | None = None
) -> tuple[Token, str]:
    """A token for one's own account or, by an administrator, for a program's; the text comes back this once."""
    if user.pk != by.pk and not by.is_superuser:
        raise PermissionDenied(_("Only administrators make tokens for others."))
    if why := rules.why_no_token(user) if user.pk == by.pk else rules.why_no_service_token(user):
        raise Refused(why, field="user")
    wanted = list(dict.fromkeys(opens))
    if not wanted:
        raise Refused(_("A token that opens nothing is of no use. Please choose what it may do."))
    if unknown := sorted(set(wanted) - set(scopes.every())):
        raise Refused(_("There is no scope {names}.").format(names=", ".join(unknown)), field="scopes")
    text = PREFIX + secrets.token_urlsafe(32)
    token = Token.objects.create(
        user=user, made_by=by, name=name.strip(), token_hash=hashed(text), ending=text[-4:], scopes=wanted,
        expires_at=expires_at,
    )  # fmt: skip
    return token, text


def revoke(*, token: Token, by: User) -> None:
    """It opens nothing any more. Its own account may, and an administrator; twice changes nothing."""
    if by.pk != token.user_id and not by.is_superuser:
        raise PermissionDenied(_("Only its owner and administrators revoke a token."))
    Token.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=Now())


def note_use(*, token: Token) -> None:
    """Note when it was used last."""
    long_ago = Q(last_used_at=None) | Q(last_used_at__lt=Now() - SEEN_EVERY)
    Token.objects.filter(long_ago, pk=token.pk).update(last_used_at=Now())


def forget_answers() -> int:
    """Forget the answers that were kept long enough; returns how many."""
    return KeptAnswer.objects.filter(at__lt=Now() - KEPT_FOR).delete()[0]
