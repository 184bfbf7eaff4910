"""How people get in: by an account that an administrator made; nobody signs up by themselves."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

DEMO_ACCOUNTS = [
    ("erin", "End user"),
    ("omar", "End user and manager"),
    ("sam", "Analyst, Service Desk"),
    ("lena", "Lead, Service Desk"),
    ("nadia", "Analyst, Network"),
    ("felix", "Technician, Field Service"),
    ("chris", "Change manager"),
    ("admin", "Administrator"),
]


class ClosedDoorAdapter(DefaultAccountAdapter):
    """No sign-up; the automation can't sign in because its password is unusable."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
