"""The administrator builds an item in the admin: what is wrong is said where it belongs, what is right is published."""

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from desk.approvals.models import ApprovalRule, ApprovalStep
from requests_fulfillment import actions
from requests_fulfillment.models import CatalogueGroup, CatalogueItem, ItemField, ItemStep, ItemVersion
from tests.factories import WorkgroupFactory, analyst
from tests.forms import send, shown

ADD, LIST = "admin:requests_fulfillment_catalogueitem_add", "admin:requests_fulfillment_catalogueitem_changelist"
TRY = "admin:requests_fulfillment_catalogueitem_try"


def page_of(item, what="change"):
    return reverse(f"admin:requests_fulfillment_catalogueitem_{what}", args=[item.pk])


def told(response):
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def rows(prefix, *said, existing=()):
    """An inline's fields for these rows; the first are those that exist."""
    fields = {f"{prefix}-TOTAL_FORMS": len(said), f"{prefix}-INITIAL_FORMS": len(existing)}
    for place, row in enumerate(said):
        row = {**row, "id": existing[place].pk} if place < len(existing) else row
        fields |= {f"{prefix}-{place}-{name}": value for name, value in row.items()}
    return fields


def question(label, kind="text", **more):
    return {"position": 10, "label": label, "kind": kind, "required": "on", **more}


def step(number, title, **more):
    return {"position": number, "title": title, "work_type": "technical", "hours": 1, "needs": "", **more}


def laptop(shop, **more):
    """What Robin types for “New laptop”: four questions, the manager's approval, three steps."""
    asked = [
        question("Model", "choice", choices="Small\nBig"),
        question("Docking station?", "yes_no", position=20, condition="model=Big"),
        question("Where to?", position=30),
        question("Until when?", "date", position=40),
    ]
    plan = [
        step(1, "Set up a {model} laptop", workgroup=shop.workplace.pk),
        step(2, "Fetch a docking station", needs="1", condition="docking_station=yes", workgroup=shop.field.pk),
        step(3, "Hand it to {requester} at {where_to}", needs="1, 2", work_type="on_site", workgroup=shop.field.pk),
    ]
    said = {
        "name": "New laptop", "group": shop.shelf.pk, "summary": "A laptop with all you need", "icon": "laptop",
        "workgroup": shop.workplace.pk, "approval_rule": shop.manager.pk, "cost": "1200", "departments": "nursing",
    }  # fmt: skip
    return said | rows("fields", *asked) | rows("steps", *plan) | more


@pytest.fixture
def shop(world):
    """The world with nothing in its catalogue but a shelf; Workplace takes requests, Field Service work orders alone.

    Omar is Erin's manager; the rule `manager` asks them.
    """
    world.workplace = WorkgroupFactory(name="Workplace", takes=["incident", "request", "work_order.technical"])
    world.field = WorkgroupFactory(name="Field Service", takes=["work_order"])
    world.felix = analyst("felix", world.field)
    world.erin.manager, world.erin.department = world.omar, "Nursing"
    world.erin.save()
    world.shelf = CatalogueGroup.objects.create(name="Computers", icon="laptop")
    world.manager = ApprovalRule.objects.create(name="Manager", kind="request")
    ApprovalStep.objects.create(rule=world.manager, position=1, name="Manager", asks_manager=True)
    return world


@pytest.fixture
def robin(shop, browse):
    return browse(shop.admin)


@pytest.fixture
def item(shop, robin):
    response = send(robin, reverse(ADD), **laptop(shop))
    assert response.status_code == 302, said_by(response)
    return CatalogueItem.objects.get()


def said_by(response):
    """Every sentence of the page, by its field: of the item, of the nth question, of the nth step."""
    found = {name: list(words) for name, words in response.context["adminform"].form.errors.items()}
    for formset in (inline.formset for inline in response.context["inline_admin_formsets"]):
        for place, errors in enumerate(formset.errors):
            found |= {f"{formset.prefix}-{place}-{name}": list(words) for name, words in errors.items()}
    return found


def test_an_item_is_built_without_code_and_published(shop, robin):
    response = send(robin, reverse(ADD), **laptop(shop))
    assert response.status_code == 302, said_by(response)
    assert "version 1 is published." in told(response)
    item = CatalogueItem.objects.get()
    assert (item.slug, item.departments, item.current.number) == ("new-laptop", ["Nursing"], 1)
    assert item.current.made_by == shop.admin
    assert list(item.fields.values_list("key", "shown_if_key", "shown_if_value")) == [
        ("model", "", ""), ("docking_station", "model", "Big"), ("where_to", "", ""), ("until_when", "", ""),
    ]  # fmt: skip
    says = item.current.says
    assert [(s.number, s.needs) for s in says.steps] == [(1, ()), (2, (1,)), (3, (1, 2))]
    assert says.approval == shop.manager.pk


