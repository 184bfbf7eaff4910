"""What a person typed, read as a query: words with their inflections, “phrases”, -exclusions, and numbers of tickets."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from django.db import connection

from desk.tickets import kinds

from .models import MISTYPED

LONGEST, MOST = 200, 10  # characters and words of a query; what is beyond says nothing more
_CHUNK = re.compile(r'-?"[^"]*"|\S+')
_NUMBER = re.compile(r"(?:([a-z]{2,4})[\s#-]*)?0*(\d{1,9})", re.I)
_ENDINGS = ("ing", "ed", "es", "en", "em", "s", "e", "n", "y")  # of both languages; longest first
_SPELLED_OUT = {"ä": "ae", "ö": "oe", "ü": "ue"}


@dataclass(frozen=True)
class Reading:
    """A query as PostgreSQL takes it, empty where nothing was asked; with what to mark in texts."""

    typed: str
    query: str = ""
    stems: tuple[str, ...] = ()  # beginnings of the words that answer it
    numbers: tuple[str, ...] = ()
    words: tuple[tuple[str, str], ...] = ()  # (lexeme, its part of the query), where its neighbours may be tried
    wanted: tuple[str, ...] = ()  # the parts of the query, one for each word or phrase
    ruled_out: tuple[str, ...] = ()  # parts that nothing may have

    def __bool__(self) -> bool:
        return bool(self.query or self.numbers)


@dataclass(frozen=True)
class Chunk:
    """A piece of what was typed: a word or a phrase, asked for or ruled out; `lexemes` are the database's."""

    text: str
    phrase: bool
    ruled_out: bool
    lexemes: tuple[str, ...] = ()
    in_a_row: str = ""  # the phrase as a query


def read(typed: str) -> Reading:
    """The query that somebody typed, whatever they typed; one statement, to learn how the database cuts words."""
    typed = _plain(typed)
    chunks, numbers = _chunks(typed), _numbers(typed)
    if not chunks or len(numbers) == 1:
        return Reading(typed, numbers=numbers)
    chunks = _cut(chunks)
    asked = [(chunk, _part(chunk)) for chunk in chunks if chunk.lexemes]
    wanted = [part for chunk, part in asked if not chunk.ruled_out]
    unwanted = [f"!{part}" for chunk, part in asked if chunk.ruled_out]
    return Reading(
        typed,
        query=" & ".join([*wanted, *unwanted]) if wanted else "",
        stems=tuple(dict.fromkeys(s for chunk, _ in asked if not chunk.ruled_out for s in _stems(chunk))),
        numbers=numbers,
        wanted=tuple(wanted),
        ruled_out=tuple(unwanted),
        words=tuple((c.lexemes[0], part) for c, part in asked if not (c.ruled_out or c.phrase) and len(c.lexemes) == 1),
    )


def _plain(typed: str) -> str:
    """One line without control characters, no longer than a query may be."""
    typed = unicodedata.normalize("NFC", typed[: LONGEST * 4])
    visible = "".join(" " if unicodedata.category(letter)[0] in "CZ" else letter for letter in typed)
    return " ".join(visible.replace("“", '"').replace("”", '"').replace("„", '"').split())[:LONGEST]


def _chunks(typed: str) -> list[Chunk]:
    found = []
    for text in _CHUNK.findall(typed)[:MOST]:
        ruled_out = len(text) > 1 and text[0] == "-"
        text = text[ruled_out:]
        phrase = len(text) > 1 and text[0] == text[-1] == '"'
        found.append(Chunk(text.strip('"'), phrase, ruled_out))
    return found


