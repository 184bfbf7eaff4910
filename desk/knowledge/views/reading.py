"""What readers see: the front page with its search, an article, its pictures, and their yes or no."""

from __future__ import annotations

import logging

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from desk.people.signed_in import SignedIn
from desk.tickets.errors import Refused
from desk.tickets.views.answers import end_draft
from desk.tickets.views.typed import typed_before

from .. import actions, queries, rules
from ..lifecycle import MOVES
from ..models import Article, Vote

log = logging.getLogger(__name__)


@require_safe
def index(request: SignedIn) -> HttpResponse:
    """Search; else what there is by category, what is new and what is read most."""
    typed = request.GET.get("q", "").strip()[:200]
    context = {"typed": typed, "inside": rules.reads_all(request.user), "may_write": rules.may_write(request.user)}
    if typed:
        context["lines"] = queries.find(typed, request.user)
    else:
        context |= _shelves(request)
    part = "#found" if request.htmx.target == "articles" else ""
    return render(request, f"knowledge/index.html{part}", context)


def _shelves(request: SignedIn) -> dict[str, object]:
    subjects = queries.subjects(request.user)
    asked = request.GET.get("category", "")
    chosen = next((one for one in subjects if str(one.category.pk) == asked), None)
    shown: dict[str, object] = {"subjects": subjects, "chosen": chosen}
    if chosen:
        return {**shown, "lines": queries.plain_lines(queries.in_subject(request.user, chosen))}
    newest, most_read = queries.newest(request.user), queries.most_read(request.user)
    return {**shown, "newest": queries.plain_lines(newest), "most_read": queries.plain_lines(most_read)}


@require_safe
def article(request: SignedIn, slug: str) -> HttpResponse:
    """An article as it is published. For IT also what is being written, figures, and what can be done."""
    found = queries.get_article(request.user, slug)
    inside = rules.reads_all(request.user)
    drafted = inside and (found.current is None or "draft" in request.GET)
    context: dict[str, object] = {
        "article": found,
        "shown": found if drafted else found.current,
        "drafted": drafted,
        "inside": inside,
        "vote": Vote.objects.filter(article=found, user=request.user).first(),
        "typed": typed_before(request, reverse("knowledge:vote", args=[slug])).get("word", ""),
    }
    if inside:
        context |= _behind(request, found)
    if not drafted and found.owner_id != request.user.pk:
        actions.note_reading(article=found)
    return render(request, "knowledge/article.html", context)


def _behind(request: SignedIn, found: Article) -> dict[str, object]:
    """What IT sees beside it: figures, and the moves that are possible with why they are shut to this person."""
    moves = [(move, move.why_not(found, request.user)) for move in MOVES.values() if move.possible(found)]
    return {
        "figures": queries.figures(found),
        "moves": moves,
        "may_write": rules.may_write(request.user),
        "versions": found.versions.count(),
    }


@require_safe
@cache_control(private=True, no_cache=True)
def picture(request: SignedIn, key: str) -> FileResponse:
    """A picture, for whoever may read the text that shows it."""
    found = queries.picture_for(request.user, key)
    try:
        content = found.file.open("rb")
    except FileNotFoundError:
        log.error("The bytes of picture %s (%s) are missing from the disk.", found.pk, found.file.name)
        raise Http404("The picture is missing.") from None
    answer = FileResponse(content, filename=found.name, content_type=found.content_type)
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def _published(request: SignedIn, slug: str) -> Article:
    found = queries.get_article(request.user, slug)
    if found.current_id is None:
        raise Http404("It isn't published.")
    return found


@require_POST
def vote(request: SignedIn, slug: str) -> HttpResponse:
    """Did this help? Yes or no, with a word if they like; the card anew, or the page."""
    found = _published(request, slug)
    answer, word = request.POST.get("helped", ""), request.POST.get("word", "")
    refusal: Refused | None = None
    given = Vote.objects.filter(article=found, user=request.user).first()
    if answer in {"yes", "no"}:
        try:
            given = actions.vote(article=found, by=request.user, helped=answer == "yes", word=word)
        except Refused as caught:
            refusal = caught
    context = {
        "article": found,
        "vote": given,
        "refusal": refusal,
        "said": refusal is None and given is not None,
        "typed": word if refusal else "",
    }
    if request.htmx:
        return render(request, "knowledge/vote.html", context, status=409 if refusal else 200)
    if refusal:
        messages.error(request, str(refusal))
    return redirect(found)


@require_POST
def helped(request: SignedIn, slug: str) -> HttpResponse:
    """Somebody who was about to report a problem needn't any more."""
    found = _published(request, slug)
    actions.deflect(article=found, by=request.user)
    end_draft(request)
    messages.success(request, _("Good that “{article}” helped. Nothing was reported.").format(article=found.current))
    return redirect("home")


@require_safe
def find(request: SignedIn) -> HttpResponse:
    """A few published articles as options of a list, each with its short answer, for those who solve."""
    if not rules.may_write(request.user):
        raise PermissionDenied(_("Only people who work in IT solve with articles."))
    typed = next((value for value in map(str, request.GET.values()) if value.strip()), "")[:200]
    rows = queries.offered(typed, request.user)
    return render(request, "knowledge/options.html", {"articles": rows})
