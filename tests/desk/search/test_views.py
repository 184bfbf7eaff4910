"""The search page as people get it: marks, chips, and nothing that they may not read."""

import pytest

from desk.tickets import actions as desk
from tests.factories import ServiceFactory, incident

pytestmark = pytest.mark.django_db


def page(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


@pytest.fixture
def mail(world):
    found = incident(world.erin, "The <b>mail</b> is down", description="See <script>alert(1)</script> & the mailbox")
    desk.note(ticket=found, by=world.sam, message="Canarybird <i>expired</i> today")
    return found


def test_marks_are_escaped_around_and_inside(world, browse, mail):
    told = page(browse(world.erin), "/search/?q=mail")
    assert "The &lt;b&gt;<mark>mail</mark>&lt;/b&gt; is down" in told
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; the <mark>mailbox</mark>" in told


def test_a_note_is_quoted_as_internal_to_those_who_may_read_it(world, browse, mail):
    told = page(browse(world.sam), "/search/?q=canarybird")
    assert "<mark>Canarybird</mark> &lt;i&gt;expired&lt;/i&gt; today" in told
    assert "Internal" in told


@pytest.mark.parametrize("name", ["erin", "omar", "nadia"])
@pytest.mark.parametrize(
    "address",
    [
        "/search/?q=canarybird",
        "/search/?q=mail+canarybird",
        "/search/?q=canarybrid",
        "/search/quick/?q=canarybird",
        "/search/?q=mail",
    ],
)
def test_a_note_is_in_nothing_that_others_get(world, browse, mail, name, address):
    told = page(browse(getattr(world, name)), address)
    assert "<mark>Canarybird" not in told
    assert "expired" not in told
    if "mail" not in address:
        assert mail.number not in told


def test_the_quick_box_gives_number_title_and_state(world, browse, mail):
    told = page(browse(world.erin), f"/search/quick/?q={mail.number}")
    assert mail.number in told
    assert "Received" in told
    assert "No ticket answers" in page(browse(world.omar), f"/search/quick/?q={mail.number}")


def test_filters_are_chips_that_an_address_without_them_takes_away(world, browse, mail):
    service = ServiceFactory(name="Messaging")
    other = incident(world.erin, "Mail on my phone", service=service)
    client = browse(world.sam)
    told = page(client, f"/search/?q=mail&service={service.pk}&state=open&age=7")
    assert other.number in told
    assert mail.number not in told
    assert f'href="?q=mail&amp;service={service.pk}&amp;age=7"' in told
    assert mail.number not in page(client, "/search/?q=mail&state=over")
    assert mail.number in page(client, "/search/?q=mail&kind=incident&workgroup=service-desk&priority=4")
    assert mail.number not in page(client, "/search/?q=mail&kind=change")


def test_what_is_internal_is_not_to_be_guessed_by_narrowing(world, browse):
    """Nadia's own incident at the Service Desk: she may not learn its priority or who has it."""
    found = incident(world.nadia, "My mail", workgroup=world.desk)
    client = browse(world.nadia)
    assert found.number in page(client, "/search/?q=mail")
    for narrowed in ("priority=4", "whose=assigned"):
        assert found.number not in page(client, f"/search/?q=mail&{narrowed}")


@pytest.mark.parametrize("address", [
    "/search/", "/search/?q=", "/search/?q='%22%3B--", "/search/?q=the", "/search/?page=0&q=mail",
    "/search/?page=x&q=mail", "/search/?page=99999999999999999999&q=mail", "/search/?q=mail&kind=nonsense&service=x&age=-1",
    "/search/?q=" + "a+" * 5000, "/search/?q=%F0%9F%92%A9", "/search/quick/",
])  # fmt: skip
def test_odd_questions_get_a_page(world, browse, mail, address):
    for user in (world.erin, world.sam):
        page(browse(user), address)


def test_htmx_gets_the_found_part_alone(world, browse, mail):
    told = browse(world.sam).get("/search/?q=mail", headers={"HX-Request": "true"}).content.decode()
    assert told.lstrip().startswith('<div class="stack search-found" id="found">')


def test_every_page_has_the_box(world, browse):
    for user in (world.erin, world.sam):
        assert 'action="/search/"' in page(browse(user), "/")
