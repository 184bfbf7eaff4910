"""The administrator writes templates and rules, and asks them; work orders themselves are for looking only."""

import pytest
from django.urls import reverse

from tests.factories import CategoryFactory, ServiceFactory, WorkgroupFactory
from tests.forms import send
from workorders.models import CreationRule, Dependency, OrderTemplate, TemplateStep, WorkOrder

from .orders import in_state, order

TEMPLATES, RULES = "admin:workorders_ordertemplate_changelist", "admin:workorders_creationrule_changelist"
ADD, TRY = "admin:workorders_ordertemplate_add", "admin:workorders_creationrule_try"


def page_of(thing):
    return reverse(f"admin:workorders_{thing._meta.model_name}_change", args=[thing.pk])


def steps(*rows, existing=()):
    """The inline's fields for these steps: (number, title, needs, more)."""
    fields = {"steps-TOTAL_FORMS": len(rows), "steps-INITIAL_FORMS": len(existing)}
    for place, (number, title, needs, *more) in enumerate(rows):
        said = {"position": number, "title": title, "needs": needs, "work_type": "on_site", "hours": 1}
        said |= more[0] if more else {}
        if place < len(existing):
            said["id"] = existing[place].pk
        fields |= {f"steps-{place}-{name}": value for name, value in said.items()}
    return fields


def template(*rows, name="Replace a switch"):
    made = OrderTemplate.objects.create(name=name)
    for position, title, needs in rows:
        TemplateStep.objects.create(template=made, position=position, title=title, needs=needs)
    return made


def said_by(response):
    """The errors of the page's steps, by field."""
    (formset,) = (inline.formset for inline in response.context["inline_admin_formsets"])
    return [{name: list(words) for name, words in errors.items()} for errors in formset.errors if errors]


def test_a_template_is_written_with_its_steps_and_drawn_in_sequence(field, browse):
    admin = browse(field.admin)
    rows = [
        (1, "Bring it", "", {"workgroup": field.field.pk, "checklist": "Label it\n\n(Take a photo)"}),
        (2, "Mount it", "1"),
        (3, "Measure", "1, 2, 2"),
    ]
    assert send(admin, reverse(ADD), name="Replace a switch", **steps(*rows)).status_code == 302
    made = OrderTemplate.objects.get()
    assert list(made.steps.values_list("position", "needs")) == [(1, []), (2, [1]), (3, [1, 2])]
    assert made.steps.first().checklist == "Label it\n(Take a photo)"
    page = admin.get(page_of(made)).content.decode()
    for line in ("At once: <strong>1</strong> Bring it", "<strong>3</strong> Measure (after 1 and 2)", 'value="1, 2"'):
        assert line in page


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (
            [(1, "One", ""), (1, "Two", "")],
            {"position": ["Step 1 is there twice; give each step a number of its own."]},
        ),
        ([(1, "One", "7")], {"needs": ["There is no step 7."]}),
        ([(1, "One", "1")], {"needs": ["A step can't come after itself."]}),
        (
            [(1, "One", "2"), (2, "Two", "1"), (3, "Three", "2")],
            {"needs": ["Steps 1 and 2 would wait for one another in a circle."]},
        ),
        (
            [(1, "One", "the first")],
            {"needs": ["“the” is no number of a step; write numbers with commas between, such as 1, 2."]},
        ),
        (
            [(1, "One", "", {"checklist": "x" * 201})],
            {"checklist": [f"“{'x' * 40}…” is too long for one item; 200 characters are the most."]},
        ),
    ],
    ids=["a number twice", "a step that isn't there", "itself", "a circle", "no number", "a long item"],
)
def test_what_makes_no_sense_is_said_beside_its_field_and_nothing_typed_is_lost(field, browse, rows, said):
    response = send(browse(field.admin), reverse(ADD), name="Odd", **steps(*rows))
    assert said_by(response) == [said]
    assert f'value="{rows[0][2]}"' in response.content.decode() or not rows[0][2]
    assert not OrderTemplate.objects.exists()


def test_a_workgroup_that_does_not_take_the_type_is_refused_beside_its_field(field, browse):
    row = (1, "Measure", "", {"workgroup": field.field.pk, "work_type": "technical"})
    response = send(browse(field.admin), reverse(ADD), name="Odd", **steps(row))
    assert said_by(response) == [
        {"workgroup": ["Field Service doesn't take work orders of this type (technical, from afar)."]}
    ]


def test_a_template_without_steps_raises_nothing_and_is_refused(field, browse):
    response = send(browse(field.admin), reverse(ADD), name="Empty", **steps())
    assert "Add a step: a template without any raises nothing." in response.content.decode()


def test_two_steps_exchange_their_numbers_and_one_that_goes_leaves_its_own(field, browse):
    made = template((1, "Mount", []), (2, "Bring", []), (3, "Measure", [2]))
    rows = [(2, "Mount", "1"), (1, "Bring", ""), (3, "Measure", "2", {"DELETE": "on"}), (3, "Check", "2")]
    response = send(browse(field.admin), page_of(made), **steps(*rows, existing=list(made.steps.all())))
    assert response.status_code == 302, said_by(response)
    found = made.steps.values_list("position", "title", "needs")
    assert list(found) == [(1, "Bring", []), (2, "Mount", [1]), (3, "Check", [2])]


