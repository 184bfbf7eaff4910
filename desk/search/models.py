"""What search reads: each ticket's words in a narrow row of their own, and every word there is. The database keeps both."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Lookup
from django.db.models.functions import Coalesce


@SearchVectorField.register_lookup
class Answers(Lookup):
    """`words__answers="'vpn':* & 'timeout':*"`: the words answer a query, given as `words.read` writes it."""

    lookup_name = "answers"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        lhs, lhs_params = self.process_lhs(compiler, connection)
        rhs, rhs_params = self.process_rhs(compiler, connection)
        return f"{lhs} @@ {rhs}::tsquery", (*lhs_params, *rhs_params)


class Document(models.Model):
    """The words of a ticket; written by triggers on tickets and events alone, in the transaction of what they describe.

    `workgroup` is the ticket's, so that an index finds words within it; who may see what is asked of the ticket itself.
    `public` holds those of its public side. `whole` holds those and the internal ones, and is NULL where nothing
    internal was written: it answers to those alone who may see what is internal.
    """

    ticket = models.OneToOneField(
        "tickets.Ticket", primary_key=True, on_delete=models.CASCADE, related_name="search_document"
    )
    workgroup = models.ForeignKey("people.Workgroup", on_delete=models.PROTECT, related_name="+", db_index=False)
    public = SearchVectorField()
    whole = SearchVectorField(null=True)

    class Meta:
        indexes = [
            # What is new waits in a list that each search reads too; so it is kept short.
            GinIndex(fields=["workgroup", "public"], name="search_public", gin_pending_list_limit=256),
            GinIndex("workgroup", Coalesce("whole", "public"), name="search_whole", gin_pending_list_limit=256),
        ]

    def __str__(self) -> str:
        return f"words of {self.ticket_id}"


class Word(models.Model):
    """A word that occurs somewhere, so that a mistyped one finds its neighbours. Never shown to anybody.

    Not unique: two who write the same new word at the same time must not wait for each other. Twins do no harm.
    """

    word = models.CharField(max_length=24)

    class Meta:
        indexes = [
            models.Index(fields=["word"], name="search_word_same"),
            GinIndex(OpClass("word", name="gin_trgm_ops"), name="search_word_near"),
        ]

    def __str__(self) -> str:
        return self.word
