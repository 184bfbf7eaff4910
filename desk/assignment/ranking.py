"""Who could have a ticket: reads what counts about workgroups and analysts, in a handful of queries, and has it ranked."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef

from desk.people.models import Membership, Role, Skill, User, UserSkill, Workgroup
from desk.people.presence import Presence, presence_of
from desk.people.queries import workgroups_for
from desk.services.models import Category
from desk.tickets.models import Ticket
from desk.tickets.queries import at_work, count_of

from . import history, learning, scoring
from .pingpong import sent_on_by
from .queries import Known, NoCatchAll, Table, Tree, branch_of, tree


@dataclass(frozen=True)
class Candidate(scoring.Analyst):
    """An analyst as they are ranked, with the person."""

    user: User = field(kw_only=True, compare=False)


@dataclass(frozen=True)
class Choice(scoring.Group):
    """A workgroup as it is ranked, with the row."""

    people: tuple[Candidate, ...] = ()
    workgroup: Workgroup = field(kw_only=True, compare=False)


def analysts(ticket: Ticket, workgroup: Workgroup) -> list[Candidate]:
    """The analysts of the workgroup as they fit the ticket, the best suited first."""
    return scoring.rank(people_of(ticket, workgroup), ticket.priority)


def people_of(ticket: Ticket, workgroup: Workgroup) -> list[Candidate]:
    """The analysts of the workgroup with what counts about them, in no order."""
    return _people(ticket, [workgroup], _tree_for(ticket))[workgroup.pk]


def workgroups(ticket: Ticket) -> list[Choice]:
    """The workgroups that take such a ticket, and the one that has it, as they fit it, the best first."""
    groups = list(workgroups_for(ticket.takes_as) | Workgroup.objects.filter(pk=ticket.workgroup_id))
    waiting = Workgroup.objects.filter(pk__in=[group.pk for group in groups]).annotate(
        waiting=count_of(at_work(Ticket.objects.filter(workgroup=OuterRef("pk"))))
    )
    counted = dict(waiting.values_list("pk", "waiting"))
    above = _tree_for(ticket)
    people, ended, sent_on = _people(ticket, groups, above), history.ended(ticket), sent_on_by(ticket)
    ruled, words = _told(ticket, above)
    choices = [
        Choice(
            pk=group.pk,
            name=group.name,
            people=tuple(people[group.pk]),
            waiting=counted[group.pk],
            ended=ended.get(group.pk),
            rule=ruled.get(group.pk, ""),
            words=words[group.pk].words if group.pk in words else (),
            chance=words[group.pk].chance if group.pk in words else 0,
            has_it=group.pk == ticket.workgroup_id,
            sent_on=sent_on.get(group.pk),
            workgroup=group,
        )
        for group in groups
    ]
    return scoring.rank_groups(choices)


def _tree_for(ticket: Ticket) -> Tree:
    return tree() if ticket.category_id else {}


def _told(ticket: Ticket, above: Tree) -> tuple[dict[int, str], dict[int, learning.Proposal]]:
    """What the routing rules say now, by workgroup; and what the words say, where only the catch-all matches."""
    try:
        found = Table.saved(ticket.kind, above=above).route(Known.of(ticket))
    except NoCatchAll:
        found = None
    if found is not None and not found.is_catch_all:
        return {found.workgroup.pk: f"“{found.rule}”: {found.because}"}, {}
    told = learning.told_by_words(ticket.title, ticket.description, ticket.takes_as)
    return {}, {proposal.workgroup.pk: proposal for proposal in told}


def skills_wanted(category: int | None, above: Tree) -> list[Skill]:
    """The skills of the category, or of the nearest one above it that names some."""
    line = branch_of(category, above)
    if not line:
        return []
    nodes = Category.objects.filter(pk__in=line).select_related("skill").prefetch_related("also_skills").in_bulk()
    for node in (nodes[pk] for pk in line):
        named = {skill.pk: skill for skill in [node.skill, *node.also_skills.all()] if skill is not None}
        if named:
            return sorted(named.values(), key=lambda skill: skill.name)
    return []


def _people(ticket: Ticket, groups: Sequence[Workgroup], above: Tree) -> dict[int, list[Candidate]]:
    """The analysts of each of these workgroups, with all that counts about them."""
    rows = Membership.objects.filter(
        workgroup__in=groups, role__in=[Role.ANALYST, Role.LEAD], user__is_active=True, user__is_automation=False
    ).select_related("user")
    members = [(row.workgroup_id, row.user) for row in rows]
    users = list({user.pk: user for _, user in members}.values())
    wanted = skills_wanted(ticket.category_id, above)
    levels = _levels(users, wanted)
    loads, presence = _loads(users, besides=ticket), presence_of(users)
    known = {user.pk: _candidate(user, wanted, levels, loads[user.pk], presence[user.pk]) for user in users}
    found: dict[int, list[Candidate]] = {group.pk: [] for group in groups}
    for workgroup, user in members:
        found[workgroup].append(known[user.pk])
    return found


def _candidate(
    user: User, wanted: Iterable[Skill], levels: dict[tuple[int, int], int], load: Counter[int], presence: Presence
) -> Candidate:
    return Candidate(
        pk=user.pk,
        name=str(user),
        skills=tuple(scoring.Skilled(skill.name, levels.get((user.pk, skill.pk), 0)) for skill in wanted),
        load=(load[1], load[2], load[3], load[4], load[5]),
        on_shift=presence.on_shift,
        away=presence.away is not None,
        presence=presence.in_words,
        user=user,
    )


def _levels(users: Sequence[User], wanted: Sequence[Skill]) -> dict[tuple[int, int], int]:
    if not wanted:
        return {}
    rows = UserSkill.objects.filter(user__in=users, skill__in=wanted).values_list("user", "skill", "level")
    return {(user, skill): level for user, skill, level in rows}


def _loads(users: Sequence[User], *, besides: Ticket) -> dict[int, Counter[int]]:
    """How many of each priority each of them has open, apart from the ticket itself; read by the index of assignees."""
    theirs = at_work(Ticket.objects.filter(assignee=OuterRef("pk"))).exclude(pk=besides.pk)
    urgent = ArraySubquery(theirs.order_by("priority", "pk").values("priority")[: scoring.MANY])
    rows = User.objects.filter(pk__in=[user.pk for user in users]).annotate(open=urgent).values_list("pk", "open")
    found: dict[int, Counter[int]] = defaultdict(Counter)
    for pk, priorities in rows:
        found[pk] = Counter(priorities)
    return found
