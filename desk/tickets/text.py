"""Text as people type it: refused when the database can't hold it, and shown as safe HTML."""

import html as entities
import re
import unicodedata

import nh3
from django.utils.formats import number_format
from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt

from .errors import Refused

MAX_LENGTH = 50_000  # characters in one comment or description
MOST_BRACKETS = 5_000  # looking for links among more of them takes a second and more

_BLANK = {"Cc", "Cf", "Zl", "Zp", "Zs"}
# What Unicode counts among letters, symbols and marks, and yet shows nothing.
_FILLERS = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_markdown = MarkdownIt("commonmark", {"html": False, "linkify": True, "breaks": True}).enable(
    ["table", "strikethrough", "linkify"]
)
_TAGS = {
    "a", "b", "blockquote", "br", "code", "del", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "li", "ol", "p",
    "pre", "s", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip


def normal(text: str) -> str:
    """The text as it is kept: NFC, plain newlines, no outer space."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n")).strip()


def clean(text: str | None, *, field: str, required: str = "", limit: int = MAX_LENGTH) -> str:
    """The text, normalised (NFC, plain newlines, no outer space); Refused with a sentence for `field` otherwise.

    `required`: the sentence for a text with nothing to be seen in it; without it, empty is fine.
    """
    text = normal(text or "")
    if "\x00" in text:
        raise Refused(_("This text holds a NUL character, which can't be stored. Please remove it."), field=field)
    if required and not any(map(_is_visible, text)):
        raise Refused(required, field=field)
    if len(text) > limit:
        has, most = (number_format(number, force_grouping=True) for number in (len(text), limit))
        raise Refused(_("This text has {has} characters; {most} is the most.").format(has=has, most=most), field=field)
    return text


def _is_visible(character: str) -> bool:
    """Whether it leaves a mark: no space, control or format character, filler or variation selector."""
    return unicodedata.category(character) not in _BLANK and not _FILLERS.match(character)


def as_html(text: str, *, pictures: re.Pattern[str] | None = None) -> SafeString:
    """Markdown as HTML in which nothing can run: no raw HTML, links that don't tell where they come from.

    Images only where `pictures` says which addresses they may have; so no page asks another house for one.
    """
    if text and text.count("[") > MOST_BRACKETS:
        return format_html("<pre>{}</pre>", text)
    html = nh3.clean(
        _markdown.render(text or ""),
        tags=_TAGS | {"img"} if pictures else _TAGS,
        attributes={"a": {"href", "title"}, "td": {"align"}, "th": {"align"}, "ol": {"start"}, "img": {"src", "alt"}},
        attribute_filter=lambda tag, name, value: (
            value if (tag, name) != ("img", "src") or (pictures and pictures.fullmatch(value)) else None
        ),
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer nofollow",
    )
    return mark_safe(html)  # nh3 has just cleaned it


def as_plain(text: str) -> str:
    """What Markdown says without its marks, in one line: for excerpts, which escape it themselves."""
    return " ".join(entities.unescape(strip_tags(as_html(text))).split())
