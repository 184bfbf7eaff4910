"""The administrator writes the routing table, and asks it before anybody else has to."""

from django.urls import reverse

from desk.assignment.models import RoutingRule
from tests.factories import CategoryFactory, RoutingRuleFactory, ServiceFactory, SiteFactory, WorkgroupFactory, incident
from tests.forms import send

TABLE = "admin:assignment_routingrule_changelist"
TRY = "admin:assignment_routingrule_try"


def page_of(rule):
    return reverse("admin:assignment_routingrule_change", args=[rule.pk])


def catch_all():
    return RoutingRule.objects.get(is_catch_all=True)


def ask(client, **words):
    return client.get(reverse(TRY), {"kind": "incident", "title": "", **words}).content.decode()


def test_the_box_says_where_such_an_incident_would_go_and_why(world, browse):
    """The answer in the box is what really happens when erin logs it."""
    vpn = CategoryFactory(name="VPN", parent=CategoryFactory(name="Network"))
    RoutingRuleFactory(name="Lines", category=vpn.parent, workgroup=world.network, position=5)
    text = ask(browse(world.admin), title="It drops", category=vpn.pk)
    assert "<strong>Network</strong>, by the rule “Lines”, because category is in Network" in text
    assert incident(world.erin, title="It drops", category=vpn).workgroup == world.network


def test_the_box_says_that_nothing_matched(world, browse):
    text = ask(browse(world.admin), title="Something odd")
    assert "<strong>Service Desk</strong>, by the rule “Everything else”, because no other rule matched" in text


def test_the_box_says_that_nobody_takes_it(world, browse):
    RoutingRule.objects.all().delete()
    assert "there is no catch-all" in ask(browse(world.admin), title="Something odd")


def test_the_box_logs_nothing_and_needs_a_title(world, browse):
    from desk.tickets.models import Ticket

    text = ask(browse(world.admin))
    assert "This field is required" in text
    ask(browse(world.admin), title="Just asking", service=ServiceFactory().pk, site=SiteFactory().pk)
    assert not Ticket.objects.exists()


def test_the_box_shows_what_was_typed_as_text(world, browse):
    text = ask(browse(world.admin), title="<script>alert(1)</script>")
    assert "<script>alert(1)" not in text
    assert "&lt;script&gt;alert(1)" in text


def test_a_rule_by_words_is_written_with_commas(world, browse):
    path = reverse("admin:assignment_routingrule_add")
    fields = {"name": "By name", "position": 10, "words": "VPN, Wi-Fi", "workgroup": world.network.pk}
    assert send(browse(world.admin), path, **fields).status_code == 302
    assert RoutingRule.objects.get(name="By name").words == ["VPN", "Wi-Fi"]
    assert incident(world.erin, title="No wi-fi here").workgroup == world.network


def test_a_rule_keeps_its_category_when_that_has_become_inactive(world, browse):
    category = CategoryFactory(name="Fax", is_active=False)
    rule = RoutingRuleFactory(name="Fax", category=category, words=["fax"], workgroup=world.network)
    assert send(browse(world.admin), page_of(rule), position=7).status_code == 302
    rule.refresh_from_db()
    assert (rule.category, rule.position) == (category, 7)


def test_a_rule_that_matches_everything_is_refused(world, browse):
    path = reverse("admin:assignment_routingrule_add")
    response = send(browse(world.admin), path, name="All", position=1, workgroup=world.network.pk)
    assert "Say what this rule matches" in response.content.decode()


def test_positions_are_set_in_the_list_and_the_catch_all_stands_last(world, browse):
    admin = browse(world.admin)
    RoutingRuleFactory(name="First", words=["a"], workgroup=world.network, position=1)
    RoutingRuleFactory(name="Second", words=["a"], workgroup=world.desk, position=2)
    RoutingRule.objects.filter(is_catch_all=True).update(position=0)
    names = [rule.name for rule in admin.get(reverse(TABLE)).context["cl"].result_list]
    assert names == ["First", "Second", "Everything else"]
    send(admin, reverse(TABLE), **{"form-0-position": 3, "_save": "Save"})
    names = [rule.name for rule in admin.get(reverse(TABLE)).context["cl"].result_list]
    assert names == ["Second", "First", "Everything else"]