def test_the_page_says_who_published_which_version_and_draws_the_plan(item, robin):
    page = robin.get(page_of(item)).content.decode()
    assert "Version 1, published by Admin on " in page
    assert page.count('class="seq-dot') == 3
    assert '<option value="docking_station=yes" selected>' in page
    assert '<optgroup label="Model">' in page


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"icon": "laptp"}, "icon", "There is no icon “laptp”. Did you mean laptop"),
        ({"departments": "Nursing, Nursng"}, "departments", "Nobody is in a department “Nursng”. There are: Nursing."),
        ({"fields-0-choices": "Small"}, "fields-0-choices", "“Model” is a choice; give it two answers or more"),
        ({"fields-1-condition": "where_to=x"}, "fields-1-condition", "there is no such question before it."),
        ({"fields-2-key": "Where To"}, "fields-2-key", "must be small letters, digits and _"),
        ({"steps-0-needs": "3"}, "steps-0-needs", "Steps 1, 2, 3 wait for one another in a circle."),
        ({"steps-1-position": "1"}, "steps-1-position", "Two steps of the plan have the same number, 1."),
        ({"steps-2-needs": "7"}, "steps-2-needs", "waits for step 7, which isn't there."),
        ({"steps-2-title": "To {wherever}"}, "steps-2-title", "names {wherever}, and there is no such question."),
        (
            {"steps-2-condition": "model=Huge"},
            "steps-2-condition",
            "is “Huge”, which is none of its answers: Small, Big.",
        ),
        ({"steps-2-hours": "0"}, "steps-2-hours", "takes 0 hours; say a number from 1 to 8784."),
    ],
)
def test_what_is_wrong_is_said_where_it_belongs_and_nothing_typed_is_lost(shop, robin, wrong, field, words):
    response = send(robin, reverse(ADD), **laptop(shop, **wrong))
    assert response.status_code == 200
    assert any(words in sentence for sentence in said_by(response)[field]), said_by(response)
    again = shown(response)
    for name, value in laptop(shop, **wrong).items():
        assert again.get(name, "").strip().replace("\r", "") == str(value), name
    assert not CatalogueItem.objects.exists()


def test_whoever_takes_no_requests_or_no_such_work_is_refused(shop, robin):
    response = send(robin, reverse(ADD), **laptop(shop, **{"steps-2-workgroup": shop.workplace.pk}))
    assert said_by(response) == {
        "steps-2-workgroup": ["Step 3 “Hand it to {requester} at {where_to}”: Workplace doesn't take such work orders."]
    }
    assert said_by(send(robin, reverse(ADD), **laptop(shop, workgroup=shop.field.pk))).keys() == {"workgroup"}


def test_a_rule_that_asks_an_owner_who_is_not_there_is_refused(shop, robin):
    shop.manager.steps.update(asks_item_owner=True)
    assert said_by(send(robin, reverse(ADD), **laptop(shop))) == {
        "approval_rule": ["The approval rule “Manager” asks the item's owner, and it has none who could be asked."]
    }
    assert send(robin, reverse(ADD), **laptop(shop, owner=shop.lena.pk)).status_code == 302


def test_a_rule_for_changes_is_not_offered(shop, robin):
    other = ApprovalRule.objects.create(name="CAB", kind="change")
    assert f'<option value="{other.pk}">CAB' not in robin.get(reverse(ADD)).content.decode()


def test_a_draft_may_be_unfinished_and_nobody_can_order_it(shop, robin):
    response = send(robin, reverse(ADD), **laptop(shop, is_active=None, **{"steps-2-title": "To {wherever}"}))
    assert response.status_code == 302, said_by(response)
    assert "is kept as a draft." in told(response)
    item = CatalogueItem.objects.get()
    assert item.current is None
    assert "names {wherever}" in robin.get(reverse(LIST)).content.decode()
    refused = send(robin, page_of(item), is_active="on")
    assert said_by(refused).keys() == {"steps-2-title"}


def test_running_requests_keep_their_version_and_history_says_what_changed(shop, robin, item):
    ordered = actions.order(
        item=item, by=shop.erin, answers={"model": "Small", "where_to": "Ward 4", "until_when": "x"}
    )
    response = send(
        robin, page_of(item),
        **{"fields-0-choices": "Small\nBig\nHuge", "fields-2-required": None, "steps-1-DELETE": "on", "steps-2-needs": "1"},
    )  # fmt: skip
    assert response.status_code == 302, said_by(response)
    assert "version 2 is published. 1 running request keeps an earlier one." in told(response)
    ordered.refresh_from_db()
    assert ordered.version_ordered.number == 1
    assert len(ordered.blueprint.steps) == 3
    page = robin.get(page_of(item, "history")).content.decode()
    for sentence in (
        "“Model”, kind: one of several: Small, Big → one of several: Small, Big, Huge",
        "“Where to?”, answer: required → optional",
        "Step removed: 2 “Fetch a docking station”",
        "Step 3, comes after: 1, 2 → 1",
        "First version: 4 questions, 3 steps, approval by “Manager”.",
    ):
        assert sentence in page, sentence


