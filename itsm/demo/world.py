"""The company: sites, services, categories, people, workgroups and routing rules, from `company.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.contrib.auth.hashers import make_password

from desk.assignment.models import RoutingRule
from desk.people.actions import ensure_role_groups, join
from desk.people.models import Absence, Role, Shift, Skill, User, UserSkill, Workgroup
from desk.people.queries import automation
from desk.queues.models import SavedView
from desk.replies.models import CannedReply
from desk.services.models import Category, Service, Site
from desk.sla.models import ViolationReason
from desk.tickets.models import PendingReason
from incidents.models import ResolutionCode
from itsm.essentials import lay_essentials
from workorders.models import CreationRule, OrderTemplate, TemplateStep

COMPANY = Path(__file__).with_name("company.toml")
DESK = "service-desk"  # its people answer the phone for all of IT, so they look into every queue


@dataclass
class World:
    """Everything that a story may name, by the name it is called in the library."""

    automation: User
    now: datetime
    people: dict[str, User] = field(default_factory=dict)
    site_of: dict[str, Site] = field(default_factory=dict)  # by username
    sites: dict[str, Site] = field(default_factory=dict)
    services: dict[str, Service] = field(default_factory=dict)
    categories: dict[str, Category] = field(default_factory=dict)  # by trail, as “Network › VPN”
    workgroups: dict[str, Workgroup] = field(default_factory=dict)  # by slug
    leads: dict[str, list[User]] = field(default_factory=dict)
    analysts: dict[str, list[User]] = field(default_factory=dict)  # leads too
    reasons: dict[str, PendingReason] = field(default_factory=dict)
    codes: dict[str, ResolutionCode] = field(default_factory=dict)
    violations: list[ViolationReason] = field(default_factory=list)
    templates: dict[str, OrderTemplate] = field(default_factory=dict)
    order_rule: CreationRule | None = None

    def users_of_it(self) -> list[User]:
        """The employees for whom IT works: nobody of IT or Facilities, and none of the demo accounts."""
        return [
            user
            for user in self.people.values()
            if user.department not in ("IT", "Facilities") and user.username not in ("erin", "omar")
        ]


def build(now: datetime) -> World:
    """Make the company on top of the essentials; the portal must be empty."""
    company = tomllib.loads(COMPANY.read_text(encoding="utf-8"))
    lay_essentials()
    world = World(automation=automation(), now=now)
    skills = {name: Skill.objects.create(name=name) for name in company["skills"]}
    for name, (address, zone) in company["sites"].items():
        world.sites[name] = Site.objects.create(name=name, address=address, time_zone=zone)
    _people(world, company, skills, now)
    _services(world, company)
    _categories(world, company, skills)
    _workgroups(world, company)
    _rules(world, company)
    _orders(world, company)
    _habits(world, company)
    world.reasons = {reason.name: reason for reason in PendingReason.objects.all()}
    world.codes = {code.name: code for code in ResolutionCode.objects.all()}
    return world


def assign_by_themselves(world: World) -> None:
    """Let some workgroups' tickets find their analyst by themselves, from now on."""
    for slug, row in tomllib.loads(COMPANY.read_text(encoding="utf-8"))["workgroups"].items():
        Workgroup.objects.filter(pk=world.workgroups[slug].pk).update(auto_assign=row.get("auto_assign", "off"))


def account_names() -> list[str]:
    return list(tomllib.loads(COMPANY.read_text(encoding="utf-8"))["accounts"])


def _people(world: World, company: dict[str, Any], skills: dict[str, Skill], now: datetime) -> None:
    password = make_password("demo")  # hashed once: a slow hash for each would take half the time of all
    for number, (username, row) in enumerate({**company["accounts"], **company["staff"]}.items()):
        first, last, department, site, *levels = row
        user = User.objects.create(
            username=username,
            first_name=first,
            last_name=last,
            email=f"{username}@northwind.example",
            password=password,
            department=department,
            phone=f"+49 40 5550 {2000 + number * 7}",
            time_zone=world.sites[site].time_zone if site.startswith("Lisbon") else "",
            is_vip=username in company["marks"]["vip"],
            is_staff=username == "admin",
            is_superuser=username == "admin",
            date_joined=now - timedelta(days=400),
        )
        world.people[username], world.site_of[username] = user, world.sites[site]
        for skill, level in (levels[0] if levels else {}).items():
            UserSkill.objects.create(user=user, skill=skills[skill], level=level)
    for username, rows in company["marks"]["shifts"].items():
        for days, start, end in rows:
            times = {"start": time.fromisoformat(start), "end": time.fromisoformat(end)}
            Shift.objects.create(user=world.people[username], weekdays=days, **times)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    for username, start, end, reason in company["marks"]["absences"]:
        Absence.objects.create(
            user=world.people[username],
            start=midnight + timedelta(days=start),
            end=midnight + timedelta(days=end),
            reason=reason,
        )


