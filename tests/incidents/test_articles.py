"""Incidents and the knowledge base: solved with an article, made into one, and asked without any."""

import pytest
from django.core.exceptions import PermissionDenied

from desk.knowledge.models import Article, ArticleUse
from desk.tickets.errors import Refused
from incidents import actions, unwritten
from incidents.models import Incident
from tests.desk.knowledge.articles import published
from tests.factories import CategoryFactory, ServiceFactory
from tests.stories import in_state, move

pytestmark = pytest.mark.django_db


def resolve(world, browse, found, **more):
    from incidents.models import ResolutionCode

    code = ResolutionCode.objects.get(name="Fixed").pk
    return browse(world.sam).post(
        f"/incidents/{found.number}/do/resolve/", {"code": code, "solution": "Gate 2", **more}
    )


def test_sam_picks_an_article_and_erin_gets_its_link(world, browse):
    article, found = published(world), in_state("in_progress", requester=world.erin, analyst=world.sam)
    options = browse(world.sam).get("/knowledge/find/?q=vpn").content.decode()
    assert 'data-value="vpn-drops-at-home"' in options
    assert 'data-answer="Choose gate 2"' in options
    assert resolve(world, browse, found, article="vpn-drops-at-home").status_code == 302
    page = browse(world.erin).get(found.get_absolute_url()).content.decode()
    assert 'More about it: <a href="/knowledge/vpn-drops-at-home/"' in page
    assert Incident.objects.get(pk=found.pk).solution == "Gate 2"
    used = ArticleUse.objects.get()
    assert (used.article, used.ticket_id, used.by) == (article, found.pk, world.sam)


def test_an_article_that_isnt_there_is_refused_and_nothing_is_resolved(world, browse):
    found = in_state("in_progress", requester=world.erin, analyst=world.sam)
    answer = resolve(world, browse, found, article="something else")
    assert answer.status_code == 422
    assert "There is no article of that name" in answer.content.decode()
    assert Incident.objects.get(pk=found.pk).state == "in_progress"


def test_what_solved_it_becomes_a_draft_by_one_click_and_only_once(world, browse):
    service = ServiceFactory()
    found = in_state("resolved", requester=world.erin, analyst=world.sam, description="It drops", service=service)
    for _ in range(2):
        answer = browse(world.sam).post(f"/incidents/{found.number}/article/")
    article = Article.objects.get()
    assert answer["Location"] == f"/knowledge/{article.slug}/edit/"
    said = (article.title, article.symptoms, article.answer, article.service, article.audience, article.stage)
    assert said == ("The mail is down", "It drops", "Restarted the server", service, "analysts", "draft")


def test_neither_a_requester_nor_an_unsolved_incident_makes_one(world):
    with pytest.raises(PermissionDenied):
        actions.write_article(incident=in_state("resolved", requester=world.erin, analyst=world.sam), by=world.erin)
    with pytest.raises(Refused, match="no solution yet"):
        actions.write_article(incident=in_state("logged", requester=world.erin, analyst=world.sam), by=world.sam)


def test_lena_sees_what_is_asked_most_without_an_article(world, browse):
    service, category = ServiceFactory(name="Email"), CategoryFactory(name="Mailbox")
    same = {"service": service, "category": category}
    solved = [in_state("resolved", requester=world.erin, analyst=world.sam, **same) for _ in range(3)]
    in_state("resolved", requester=world.erin, analyst=world.sam)
    found = in_state("in_progress", requester=world.erin, analyst=world.sam, **same)
    move(found, "resolve", by=world.sam, article=published(world))
    cluster = unwritten.clusters(world.lena)[0]
    assert (cluster.service, cluster.trail, cluster.count) == (service, "Mailbox", 3)
    assert cluster.examples == [*reversed(solved)]
    assert unwritten.clusters(world.nadia) == []
    page = browse(world.lena).get("/incidents/without-article/").content.decode()
    assert f"/knowledge/new/?service={service.pk}&amp;category={category.pk}" in page


def test_the_clusters_cost_the_same_however_many_there_are(world, django_assert_num_queries):
    unwritten.clusters(world.lena)  # reads her reach
    for n in range(3):
        same = {"service": ServiceFactory(), "category": CategoryFactory()}
        for _ in range(2):
            in_state("resolved", requester=world.erin, analyst=world.sam, **same)
        if n in (0, 2):
            with django_assert_num_queries(5):
                assert len(unwritten.clusters(world.lena)) == n + 1