def test_saving_the_same_publishes_nothing(robin, item):
    response = send(robin, page_of(item), summary="Another line")
    assert "version 1 stays as published." in told(response)
    assert ItemVersion.objects.count() == 1


def test_what_a_colleague_saved_meanwhile_is_shown_and_not_overwritten(shop, robin, browse, item):
    opened = shown(robin.get(page_of(item)))
    lena = browse(shop.sam.__class__.objects.create(username="lea", is_staff=True, is_superuser=True))
    assert send(lena, page_of(item), summary="By Lea", **{"steps-0-title": "Order it"}).status_code == 302
    response = robin.post(page_of(item), {**opened, "summary": "By Robin"})
    assert response.status_code == 200
    errors = said_by(response)
    assert "Meanwhile this became “By Lea”." in errors["summary"][0]
    assert any("Step 1, title: “Set up a {model} laptop” → “Order it”" in words for words in errors["__all__"])
    item.refresh_from_db()
    assert item.summary == "By Lea"


def test_an_item_that_was_published_is_not_deleted(robin, item):
    assert robin.post(page_of(item, "delete"), {"post": "yes"}).status_code == 302
    assert CatalogueItem.objects.exists()


def test_the_list_says_cost_version_running_requests_and_problems(shop, robin, item):
    actions.order(item=item, by=shop.erin, answers={"model": "Small", "where_to": "Ward 4", "until_when": "x"})
    shop.workplace.takes = ["incident"]
    shop.workplace.save()
    page = robin.get(reverse(LIST)).content.decode()
    for words in (
        "1,200.00",
        f"?item__id__exact={item.pk}",
        "Workplace doesn&#x27;t take service requests.",
        "Computers",
    ):
        assert words in page, words


# -- preview -----------------------------------------------------------------------------------


def test_the_preview_shows_the_form_and_what_the_plan_would_do_and_saves_nothing(shop, robin):
    typed = laptop(shop)
    page = robin.post(reverse(TRY), typed)
    assert list(page.context["form"].fields) == ["model", "where_to", "until_when"]  # the dock is asked for Big alone
    answers = {"try-answer-model": "Big", "try-answer-docking_station": "yes", "try-answer-where_to": "Ward 4"}
    page = robin.post(reverse(TRY), {**typed, **answers, "try-requester": shop.erin.pk})
    assert page.context["approvers"] == [("Manager", "Omar (manager of Erin)")]
    assert [(one.title, one.who) for one in page.context["orders"]] == [
        ("Set up a Big laptop", "Workplace, by the plan"),
        ("Fetch a docking station", "Field Service, by the plan"),
        ("Hand it to Erin at Ward 4", "Field Service, by the plan"),
    ]
    small = robin.post(reverse(TRY), {**typed, **answers, "try-answer-model": "Small", "try-requester": shop.omar.pk})
    assert [one.step.number for one in small.context["orders"]] == [1, 3]
    assert [(one.number, when) for one, when in small.context["left_out"]] == [(2, "only if “Docking station?” is yes")]
    assert "Omar has no manager who could be asked" in small.context["approvers"][0][1]
    assert not (CatalogueItem.objects.exists() or ItemField.objects.exists() or ItemStep.objects.exists())


def test_the_preview_says_what_is_wrong_with_what_is_typed(shop, robin, item):
    typed = shown(robin.get(page_of(item))) | {"steps-0-needs": "3", "steps-1-workgroup": ""}
    page = robin.post(page_of(item, "preview"), typed)
    assert page.context["problems"] == ["Steps 1, 2, 3 wait for one another in a circle."]
    assert "told" not in page.context
    assert item.steps.get(position=1).needs == []


def test_the_preview_of_what_is_saved_and_of_nonsense(shop, robin, item):
    assert robin.get(page_of(item, "preview")).context["told"]
    assert robin.get(reverse(TRY)).status_code == 200
    odd = {"name": "\x00", "steps-TOTAL_FORMS": "x", "fields-TOTAL_FORMS": "-1", "try-requester": "9" * 30}
    assert robin.post(reverse(TRY), odd).status_code == 200


# -- shelves -----------------------------------------------------------------------------------


def test_a_shelf_has_an_icon_that_there_is_and_goes_once_it_is_empty(shop, robin, item):
    add = reverse("admin:requests_fulfillment_cataloguegroup_add")
    response = send(robin, add, name="Phones", icon="fone")
    assert "There is no icon “fone”." in response.content.decode()
    assert send(robin, add, name="Phones", icon="smartphone").status_code == 302
    for name, status in (("Computers", 403), ("Phones", 302)):
        shelf = CatalogueGroup.objects.get(name=name)
        page = reverse("admin:requests_fulfillment_cataloguegroup_delete", args=[shelf.pk])
        assert robin.post(page, {"post": "yes"}).status_code == status
