"""`manage.py sla_rebuild [--mend] [NUMBER …]`: recomputes every clock from its ticket's events and prints differences."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet

from desk.tickets.models import Ticket

from ...progress import Progress
from ...rebuilding import check


class Command(BaseCommand):
    help = "Recompute SLA clocks from events and print where they differ. Exit code 1: something differs, unmended."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("numbers", nargs="*", metavar="NUMBER", help="only these tickets, such as INC-000123")
        parser.add_argument("--mend", action="store_true", help="write what the events say")

    def handle(self, *args: Any, **options: Any) -> None:
        tickets, mend = _tickets(options["numbers"]), options["mend"]
        seen: Counter[str] = Counter()
        began = time.monotonic()
        with Progress(self.stderr, tickets.count()) as progress:
            for checked in check(tickets, mend=mend):
                seen.update(tickets=1, clocks=checked.clocks, differences=len(checked.differences))
                seen["wrong"] += bool(checked.differences)
                for found in checked.differences:
                    progress.clear()
                    said = f"{found.number} {found.clock} {found.field}: {found.stored} is stored, {found.expected} expected"
                    self.stdout.write(said)
                progress.step()
        seconds = time.monotonic() - began
        self.stdout.write(
            f"{seen['tickets']:,} tickets, {seen['clocks']:,} clocks, {seen['differences']:,} differences "
            f"in {seen['wrong']:,} tickets; {seconds:.1f} s, {seen['tickets'] / max(seconds, 0.001):,.0f} tickets a second."
        )
        if seen["differences"] and not mend:
            raise CommandError("Nothing was changed; --mend writes what the events say.", returncode=1)
        if seen["differences"]:
            self.stdout.write("Mended.")


def _tickets(numbers: list[str]) -> QuerySet[Ticket]:
    if not numbers:
        return Ticket.objects.all()
    wanted = {number.strip().upper() for number in numbers}
    found = Ticket.objects.filter(number__in=wanted)
    if missing := sorted(wanted - set(found.values_list("number", flat=True))):
        raise CommandError(f"There is no ticket {', '.join(missing)}.", returncode=2)
    return found
