"""What search reads: each ticket's words in a narrow row of their own, and every word there is. The database keeps both."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import ExpressionWrapper, F, Lookup, Q
from django.db.models.functions import Coalesce


@SearchVectorField.register_lookup
class Answers(Lookup):
    """`words__answers="'vpn':* & 'timeout':*"`: the words answer a query, given as `words.read` writes it."""

    lookup_name = "answers"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        lhs, lhs_params = self.process_lhs(compiler, connection)
        rhs, rhs_params = self.process_rhs(compiler, connection)
        return f"{lhs} @@ {rhs}::tsquery", (*lhs_params, *rhs_params)


ERA = 16_384  # tickets by their ids


class Document(models.Model):
    """The words of a ticket; written by triggers on tickets and events alone, in the transaction of what they describe.

    `workgroup` is the ticket's, so that an index finds words within it; who may see what is asked of the ticket itself.
    `public` holds those of its public side. `whole` holds those and the internal ones, and is NULL where nothing
    internal was written: it answers to those alone who may see what is internal. `era`: see `eras`.
    """

    ticket = models.OneToOneField(
        "tickets.Ticket", primary_key=True, on_delete=models.CASCADE, related_name="search_document"
    )
    workgroup = models.ForeignKey("people.Workgroup", on_delete=models.PROTECT, related_name="+", db_index=False)
    public = SearchVectorField()
    whole = SearchVectorField(null=True)
    era = models.GeneratedField(
        expression=ExpressionWrapper(F("ticket") / ERA, models.BigIntegerField()),
        output_field=models.BigIntegerField(),
        db_persist=True,
    )

    class Meta:
        indexes = [
            # What is new waits in a list that each search reads too; so it is kept short.
            GinIndex(fields=["workgroup", "era", "public"], name="search_public", gin_pending_list_limit=256),
            GinIndex("workgroup", "era", Coalesce("whole", "public"), name="search_whole", gin_pending_list_limit=256),
        ]

    def __str__(self) -> str:
        return f"words of {self.ticket_id}"


MISTYPED = "^[[:alpha:]]{4,24}$"  # what may be the neighbour of a mistyped word


class Word(models.Model):
    """A word that occurs somewhere: a mistyped one finds its neighbours, a beginning its words. Never shown to anybody.

    Not unique: two who write the same new word at the same time must not wait for each other. Twins do no harm.
    """

    word = models.TextField()

    class Meta:
        indexes = [
            models.Index(OpClass("word", name="text_pattern_ops"), name="search_word_begins"),
            GinIndex(OpClass("word", name="gin_trgm_ops"), name="search_word_near", condition=Q(word__regex=MISTYPED)),
        ]

    def __str__(self) -> str:
        return self.word
