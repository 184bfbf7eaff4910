"""How risky a change is: impact × likelihood, from plain questions, and able to say why; touches no database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Iterable


class Experience(models.IntegerChoices):
    """Has it been done before?"""

    NEVER = 1, _("Never")
    SOMETIMES = 2, _("Once or twice")
    OFTEN = 3, _("Often, without trouble")


class TriedOut(models.IntegerChoices):
    """Was it tried out somewhere else first?"""

    NO = 1, _("No")
    PARTLY = 2, _("In part, or on something unlike it")
    YES = 3, _("Yes, on something just like it")


class Undoing(models.IntegerChoices):
    """Can it be undone?"""

    NO = 1, _("No, or not for certain")
    WITH_EFFORT = 2, _("Yes, with effort")
    QUICKLY = 3, _("Yes, within minutes")


class Level(models.TextChoices):
    LOW = "low", _("Low")
    MODERATE = "moderate", _("Moderate")
    HIGH = "high", _("High")


WORDS = {1: _("high"), 2: _("medium"), 3: _("low")}  # of impact and likelihood; 1 is the worst, as on every ticket


LEVELS = {Level.LOW: _("Low risk"), Level.MODERATE: _("Moderate risk"), Level.HIGH: _("High risk")}


@dataclass(frozen=True)
class Risk:
    """A change's risk. `impact` and `likelihood` run from 1 (high) to 3 (low); `score` from 1 (least) to 9 (most)."""

    impact: int
    likelihood: int
    because: tuple[str, ...]

    @property
    def score(self) -> int:
        return (4 - self.impact) * (4 - self.likelihood)

    @property
    def level(self) -> Level:
        """Low up to 2, moderate up to 4, high from 6 (5, 7 and 8 are no products)."""
        if self.score <= 2:
            return Level.LOW
        return Level.MODERATE if self.score <= 4 else Level.HIGH

    @property
    def in_words(self) -> str:
        said = {"level": self.level.label, "impact": WORDS[self.impact], "likelihood": WORDS[self.likelihood]}
        return gettext("{level}: impact {impact}, likelihood {likelihood}").format(**said)

    @property
    def level_in_words(self) -> str:
        return str(LEVELS[self.level])


def assess(*, noticed: int, experience: int, tried_out: int, undoing: int, vital: Iterable[str] = ()) -> Risk:
    """The risk that these answers come to.

    Impact is who would notice (1 everybody … 3 one person), at least medium where a vital service is named, and one
    step worse where it can't be undone. Likelihood counts what is missing of experience and trial, up to two each:
    0–1 low, 2 medium, 3–4 high.
    """
    impact, because = noticed, []
    if (named := ", ".join(vital)) and impact > 2:
        impact = 2
        because.append(gettext("Impact is at least medium: {services} is vital.").format(services=named))
    if undoing == Undoing.NO and impact > 1:
        impact -= 1
        because.append(gettext("Impact is one step higher: it can't be undone for certain."))
    missing = (Experience.OFTEN - experience) + (TriedOut.YES - tried_out)
    likelihood = 3 if missing <= 1 else 2 if missing == 2 else 1
    if experience == Experience.NEVER:
        because.append(gettext("It has never been done before."))
    if tried_out == TriedOut.NO:
        because.append(gettext("It wasn't tried out."))
    return Risk(impact, likelihood, tuple(because))
