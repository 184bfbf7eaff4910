"""The mail is down for everybody: Sam proposes, Lena declares, everybody reads, and it is reviewed."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from desk.notifications.models import Message
from desk.sla.models import Clock
from desk.tickets import actions as desk_actions
from desk.tickets.errors import Refused
from incidents import families, joining, majors
from incidents.models import Incident, MajorIncident, Outage
from tests.desk.sla.promises import policy
from tests.factories import ServiceFactory, incident, person
from tests.stories import in_state, kinds_of, move

pytestmark = pytest.mark.django_db

WORDS = {"headline": "Mail is slow since 9:10", "words": "We are on it. Use the phone."}


@pytest.fixture
def mail(world):
    return ServiceFactory(name="Mail")


@pytest.fixture
def outage(world, mail):
    """Omar's incident, a major one."""
    found = incident(world.omar, "The mail server is gone", service=mail)
    majors.declare(incident=found, by=world.lena, next_minutes=30, level="degraded", **WORDS)
    return Incident.objects.get(pk=found.pk)


def told(user):
    return list(Message.objects.filter(recipient=user).order_by("pk").values_list("subject", flat=True))


def solve(ticket, by):
    ticket = Incident.objects.get(pk=ticket.pk)
    return move(move(ticket, "start", by=by), "resolve", by=by)


# -- deciding -------------------------------------------------------------------------------------


def test_sam_proposes_with_a_reason_and_lena_is_asked(world):
    found = incident(world.omar, "The mail server is gone")
    majors.propose(incident=found, by=world.sam, reason="The whole house has no mail")
    assert told(world.lena) == [f"Is {found.number} a major incident? The mail server is gone"]
    found.refresh_from_db()
    assert (found.is_major, found.priority) == (False, 4)  # nothing happens until a lead decides
    with pytest.raises(Refused, match="is proposed already"):
        majors.propose(incident=found, by=world.lena, reason="Me too")
    with pytest.raises(PermissionDenied, match="Only a lead of Service Desk"):
        majors.declare(incident=found, by=world.sam, **WORDS)
    assert majors.waiting_for(world.lena)[0] == [found.major]
    assert majors.waiting_for(world.sam) == ([], [])


def test_declared_its_clocks_follow_the_priority(world):
    policy("Everything", resolution=480)
    policy("Critical", resolution=60, priority=1, position=0)
    found = incident(world.omar, "The mail server is gone")
    clock = Clock.objects.get(ticket=found, kind="resolution")
    majors.declare(incident=found, by=world.lena, **WORDS)
    assert Clock.objects.get(pk=clock.pk).due_at - clock.due_at == -timedelta(hours=7)


def test_declared_it_is_p1_at_once_with_its_history(world, outage, mail):
    assert (outage.is_major, outage.impact, outage.urgency, outage.priority) == (True, 1, 1, 1)
    changed = outage.events.get(kind="field.changed")
    assert {change["field"] for change in changed.inside["changes"]} == {"is_major", "impact", "urgency", "priority"}
    assert kinds_of(outage)[-2:] == ["major.declared", "major.updated"]
    assert told(world.omar) == [f"{outage.number}: Mail is slow since 9:10"]
    shown = Outage.objects.get()
    assert (shown.service, shown.level, shown.ended_at) == (mail, "degraded", None)


def test_a_lead_is_told_what_a_colleague_declared(world, outage):
    assert told(world.lena) == []  # she did it herself
    other = incident(world.erin, "No phone")
    majors.mark(incident=other, by=world.sam, **WORDS)
    assert told(world.lena) == [f"Major incident {other.number}: Mail is slow since 9:10"]


def test_declined_sam_reads_why_and_may_propose_it_again(world):
    found = incident(world.omar, "The mail server is gone")
    majors.propose(incident=found, by=world.sam, reason="Everybody")
    with pytest.raises(PermissionDenied):
        majors.decline(incident=found, by=world.sam, reason="No")
    majors.decline(incident=found, by=world.lena, reason="It is one office")
    assert told(world.sam) == [f"{found.number} is no major incident"]
    with pytest.raises(Refused, match="Nobody proposes"):
        majors.decline(incident=found, by=world.lena, reason="Again")
    assert majors.propose(incident=found, by=world.sam, reason="Now it is three").state == "proposed"


def test_taken_back_nobody_reads_of_it_any_more(world, outage):
    assert majors.active().count() == 1
    majors.withdraw(incident=outage, by=world.lena, reason="One cable only")
    outage.refresh_from_db()
    assert (outage.is_major, outage.major.state, outage.major.reason) == (False, "withdrawn", "One cable only")
    assert not majors.active().exists()
    with pytest.raises(Refused, match="is no major incident"):
        majors.update(incident=outage, by=world.lena, **WORDS)


def test_a_child_and_what_is_over_are_no_major_incidents(world):
    parent, child = incident(world.omar), incident(world.erin)
    families.attach(child=child, parent=parent, by=world.sam)
    with pytest.raises(Refused, match="is a child of another incident"):
        majors.declare(incident=child, by=world.lena, **WORDS)
    over = in_state("cancelled", requester=world.erin, analyst=world.sam)
    with pytest.raises(Refused, match="is cancelled"):
        majors.declare(incident=over, by=world.lena, **WORDS)


# -- everybody ------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["/", "/services/", "/services/{mail}/", "/incidents/new/?service={mail}"])
def test_everybody_reads_of_it_and_of_nothing_internal(world, outage, mail, browse, address):
    desk_actions.note(ticket=outage, by=world.sam, message="Backup is broken too")
    page = browse(world.erin).get(address.format(mail=mail.pk)).content.decode()
    assert "Mail is slow since 9:10" in page
    assert "We are on it. Use the phone." in page
    assert "Me too" in page
    assert "next word" in page
    for secret in ("Backup", "The mail server is gone", "Omar", "P1 "):
        assert secret not in page
    solve(outage, world.sam)
    assert "Mail is slow" not in browse(world.erin).get(address.format(mail=mail.pk)).content.decode()


