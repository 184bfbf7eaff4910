"""`manage.py essentials`: lays what a portal can't work without; safe to repeat, for instance after each upgrade."""

from typing import Any

from django.core.management.base import BaseCommand

from itsm.essentials import lay_essentials


class Command(BaseCommand):
    help = "Make the Service Desk, priority matrix, pending reasons and resolution codes where they are missing."

    def handle(self, *args: Any, **options: Any) -> None:
        lay_essentials()