def test_the_catch_all_cant_be_lost(world, browse):
    """Not deleted alone or among others, not switched off on its page or in the list, not made an ordinary rule."""
    admin, rule = browse(world.admin), catch_all()
    assert (
        admin.post(reverse("admin:assignment_routingrule_delete", args=[rule.pk]), {"post": "yes"}).status_code == 403
    )
    other = RoutingRuleFactory(words=["a"], workgroup=world.network)
    chosen = {"action": "delete_selected", "_selected_action": [rule.pk, other.pk], "post": "yes"}
    assert "must stay" in admin.post(reverse(TABLE), chosen).content.decode()
    send(admin, page_of(rule), is_active=None, is_catch_all=None, kind="change")
    response = send(admin, reverse(TABLE), **{"form-1-is_active": None, "_save": "Save"})
    assert "must stay active" in response.content.decode()
    kept = catch_all()
    assert (kept.pk, kept.is_active, kept.kind) == (rule.pk, True, "incident")


def test_the_catch_all_may_point_to_another_workgroup(world, browse):
    assert send(browse(world.admin), page_of(catch_all()), workgroup=world.network.pk).status_code == 302
    assert incident(world.erin).workgroup == world.network


def test_the_table_asks_the_same_number_of_questions_however_long(world, browse, django_assert_max_num_queries):
    admin = browse(world.admin)
    RoutingRuleFactory(words=["a"], workgroup=world.network, service=ServiceFactory(), category=CategoryFactory())
    with django_assert_max_num_queries(20) as before:
        admin.get(reverse(TABLE))
    for _ in range(6):
        RoutingRuleFactory(
            workgroup=world.network, service=ServiceFactory(), category=CategoryFactory(), site=SiteFactory()
        )
    with django_assert_max_num_queries(len(before.captured_queries)):
        admin.get(reverse(TABLE))


def hands(**fields):
    return WorkgroupFactory(name="Field Service", takes=["work_order.on_site"], **fields)


def test_a_rule_for_work_orders_proposes_a_workgroup_that_takes_the_type(world, browse):
    admin, south, path = browse(world.admin), SiteFactory(name="South"), reverse("admin:assignment_routingrule_add")
    field = hands()
    fields = {"name": "Hands in the south", "kind": "work_order", "position": 5, "site": south.pk}
    assert send(admin, path, workgroup=field.pk, **fields).status_code == 302
    text = ask(admin, kind="work_order.on_site", title="Mount it", site=south.pk)
    assert "Proposed: <strong>Field Service</strong>, by the rule “Hands in the south”, because site is South" in text
    assert "so none is proposed by the rules" in ask(admin, kind="work_order.technical", title="Measure", site=south.pk)


def test_a_workgroup_that_takes_incidents_alone_gets_no_rule_for_work_orders(world, browse):
    alone = WorkgroupFactory(name="Security", takes=["incident"])
    fields = {"name": "No", "kind": "work_order", "position": 5, "words": "key", "workgroup": alone.pk}
    response = send(browse(world.admin), reverse("admin:assignment_routingrule_add"), **fields)
    assert response.context["adminform"].form.errors == {
        "workgroup": ["This workgroup is inactive, or doesn't take this kind of ticket."]
    }


def test_work_orders_may_do_without_their_catch_all(world, browse):
    admin = browse(world.admin)
    rule = RoutingRuleFactory(kind="work_order", is_catch_all=True, workgroup=hands())
    assert "Proposed: <strong>Field Service</strong>" in ask(admin, kind="work_order.on_site", title="Anything")
    path = reverse("admin:assignment_routingrule_delete", args=[rule.pk])
    assert admin.post(path, {"post": "yes"}).status_code == 302
    assert not RoutingRule.objects.filter(pk=rule.pk).exists()
