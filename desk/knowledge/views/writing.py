"""What writers see: what waits for them, the form, the versions; and the moves from stage to stage."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from desk.people.language import in_a_sentence
from desk.people.signed_in import SignedIn
from desk.tickets.errors import Refused
from desk.tickets.forms import refuse
from desk.tickets.views.answers import code_for, typed_before

from .. import actions, queries, rules
from ..comparing import compare
from ..forms import ArticleForm
from ..lifecycle import MOVES
from ..models import Article, Picture


@require_safe
def writing(request: SignedIn) -> HttpResponse:
    """What is in review, being written, to be looked at again, or retired."""
    rules.ask_inside(request.user)
    lists = queries.desk_lists(request.user)
    return render(request, "knowledge/writing.html", {"lists": lists, "may_write": rules.may_write(request.user)})


@require_http_methods(["GET", "POST"])
def new(request: SignedIn) -> HttpResponse:
    """Begin an article; the address may say title, service and category."""
    rules.ask_writer(request.user)
    if request.method != "POST":
        asked = {name: request.GET.get(name, "")[:160] for name in ("title", "service", "category")}
        return _page(request, ArticleForm(initial={**asked, **typed_before(request)}), None)
    form = ArticleForm(request.POST, request.FILES)
    refusal: Refused | None = None
    if form.is_valid():
        try:
            made = actions.draft(by=request.user, **form.content(), **form.kept_by())
            return _with_pictures(request, form, made)
        except Refused as caught:
            refusal = caught
            refuse(form, caught)
    return _page(request, form, None, refusal)


@require_http_methods(["GET", "POST"])
def edit(request: SignedIn, slug: str) -> HttpResponse:
    """Write on. When a colleague saved meanwhile, nothing is saved and the text stays in the form."""
    article = queries.get_inside(request.user, slug)
    rules.ask_writer(request.user)
    if request.method != "POST":
        return _page(request, ArticleForm(article=article, initial=typed_before(request)), article)
    form = ArticleForm(request.POST, request.FILES, article=article)
    refusal: Refused | None = None
    if form.is_valid():
        seen = form.cleaned_data["seen"] or 0
        try:
            saved = actions.save(article=article, by=request.user, seen=seen, **form.kept_by(), **form.content())
            return _with_pictures(request, form, saved)
        except Refused as caught:
            refusal = caught
            article = queries.get_inside(request.user, slug)
            form = ArticleForm(_fresh(request.POST, article), article=article)
            form.is_valid()
            refuse(form, caught)
    return _page(request, form, article, refusal)


def _fresh(data: QueryDict, article: Article) -> QueryDict:
    """What was sent, with the save that its writer now knows of."""
    data = data.copy()
    data["seen"] = str(article.saves)
    return data


def _with_pictures(request: SignedIn, form: ArticleForm, article: Article) -> HttpResponse:
    """Keep the pictures and put a line for each at the end of the text; then it goes on there, else to the article."""
    uploads = form.cleaned_data["files"]
    if not uploads:
        messages.success(request, _("“{title}” is saved.").format(title=article.title))
        return redirect(f"{article.get_absolute_url()}?draft=1")
    try:
        kept = actions.add_pictures(article=article, by=request.user, uploads=uploads)
        _append(request, article, kept)
        messages.success(
            request, _("Saved. The pictures stand at the end of the text; move their lines to their place.")
        )
    except Refused as refusal:
        messages.error(request, _("The text is saved, the pictures aren't: {why}").format(why=refusal))
    return redirect("knowledge:edit", article.slug)


def _append(request: SignedIn, article: Article, kept: list[Picture]) -> None:
    said: dict[str, Any] = {name: getattr(article, name) for name in actions.CONTENT}
    said["body"] = "\n\n".join([article.body, *(one.in_markdown for one in kept)]).strip()
    more: dict[str, Any] = {"owner": article.owner, "review_by": article.review_by}
    actions.save(article=article, by=request.user, seen=article.saves, **more, **said)


def _page(
    request: SignedIn, form: ArticleForm, article: Article | None, refusal: Refused | None = None
) -> HttpResponse:
    context = {"form": form, "article": article, "pictures": article.pictures.all() if article else []}
    return render(request, "knowledge/write.html", context, status=code_for(form, refusal))


@require_POST
def do(request: SignedIn, slug: str, name: str) -> HttpResponse:
    """A move from stage to stage."""
    article = queries.get_inside(request.user, slug)
    if name not in MOVES:
        raise Http404("No such move.")
    try:
        moved = getattr(actions, name)(article=article, by=request.user, note=request.POST.get("note", ""))
        stage = in_a_sentence(moved.get_stage_display())
        messages.success(request, _("“{title}”: {stage}.").format(title=moved.title, stage=stage))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(article)


@require_POST
def still_holds(request: SignedIn, slug: str) -> HttpResponse:
    """Somebody looked: it is right as it is."""
    article = queries.get_inside(request.user, slug)
    try:
        actions.still_holds(article=article, by=request.user)
        messages.success(request, _("Thank you. It is listed again when its new date has come."))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(article)


@require_safe
def versions(request: SignedIn, slug: str) -> HttpResponse:
    """What was published, and what changed between two of them: the last two, if none are named."""
    article = queries.get_inside(request.user, slug)
    rows = list(article.versions.select_related("published_by", "service", "category"))
    by_number = {str(row.number): row for row in rows}
    after = by_number.get(request.GET.get("to", ""), rows[0] if rows else None)
    before = by_number.get(request.GET.get("from", ""))
    if before is None and after is not None:
        before = next((row for row in rows if row.number < after.number), None)
    parts = compare(before, after) if before is not None and after is not None else []
    context = {"article": article, "versions": rows, "before": before, "after": after, "parts": parts}
    return render(request, "knowledge/versions.html", {**context, "may_write": rules.may_write(request.user)})


@require_POST
def go_back(request: SignedIn, slug: str, number: int) -> HttpResponse:
    """Take the text of an earlier version up again."""
    article = queries.get_inside(request.user, slug)
    version = get_object_or_404(article.versions, number=number)
    actions.go_back(article=article, version=version, by=request.user)
    said = _("The draft says again what version {n} said. It is published like every other.")
    messages.success(request, said.format(n=version.number))
    return redirect("knowledge:edit", article.slug)
