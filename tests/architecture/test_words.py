"""Words are marked, and their German names the same things as the English."""

import gettext
import re
from pathlib import Path

import pytest
from django.template.base import Lexer, TokenType

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*") if path.suffix in (".html", ".txt"))
# What is the same in every language, or no word at all.
SAME = re.compile(
    r"&[a-z]+;|VIP|CSV|API|Esc|min|P\d?|INC-\d+|[-\w./]+\.html|/[\w/]+/|manage\.py|sla_simulate|NAME|.?--\w+|Authorization|Bearer|…|."
)
SPOKEN = re.compile(r'\b(?:title|aria-label|placeholder|alt)="([^"{}\0]*[A-Za-z]{2,}[^"{}\0]*)"')
ARGUMENT = re.compile(r'\b(?:title|why|label|action|caption|heading|hint|lead)=("[^"]*[A-Za-z]{2,}[^"]*")')


def unmarked(source):
    """Text that a reader sees as it stands in the template, whatever their language."""
    kept, found, quiet = [], [], 0
    for token in Lexer(source).tokenize():
        word = token.contents.split()[0] if token.token_type == TokenType.BLOCK else ""
        if word in ("blocktranslate", "comment"):
            quiet += 1
        elif word in ("endblocktranslate", "endcomment"):
            quiet -= 1
        elif word == "include":
            found += ARGUMENT.findall(token.contents)
        elif word == "block" and token.contents.split()[1] in ("body_class", "entrance_class"):
            quiet += 1
        elif word == "endblock":
            quiet = 0
        kept.append(token.contents if token.token_type == TokenType.TEXT and not quiet else "\0")
    text = re.sub(r"<!--.*?-->|<(style|script|svg)\b.*?</\1>", "\0", "".join(kept), flags=re.S)
    found += [said for tag in re.findall(r"<[^>]*>", text) for said in SPOKEN.findall(tag)]
    plain = re.sub(r"<[^>]*>", "\0", text)
    found += [piece.strip() for piece in re.split(r"[\0\n]+", plain) if re.search(r"[A-Za-z]{2,}", piece)]
    return [piece for piece in found if not all(SAME.fullmatch(one) for one in re.findall(r"[^\s·,:()/“”]+", piece))]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_every_word_of_a_template_is_marked(path):
    assert unmarked(path.read_text()) == []


@pytest.mark.parametrize("domain", ["django", "djangojs"])
def test_german_names_what_english_names(domain):
    with (ROOT / f"locale/de/LC_MESSAGES/{domain}.mo").open("rb") as file:
        known = gettext.GNUTranslations(file)._catalog
    names = re.compile(r"\{\w*\}|%\(\w+\)s|</?\w+")
    wrong = {}
    for key, german in known.items():
        english = (key[0] if isinstance(key, tuple) else key).rpartition("\4")[2]
        differ = set(names.findall(german)) ^ set(names.findall(english))
        if english and len(differ) > isinstance(key, tuple):  # “one ticket” may not name the number, “{n} tickets” does
            wrong[english] = german
    assert wrong == {}


def test_what_is_unmarked_is_found():
    assert unmarked(
        '<p class="soft">Hello {{ name }}</p><b title="Good day">{% translate "x" %}</b>{% include "a.html" with title="Oh no" %}'
    ) == [
        '"Oh no"',
        "Good day",
        "Hello",
    ]
    assert unmarked("{% blocktranslate %}Hello{% endblocktranslate %}<i>P1 · VIP</i>") == []
