"""What the words of a ticket say about its workgroup: a small statistic, in plain arithmetic without Django.

Each word speaks for a workgroup by how much more often it stands in that workgroup's tickets than in all. A workgroup with
few tickets is believed little: its share is mixed with that of all tickets, as if it had `BELIEF` more of them. The words of one
text say much the same thing again and again, so that all together weigh only as much as the root of their number; this keeps
the chance that comes out close to how often it is right. Words of the title count once more, as words of a title.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

BELIEF = 30
TITLE = "title:"
MOST = 120  # words of a text that are heard
LONGEST = 30  # letters of a word; what is longer is no word
SURE = 80  # percent; from here on routing may follow the words
WORTH_SAYING = 50  # percent; below, the words aren't shown
_WORD = re.compile(r"[^\W_]{2,}")


def words_of(title: str, description: str = "") -> list[str]:
    """The different words of a ticket, in the order of their first use; those of the title twice, marked."""
    # Small letters first: a few letters become two, and what is longer than a word may be couldn't be kept.
    told = [found for found in _WORD.findall(title.lower()) if len(found) <= LONGEST]
    more = [found for found in _WORD.findall(description.lower()) if len(found) <= LONGEST]
    return list(dict.fromkeys([*(TITLE + word for word in told), *told, *more]))[:MOST]


@dataclass
class Counts:
    """In how many tickets of each workgroup each word stood, and how many tickets there were. Keys may be of any sort."""

    tickets: Counter[Any] = field(default_factory=Counter)  # by workgroup
    stood: dict[str, Counter[Any]] = field(default_factory=dict)  # word -> by workgroup

    def learn(self, workgroup: Any, words: Iterable[str]) -> None:
        self.tickets[workgroup] += 1
        for word in words:
            self.stood.setdefault(word, Counter())[workgroup] += 1

    def forget_rare(self, least: int = 2) -> None:
        """Drop words that stood in fewer tickets: they say nothing about the next one."""
        self.stood = {word: counts for word, counts in self.stood.items() if counts.total() >= least}


@dataclass(frozen=True)
class Guess:
    """A workgroup, the chance in percent that it is the one, and the words that spoke for it most."""

    workgroup: Any
    chance: int
    words: tuple[str, ...]


def guess(counts: Counts, words: Iterable[str], belief: float = BELIEF) -> list[Guess]:
    """The workgroups for a ticket of these words, the likeliest first; empty where no word is known."""
    known = [(word, counts.stood[word]) for word in words if word in counts.stood]
    if not known:
        return []
    every = counts.tickets.total()
    damped = 1 / math.sqrt(len(known))
    voices: dict[Any, dict[str, float]] = {
        group: {word: _voice(stood, group, size, every, belief) * damped for word, stood in known}
        for group, size in counts.tickets.items()
    }
    score = {group: math.log(counts.tickets[group] / every) + sum(said.values()) for group, said in voices.items()}
    highest = max(score.values())
    weight = {group: math.exp(value - highest) for group, value in score.items()}
    whole = sum(weight.values())
    order = sorted(weight, key=lambda group: (-weight[group], str(group)))
    return [Guess(group, int(100 * weight[group] / whole), _loudest(voices[group])) for group in order]


def _voice(stood: Mapping[Any, int], group: Any, size: int, every: int, belief: float) -> float:
    usual = sum(stood.values()) / every
    return math.log((stood.get(group, 0) + belief * usual) / (size + belief) / usual)


def _loudest(said: Mapping[str, float], most: int = 3) -> tuple[str, ...]:
    """The words that speak for it most, each named once; those of one or two letters are rarely worth naming."""
    speaking = sorted((word for word in said if said[word] > 0), key=lambda word: (-said[word], word))
    named = dict.fromkeys(word.removeprefix(TITLE) for word in speaking)
    return tuple([word for word in named if len(word) > 2] or named)[:most]
