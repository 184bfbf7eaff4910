"""The people, workgroups, places and codes that a trail names: found or made. Accounts made here can't sign in."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from django.contrib.auth.hashers import make_password
from django.utils.text import slugify

from desk.people.actions import ensure_role_groups, join, leave
from desk.people.models import User, Workgroup
from desk.people.queries import automation
from desk.people.rules import forget_reach, is_analyst, may_work_queue
from desk.services.models import Category, Site
from desk.tickets.models import PendingReason
from incidents.models import ResolutionCode

# Stands where the trail names no group. It is none of ours, so that no imported account gets into a working queue.
UNNAMED_GROUP = "Unnamed group (imported)"
UNNAMED_TEXT = "Stands where an imported trail names no group. Those who logged incidents for others there are members."
NO_CODE = "Not recorded"


class Cast:
    """Remembers what it found, by name; `forget` after a rollback, for then some of it doesn't exist."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self.automation = automation()
        self._people: dict[str, User] = {}
        self._groups: dict[str, Workgroup] = {}
        self._places: dict[tuple[str, ...], Category | Site] = {}
        self._codes: dict[str, ResolutionCode] = {}
        self._reasons: dict[str, PendingReason] = {}
        self._stand_ins: set[int] = set()

    def person(self, name: str | None) -> User | None:
        """The account that stands for this name. Never one of the portal's own, whose rights a file must not use."""
        if name is None:
            return None
        if name not in self._people:
            first, _, last = name.rpartition(" ")
            if not first:
                first, last = last, ""
            defaults = {"first_name": first, "last_name": last, "password": make_password(None)}
            self._people[name], _ = User.objects.get_or_create(username=_username(name), defaults=defaults)
        return self._people[name]

    def first_of(self, names: Iterable[str | None]) -> User:
        """The first who is named, or the portal's own automation."""
        name = next((name for name in names if name), None)
        return self.person(name) or self.automation

    def group(self, name: str | None) -> Workgroup:
        """The workgroup of this name, ours or a new one; the placeholder where none is named."""
        wanted = name or UNNAMED_GROUP
        if wanted not in self._groups:
            group = Workgroup.objects.filter(name__iexact=wanted).first()
            if group is None:
                text = UNNAMED_TEXT if name is None else "From an imported trail."
                group = Workgroup.objects.create(name=wanted, slug=_free_slug(wanted), description=text)
                ensure_role_groups(group)
            self._groups[wanted] = group
        return self._groups[wanted]

    def enlist(self, person: User, workgroup: Workgroup) -> User:
        """Make the person a member, as whoever acts on the workgroup's tickets must be; the trail shows that they did.

        The automation, which stands in where nobody is named, is a member until `dismiss`.
        """
        if not may_work_queue(person, workgroup.pk):
            join(workgroup=workgroup, user=person)
            forget_reach(person)
            if person.is_automation:
                self._stand_ins.add(workgroup.pk)
        return person

    def dismiss(self) -> None:
        """Take the automation out of the workgroups again in which it stood in."""
        for group in Workgroup.objects.filter(pk__in=self._stand_ins):
            leave(workgroup=group, user=self.automation)
        self._stand_ins.clear()

    def reporter(self, name: str | None) -> User:
        """Who logs for a caller: an analyst of some workgroup, as the rule asks; or the automation."""
        person = self.person(name)
        if person is None:
            return self.automation
        return person if is_analyst(person) else self.enlist(person, self.group(None))

    def category(self, *names: str | None) -> Category | None:
        """The category under the ones before it, as far as they are named."""
        found: Category | None = None
        path: tuple[str, ...] = ("category",)
        for name in names:
            if name is None:
                break
            path = (*path, name)
            if path not in self._places:
                self._places[path], _ = Category.objects.get_or_create(parent=found, name=name)
            found = self._places[path]  # type: ignore[assignment]
        return found

    def site(self, name: str | None) -> Site | None:
        if name is None:
            return None
        if ("site", name) not in self._places:
            self._places["site", name], _ = Site.objects.get_or_create(name=name)
        return self._places["site", name]

    def code(self, name: str | None) -> ResolutionCode:
        """The resolution code; one made here is not offered for new work."""
        wanted = name or NO_CODE
        if wanted not in self._codes:
            defaults = {"description": "From an imported trail.", "is_active": False, "position": 1000}
            self._codes[wanted], _ = ResolutionCode.objects.get_or_create(name=wanted, defaults=defaults)
        return self._codes[wanted]

    def reason(self, name: str) -> PendingReason:
        """The pending reason; made again, for the past only, where an administrator removed or renamed it."""
        if name not in self._reasons:
            asks = name == "Waiting for requester"
            defaults = {
                "public_text": name, "waits_for_requester": asks, "resumes_on_reply": asks, "pauses_response": asks,
                "pauses_resolution": name != "Gathering evidence", "is_active": False, "position": 1000,
            }  # fmt: skip
            self._reasons[name], _ = PendingReason.objects.get_or_create(name=name, defaults=defaults)
        return self._reasons[name]


def _username(name: str) -> str:
    """“Caller 2403” → imported.caller-2403; a name that loses something on the way gets a mark, so that no two meet."""
    slug = slugify(name)
    if slug.replace("-", " ") != name.lower() or len(slug) > 120:
        slug = f"{slug[:120]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}".lstrip("-")
    return f"imported.{slug}"


def _free_slug(name: str) -> str:
    slug = slugify(name)[:60] or "imported"
    taken = Workgroup.objects.filter(slug=slug).exists()
    return f"{slug}-{hashlib.sha256(name.encode()).hexdigest()[:8]}" if taken else slug
