"""Lena brings last month's problems in a table: sees what is wrong before anything is logged, and each good row is logged once."""

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile

from desk.services.models import Category
from desk.tickets.errors import Refused
from incidents.models import Incident
from incidents.sheets import actions
from incidents.sheets.models import Row, Sheet
from tests.factories import ServiceFactory, SiteFactory

pytestmark = pytest.mark.django_db
HEAD = "title,description,requester,service,category,site,impact,urgency,workgroup"


def look(by, *rows, head=HEAD):
    return actions.look(by=by, name="June.csv", raw="\n".join([head, *rows]).encode())


def problems(sheet):
    return {row.line: row.problems for row in sheet.rows.exclude(problems=[])}


def run(sheet):
    actions.start(sheet=sheet, by=sheet.by)
    while actions.work_off():
        pass


def test_a_row_names_what_it_means_and_becomes_that_incident(world):
    mail, ward = ServiceFactory(name="Mail"), SiteFactory(name="Ward 3")
    network = Category.objects.create(name="Network")
    vpn = Category.objects.create(name="VPN", parent=network)
    world.erin.email = "erin@example.com"
    world.erin.save()
    sheet = look(world.lena, "No mail,Since nine,ERIN@example.com,mail,Network > VPN,ward 3,High,1,Network")
    assert problems(sheet) == {}
    assert Incident.objects.count() == 0
    run(sheet)
    found = Incident.objects.get()
    assert (found.title, found.description) == ("No mail", "Since nine")
    assert (found.requester, found.reporter, found.workgroup) == (world.erin, world.lena, world.network)
    assert (found.service, found.category, found.site) == (mail, vpn, ward)
    assert (found.impact, found.urgency, found.priority, found.source) == (1, 1, 1, "import")
    assert sheet.rows.get().incident == found


def test_only_the_title_is_needed(world):
    run(look(world.lena, "No sound", head="Title"))
    found = Incident.objects.get()
    assert (found.requester, found.workgroup) == (world.lena, world.desk)


def test_what_is_wrong_is_said_row_by_row_and_the_rest_is_logged(world):
    sheet = look(
        world.lena,
        "Fine,,,,,,,,",
        ",no title,,,,,,,",
        "x" * 201 + ",,,,,,,,",
        "Who,,nobody,,,,,,",
        "What,,,Telex,,,,,",
        "How much,,,,,,enormous,,",
        "",
        "Where,,,,,,,,Astronomy",
    )
    assert problems(sheet) == {
        3: ["Title: Please say in a few words what is wrong."],
        4: ["Title: This text has 201 characters; 200 is the most."],
        5: ["Nobody here has the user name or address “nobody”."],
        6: ["There is no service “Telex”."],
        7: ["“enormous” is no impact: high, medium or low, or 1 to 3."],
        9: ["There is no workgroup “Astronomy” that takes incidents."],
    }
    run(sheet)
    assert [found.title for found in Incident.objects.all()] == ["Fine"]


def test_a_name_of_two_branches_says_nothing_by_itself(world):
    for root in ("Network", "Phone"):
        Category.objects.create(name="Account", parent=Category.objects.create(name=root))
    sheet = look(world.lena, "One,,,,Account,,,,", "Two,,,,Phone > Account,,,,", "Three,,,,network,,,,")
    assert list(problems(sheet)) == [2]


def test_semicolons_and_a_byte_order_mark_are_understood_and_strange_columns_named(world):
    sheet = actions.look(by=world.lena, name="J", raw="\ufefftitle;colour\nNo sound;blue\n".encode())
    assert sheet.rows.get().said == "No sound"
    assert sheet.left_out == ["colour"]


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"titel\nNo sound", "“title” is needed"),
        (b"", "“title” is needed"),
        (b"title\n", "no row below the head"),
        ("title\nDrücker".encode("latin-1"), "isn't UTF-8"),
        (b"title\n" + b"x\n" * 5001, "5,001 rows"),
        (b"title\n" + b"x" * (5 * 1024 * 1024), "larger than 5 MB"),
    ],
)
def test_what_is_no_such_table_is_refused_in_words(world, raw, sentence):
    with pytest.raises(Refused, match=sentence):
        actions.look(by=world.lena, name="J", raw=raw)
    assert Sheet.objects.count() == 0


def test_started_twice_and_worked_at_twice_it_is_logged_once(world):
    sheet = look(world.lena, "One", "Two", head="title")
    run(sheet)
    run(sheet)
    Row.objects.update(done_at=None)  # a worker that was lost after its row's incident was written
    while actions.work_off():
        pass
    assert Incident.objects.count() == 2


def test_what_went_away_meanwhile_is_refused_by_name(world):
    ServiceFactory(name="Mail")
    sheet = look(world.lena, "No mail,,,Mail,,,,,")
    from desk.services.models import Service

    Service.objects.all().delete()
    run(sheet)
    assert problems(sheet) == {2: ["The service isn't there any more."]}


def test_only_who_brought_it_starts_it_and_end_users_bring_none(world):
    with pytest.raises(PermissionDenied):
        look(world.erin, "No sound", head="title")
    sheet = look(world.lena, "No sound", head="title")
    with pytest.raises(PermissionDenied):
        actions.start(sheet=sheet, by=world.sam)


def test_from_the_file_to_the_incidents_in_pages(world, browse):
    lena = browse(world.lena)
    assert "title" in b"".join(lena.get("/incidents/import/template.csv").streaming_content).decode()
    wrong = lena.post("/incidents/import/", {"file": SimpleUploadedFile("June.csv", b"titel\nx")})
    assert wrong.status_code in (409, 422)
    assert "“title” is needed" in wrong.content.decode()
    sent = lena.post("/incidents/import/", {"file": SimpleUploadedFile("June.csv", b"title\nNo sound\n\n,\n")})
    page = lena.get(sent["Location"]).content.decode()
    assert "Log 1 incident" in page
    assert Incident.objects.count() == 0
    lena.post(sent["Location"])
    assert "0</b> of" in lena.get(sent["Location"]).content.decode()
    actions.work_off()
    page = lena.get(sent["Location"], headers={"HX-Request": "true"}).content.decode()
    assert Incident.objects.get().number in page
    assert "hx-get" not in page
    assert browse(world.sam).get(sent["Location"]).status_code == 404
    assert "June.csv" in lena.get("/incidents/import/").content.decode()