def test_another_services_page_says_nothing_of_it(world, outage, browse):
    other = ServiceFactory(name="Phones")
    assert "Mail is slow" not in browse(world.erin).get(f"/services/{other.pk}/").content.decode()


def test_whoever_reported_the_same_is_counted_once(world, outage):
    for n, user in enumerate((world.erin, world.erin, world.nadia)):
        move(incident(user, f"Mail {n}"), "merge", by=world.sam, into=outage)
    joining.join(incident=outage, by=world.nadia)
    assert majors.affected(outage) == 3


def test_who_reports_trouble_with_that_service_is_asked_whether_it_is_this(world, outage, mail, browse):
    erin = browse(world.erin)
    sent = {"title": "My mail hangs", "impact": 3, "urgency": 2, "service": mail.pk}
    asked = erin.post("/incidents/new/", sent)
    assert asked.status_code == 422
    assert "Is it this?" in asked.content.decode()
    erin.post("/incidents/new/", {**sent, "part_of": "yes"})
    assert Incident.objects.get(title="My mail hangs").parent_incident == outage
    erin.post("/incidents/new/", {**sent, "title": "A stamp on my mail", "part_of": "no"})
    assert Incident.objects.get(title="A stamp on my mail").parent_incident is None


# -- afterwards -----------------------------------------------------------------------------------


def test_the_review_is_owed_to_the_lead_until_it_is_written_and_stops_nobody(world, outage):
    said = {"what_happened": "A disk was full", "why_it_happened": "Nobody looked", "what_we_change": "We look"}
    with pytest.raises(Refused, match="nothing to review"):
        majors.review(incident=outage, by=world.sam, **said)
    solved = solve(outage, world.sam)
    assert majors.waiting_for(world.lena)[1] == [outage.major]
    assert move(solved, "confirm", by=world.omar).state == "closed"  # her word isn't waited for
    with pytest.raises(Refused, match="what we change"):
        majors.review(incident=outage, by=world.sam, **{**said, "what_we_change": " "})
    with pytest.raises(PermissionDenied):
        majors.review(incident=outage, by=world.omar, **said)
    row = majors.review(incident=outage, by=world.sam, **said)
    assert (row.reviewed_by, row.what_happened) == (world.sam, "A disk was full")
    assert majors.waiting_for(world.lena) == ([], [])


def test_solving_it_solves_its_children_and_tells_everybody_once(world, outage):
    mia = person("mia")
    child = joining.log_as_child(major=outage, by=mia, title="Mail", description="Me too")
    started = move(outage, "start", by=world.sam)
    move(started, "resolve", by=world.sam, children=True)
    child.refresh_from_db()
    assert (child.state, child.solution) == ("resolved", "Restarted the server")
    assert told(mia) == [f"{outage.number} is solved: Mail is slow since 9:10", "Is it solved? Mail"]


# -- in pages -------------------------------------------------------------------------------------


def test_the_way_from_proposal_to_review_in_pages(world, mail, browse):
    found = incident(world.omar, "The mail server is gone", service=mail)
    sam, lena = browse(world.sam), browse(world.lena)
    base = f"/incidents/{found.number}/major"
    assert "Propose as major" in sam.get(f"/incidents/{found.number}/").content.decode()
    assert sam.post(f"{base}/propose/", {"reason": ""}).status_code == 422
    assert sam.post(f"{base}/propose/", {"reason": "The whole house"}).status_code == 302
    assert sam.post(f"{base}/propose/", {"reason": "Again"}).status_code == 409
    assert sam.get(f"{base}/declare/").status_code == 403
    home = lena.get("/").content.decode()
    assert "Is this a major incident?" in home
    assert "The whole house" in home
    assert lena.post(f"{base}/declare/", {**WORDS, "next_minutes": "30", "level": "down"}).status_code == 302
    row = MajorIncident.objects.get()
    assert (row.state, row.next_at > timezone.now()) == ("declared", True)
    assert Outage.objects.get().level == "down"
    assert "Major</span>" in sam.get("/queues/service-desk/").content.decode()
    page = sam.get(f"/incidents/{found.number}/").content.decode()
    assert "Major incident" in page
    assert "Tell everybody" not in page  # which is the lead's
    assert lena.post(f"{base}/update/", {**WORDS, "headline": "Mail is back"}).status_code == 302
    assert "Mail is back" in browse(world.omar).get(f"/incidents/{found.number}/").content.decode()
    solve(found, world.sam)
    assert "Reviews owed" in lena.get("/").content.decode()
    review = {"what_happened": "A disk", "why_it_happened": "Full", "what_we_change": "Alarm at 80%"}
    assert sam.post(f"{base}/review/", review).status_code == 302
    assert "Alarm at 80%" in sam.get(f"/incidents/{found.number}/").content.decode()
    assert "Alarm at 80%" not in browse(world.omar).get(f"/incidents/{found.number}/").content.decode()


def test_many_rows_and_banners_cost_one_query(world, outage, browse, django_assert_max_num_queries):
    client = browse(world.sam)
    client.get("/queues/service-desk/")
    with django_assert_max_num_queries(60) as few:
        client.get("/queues/service-desk/")
    for n in range(5):
        found = incident(world.erin, f"Number {n}")
        majors.mark(incident=found, by=world.lena, **WORDS)
    with django_assert_max_num_queries(len(few.captured_queries)):
        client.get("/queues/service-desk/")
