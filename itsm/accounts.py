"""How people get in: by an account that an administrator made; nobody signs up by themselves."""

import base64
import hashlib
from contextlib import nullcontext
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from desk.people.language import speaking_to

DEMO_ACCOUNTS = [
    ("erin", _("End user")),
    ("omar", _("End user and manager")),
    ("sam", _("Analyst, Service Desk")),
    ("lena", _("Lead, Service Desk")),
    ("nadia", _("Analyst, Network")),
    ("felix", _("Technician, Field Service")),
    ("chris", _("Change manager")),
    ("admin", _("Administrator")),
]

# Sentences of allauth's that people meet here, and that its German says to friends: named, so that ours is taken.
IN_OUR_MANNER = (
    gettext_noop("Please type your current password."),
    gettext_noop("You must type the same password each time."),
    gettext_noop("Be patient, you are sending too many requests."),
    gettext_noop("Your password has been changed."),
    gettext_noop("In case you forgot, your username is %(username)s."),
    gettext_noop("Thank you for using %(site_name)s!\n%(site_domain)s"),
    gettext_noop(
        "You're receiving this email because you or someone else has requested a password reset for your user account.\n"
        "It can be safely ignored if you did not request a password reset. Click the link below to reset your password."
    ),
)


class ClosedDoorAdapter(DefaultAccountAdapter):
    """No sign-up; the automation can't sign in because its password is unusable. Mails speak to whoever gets them."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """In the language that the account's owner chose, whoever asked for it; else in that of the page."""
        user = context.get("user")
        with speaking_to(user) if user is not None and user.language else nullcontext():
            super().send_mail(template_prefix, email, context)


class SecondStepAdapter(DefaultMFAAdapter):
    """Keeps the secrets of apps and recovery codes encrypted: whoever reads a dump of the database can't make codes."""

    def encrypt(self, text: str) -> str:
        return self._safe().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return self._safe().decrypt(encrypted_text.encode()).decode()

    @staticmethod
    def _safe() -> MultiFernet:
        """By the portal's key; what was encrypted by an earlier one (SECRET_KEY_FALLBACKS) still opens."""
        keys = map(str, [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS])
        digests = [hashlib.sha256(b"second step:" + key.encode()).digest() for key in keys]
        return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
