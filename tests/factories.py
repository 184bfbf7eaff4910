"""Makes the people, workgroups and tickets that stories need; tickets through the same actions as real work."""

from typing import Any

import factory
from factory.django import DjangoModelFactory

from desk.assignment.models import RoutingRule
from desk.people.actions import ensure_role_groups, join
from desk.people.models import Role, User, Workgroup
from desk.services.models import Category, Service, Site
from incidents import actions
from incidents.models import Incident


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"person{n}")
    first_name = factory.LazyAttribute(lambda person: person.username.capitalize())
    email = factory.LazyAttribute(lambda person: f"{person.username}@northwind.example")
    password = factory.django.Password("demo")


class WorkgroupFactory(DjangoModelFactory):
    class Meta:
        model = Workgroup
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Workgroup {n}")
    slug = factory.LazyAttribute(lambda group: group.name.lower().replace(" ", "-"))

    @factory.post_generation
    def grants(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        ensure_role_groups(self)


class ServiceFactory(DjangoModelFactory):
    class Meta:
        model = Service

    name = factory.Sequence(lambda n: f"Service {n}")


class CategoryFactory(DjangoModelFactory):
    class Meta:
        model = Category

    name = factory.Sequence(lambda n: f"Category {n}")


class SiteFactory(DjangoModelFactory):
    class Meta:
        model = Site

    name = factory.Sequence(lambda n: f"Site {n}")


class RoutingRuleFactory(DjangoModelFactory):
    class Meta:
        model = RoutingRule

    name = factory.Sequence(lambda n: f"Rule {n}")


def person(name: str, **fields: Any) -> User:
    """Somebody by their first name, as in DESIGN's demo world."""
    return UserFactory(username=name, **fields)


def analyst(name: str, workgroup: Workgroup, role: str = Role.ANALYST, **fields: Any) -> User:
    """Somebody who works a queue."""
    user = person(name, **fields)
    join(workgroup=workgroup, user=user, role=role)
    return user


def incident(by: User, title: str = "The mail is down", **fields: Any) -> Incident:
    """An incident, logged as a person would."""
    return actions.log(by=by, title=title, **fields)
