"""What alerts become: one incident for what belongs together, repeats that only count, and what comes back."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from desk.people.queries import automation
from desk.tickets import actions as desk_actions
from desk.tickets.models import Link
from incidents import actions
from incidents.models import Incident
from incidents.monitoring import hearing, reading
from incidents.monitoring.models import Alert, AlertGroup
from tests.at_once import at_once, of
from tests.factories import CategoryFactory, RoutingRuleFactory, ServiceFactory, SiteFactory, incident
from tests.incidents.monitoring.alerts import alert, hear, rule, source
from tests.stories import kinds_of, move

pytestmark = pytest.mark.django_db


@pytest.fixture
def prometheus(world):
    return source()


def resolved(*args, **labels):
    return alert(*args, status="resolved", **labels)


# -- firing ------------------------------------------------------------------------------------


def test_a_new_alert_is_an_incident_that_says_what_is_wrong(world, prometheus):
    wifi, site = ServiceFactory(name="Wi-Fi"), SiteFactory(name="Eastgate")
    category = CategoryFactory(name="Network")
    RoutingRuleFactory(category=category, workgroup=world.network)
    rule(service_label="service", category=category, site_label="site")
    [(did, number)] = hear(prometheus, alert(instance="ap-7", service="wi-fi", site="Eastgate", severity="critical"))
    found = Incident.objects.get()
    assert (did, number) == ("raised", found.number)
    assert found.title == "LinkDown on ap-7"
    assert found.description == "Prometheus reports:\n\n- LinkDown on ap-7"
    assert (found.service, found.site, found.category, found.workgroup) == (wifi, site, category, world.network)
    assert (found.source, found.requester, found.reporter) == ("monitoring", automation(), automation())
    assert (found.impact, found.urgency, found.priority) == (1, 1, 1)
    assert found.events.get().inside["alert_rule"] == "Everything"


def test_the_first_rule_that_matches_wins(world, prometheus):
    rule("Tests", position=1, matchers='env="test"', ignores=True)
    rule("Core", position=2, matchers='severity=~"crit.*"\ninstance!~"lab-.*"', impact=1, urgency=2)
    rule("Off", position=3, is_active=False)
    rule("Others' own", position=4, source=source("Zabbix"))
    rule("The rest", position=5, impact=3, urgency=3)
    assert hear(prometheus, alert("A", env="test", severity="critical")) == [("ignored", "")]
    for name, labels, weight in (
        ("B", {"severity": "critical"}, (1, 2)),
        ("C", {"instance": "lab-1", "severity": "critical"}, (3, 3)),
    ):
        [(_, number)] = hear(prometheus, alert(name, **labels))
        found = Incident.objects.get(number=number)
        assert (found.impact, found.urgency) == weight
    assert Incident.objects.count() == 2


def test_what_no_rule_takes_belongs_together_by_name_and_a_person_closes_it(world, prometheus):
    done = hear(prometheus, alert(instance="a"), alert(instance="b"), alert("DiskFull", instance="a"))
    assert [did for did, _ in done] == ["raised", "joined", "raised"]
    hear(prometheus, resolved("DiskFull", instance="a"))
    assert Incident.objects.get(title="DiskFull on a").state == "logged"


def test_repeats_only_count_and_a_line_is_written_where_they_double(world, prometheus):
    rule()
    for _ in range(33):
        hear(prometheus, alert(instance="ap-7"))
    found = Incident.objects.get()
    assert kinds_of(found) == ["logged"] + ["alert.fired"] * 5  # at 2, 4, 8, 16 and 32
    row = Alert.objects.get()
    assert (row.count, row.group.heard, row.group.flaps) == (33, 33, 0)
    assert row.first_seen < row.last_seen
    last = found.events.filter(kind="alert.fired").latest("pk")
    assert last.inside["said"] == "hears from monitoring: 1 alert, 32 times in all"
    assert last.visibility == "internal"


def test_another_alert_joins_the_incident_of_its_group_and_a_heavier_one_raises_its_priority(world, prometheus):
    rule(group_by=["service"])
    hear(prometheus, alert(service="Wi-Fi", instance="a", severity="warning"))
    found = Incident.objects.get()
    assert found.priority == 3
    [(did, number)] = hear(prometheus, alert(service="Wi-Fi", instance="b", severity="critical"))
    assert (did, number) == ("joined", found.number)
    found.refresh_from_db()
    assert found.priority == 1
    assert AlertGroup.objects.get().labels == {"service": "Wi-Fi"}
    hear(prometheus, alert(service="Mail", instance="a"))
    assert Incident.objects.count() == 2


def test_what_a_person_has_weighed_stays_as_they_said(world, prometheus):
    rule(group_by=["service"])
    hear(prometheus, alert(service="Wi-Fi", instance="a", severity="info"))
    move(Incident.objects.get(), "start", by=world.sam)
    hear(prometheus, alert(service="Wi-Fi", instance="b", severity="critical"))
    assert Incident.objects.get().priority == 5


def test_a_storm_of_a_thousand_alerts_on_one_service_is_one_incident_with_a_count(
    world, prometheus, django_assert_max_num_queries
):
    rule(group_by=["service"], service_label="service")
    ServiceFactory(name="Wi-Fi")
    storm = [alert(service="Wi-Fi", instance=f"ap-{number}", severity="warning") for number in range(1000)]
    with django_assert_max_num_queries(70):
        hear(prometheus, *storm)
    found = Incident.objects.get()
    assert found.title == "LinkDown on ap-0 (and 999 more alerts)"
    assert found.description.endswith("- LinkDown on ap-19\n- and 980 more")
    assert Alert.objects.filter(group__incident=found).count() == 1000
    assert kinds_of(found) == ["logged"]
    for one in storm[:64]:  # and one by one, as other systems send them
        hear(prometheus, one)
    assert Incident.objects.count() == 1
    hear(prometheus, *[{**one, "status": "resolved"} for one in storm])
    found.refresh_from_db()
    assert found.state == "resolved"
    assert kinds_of(found) == ["logged", "alert.fired", "alert.resolved", "resolved"]  # fired: the 1,024th


def test_alerts_that_have_nothing_in_common_are_not_thrown_together(world, prometheus):
    rule(group_by=["service"])
    hear(prometheus, alert("A"), alert("B"))
    assert Incident.objects.count() == 2


def test_what_fires_stays_with_its_incident_when_the_rules_change(world, prometheus):
    mine = rule(group_by=["service"])
    hear(prometheus, alert(service="Wi-Fi"))
    mine.group_by, mine.ignores = ["instance"], True
    mine.save()
    assert hear(prometheus, resolved(service="Wi-Fi"))[0][0] == "resolved"
    assert Incident.objects.get().state == "resolved"


def test_two_sources_never_share_an_incident(world, prometheus):
    rule(group_by=["service"])
    hear(prometheus, alert(service="Wi-Fi"))
    hear(source("Zabbix"), alert(service="Wi-Fi"))
    assert Incident.objects.count() == 2


# -- over, and again ---------------------------------------------------------------------------


def test_what_is_over_resolves_by_itself_when_nobody_has_touched_it(world, prometheus):
    rule()
    hear(prometheus, alert(instance="ap-7"))
    assert hear(prometheus, resolved(instance="ap-7"))[0][0] == "resolved"
    found = Incident.objects.get()
    assert (found.state, found.resolution_code.name, found.assignee) == ("resolved", "Went away", None)
    assert "Monitoring says that it is over" in found.solution
    assert kinds_of(found) == ["logged", "alert.resolved", "resolved"]
    assert hear(prometheus, resolved(instance="ap-7"))[0][0] == "resolved before"
    assert len(kinds_of(found)) == 3


def test_only_when_the_last_of_its_alerts_is_over(world, prometheus):
    rule(group_by=["service"])
    hear(prometheus, *[alert(service="Wi-Fi", instance=name) for name in "abc"])
    hear(prometheus, resolved(service="Wi-Fi", instance="a"), alert(service="Wi-Fi", instance="b"))
    found = Incident.objects.get()
    assert found.state == "logged"
    said = found.events.get(kind="alert.resolved").inside
    assert (said["said"], said["because"]) == ("hears that alerts are over; 2 of 3 still fire", "LinkDown on a")
    hear(prometheus, *[resolved(service="Wi-Fi", instance=name) for name in "bc"])
    found.refresh_from_db()
    assert found.state == "resolved"


@pytest.mark.parametrize("touch", ["note", "start", "assign"])
def test_what_a_person_touched_is_theirs_to_resolve(world, prometheus, touch):
    rule()
    hear(prometheus, alert())
    found = Incident.objects.get()
    if touch == "note":
        desk_actions.note(ticket=found, by=world.sam, message="I look at it")
    else:
        found = move(found, touch, by=world.sam)
    before = found.state
    hear(prometheus, resolved())
    found.refresh_from_db()
    assert found.state == before
    assert found.events.filter(kind="alert.resolved").exists()


def test_neither_does_it_resolve_where_the_rule_says_no(world, prometheus):
    rule(resolves=False)
    hear(prometheus, alert())
    hear(prometheus, resolved())
    assert Incident.objects.get().state == "logged"


def test_what_fires_again_soon_reopens_its_incident_and_is_counted_as_flapping(world, prometheus):
    rule(reopen_minutes=60)
    for _ in range(9):
        hear(prometheus, alert())
        hear(prometheus, resolved())
    found = Incident.objects.get()
    assert (found.state, found.reopen_count) == ("resolved", 8)
    group = AlertGroup.objects.get()
    assert (group.flaps, group.recoveries, group.calms) == (8, 9, 9)
    assert kinds_of(found).count("alert.resolved") == 4  # at 1, 2, 4 and 8


def test_what_fires_again_while_it_is_open_goes_on_there(world, prometheus):
    rule(resolves=False)
    hear(prometheus, alert())
    hear(prometheus, resolved())
    assert hear(prometheus, alert())[0][0] == "fires again"
    assert (Incident.objects.count(), AlertGroup.objects.get().flaps) == (1, 1)


def test_what_fires_again_later_is_a_new_incident_that_knows_the_old_one(world, prometheus):
    rule(reopen_minutes=60)
    hear(prometheus, alert())
    hear(prometheus, resolved())
    old = Incident.objects.get()
    Incident.objects.filter(pk=old.pk).update(resolved_at=timezone.now() - timedelta(minutes=61))
    assert hear(prometheus, alert())[0][0] == "raised"
    new = Incident.objects.latest("pk")
    assert new != old
    link = Link.objects.get()
    assert (link.source_id, link.kind, link.target_id) == (new.pk, "recurrence_of", old.pk)
    assert list(AlertGroup.objects.filter(is_current=True)) == [new.alert_group]
    assert old.alert_group.alerts.count() == 1  # its page still shows them


def test_a_repeat_right_after_a_person_resolved_it_waits_the_rules_window(world, prometheus):
    rule(reopen_minutes=60)
    hear(prometheus, alert())
    found = move(move(Incident.objects.get(), "start", by=world.sam), "resolve", by=world.sam)
    assert hear(prometheus, alert())[0][0] == "repeated"
    found.refresh_from_db()
    assert found.state == "resolved"
    Incident.objects.filter(pk=found.pk).update(resolved_at=timezone.now() - timedelta(minutes=61))
    assert hear(prometheus, alert())[0][0] == "reopened"
    found.refresh_from_db()
    assert (found.state, Incident.objects.count()) == ("reopened", 1)


def test_what_a_person_cancelled_stays_so_until_it_begins_anew(world, prometheus):
    rule()
    hear(prometheus, alert())
    actions.cancel(incident=Incident.objects.get(), by=world.sam, reason="A test")
    assert hear(prometheus, alert())[0][0] == "repeated"
    later = {**alert(), "startsAt": "2026-11-26T02:00:00Z"}
    assert hear(prometheus, later)[0][0] == "raised"
    assert Incident.objects.count() == 2
    assert not Link.objects.exists()


def test_what_fires_again_on_a_duplicate_lands_on_the_one_that_stays_while_that_is_open(world, prometheus, browse):
    rule(impact=3, urgency=3)
    hear(prometheus, alert(instance="ap-7"))
    goes, stays = Incident.objects.get(), incident(world.erin, "No Wi-Fi")
    actions.merge(incident=goes, by=world.sam, into=stays)
    assert hear(prometheus, alert(instance="ap-7")) == [("repeated", stays.number)]
    [line] = stays.events.filter(kind="alert.fired")
    assert (
        line.inside["said"]
        == f"hears from monitoring: 1 alert, 2 times in all; they belong to {goes.number}, which is the same"
    )
    both = hear(prometheus, resolved(instance="ap-7"), alert(instance="ap-7"))
    assert both == [("resolved", stays.number), ("fires again", stays.number)]
    assert Incident.objects.count() == 2
    page = browse(world.sam).get(f"/incidents/{stays.number}/").content.decode()
    assert f"Alerts of {goes.number}" in page
    assert not AlertGroup.objects.filter(settles_at__isnull=False).exists()


def test_of_a_duplicate_of_a_duplicate_the_last_one_hears(world, prometheus):
    hear(prometheus, alert())
    first, second, last = Incident.objects.get(), incident(world.erin, "No Wi-Fi"), incident(world.omar, "Wi-Fi")
    actions.merge(incident=first, by=world.sam, into=second)
    actions.merge(incident=second, by=world.sam, into=last)
    assert hear(prometheus, alert()) == [("repeated", last.number)]


def test_where_the_one_that_stays_is_over_too_it_is_a_new_incident(world, prometheus):
    """What only repeats believes whoever solved it for the rule's window, as ever."""
    rule(reopen_minutes=60)
    hear(prometheus, alert())
    stays = incident(world.erin, "No Wi-Fi")
    actions.merge(incident=Incident.objects.get(source="monitoring"), by=world.sam, into=stays)
    solved = move(move(stays, "start", by=world.sam), "resolve", by=world.sam)
    assert hear(prometheus, alert())[0][0] == "repeated"
    assert Incident.objects.count() == 2
    Incident.objects.filter(pk=stays.pk).update(resolved_at=timezone.now() - timedelta(minutes=61))
    [(did, number)] = hear(prometheus, alert())
    new = Incident.objects.get(number=number)
    assert (did, new.state, Incident.objects.count()) == ("raised", "logged", 3)
    link = Link.objects.get(kind="recurrence_of")
    assert (link.source_id, link.target_id) == (new.pk, solved.pk)


