"""The search page, and the few rows for a box in which somebody types."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from desk.people.rules import reach
from desk.people.signed_in import SignedIn
from desk.tickets.models import Ticket

from . import highlights, others, queries, words
from .filters import Narrow


@dataclass(frozen=True)
class Line:
    """A found ticket as the page shows it: marked where it answers."""

    ticket: Ticket
    internal: bool  # whether the finder sees its inside: state and workgroup in IT's words
    title: SafeString
    excerpt: str | SafeString
    from_note: bool  # the excerpt is of something internal


@require_safe
def index(request: SignedIn) -> HttpResponse:
    """What answers a text, narrowed by filters that stand in the address."""
    text = request.GET.get("q", "")
    narrow = Narrow(request.GET, user=request.user)
    found = queries.search(text, request.user, narrow=narrow.narrow, page=_page_number(request))
    context = {
        "typed": found.reading.typed,
        "found": found,
        "lines": _lines(found),
        "narrow": narrow,
        "chips": (chips := narrow.chips()),
        "others": others.found(found.reading, request.user) if found.page == 1 and not chips else [],
        "sees_queues": bool(reach(request.user).view),
    }
    return render(request, "search/index.html#results" if request.htmx else "search/index.html", context)


@require_safe
def quick(request: SignedIn) -> HttpResponse:
    """A few rows for what was typed so far: number, title, state."""
    rows = queries.quick(request.GET.get("q", ""), request.user)
    return HttpResponse(render_to_string("search/quick.html", {"rows": rows}))  # what pages share isn't asked for


def _page_number(request: SignedIn) -> int:
    asked = request.GET.get("page", "1")
    return (
        min(int(asked), queries.CAP // queries.PAGE) if asked.isascii() and asked.isdigit() and asked[:1] != "0" else 1
    )


def _lines(found: queries.Found) -> list[Line]:
    """The rows with their marks. What was said is read only for those whose title and description don't answer."""
    pattern = words.pattern(found.reading.stems)
    excerpts = {row.pk: highlights.snippet(row.beginning, pattern) for row in found.rows}  # type: ignore[attr-defined]
    silent = [row for row in found.rows if not (excerpts[row.pk] or (pattern and pattern.search(row.title)))]
    said = queries.texts_of(silent) if silent and pattern else {}
    lines = []
    for row in found.rows:
        excerpt, from_note = excerpts[row.pk], False
        for text, internal in said.get(row.pk, ()):
            if excerpt is None and (excerpt := highlights.snippet(text, pattern)):
                from_note = internal
        shown = excerpt or highlights.opening(row.beginning)  # type: ignore[attr-defined]
        lines.append(Line(row, row.internal, highlights.marked(row.title, pattern), shown, from_note))  # type: ignore[attr-defined]
    return lines
