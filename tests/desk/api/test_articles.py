"""Articles for programs: drafted, reviewed and published by two; what readers say; and what others never see."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from desk.knowledge.models import Article, Deflection, Vote
from tests.desk.knowledge.articles import published, written
from tests.factories import CategoryFactory, ServiceFactory
from tests.files import png
from tests.programs import Program

pytestmark = pytest.mark.django_db


def test_an_article_is_drafted_reviewed_by_somebody_else_published_and_retired(world):
    sam, lena, erin = Program(world.sam), Program(world.lena), Program(world.erin)
    made = sam.post("articles/", {"title": "VPN drops", "audience": "public", "owner": "lena"})
    assert (made.status_code, made.json()["stage"], made.json()["owner"]["username"]) == (201, "draft", "lena")
    address = f"articles/{made.json()['slug']}/"
    assert erin.get(address).status_code == erin.get(f"{address}draft/").status_code == 404
    wordless = sam.post(f"{address}transitions/submit/")
    assert wordless.status_code == 409
    assert sam.patch(address, {"answer": "Choose gate 2"}).json()["title"] == "VPN drops", "what isn't sent stays"
    assert sam.post(f"{address}transitions/submit/").json()["stage"] == "in_review"
    moves = {move["name"]: move for move in sam.get(f"{address}transitions/").json()}
    assert (moves["publish"]["open"], moves["publish"]["because"]) == (False, ["A lead publishes it."])
    assert sam.post(f"{address}transitions/publish/").status_code == 403
    assert lena.post(f"{address}transitions/send_back/", {"note": "Shorter"}).json()["review_note"] == "Shorter"
    sam.post(f"{address}transitions/submit/")
    assert lena.post(f"{address}transitions/publish/").json()["is_published"] is True
    assert erin.get(address).json()["answer"] == "Choose gate 2"
    assert lena.post(f"{address}transitions/retire/").json()["stage"] == "retired"
    assert erin.get(address).status_code == 404
    assert sam.post(f"{address}transitions/vanish/").status_code == 404


def test_nobody_overwrites_what_a_colleague_saved(world):
    article = written(world)
    sam, address = Program(world.sam), f"articles/{article.slug}/"
    read = sam.get(f"{address}draft/")
    assert Program(world.nadia).patch(address, {"body": "Hers"}).status_code == 200
    stale = sam.patch(address, {"body": "His"}, If_Match=read["ETag"])
    assert (stale.status_code, stale.json()["detail"]) == (412, "Nadia saved it since you read it.")
    assert Article.objects.get().body == "Hers"
    fresh = sam.get(f"{address}draft/")["ETag"]
    assert sam.patch(address, {"body": "His"}, If_Match=fresh).json()["saves"] == 3


def test_readers_say_whether_it_helped(world):
    article = published(world)
    erin, address = Program(world.erin), f"articles/{article.slug}/"
    assert erin.get(f"{address}vote/").json() == {"helped": None, "word": ""}
    assert erin.post(f"{address}vote/", {"helped": "no", "word": "Which gate?"}).json()["helped"] is False
    assert erin.post(f"{address}vote/", {"helped": "yes"}).json() == {"helped": True, "word": ""}
    assert erin.post(f"{address}vote/", {"helped": "maybe"}).status_code == 400
    assert erin.post(f"{address}helped/").status_code == 204
    assert (Vote.objects.count(), Deflection.objects.count()) == (1, 1)
    figures = Program(world.sam).get(f"{address}figures/").json()
    assert (figures["yes"], figures["no"], figures["deflected"]) == (1, 0, 1)
    assert erin.get(f"{address}figures/").status_code == 404
    assert erin.post(f"articles/{written(world, 'Raw').slug}/vote/", {"helped": "yes"}).status_code == 404


def test_an_earlier_version_is_taken_up_again(world):
    article = published(world)
    sam, address = Program(world.sam), f"articles/{article.slug}/"
    sam.patch(address, {"answer": "Choose gate 3"})
    assert [version["number"] for version in sam.get(f"{address}versions/").json()] == [1]
    back = sam.post(f"{address}versions/1/go-back/").json()
    assert (back["answer"], back["stage"]) == ("Choose gate 2", "draft")
    assert sam.post(f"{address}versions/9/go-back/").status_code == 404
    named = {one["name"]: [found["slug"] for found in one["articles"]] for one in sam.get("articles/writing/").json()}
    assert named["Drafts"] == [article.slug]


def test_what_is_being_written_costs_the_same_for_one_and_for_ten(world):
    sam, costs = Program(world.sam), []
    sam.get("articles/writing/")
    for count in (1, 9):
        for n in range(count):
            written(world, f"Article {n}", service=ServiceFactory(), category=CategoryFactory())
        with CaptureQueriesContext(connection) as asked:
            drafts = next(one for one in sam.get("articles/writing/").json() if one["name"] == "Drafts")
        assert len(drafts["articles"]) in {1, 10}
        costs.append(len(asked))
    assert costs[0] == costs[1], "\n".join(query["sql"][:200] for query in asked)


def test_pictures_are_kept_and_say_how_they_are_shown(world):
    article = written(world)
    sam, address = Program(world.sam), f"articles/{article.slug}/pictures/"
    sent = sam.send(address, {}, files=png("gates.png"))
    assert sent.status_code == 201, sent.content
    assert sent.json()[0]["in_markdown"].startswith("![gates](/knowledge/pictures/")
    assert sam.post(address, {}).status_code == 400
    assert Program(world.erin).send(address, {}, files=png()).status_code == 404
