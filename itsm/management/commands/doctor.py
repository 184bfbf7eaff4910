"""`manage.py doctor`: one line for each check of the portal's health and set-up, and what to do; exit code 1 when one fails."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from itsm.doctor import examine


class Command(BaseCommand):
    help = "Check database, cache, workers, deliveries, mail, clocks and how the portal is set up; say what to do."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        wrong = 0
        for finding in examine():
            wrong += not finding.is_well
            self.stdout.write(f"{'ok   ' if finding.is_well else 'WRONG'}  {finding.name:<14}  {finding.said}")
            if not finding.is_well:
                self.stdout.write(f"{'':<7}{'':<16}→ {finding.to_do}")
        self.stdout.write("All is well." if not wrong else f"{wrong} of these want somebody's attention.")
        if wrong:
            sys.exit(1)