def test_after_not_a_duplicate_it_lands_where_it_began(world, prometheus):
    hear(prometheus, alert())
    goes, stays = Incident.objects.get(), incident(world.erin, "No Wi-Fi")
    back = actions.unmerge(incident=actions.merge(incident=goes, by=world.sam, into=stays), by=world.sam)
    assert hear(prometheus, alert()) == [("repeated", back.number)]


def test_a_resolved_that_nobody_waits_for_makes_nothing(world, prometheus):
    rule()
    assert hear(prometheus, resolved()) == [("nothing to resolve", "")]
    assert not Incident.objects.exists()
    assert not AlertGroup.objects.exists()


# -- at once, and when something fails -----------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_fifty_posts_at_the_same_instant_make_one_incident(world, prometheus):
    rule(group_by=["service"])
    one = [lambda: hear(prometheus, alert(service="Wi-Fi", instance="a"))] * 25
    each = [
        lambda number=number: hear(prometheus, alert(service="Wi-Fi", instance=f"b{number}")) for number in range(25)
    ]
    answers = at_once(*one, *each)
    assert not of(Exception, answers), answers
    found = Incident.objects.get()
    assert {answer[0][1] for answer in answers} == {found.number}
    assert [answer[0][0] for answer in answers].count("raised") == 1
    group = AlertGroup.objects.get()
    assert (group.heard, group.alerts.count(), group.flaps) == (50, 26, 0)
    assert Alert.objects.get(labels__instance="a").count == 25


def test_one_incident_that_fails_leaves_nothing_behind_and_the_others_are_there(world, prometheus, monkeypatch):
    rule()
    real = hearing._raise_priority

    def fails(incident, *args):
        if incident.title.startswith("B "):
            raise RuntimeError("the disk is full")
        return real(incident, *args)

    monkeypatch.setattr(hearing, "_raise_priority", fails)
    post = hearing.hear(source=prometheus, alerts=_read("A", "B", "C"))
    assert (sorted(post.done), list(post.failed)) == ([0, 2], [1])
    assert set(Incident.objects.values_list("title", flat=True)) == {"A on somewhere", "C on somewhere"}
    assert AlertGroup.objects.count() == 2
    monkeypatch.undo()
    again = hearing.hear(source=prometheus, alerts=_read("A", "B", "C"))  # the sender tries again
    assert [again.done[index][0] for index in range(3)] == ["repeated", "raised", "repeated"]
    assert Incident.objects.count() == 3


def _read(*names):
    return reading.read(json.dumps([alert(name) for name in names]).encode()).alerts
