"""The pages of articles as people get them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from desk.knowledge import actions
from desk.knowledge.models import Article, Deflection, Reading, Vote
from tests.desk.knowledge.articles import published, rewritten, with_picture, written
from tests.factories import CategoryFactory
from tests.files import png

pytestmark = pytest.mark.django_db


def page(client, address, **headers):
    answer = client.get(address, headers=headers)
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_erin_finds_reads_and_says_that_it_helped(world, browse):
    published(world, body="## Gates\n\n1. Click <b>it</b>", symptoms="It drops")
    erin = browse(world.erin)
    assert "<mark>VPN</mark> drops at home" in page(erin, "/knowledge/?q=vpn")
    told = page(erin, "/knowledge/vpn-drops-at-home/")
    assert "<h2>Gates</h2>" in told
    assert "&lt;b&gt;it&lt;/b&gt;" in told
    assert Reading.objects.get().count == 1
    part = erin.post(
        "/knowledge/vpn-drops-at-home/vote/", {"helped": "no", "word": "Which gate?"}, headers={"HX-Request": "true"}
    )
    assert "Thank you" in part.content.decode()
    assert "<html" not in part.content.decode()
    erin.post("/knowledge/vpn-drops-at-home/vote/", {"helped": "yes", "word": "Gate 2!"})
    assert Vote.objects.values_list("helped", "word").get() == (True, "Gate 2!")
    assert "Gate 2!" in page(browse(world.nadia), "/knowledge/vpn-drops-at-home/")
    assert "What readers say" not in page(erin, "/knowledge/vpn-drops-at-home/")


def test_no_article_shows_a_picture_of_another_house(world, browse):
    body = "![a](https://evil.example/x.png) ![b](/accounts/logout/) ![c](/knowledge/pictures/../../accounts/)"
    published(world, body=body)
    assert "<img src" not in page(browse(world.erin), "/knowledge/vpn-drops-at-home/").partition("<main")[2]


def test_the_owner_reading_their_own_article_isnt_counted(world, browse):
    published(world)
    page(browse(world.sam), "/knowledge/vpn-drops-at-home/")
    assert not Reading.objects.exists()


def test_subjects_count_what_one_may_read_below_them(world, browse):
    network = CategoryFactory(name="Network")
    vpn = CategoryFactory(name="Tunnels", parent=network)
    published(world, category=vpn)
    published(world, "Gates for IT", category=network, audience="analysts")
    assert 'Network <span class="count">1</span>' in page(browse(world.erin), "/knowledge/")
    assert 'Network <span class="count">2</span>' in page(browse(world.sam), "/knowledge/")
    told = page(browse(world.erin), f"/knowledge/?category={network.pk}")
    assert "VPN drops at home" in told
    assert "Gates for IT" not in told


def test_sam_writes_with_a_picture_and_lena_publishes(world, browse):
    sam, lena = browse(world.sam), browse(world.lena)
    sent = {
        "title": "Label printer",
        "audience": "public",
        "answer": "Open the lid",
        "body": "Look:",
        "files": [png("lid.png")],
    }
    made = sam.post("/knowledge/new/", sent)
    assert made["Location"] == "/knowledge/label-printer/edit/"
    article = Article.objects.get()
    picture = article.pictures.get()
    assert article.body == f"Look:\n\n![lid](/knowledge/pictures/{picture.key}/)"
    assert (article.owner, article.stage) == (world.sam, "draft")
    assert "Publish" not in page(sam, "/knowledge/label-printer/").partition("<main")[2]
    sam.post("/knowledge/label-printer/do/submit/")
    assert "A lead publishes it" not in page(lena, "/knowledge/label-printer/")
    assert "Publish: A lead publishes it." in page(sam, "/knowledge/label-printer/")
    lena.post("/knowledge/label-printer/do/publish/")
    assert f'<img src="/knowledge/pictures/{picture.key}/" alt="lid">' in page(
        browse(world.erin), "/knowledge/label-printer/"
    )


def test_a_refused_form_keeps_what_was_written(world, browse):
    sam = browse(world.sam)
    answer = sam.post("/knowledge/new/", {"title": "", "audience": "public", "body": "Long words"})
    assert answer.status_code == 422
    assert "Long words" in answer.content.decode()
    article = written(world)
    rewritten(world, article, answer="Sam's answer")
    late = {"title": "VPN", "audience": "public", "answer": "Nadia's answer", "seen": "1"}
    answer = browse(world.nadia).post("/knowledge/vpn-drops-at-home/edit/", late)
    assert answer.status_code == 409
    told = answer.content.decode()
    assert "Nadia&#x27;s answer" in told
    assert "Sam saved it while you wrote" in told
    assert 'name="seen" value="2"' in told


def test_two_versions_are_compared_line_by_line(world, browse):
    article = published(world, body="One\nTwo\nThree")
    sam, lena = browse(world.sam), browse(world.lena)
    rewritten(world, article, body="One\nTwo and a half\nThree")
    sam.post("/knowledge/vpn-drops-at-home/do/submit/")
    lena.post("/knowledge/vpn-drops-at-home/do/publish/")
    told = page(sam, "/knowledge/vpn-drops-at-home/versions/")
    assert "<del>Two</del><ins>Two and a half</ins>" in told
    assert "In short" not in told
    sam.post("/knowledge/vpn-drops-at-home/versions/1/go-back/")
    assert Article.objects.get().body == "One\nTwo\nThree"


def test_search_over_tickets_shows_the_best_articles_on_top(world, browse):
    for n in range(4):
        published(world, f"Vpn {n}")
    told = page(browse(world.erin), "/search/?q=vpn")
    assert told.count("<mark>Vpn</mark>") == 3
    assert "Nothing answers" not in told
    assert "Articles" not in page(browse(world.erin), "/search/?q=elephant").partition("<main")[2]


def test_the_command_box_finds_articles(world, browse):
    with_picture(world, published(world, audience="analysts"))
    told = page(browse(world.nadia), "/commands/?q=vpn")
    assert 'href="/knowledge/vpn-drops-at-home/"' in told


def test_who_is_helped_while_reporting_leaves_without_a_ticket(world, browse):
    published(world, keywords="tunnel")
    erin = browse(world.erin)
    told = erin.post("/incidents/similar/", {"title": "My VPN drops", "description": ""}).content.decode()
    assert "Read this first" in told
    assert 'formaction="/knowledge/vpn-drops-at-home/helped/"' in told
    assert "words: vpn, drops" in told or "words: drops, vpn" in told
    left = erin.post("/knowledge/vpn-drops-at-home/helped/", {"title": "My VPN drops"})
    assert left["Location"] == "/"
    assert Deflection.objects.get().user == world.erin
    assert "Nothing was reported" in page(erin, "/")


def test_articles_are_offered_only_where_words_say_so(world, browse):
    published(world)
    told = browse(world.erin).post("/incidents/similar/", {"title": "Elevator stuck on floor three"}).content.decode()
    assert "Read this first" not in told


@pytest.mark.parametrize(("name", "index", "search", "one"), [("erin", 6, 4, 5), ("sam", 7, 5, 8)])
def test_the_pages_cost_the_same_however_many_articles_there_are(world, browse, name, index, search, one):
    client = browse(getattr(world, name))
    costs = []
    for round_ in range(2):
        for n in range(12 if round_ else 1):
            category = CategoryFactory()
            article = with_picture(world, written(world, f"Vpn {round_} {n}", category=category))
            article = actions.publish(article=actions.submit(article=article, by=world.sam), by=world.lena)
            actions.vote(article=article, by=world.omar, helped=True, word="Good")
            actions.note_reading(article=article)
        costs.append(
            [statements(client, there) for there in ("/knowledge/", "/knowledge/?q=vpn", "/knowledge/vpn-0-0/")]
        )
    assert costs[0] == costs[1] == [index, search, one]


def statements(client, address):
    page(client, address)  # whatever is remembered from the first visit is not the page's
    with CaptureQueriesContext(connection) as seen:
        page(client, address)
    return len(seen)


def test_enter_in_the_form_of_a_problem_never_presses_this_helped(world, browse):
    """The first button that belongs to a form is the one that Enter presses."""
    published(world)
    erin = browse(world.erin)
    part = erin.post("/incidents/similar/", {"title": "My VPN drops"}).content.decode()
    assert 'type="submit" form="helped" formaction="/knowledge/vpn-drops-at-home/helped/"' in part
    for there in ("/incidents/new/", "/", "/ask/?q=My+VPN+drops"):
        assert page(erin, there).count('<form id="helped" method="post"') == 1
    assert 'formaction="/knowledge/vpn-drops-at-home/helped/"' in page(erin, "/ask/?q=My+VPN+drops")


def test_marks_of_markdown_stay_out_of_excerpts(world, browse):
    published(world, answer="Choose **gate 2** & <connect>")
    told = page(browse(world.erin), "/knowledge/")
    assert "Choose gate 2 &amp; &lt;connect&gt;" in told
