"""`manage.py switchboard`: prints the table of what follows which event, now or later."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from desk.reactions.table import switchboard


class Command(BaseCommand):
    help = "Print what follows each event: in its own transaction (now), or by a worker, exactly once (later)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("event", nargs="?", default="", help="Only events whose name begins like this.")

    def handle(self, *args: Any, event: str, **options: Any) -> None:
        table = {kind: reactions for kind, reactions in switchboard().items() if kind.startswith(event)}
        for kind, reactions in sorted(table.items()):
            self.stdout.write(kind)
            for reaction in reactions:
                self.stdout.write(f"  {reaction.lane:<5}  {reaction.does}  ({reaction.path})")
        if not table:
            self.stdout.write(f"Nothing follows an event that begins with “{event}”.")