def _cut(chunks: list[Chunk]) -> list[Chunk]:
    """The chunks with the lexemes that the database makes of them: none for a stop word."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tsvector_to_array(to_tsvector('desk_search', text)), phraseto_tsquery('desk_search', text)::text"
            " FROM unnest(%s::text[]) WITH ORDINALITY AS typed(text, place) ORDER BY place",
            [[chunk.text for chunk in chunks]],
        )
        return [
            replace(chunk, lexemes=tuple(lexemes), in_a_row=in_a_row)
            for chunk, (lexemes, in_a_row) in zip(chunks, cursor.fetchall(), strict=True)
        ]


def _part(chunk: Chunk) -> str:
    if chunk.phrase:
        return f"({chunk.in_a_row})"
    together = [beginning(lexeme) for lexeme in chunk.lexemes]
    ways = [" & ".join(together), *(quoted(other) for other in _spellings(chunk))]
    return f"({' | '.join(ways)})"


def _spellings(chunk: Chunk) -> list[str]:
    """Other ways to write the same word: München and Muenchen, e-mail and email."""
    text = chunk.text.lower()
    others = {re.sub("[äöü]", lambda letter: _SPELLED_OUT[letter[0]], text), text.replace("-", "")}
    others.add(re.sub("ae|oe|ue", lambda letters: letters[0][0], text))
    return sorted(other for other in others - {text} if other.isalnum())


def _stems(chunk: Chunk) -> list[str]:
    if chunk.phrase:
        return list(chunk.lexemes)
    return [trimmed(lexeme) for lexeme in chunk.lexemes] + _spellings(chunk)


def beginning(lexeme: str) -> str:
    """The part of a query for words that begin like this one, so that its inflections and compounds answer too."""
    stem = trimmed(lexeme)
    return quoted(stem) + ":*" if len(stem) >= 3 else quoted(lexeme)


def trimmed(lexeme: str) -> str:
    """The word without an ending that English or German may have put there; never less than four letters.

    Lighter than a stemmer on purpose: what stays is a beginning that the text's words share, in either language.
    """
    if not lexeme.isalpha():
        return lexeme
    for ending in _ENDINGS:
        stem = lexeme.removesuffix(ending)
        if stem != lexeme and len(stem) >= 4 and not (ending == "s" and stem.endswith("s")):
            doubled = ending in {"ing", "ed"} and stem[-1] == stem[-2] and stem[-1] not in "lsfz" and len(stem) > 4
            return stem[:-1] if doubled else stem
    return lexeme


def quoted(lexeme: str) -> str:
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"


def _numbers(typed: str) -> tuple[str, ...]:
    """The numbers of tickets that may be meant: INC-000123 for “inc123” and, of each kind, for “123”."""
    found = _NUMBER.fullmatch(typed)
    if not found:
        return ()
    prefix = (found[1] or "").upper()
    known = [kind.prefix for kind in kinds.every()]
    return tuple(f"{one}-{int(found[2]):06d}" for one in known if prefix in ("", one))


# -- which words there are -----------------------------------------------------------------------------

FORMS = 60  # words that one beginning may stand for
_BEGINNING = re.compile(r"'((?:[^'\\]|''|\\\\)+)':\*")


def exactly(queries: Sequence[str]) -> list[str]:
    """The same queries with each beginning spelled out as the words that there are; empty where these are too many.

    They find the same. An index meets whole words much sooner than beginnings. One statement for all of them.
    """
    stems = sorted({_unquoted(stem) for query in queries for stem in _BEGINNING.findall(query)})
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT stem, ARRAY(SELECT DISTINCT word FROM search_word WHERE word ~>=~ stem AND word ~<~ (stem || chr(1114111))"
            " LIMIT %s) FROM unnest(%s::text[]) AS stem",
            [FORMS + 1, stems],
        )
        known = dict(cursor.fetchall())
    return ["" if _is_vague(query, known) else _BEGINNING.sub(partial(_forms, known), query) for query in queries]


def _is_vague(query: str, known: Mapping[str, Sequence[str]]) -> bool:
    """Words that don't begin with a letter aren't known one by one."""
    stems = [_unquoted(stem) for stem in _BEGINNING.findall(query)]
    return any(len(known[stem]) > FORMS or not stem[0].isalpha() for stem in stems)


def _forms(known: Mapping[str, Sequence[str]], found: re.Match[str]) -> str:
    stem = _unquoted(found[1])
    return f"({' | '.join(quoted(word) for word in sorted({stem, *known[stem]}))})"


def _unquoted(inside: str) -> str:
    return inside.replace("''", "'").replace("\\\\", "\\")


# -- what a mistyped word may have meant ------------------------------------------------------------


def plain(text: str) -> str:
    """In small letters and without accents, as the index has it."""
    return "".join(
        c for c in unicodedata.normalize("NFD", text.lower().replace("ß", "ss")) if not unicodedata.combining(c)
    )


NEAR = 4  # neighbours that are tried for a word
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def with_neighbours(reading: Reading) -> Reading | None:
    """The query with each of its words or one that is nearly the same; None where there is none.

    The neighbours come from everybody's texts. That tells nothing: they only decide what is looked for among those
    tickets that the person may see, and are shown nowhere but in these tickets' own words.
    """
    near = _neighbours([lexeme for lexeme, _ in reading.words if len(lexeme) >= 4 and lexeme.isalpha()])
    query, stems, tried = reading.query, list(reading.stems), []
    for lexeme, part in reading.words:
        tried.append((near.get(lexeme, [lexeme])[0], part))
        if lexeme in near:
            others = " | ".join(quoted(word) for word in near[lexeme])
            query = query.replace(part, f"({part} | {others})", 1)
            stems += near[lexeme]
    nearly = replace(reading, query=query, stems=tuple(stems), words=tuple(tried))
    return nearly if query != reading.query else None


def any_of(reading: Reading) -> Reading | None:
    """The query that one of its words answers already; None where there is only one."""
    if len(reading.wanted) < 2:
        return None
    return replace(reading, query=" & ".join([f"({' | '.join(reading.wanted)})", *reading.ruled_out]))


def _neighbours(lexemes: list[str]) -> dict[str, list[str]]:
    """Of each word, the known ones that are the fewest slips away: one, or two where the word is long enough."""
    slips = sorted({slip for lexeme in lexemes for slip in one_slip(lexeme)})
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT typed, known.word FROM unnest(%s::text[]) AS typed CROSS JOIN LATERAL ("
            f" SELECT word FROM search_word WHERE word ~ '{MISTYPED}' AND word %% typed"
            " ORDER BY similarity(word, typed) DESC LIMIT 40) AS known"
            # of short words, few trigrams are the same
            f" UNION SELECT NULL, word FROM search_word WHERE word = ANY(%s) AND word ~ '{MISTYPED}'",
            [lexemes, slips],
        )
        pairs = cursor.fetchall()
    found: dict[str, list[str]] = {}
    for lexeme in lexemes:
        near = {word for typed, word in pairs if typed in (lexeme, None) and word != lexeme}
        most = 1 if len(lexeme) <= 5 else 2
        ranked = sorted((slips_between, word) for word in near if (slips_between := mistakes(lexeme, word)) <= most)
        if ranked:
            found[lexeme] = [word for _, word in ranked][:NEAR]
    return found


def one_slip(word: str) -> set[str]:
    """What the word becomes when one letter is left out, put in, mistaken for another, or swapped with the next."""
    cuts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    found = {left + right[1:] for left, right in cuts if right}
    found |= {left + right[1] + right[0] + right[2:] for left, right in cuts if len(right) > 1}
    found |= {left + letter + right[1:] for left, right in cuts if right for letter in _LETTERS}
    return found | {left + letter + right for left, right in cuts for letter in _LETTERS}


def mistakes(typed: str, meant: str) -> int:
    """How many slips make one word of the other: a letter missing, too many, wrong, or two in the wrong order."""
    before: list[int] = []
    last = list(range(len(meant) + 1))
    for i, letter in enumerate(typed, 1):
        row = [i]
        for j, other in enumerate(meant, 1):
            best = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == meant[j - 2] and typed[i - 2] == other:
                best = min(best, before[j - 2] + 1)
            row.append(best)
        before, last = last, row
    return last[-1]


def pattern(stems: Iterable[str]) -> re.Pattern[str] | None:
    """What to mark in a text: words that begin with one of the stems, accents or not."""
    spelled = [_accented(stem) for stem in sorted(set(stems), key=len, reverse=True) if stem]
    return re.compile(rf"(?<!\w)(?:{'|'.join(spelled)})\w*", re.I) if spelled else None


_ACCENTS = {
    "a": "[aàáâãäå]", "c": "[cç]", "e": "[eèéêë]", "i": "[iìíîï]", "n": "[nñ]", "o": "[oòóôõö]", "u": "[uùúûü]",
}  # fmt: skip


def _accented(stem: str) -> str:
    return "".join(_ACCENTS.get(letter) or re.escape(letter) for letter in stem).replace("ss", "(?:ss|ß)")