def test_a_step_that_others_need_does_not_go(field, browse):
    made = template((1, "Bring", []), (2, "Mount", [1]))
    rows = [(1, "Bring", "", {"DELETE": "on"}), (2, "Mount", "1")]
    response = send(browse(field.admin), page_of(made), **steps(*rows, existing=list(made.steps.all())))
    assert said_by(response) == [{"needs": ["There is no step 1."]}]


def test_the_box_says_what_would_be_raised_by_which_rule_and_why_not_by_the_others(field, browse):
    wifi = CategoryFactory(name="Wi-Fi")
    made = template((1, "Look", []), (2, "Mend", [1]))
    TemplateStep.objects.filter(position=1).update(workgroup=field.field)
    common = {"template": made, "category": wifi}
    CreationRule.objects.create(name="Off", position=1, is_active=False, **common)
    CreationRule.objects.create(name="At once", position=2, when="logged", **common)
    CreationRule.objects.create(name="Wi-Fi", position=3, **common)
    CreationRule.objects.create(name="Later", position=4, **common)
    CreationRule.objects.create(name="Fax", position=5, template=made, service=ServiceFactory(name="Fax"))
    ward = CategoryFactory(name="Ward", parent=wifi)
    asked = {"kind": "incident", "when": "assigned", "category": ward.pk}
    response = browse(field.admin).get(reverse(TRY), asked)
    assert response.context["chosen"].name == "Wi-Fi"
    assert [(rule.name, why) for rule, why in response.context["others"]] == [
        ("Off", "it is not active"),
        ("At once", "it asks when it is logged"),
        ("Later", "“Wi-Fi” comes before it"),
        ("Fax", "the service isn't Fax"),
    ]
    assert [(step.title, group) for step, group, _ in response.context["orders"]] == [
        ("Look", field.field),
        ("Mend", None),
    ]
    assert "Nobody takes it: name a workgroup in the template" in response.content.decode()
    assert not WorkOrder.objects.exists()


def test_the_box_says_that_no_rule_asks_for_it(field, browse):
    response = browse(field.admin).get(reverse(TRY), {"kind": "incident", "when": "logged"})
    assert "No work order: none of the rules asks for such a ticket." in response.content.decode()


def test_a_rule_says_for_what(field, browse):
    made = template((1, "Look", []))
    path = reverse("admin:workorders_creationrule_add")
    response = send(browse(field.admin), path, name="All", template=made.pk)
    assert response.context["adminform"].form.errors == {"service": ["Say for which service or category."]}
    chosen = {"name": "Wi-Fi", "template": made.pk, "category": CategoryFactory().pk}
    assert send(browse(field.admin), path, **chosen).status_code == 302
    assert CreationRule.objects.get().kind == "incident"


def test_rules_stand_in_the_order_in_which_they_are_asked(field, browse):
    made, admin = template((1, "Look", [])), browse(field.admin)
    for position, name in ((20, "Second"), (10, "First")):
        CreationRule.objects.create(name=name, position=position, template=made, category=CategoryFactory())
    names = [rule.name for rule in admin.get(reverse(RULES)).context["cl"].result_list]
    assert names == ["First", "Second"]
    send(admin, reverse(RULES), **{"form-0-position": 30, "_save": "Save"})
    assert [rule.name for rule in CreationRule.objects.all()] == ["Second", "First"]


def test_a_template_that_a_rule_raises_is_not_deleted(field, browse):
    made = template((1, "Look", []))
    CreationRule.objects.create(name="Rule", template=made, category=CategoryFactory())
    path = reverse("admin:workorders_ordertemplate_delete", args=[made.pk])
    assert browse(field.admin).post(path, {"post": "yes"}).status_code == 200
    assert OrderTemplate.objects.get() == made


def test_a_work_order_is_looked_at_with_checklist_and_sequence_and_never_changed(field, browse):
    admin, waiting = browse(field.admin), in_state("waiting", field, checklist=["Label it"])
    page = admin.get(page_of(waiting)).content.decode()
    assert "Label it" in page
    assert "First things first" in page
    assert admin.post(page_of(waiting), {"title": "Other"}).status_code == 403
    for model in ("workorder", "checklistitem"):
        add = f"/admin/workorders/{model}/add/"
        assert admin.get(add).status_code in (403, 404)
    assert Dependency.objects.count() == 1


@pytest.mark.parametrize("listed", ["workorder", "ordertemplate", "creationrule"])
def test_lists_ask_the_same_number_of_questions_however_long(field, browse, django_assert_max_num_queries, listed):
    admin, path = browse(field.admin), reverse(f"admin:workorders_{listed}_changelist")

    def more(number):
        order(field.incident, field.nadia, f"Order {number}", workgroup=field.field)
        made = template((1, "Look", []), name=f"Template {number}")
        category, service = CategoryFactory(), ServiceFactory()
        CreationRule.objects.create(name=f"Rule {number}", template=made, category=category, service=service)

    more(0)
    with django_assert_max_num_queries(30) as before:
        admin.get(path)
    for number in range(1, 6):
        more(number)
    with django_assert_max_num_queries(len(before.captured_queries)):
        admin.get(path)


def test_a_workgroup_that_takes_no_work_orders_is_not_offered(field, browse):
    WorkgroupFactory(name="Security", takes=["incident"])
    page = browse(field.admin).get(reverse(ADD)).content.decode()
    assert ">Field Service</option>" in page
    assert ">Security</option>" not in page
