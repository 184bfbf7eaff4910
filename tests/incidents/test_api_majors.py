"""Major incidents, “me too”, what is raised for something else, and bursts, for programs."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from incidents import majors
from incidents.models import BurstProposal, Incident, Joined
from tests.factories import ServiceFactory, incident
from tests.programs import Program
from tests.stories import in_state

pytestmark = pytest.mark.django_db
WORDS = {"headline": "No mail", "words": "We are on it", "next_minutes": "30", "level": "down"}


def test_a_major_incident_is_proposed_declared_told_and_reviewed(world):
    found = incident(world.erin, service=ServiceFactory(name="Mail"))
    sam, lena, address = Program(world.sam), Program(world.lena), f"incidents/{found.number}/major/"
    assert [one["name"] for one in sam.get(address).json()["decisions"]] == ["propose", "review"]
    proposed = sam.post(f"{address}propose/", {"reason": "The wards are down"})
    assert (proposed.status_code, proposed.json()["state"]) == (200, "proposed"), proposed.content
    assert sam.post(f"{address}declare/", WORDS).status_code == 403
    waits = lena.get("incidents/majors/").json()
    assert [(one["number"], one["reason"]) for one in waits["proposed"]] == [(found.number, "The wards are down")]
    assert sam.get("incidents/majors/").json() == {"proposed": [], "owed": []}
    declared = lena.post(f"{address}declare/", WORDS).json()
    assert (declared["state"], declared["headline"], declared["affected"]) == ("declared", "No mail", 1)
    assert Program(world.omar).get("services/").json()["results"][0]["level"] == "down"
    again = lena.post(f"{address}propose/", {"reason": "Still"})
    assert (again.status_code, again.json()["because"]) == (409, [f"{found.number} is a major incident already."])
    told = lena.post(f"{address}update/", {"words": "A disk is being changed"}).json()
    assert (told["headline"], told["words"]) == ("No mail", "A disk is being changed"), "what isn't sent stays"
    assert lena.post(f"{address}withdraw/", {"reason": "It was a cable"}).json()["state"] == "withdrawn"
    assert lena.post(f"{address}nothing/", {}).status_code == 404


def test_what_was_learnt_is_written_once_it_is_solved(world):
    found = in_state("resolved", requester=world.erin, analyst=world.sam)
    learnt = {"what_happened": "A disk", "why_it_happened": "Age", "what_we_change": "Disks"}
    address = f"incidents/{found.number}/major/review/"
    assert Program(world.sam).post(address, learnt).status_code == 409, "it was no major incident"
    fresh = incident(world.erin, "Worse")
    majors.declare(incident=fresh, by=world.lena, headline="No mail", words="Soon")
    solve(world, fresh)
    written = Program(world.sam).post(f"incidents/{fresh.number}/major/review/", learnt).json()
    assert (written["reviewed_by"]["username"], written["why_it_happened"]) == ("sam", "Age")
    assert Program(world.erin).get(f"incidents/{fresh.number}/major/").status_code == 404, "her own, and yet inside"


def solve(world, found):
    sam = Program(world.sam)
    sam.post(f"incidents/{found.number}/transitions/start/")
    moves = sam.get(f"incidents/{found.number}/transitions/resolve/").json()
    code = moves["inputs"]["properties"]["code"]["oneOf"][0]["const"]
    solved = sam.post(f"incidents/{found.number}/transitions/resolve/", {"code": code, "solution": "A new disk"})
    assert solved.status_code == 200, solved.content


@pytest.fixture
def outage(world):
    found = incident(world.erin, "Secret words of Erin", service=ServiceFactory(name="Mail"))
    majors.declare(incident=found, by=world.lena, headline="No mail", words="We are on it")
    return found


def test_an_end_user_reads_of_an_outage_and_says_me_too(world, outage):
    omar = Program(world.omar)
    (listed,) = omar.get("outages/").json()["results"]
    assert (listed["number"], listed["headline"], listed["joined"]) == (outage.number, "No mail", False)
    joined = omar.post(f"outages/{outage.number}/me-too/")
    assert (joined.status_code, joined.json()["joined"], joined.json()["state"]) == (200, True, "open")
    assert omar.post(f"outages/{outage.number}/me-too/").status_code == 200
    assert Joined.objects.filter(user=world.omar).count() == 1
    assert omar.get(f"incidents/{outage.number}/").status_code == 404, "joining shows no ticket"
    whole = omar.get(f"outages/{outage.number}/")
    assert [word["text"] for word in whole.json()["told"]] == ["We are on it"]
    assert "Secret" not in whole.content.decode() + joined.content.decode()
    assert omar.post(f"outages/{outage.number}/leave/").status_code == 204
    assert not Joined.objects.exists()
    assert omar.get("outages/?fields=headline").json()["results"] == [{"number": outage.number, "headline": "No mail"}]


def test_outages_cost_the_same_for_one_and_for_five(world, outage):
    omar, costs = Program(world.omar), []
    omar.get("outages/")
    for count in (0, 4):
        for n in range(count):
            more = incident(world.erin, f"No {n}", service=ServiceFactory())
            majors.declare(incident=more, by=world.lena, headline=f"No {n}", words="Soon")
        with CaptureQueriesContext(connection) as asked:
            assert len(omar.get("outages/").json()["results"]) == count + 1
        costs.append(len(asked))
    assert costs[0] == costs[1], "\n".join(query["sql"][:200] for query in asked)


def test_me_too_with_words_is_an_incident_of_ones_own(world, outage):
    made = Program(world.omar).post(f"outages/{outage.number}/me-too/", {"words": "The calendar too"})
    assert (made.status_code, made.json()["title"]) == (201, "No mail"), made.content
    child = Incident.objects.get(number=made.json()["number"])
    assert (child.requester, child.parent_incident, child.source) == (world.omar, outage, "api")


def test_nobody_joins_what_is_over(world, outage):
    majors.withdraw(incident=outage, by=world.lena, reason="It was a cable")
    assert Program(world.omar).post(f"outages/{outage.number}/me-too/").status_code == 404
    assert Program(world.omar).get("outages/").json()["results"] == []


def test_what_is_solved_can_be_read_of_and_not_be_joined(world, outage):
    omar = Program(world.omar)
    solve(world, outage)
    page = omar.get(f"outages/{outage.number}/").json()
    assert (page["state"], page["ended_at"] is not None, page["told"][0]["kind"]) == ("solved", True, "major.solved")
    assert omar.post(f"outages/{outage.number}/me-too/").status_code == 404
    assert omar.get("outages/").json()["results"] == []


def test_what_is_raised_twice_lands_on_the_same_one(world):
    service = ServiceFactory(name="Mail")
    sam, address = Program(world.sam), f"incidents/raised-for-service/{service.pk}/"
    said = {"title": "It is slow", "words": "Minutes for one letter", "level": "degraded"}
    first, second = sam.post(address, said), sam.post(address, {**said, "words": "Now hours"})
    assert (first.status_code, first.json()["is_new"], second.status_code) == (201, True, 200), first.content
    assert second.json()["number"] == first.json()["number"]
    assert sam.get(address).json() == {"incidents": [{"number": first.json()["number"], "sees": True}], "owed": False}
    assert sam.post("incidents/raised-for-service/999999/", said).status_code == 404


def test_an_incident_is_raised_for_another_ticket_by_a_token_for_both(world):
    source = incident(world.erin)
    said = {"title": "The switch too", "words": "Nothing answers"}
    address = f"incidents/raised-for/{source.number}/"
    assert Program(world.sam, "changes:write").post(address, said).status_code == 403
    made = Program(world.sam).post(address, said)
    assert made.status_code == 201, made.content
    seen = Program(world.erin).get(address).json()["incidents"]
    assert [one["number"] for one in seen] == [made.json()["number"]]
    assert Program(world.omar).get(address).status_code == 404


def test_a_lead_answers_a_burst(world):
    first, second = (incident(who, "No mail") for who in (world.erin, world.omar))
    many = BurstProposal.objects.create(
        service=ServiceFactory(name="Mail"), workgroup=world.desk, minutes=15, count=9, expected=0.5, chance=0.001,
        at=timezone.now(),
    )  # fmt: skip
    many.incidents.add(first, second)
    lena = Program(world.lena)
    (waiting,) = lena.get("bursts/").json()["results"]
    assert waiting["incidents"] == [first.number, second.number]
    assert Program(world.sam).get("bursts/").json()["results"] == []
    accepted = lena.post(f"bursts/{many.pk}/accept/").json()
    assert (accepted["state"], accepted["major"]) == ("accepted", first.number)
    late = lena.post(f"bursts/{many.pk}/dismiss/")
    assert (late.status_code, late.json()["because"]) == (409, ["Lena has accepted it already."])
