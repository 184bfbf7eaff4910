"""What isn't published for everybody reaches no end user: not by page, search, count, hint, picture or box."""

import pytest

from desk.knowledge import actions, queries, rules
from desk.knowledge.models import Article, Picture
from incidents import actions as incidents
from incidents.models import ResolutionCode
from tests.desk.knowledge.articles import published, rewritten, with_picture, written
from tests.factories import CategoryFactory, ServiceFactory, incident

pytestmark = pytest.mark.django_db
CANARY = "Canarybird"
TYPED = {"title": "Canarybird flies out of the cage", "description": "Canarybird"}


@pytest.fixture
def aviary(world):
    """An article for IT, a draft, one in review, one retired, one whose older version said it, and the next one of another."""
    hidden = {"answer": CANARY, "keywords": CANARY, "symptoms": CANARY, "category": CategoryFactory(name=f"{CANARY}s")}

    def publish(article):
        return actions.publish(article=actions.submit(article=article, by=world.sam), by=world.lena)

    its = publish(with_picture(world, written(world, f"IT {CANARY}", audience="analysts", **hidden)))
    with_picture(world, written(world, f"Draft {CANARY}", **hidden))
    actions.submit(article=written(world, f"Review {CANARY}", **hidden), by=world.sam)
    actions.retire(article=publish(with_picture(world, written(world, f"Retired {CANARY}", **hidden))), by=world.sam)
    clean = {"answer": "Hello", "keywords": "", "symptoms": "", "body": "", "category": None}
    former = publish(with_picture(world, written(world, f"Former {CANARY}", **hidden)))
    former = publish(rewritten(world, former, title="Former", **clean))
    rewritten(world, published(world, "Next"), title=f"Next {CANARY}", answer=CANARY)
    narrowed = publish(with_picture(world, written(world, f"Narrowed {CANARY}", **hidden)))
    publish(rewritten(world, narrowed, audience="analysts"))
    # Erin's incident was solved with the article for IT.
    found = incident(world.erin, f"{CANARY}?", service=ServiceFactory())
    found = incidents.start(incident=found, by=world.sam)
    code = ResolutionCode.objects.get(name="Fixed")
    incidents.resolve(incident=found, by=world.sam, code=code, solution="Caught it", article=its)
    return found


def everything(client, ticket):
    """Whatever is said of articles to this person, by page and by htmx."""
    addresses = [
        "/knowledge/", f"/knowledge/?q={CANARY}", "/knowledge/?q=canaribird", "/knowledge/find/?q=canary", "/search/?q=hello",
        f"/search/?q={CANARY}+IT", "/commands/?q=canary", "/knowledge/writing/", "/", ticket.get_absolute_url(),
        "/incidents/without-article/", f"/incidents/{ticket.number}/similar/",
    ]  # fmt: skip
    for article in Article.objects.all():
        here = article.get_absolute_url()
        addresses += [here, f"{here}?draft=1", f"{here}versions/", f"{here}versions/?from=1&to=2", f"{here}edit/"]
    told = []
    for address in addresses:
        for headers in ({}, {"HX-Request": "true"}):
            told.append(client.get(address, headers=headers).content.decode())
    return [*told, client.post("/incidents/similar/", TYPED).content.decode()]


@pytest.mark.parametrize("name", ["erin", "omar"])
def test_end_users_hear_nothing_of_it(world, aviary, browse, name):
    client = browse(getattr(world, name))
    words = (
        "IT Canary",
        "Draft Canary",
        "Review Canary",
        "Retired Canary",
        "Former Canary",
        "Next Canary",
        "Canarybirds",
    )
    for told in everything(client, aviary):
        assert not [word for word in (*words, "Narrowed") if word in told]
        assert "canarybird</" not in told.lower() or name == "erin"  # her own ticket's title
    pictures = [client.get(picture.get_absolute_url()) for picture in Picture.objects.all()]
    assert [answer.status_code for answer in pictures] == [404] * 5
    assert "No article answers" in client.get(f"/knowledge/?q={CANARY}").content.decode()
    assert list(queries.readable_by(getattr(world, name)).values_list("current__title", flat=True).order_by("pk")) == [
        "Former",
        "Next",
    ]


@pytest.mark.parametrize("name", ["sam", "nadia", "admin"])
def test_it_finds_all_of_it(world, aviary, browse, name):
    """So that the test above can fail."""
    client = browse(getattr(world, name))
    told = "\n".join(everything(client, aviary))
    for word in (
        "IT Canary",
        "Draft Canary",
        "Review Canary",
        "Retired Canary",
        "Former Canary",
        "Next Canary",
        "Narrowed",
    ):
        assert word in told
    assert {client.get(picture.get_absolute_url()).status_code for picture in Picture.objects.all()} == {200}


def test_a_picture_is_served_as_what_it_is_and_nothing_runs_in_it(world, browse):
    article = with_picture(world, written(world))
    actions.publish(article=actions.submit(article=article, by=world.sam), by=world.lena)
    answer = browse(world.erin).get(Picture.objects.get().get_absolute_url())
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_readable_by_and_may_read_agree(world, aviary):
    for user in (world.erin, world.omar, world.sam, world.nadia, world.admin):
        listed = set(queries.readable_by(user).values_list("pk", flat=True))
        for article in Article.objects.select_related("current").exclude(current=None):
            assert (article.pk in listed) == rules.may_read(article, user)


def test_a_requester_isnt_told_of_an_article_for_it_and_analysts_are(world, aviary, browse):
    page = browse(world.erin).get(aviary.get_absolute_url()).content.decode()
    assert "Caught it" in page
    assert "/knowledge/it-canarybird/" not in page
    assert "/knowledge/it-canarybird/" in browse(world.sam).get(aviary.get_absolute_url()).content.decode()


def test_a_draft_made_of_an_incident_is_for_those_who_see_that_incident_until_it_is_handed_in(world, browse):
    """Nadia may not see Erin's incident of the Service Desk, so she doesn't read its description in a draft either."""
    found = incident(world.erin, "Payroll", description=f"My salary is {CANARY}")
    found = incidents.start(incident=found, by=world.sam)
    code = ResolutionCode.objects.get(name="Fixed")
    found = incidents.resolve(incident=found, by=world.sam, code=code, solution="Sent the form again")
    article = incidents.write_article(incident=found, by=world.sam)
    nadia, lena = browse(world.nadia), browse(world.lena)
    for address in ("", "?draft=1", "edit/", "versions/"):
        assert nadia.get(f"{article.get_absolute_url()}{address}").status_code == 404
    assert "Payroll" not in nadia.get("/knowledge/writing/").content.decode()
    assert CANARY in lena.get(f"{article.get_absolute_url()}?draft=1").content.decode()
    assert "Payroll" in lena.get("/knowledge/writing/").content.decode()
    for user in (world.sam, world.lena, world.nadia, world.admin):
        assert Article.objects.filter(queries.seen_raw(user)).exists() == rules.may_read(article, user)

    kept = {name: getattr(article, name) for name in actions.CONTENT}
    article = actions.save(article=article, by=world.sam, seen=article.saves, **{**kept, "symptoms": "No payslip"})
    article = actions.submit(article=article, by=world.sam)
    assert "No payslip" in nadia.get(f"{article.get_absolute_url()}?draft=1").content.decode()