def _services(world: World, company: dict[str, Any]) -> None:
    for name, (criticality, owner, description) in company["services"].items():
        world.services[name] = Service.objects.create(
            name=name, criticality=criticality, owner=world.people[owner], description=description
        )


def _categories(world: World, company: dict[str, Any], skills: dict[str, Skill]) -> None:
    for place, (top, (skill, children)) in enumerate(company["categories"].items()):
        parent = Category.objects.create(name=top, skill=skills[skill], position=place * 10)
        for child_place, child in enumerate(children):
            name, own = child if isinstance(child, list) else (child, None)
            Category.objects.create(
                parent=parent, name=name, skill=skills[own] if own else None, position=child_place * 10
            )
    names: list[str] = []
    for node in Category.objects.with_tree_fields():  # read back, so that each knows the way to its ancestors
        names[node.tree_depth :] = [node.name]
        world.categories[" › ".join(names)] = node


def _workgroups(world: World, company: dict[str, Any]) -> None:
    for slug, row in company["workgroups"].items():
        workgroup, _ = Workgroup.objects.get_or_create(slug=slug, defaults={"name": row["name"]})
        workgroup.description, workgroup.email = row["about"], f"{slug}@northwind.example"
        workgroup.takes, workgroup.oversees = row["takes"], row.get("oversees", [])
        workgroup.save()
        ensure_role_groups(workgroup)
        world.workgroups[slug] = workgroup
        world.leads[slug] = [world.people[name] for name in row["leads"]]
        world.analysts[slug] = world.leads[slug] + [world.people[name] for name in row["analysts"]]
        for user in world.analysts[slug]:
            join(workgroup=workgroup, user=user, role=Role.LEAD if user in world.leads[slug] else Role.ANALYST)
    for slug, workgroup in world.workgroups.items():
        if slug != DESK:
            for user in world.analysts[DESK]:
                join(workgroup=workgroup, user=user, role=Role.OBSERVER)


def _rules(world: World, company: dict[str, Any]) -> None:
    for place, row in enumerate(company["rules"], start=1):
        RoutingRule.objects.create(
            position=place * 10,
            name=row["name"],
            kind=row.get("kind", "incident"),
            words=row.get("words", []),
            service=world.services[row["service"]] if "service" in row else None,
            category=world.categories[row["category"]] if "category" in row else None,
            site=world.sites[row["site"]] if "site" in row else None,
            workgroup=world.workgroups[row["workgroup"]],
        )


def _habits(world: World, company: dict[str, Any]) -> None:
    """Canned replies, and views of the queues."""
    for name, text, slug in company["replies"]:
        CannedReply.objects.create(name=name, text=text, workgroup=world.workgroups[slug] if slug else None)
    for name, query, slug in company["views"]:
        SavedView.objects.create(name=name, query=query, workgroup=world.workgroups[slug] if slug else None)


def _orders(world: World, company: dict[str, Any]) -> None:
    """Templates of work orders, and the rule that raises one by itself."""
    for row in company["templates"]:
        template = OrderTemplate.objects.create(name=row["name"], description=row["description"])
        world.templates[template.name] = template
        for number, step in enumerate(row["steps"], start=1):
            said = {**step, "workgroup": world.workgroups[step["workgroup"]]}
            TemplateStep.objects.create(template=template, position=number, **said)
    for row in company["creation_rules"]:
        said = {**row, "category": world.categories[row["category"]], "template": world.templates[row["template"]]}
        world.order_rule = CreationRule.objects.create(**said)
