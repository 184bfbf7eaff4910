"""`manage.py apitoken USER`: makes a token for somebody and prints it, for whoever has the machine."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from desk.api.actions import make_token
from desk.api.scopes import every
from desk.people.models import User
from desk.tickets.errors import Refused


class Command(BaseCommand):
    help = "Make a token by which a program acts as this user, and print it. It can't be read again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user", help="username")
        parser.add_argument("--name", default="From the command line", help="what it is for")
        parser.add_argument(
            "--scope",
            action="append",
            metavar="AREA:LEVEL",
            help=f"what it opens, several times; one of {', '.join(every())}",
        )
        parser.add_argument("--days", type=int, help="how long it works; without it: until it is revoked")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["user"]).first()
        if user is None:
            raise CommandError(f"Nobody has the username {options['user']}.")
        if options["days"] is not None and not 0 < options["days"] < 36_500:
            raise CommandError("Say for how many days, such as 30.")
        ends = timezone.now() + timedelta(days=options["days"]) if options["days"] else None
        scopes = options["scope"] or ["all:admin" if user.is_superuser else "all:write"]
        try:
            _, text = make_token(user=user, by=user, name=options["name"], opens=scopes, expires_at=ends)
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(text)
