"""The words that workgroups are known by: learnt from finished tickets into narrow tables, and asked about one text."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Sum

from desk.people.models import Workgroup
from desk.people.queries import workgroups_for
from desk.tickets import flow, kinds
from desk.tickets.models import Ticket

from . import words
from .models import LearntGroup, LearntWord

NEWEST = 20_000  # finished tickets that are learnt from
WORDS_OF_A_GROUP = 4_000  # of each workgroup the most frequent are kept


@dataclass(frozen=True)
class Proposal:
    """A workgroup for a text, the chance in percent, and the words that spoke for it."""

    workgroup: Workgroup
    chance: int
    words: tuple[str, ...]


def learn(kind: str = "incident", newest: int = NEWEST) -> int:
    """Learn anew from the newest finished tickets of this kind in which workgroup they ended; returns how many."""
    info = kinds.get(kind)
    done = sorted((info.solved | info.closed) - info.void)
    rows = Ticket.objects.filter(kind=kind, state__in=done).order_by("-pk")
    counts = words.Counts()
    told = rows.values_list("workgroup", "title", "description")[:newest]
    for workgroup, title, description in told.iterator(chunk_size=2000):
        counts.learn(workgroup, words.words_of(title, description))
    counts.forget_rare()
    _keep(counts)
    return counts.tickets.total()


@transaction.atomic
def _keep(counts: words.Counts) -> None:
    flow.serialise("keeping learnt words")
    LearntWord.objects.all().delete()
    LearntGroup.objects.all().delete()
    LearntGroup.objects.bulk_create(
        LearntGroup(workgroup_id=pk, tickets=n) for pk, n in sorted(counts.tickets.items(), key=str)
    )
    by_group: dict[int, Counter[str]] = {}
    for word, stood in counts.stood.items():
        for workgroup, n in stood.items():
            by_group.setdefault(workgroup, Counter())[word] = n
    rows = (
        LearntWord(word=word, workgroup_id=workgroup, tickets=n)
        for workgroup, stood in by_group.items()
        for word, n in stood.most_common(WORDS_OF_A_GROUP)
    )
    LearntWord.objects.bulk_create(rows, batch_size=2000)


def told_by_words(title: str, description: str, kind: str) -> list[Proposal]:
    """The workgroups that take this kind of ticket, the likeliest by its words first; at most three queries.

    Empty where nothing was learnt, no word is known, or no chance is worth saying.
    """
    asked = words.words_of(title, description)
    counts = words.Counts(Counter(dict(LearntGroup.objects.values_list("workgroup", "tickets"))))
    if not asked or not counts.tickets:
        return []
    for word, workgroup, n in LearntWord.objects.filter(word__in=asked).values_list("word", "workgroup", "tickets"):
        counts.stood.setdefault(word, Counter())[workgroup] = n
    found = [guess for guess in words.guess(counts, asked) if guess.chance >= words.WORTH_SAYING]
    groups = {group.pk: group for group in workgroups_for(kind)} if found else {}
    return [
        Proposal(groups[guess.workgroup], guess.chance, guess.words) for guess in found if guess.workgroup in groups
    ]


def sure_of(title: str, description: str, kind: str) -> Proposal | None:
    """The workgroup of which the words leave little doubt."""
    first = next(iter(told_by_words(title, description, kind)), None)
    return first if first is not None and first.chance >= words.SURE else None


def learnt_from() -> int:
    """From how many tickets the words were learnt."""
    return LearntGroup.objects.aggregate(all=Sum("tickets"))["all"] or 0
