"""Articles for programs of those who write: drafting, editing, review, publishing, versions; and what readers say of one."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from desk.knowledge import actions, queries, rules
from desk.knowledge.forms import ArticleForm, MoveForm, PicturesForm, VoteForm
from desk.knowledge.lifecycle import MOVES
from desk.knowledge.models import Article, Version, Vote

from ..base import Endpoint
from ..conditional import version_wanted
from ..form_input import ask_nothing, bind
from ..form_schema import schema_of_class
from ..parsing import BoundedJSON
from ..problems import Invalid, Outdated
from ..shapes import Moment, MoveShape, NamedShape, PersonShape, Shape


class WrittenShape(Shape):
    """The text of an article that is being worked on, which readers see when it is published; its texts are Markdown."""

    slug = serializers.CharField()
    stage = serializers.CharField(help_text="draft, in_review, published or retired")
    title = serializers.CharField()
    audience = serializers.CharField(help_text="public or analysts")
    symptoms = serializers.CharField()
    answer = serializers.CharField()
    body = serializers.CharField()
    keywords = serializers.CharField()
    service = NamedShape(allow_null=True)
    category = NamedShape(allow_null=True)
    owner = PersonShape()
    review_by = serializers.DateField(allow_null=True)
    review_note = serializers.CharField(help_text="Why it was sent back.")
    saves = serializers.IntegerField(help_text="Counts on with each save; the ETag begins with it.")
    saved_by = PersonShape()
    saved_at = Moment()
    is_published = serializers.SerializerMethodField(help_text="Whether readers see a version of it.")

    def get_is_published(self, article: Article) -> bool:
        return article.current_id is not None


class ShelvesShape(serializers.Serializer[Any]):
    """A list of articles, with its name."""

    name = serializers.CharField()
    about = serializers.CharField()
    articles = WrittenShape(many=True)


class VersionShape(serializers.Serializer[Any]):
    """What was published once."""

    number = serializers.IntegerField()
    title = serializers.CharField()
    audience = serializers.CharField()
    symptoms = serializers.CharField()
    answer = serializers.CharField()
    body = serializers.CharField()
    keywords = serializers.CharField()
    service = NamedShape(allow_null=True)
    category = NamedShape(allow_null=True)
    published_at = Moment()
    published_by = PersonShape()


class VoteShape(Shape):
    """What one said of an article oneself: null, nothing yet."""

    helped = serializers.BooleanField(allow_null=True)
    word = serializers.CharField()


class FiguresShape(serializers.Serializer[Any]):
    """What became of an article with its readers."""

    reads = serializers.IntegerField(help_text="In the last 90 days.")
    yes = serializers.IntegerField()
    no = serializers.IntegerField()
    uses = serializers.IntegerField(help_text="Tickets that were solved with it.")
    deflected = serializers.IntegerField(help_text="Problems that needn't be reported.")
    words = serializers.SerializerMethodField(help_text="What readers said, the newest first.")

    def get_words(self, found: queries.Figures) -> list[str]:
        return [vote.word for vote in found.words]


class PictureShape(serializers.Serializer[Any]):
    """A picture for the text to show."""

    key = serializers.UUIDField()
    name = serializers.CharField()
    in_markdown = serializers.CharField(help_text="What to write in the text where it shall stand.")


class Writing(Endpoint):
    """For articles: what those who write can do, and what readers say."""

    area = "knowledge"
    lookup_field = "slug"
    lookup_value_regex = "[-a-zA-Z0-9_]+"
    parser_classes = [BoundedJSON, MultiPartParser]
    examples = {
        "create": {"title": "I can't print on the ward", "audience": "public", "answer": "Choose the queue WARD-2."},
        "partial_update": {"answer": "Choose the queue WARD-3."},
        "advance": {"note": "Please add a picture."},
        "say": {"helped": "yes", "word": "The second step."},
    }

    def body_of(self, action: str) -> dict[str, Any]:
        match action:
            case "create" | "partial_update":
                found = schema_of_class(ArticleForm)
                told = {name: shape for name, shape in found["properties"].items() if name != "files"}
                if action == "create":
                    return {**found, "properties": told}
                bare = {n: {k: v for k, v in shape.items() if k != "default"} for n, shape in told.items()}
                return {**found, "required": [], "properties": bare}
            case "advance":
                return schema_of_class(MoveForm)
            case "say":
                return schema_of_class(VoteForm)
            case "add_pictures":
                return schema_of_class(PicturesForm)
            case _:
                return super().body_of(action)

    def _inside(self, slug: str) -> Article:
        return queries.get_inside(self.request.user, slug)

    def _tell_written(self, article: Article, status: int = 200) -> Response:
        fresh = self._inside(article.slug)
        answer: Response = self.tell(fresh, status=status, shape=WrittenShape)
        answer.version = fresh.saves  # the ETag begins with it
        return answer

    # -- writing

    @extend_schema(responses=ShelvesShape(many=True))
    @action(detail=False)
    def writing(self, request: Request) -> Response:
        """What is in review, being written, to be looked at again, or retired."""
        rules.ask_inside(request.user)
        lists = queries.desk_lists(request.user)
        told = [{"name": name, "about": about, "articles": found} for name, about, found in lists]
        return self.tell(told, shape=ShelvesShape)

    @extend_schema(responses={201: WrittenShape})
    def create(self, request: Request) -> Response:
        """Begin an article; nobody but those who write sees it until it is published."""
        rules.ask_writer(request.user)
        form = bind(_form, request)
        begun = actions.draft(by=request.user, **form.content(), **form.kept_by())
        return self._tell_written(begun, status=201)

    @extend_schema(responses=WrittenShape)
    @action(detail=True)
    def draft(self, request: Request, slug: str) -> Response:
        """The text that is being worked on, for those who work in IT."""
        return self._tell_written(self._inside(slug))

    @extend_schema(responses=WrittenShape)
    def partial_update(self, request: Request, slug: str) -> Response:
        """Write on: the fields that are sent, and no other; with `If-Match` only if nobody saved since it was read."""
        article = self._inside(slug)
        rules.ask_writer(request.user)
        seen = version_wanted(request)
        if seen not in (None, article.saves):
            raise Outdated(f"{article.saved_by} saved it since you read it.")
        form = bind(partial(_form, article=article), request)
        saved = actions.save(article=article, by=request.user, seen=article.saves, **form.kept_by(), **form.content())
        return self._tell_written(saved)

    @extend_schema(responses={201: PictureShape(many=True)})
    @action(detail=True, methods=["post"])
    def pictures(self, request: Request, slug: str) -> Response:
        """Keep pictures, as multipart/form-data; the answer says what to write where each shall stand."""
        article = self._inside(slug)
        rules.ask_writer(request.user)
        form = bind(lambda data, files: PicturesForm(data, files), request)
        if not form.cleaned_data["files"]:
            raise Invalid({"files": ["Send one picture or more, as multipart/form-data."]})
        kept = actions.add_pictures(article=article, by=request.user, uploads=form.cleaned_data["files"])
        return self.tell(kept, status=201, shape=PictureShape)

    # -- from stage to stage

    @extend_schema(responses=MoveShape(many=True))
    @action(detail=True)
    def transitions(self, request: Request, slug: str) -> Response:
        """Every move from stage to stage: open or shut, why, and what it takes."""
        article = self._inside(slug)
        return self.tell([_told(article, name, request.user) for name in MOVES], shape=MoveShape)

    @extend_schema(responses=WrittenShape)
    @action(detail=True, methods=["post"], url_path="transitions/(?P<what>[a-z_]+)")
    def advance(self, request: Request, slug: str, what: str) -> Response:
        """Make the move, such as `submit`, `publish` or `retire`; `note` says why it is sent back."""
        article = self._inside(slug)
        if what not in MOVES:
            raise Http404("No such move.")
        if why := MOVES[what].why_not(article, request.user):
            raise PermissionDenied(why)
        note = bind(MoveForm, request).cleaned_data["note"]
        return self._tell_written(getattr(actions, what)(article=article, by=request.user, note=note))

    @extend_schema(responses=WrittenShape)
    @action(detail=True, methods=["post"], url_path="still-holds")
    def still_holds(self, request: Request, slug: str) -> Response:
        """Somebody looked: it is right as it is."""
        ask_nothing(request)
        return self._tell_written(actions.still_holds(article=self._inside(slug), by=request.user))

    @extend_schema(responses=VersionShape(many=True))
    @action(detail=True)
    def versions(self, request: Request, slug: str) -> Response:
        """What was published, the newest first."""
        rows = self._inside(slug).versions.select_related("published_by", "service", "category")
        return self.tell(list(rows), shape=VersionShape)

    @extend_schema(responses=WrittenShape)
    @action(detail=True, methods=["post"], url_path="versions/(?P<pk>[0-9]{1,9})/go-back")
    def go_back(self, request: Request, slug: str, pk: str) -> Response:
        """Take the text of an earlier version up again, by its number."""
        ask_nothing(request)
        article = self._inside(slug)
        version: Version | None = article.versions.filter(number=pk).first()
        if version is None:
            raise Http404("No such version.")
        return self._tell_written(actions.go_back(article=article, version=version, by=request.user))

    # -- what readers say

    def _published(self, slug: str) -> Article:
        found = queries.get_article(self.request.user, slug)
        if found.current_id is None:
            raise Http404("It isn't published.")
        return found

    @extend_schema(responses=VoteShape)
    @action(detail=True)
    def vote(self, request: Request, slug: str) -> Response:
        """Whether one said that it helped."""
        given = Vote.objects.filter(article=self._published(slug), user=request.user).first()
        return self.tell(given or {"helped": None, "word": ""}, shape=VoteShape)

    @extend_schema(responses=VoteShape)
    @vote.mapping.post
    def say(self, request: Request, slug: str) -> Response:
        """Say whether it helped, with a word if one likes; saying it again changes one's mind."""
        article = self._published(slug)
        said = bind(VoteForm, request).cleaned_data
        given = actions.vote(article=article, by=request.user, helped=said["helped"] == "yes", word=said["word"])
        return self.tell(given, shape=VoteShape)

    @extend_schema(responses={204: None})
    @action(detail=True, methods=["post"])
    def helped(self, request: Request, slug: str) -> Response:
        """It helped somebody who was about to report a problem, and needn't any more."""
        ask_nothing(request)
        actions.deflect(article=self._published(slug), by=request.user)
        return Response(status=204)

    @extend_schema(responses=FiguresShape)
    @action(detail=True)
    def figures(self, request: Request, slug: str) -> Response:
        """What became of it with its readers, for those who work in IT."""
        return self.tell(queries.figures(self._inside(slug)), shape=FiguresShape)


def _form(data: Any, files: Any, article: Article | None = None) -> ArticleForm:
    """The page's; pictures have an address of their own here."""
    form = ArticleForm(data, files, article=article)
    del form.fields["files"]
    return form


def _told(article: Article, name: str, user: Any) -> dict[str, Any]:
    """A move as tickets' moves are told."""
    move, because = MOVES[name], []
    why = move.why_not(article, user)
    if not move.possible(article):
        because.append(f"It is {article.get_stage_display().lower()}.")
    inputs = None if why else schema_of_class(MoveForm)
    return {
        "name": name, "label": move.label, "open": not (why or because), "because": [*because, *([why] if why else [])],
        "inputs": inputs,
    }  # fmt: skip
