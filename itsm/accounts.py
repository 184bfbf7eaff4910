"""How people get in: by an account that an administrator made; nobody signs up by themselves."""

import base64
import hashlib

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

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


class ClosedDoorAdapter(DefaultAccountAdapter):
    """No sign-up; the automation can't sign in because its password is unusable."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


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
