"""`manage.py demo_data`: fills an empty portal with a made-up company and two months of its work."""

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from itsm.demo.lay import NotEmpty, is_empty, lay


class Command(BaseCommand):
    help = "Lay the demo company with its people and tickets into an empty portal."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--if-empty", action="store_true", help="Do nothing, and don't fail, when data is there.")
        parser.add_argument("--scale", type=float, default=1.0, help="Size compared with the usual 320 tickets.")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Demo data gives even an administrator the password “demo”; turn DEMO on first.")
        if options["if_empty"] and not is_empty():
            self.stdout.write("There is data already; the demo leaves it alone.")
            return
        began = time.monotonic()
        try:
            lay(scale=options["scale"], say=self.stdout.write)
        except NotEmpty:
            raise CommandError("There is data already; demo data goes into an empty portal only.") from None
        self.stdout.write(f"Demo data is there, after {time.monotonic() - began:.1f} s. Every password is “demo”.")
