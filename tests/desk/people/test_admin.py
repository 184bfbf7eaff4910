"""The administrator gives and takes access: what is saved on a page is what people can do a moment later."""

import pytest
from django.core.paginator import UnorderedObjectListWarning
from django.urls import reverse

from desk.people.admin import grants_by_user
from desk.people.models import Absence, Membership, Skill, User, Workgroup
from desk.people.queries import automation
from desk.people.rules import may_lead_queue, may_view_queue, may_work_queue
from tests.factories import incident, person
from tests.forms import send, shown


def fresh(user):
    """The person as the next request will see them."""
    return User.objects.get(pk=user.pk)


def page_of(thing):
    return reverse(f"admin:people_{thing._meta.model_name}_change", args=[thing.pk])


def add_member(client, workgroup, user, role="analyst"):
    rows = Membership.objects.filter(workgroup=workgroup).count()
    return send(
        client,
        page_of(workgroup),
        **{
            "memberships-TOTAL_FORMS": rows + 1,
            f"memberships-{rows}-user": user.pk,
            f"memberships-{rows}-role": role,
            f"memberships-{rows}-workgroup": workgroup.pk,
            f"memberships-{rows}-id": "",
        },
    )


def row_of(client, workgroup, user):
    """The number of the person's row in the form of the workgroup's members."""
    fields = shown(client.get(page_of(workgroup)))
    return next(
        name.split("-")[1] for name, value in fields.items() if name.endswith("-user") and value == str(user.pk)
    )


def test_nadia_is_added_to_the_service_desk_and_sees_its_queue_at_once(world, browse):
    queue = reverse("queues:queue", args=["service-desk"])
    nadia = browse(world.nadia)
    assert nadia.get(queue).status_code == 404
    assert add_member(browse(world.admin), world.desk, world.nadia).status_code == 302
    assert nadia.get(queue).status_code == 200
    assert may_work_queue(fresh(world.nadia), world.desk.pk)
    assert not may_lead_queue(fresh(world.nadia), world.desk.pk)


def test_taking_sam_out_takes_the_queue_away(world, browse):
    admin, sam = browse(world.admin), browse(world.sam)
    found = incident(world.erin)
    assert sam.get(found.get_absolute_url()).status_code == 200
    row = row_of(admin, world.desk, world.sam)
    assert send(admin, page_of(world.desk), **{f"memberships-{row}-DELETE": "on"}).status_code == 302
    assert sam.get(found.get_absolute_url()).status_code == 404
    assert not fresh(world.sam).groups.exists()


def test_lena_becomes_an_observer_and_keeps_nothing_of_a_lead(world, browse):
    admin = browse(world.admin)
    row = row_of(admin, world.desk, world.lena)
    send(admin, page_of(world.desk), **{f"memberships-{row}-role": "observer"})
    lena = fresh(world.lena)
    assert may_view_queue(lena, world.desk.pk)
    assert not may_work_queue(lena, world.desk.pk)
    assert not may_lead_queue(lena, world.desk.pk)


def test_another_person_in_the_same_row_leaves_nothing_to_the_first(world, browse):
    admin = browse(world.admin)
    row = row_of(admin, world.desk, world.sam)
    send(admin, page_of(world.desk), **{f"memberships-{row}-user": world.omar.pk})
    assert not may_view_queue(fresh(world.sam), world.desk.pk)
    assert may_work_queue(fresh(world.omar), world.desk.pk)
    assert not Membership.objects.filter(workgroup=world.desk, user=world.sam).exists()


def test_another_workgroup_in_a_persons_row_moves_the_grants(world, browse):
    response = send(browse(world.admin), page_of(world.sam), **{"memberships-0-workgroup": world.network.pk})
    assert response.status_code == 302
    sam = fresh(world.sam)
    assert may_work_queue(sam, world.network.pk)
    assert not may_view_queue(sam, world.desk.pk)


def test_the_same_person_twice_is_refused_with_a_sentence(world, browse):
    response = add_member(browse(world.admin), world.desk, world.sam)
    assert response.status_code == 200
    assert "duplicate" in response.content.decode()
    assert Membership.objects.filter(workgroup=world.desk, user=world.sam).count() == 1


def test_a_new_workgroup_has_its_grants_from_the_start(world, browse):
    admin = browse(world.admin)
    path = reverse("admin:people_workgroup_add")
    added = {"memberships-TOTAL_FORMS": 1, "memberships-0-user": world.omar.pk, "memberships-0-role": "lead"}
    assert send(admin, path, name="Imaging", slug="imaging", **added).status_code == 302
    imaging = Workgroup.objects.get(slug="imaging")
    assert imaging.role_groups.count() == 3
    assert may_lead_queue(fresh(world.omar), imaging.pk)


def test_the_table_of_grants_says_who_may_do_what(world, browse):
    held = {user.username: grants for user, grants in grants_by_user(world.desk)}
    assert held == {"sam": {"view_queue", "work_queue"}, "lena": {"view_queue", "work_queue", "lead_queue"}}
    assert "Leads it" in browse(world.admin).get(page_of(world.desk)).content.decode()


def test_a_workgroup_and_a_person_are_never_deleted(world, browse):
    admin = browse(world.admin)
    for thing in (world.desk, world.sam):
        path = reverse(f"admin:people_{thing._meta.model_name}_delete", args=[thing.pk])
        assert admin.post(path, {"post": "yes"}).status_code == 403
    assert world.desk.memberships.count() == 2


def test_nobody_edits_the_automation_or_gives_it_a_password(world, browse):
    admin, hand = browse(world.admin), automation()
    data = shown(admin.get(page_of(world.sam)))
    assert admin.post(page_of(hand), {**data, "username": "robot"}).status_code == 403
    path = reverse("admin:auth_user_password_change", args=[hand.pk])
    assert admin.post(path, {"password1": "open-sesame-1", "password2": "open-sesame-1"}).status_code == 403
    hand.refresh_from_db()
    assert (hand.username, hand.has_usable_password()) == ("automation", False)


def test_an_administrator_cant_lock_themselves_out(world, browse):
    response = send(browse(world.admin), page_of(world.admin), is_superuser=None)
    assert response.status_code == 200
    assert "another administrator has to do it" in response.content.decode().replace("&#x27;", "'")
    assert fresh(world.admin).is_superuser


def test_a_helper_on_the_staff_cant_raise_themselves(world, browse):
    """Somebody who may edit people is no administrator, and can't become one by a crafted form."""
    from django.contrib.auth.models import Permission

    omar = world.omar
    User.objects.filter(pk=omar.pk).update(is_staff=True)
    omar.user_permissions.add(*Permission.objects.filter(content_type__app_label="people", codename__endswith="_user"))
    client = browse(fresh(omar))
    assert send(client, page_of(omar), is_superuser="on", department="IT").status_code == 302
    assert (fresh(omar).department, fresh(omar).is_superuser) == ("IT", False)
    assert client.post(page_of(world.admin), shown(client.get(page_of(omar)))).status_code == 403


def test_a_new_person_gets_a_name_and_a_password(world, browse):
    fields = {"username": "vera", "password1": "Bright-harbour-27", "password2": "Bright-harbour-27"}
    path = reverse("admin:people_user_add")
    response = send(browse(world.admin), path, usable_password="true", first_name="Vera", **fields)
    assert response.status_code == 302
    assert User.objects.get(username="vera").check_password("Bright-harbour-27")


def test_skills_and_absences_are_kept_with_the_person(world, browse):
    skill = Skill.objects.create(name="VPN")
    send(
        browse(world.admin),
        page_of(world.nadia),
        **{
            "skills-TOTAL_FORMS": 1, "skills-0-skill": skill.pk, "skills-0-level": 3, "skills-0-user": world.nadia.pk,
            "absences-TOTAL_FORMS": 1, "absences-0-start_0": "01/12/2026", "absences-0-start_1": "08:00",
            "absences-0-end_0": "05/12/2026", "absences-0-end_1": "18:00", "absences-0-user": world.nadia.pk,
        },
    )  # fmt: skip
    assert world.nadia.skills.get().level == 3
    assert Absence.objects.get().user == world.nadia


def test_choosing_people_never_offers_the_automation(world, browse):
    automation()
    path = reverse("admin:autocomplete")
    asked = {"app_label": "people", "model_name": "membership", "field_name": "user"}
    found = browse(world.admin).get(path, {**asked, "term": ""}).json()["results"]
    names = {row["text"] for row in found}
    assert "Sam" in names
    assert "Automation" not in names


def test_groups_and_mail_addresses_are_out_of_reach(world, browse):
    admin = browse(world.admin)
    for path in ("/admin/auth/group/", "/admin/account/emailaddress/"):
        assert admin.get(path).status_code == 404


@pytest.mark.parametrize("model", ["user", "workgroup", "skill", "absence"])
def test_lists_ask_the_same_number_of_questions_however_long(world, browse, django_assert_max_num_queries, model):
    client, path = browse(world.admin), reverse(f"admin:people_{model}_changelist")
    with django_assert_max_num_queries(25) as before:
        client.get(path)
    for number in range(6):
        _, group = person(f"extra{number}"), Workgroup.objects.create(name=f"G{number}", slug=f"g{number}")
        Membership.objects.create(workgroup=group, user=world.omar)
        Skill.objects.create(name=f"Skill {number}")
    with django_assert_max_num_queries(len(before.captured_queries)):
        client.get(path)


def test_what_a_workgroup_takes_is_ticked_in_words(world, browse):
    """The kinds that there are, with the kinds within; a word that no kind explains stays, and may be unticked."""
    Workgroup.objects.filter(pk=world.network.pk).update(takes=["incident", "fax"])
    admin = browse(world.admin)
    page = admin.get(page_of(world.network)).content.decode()
    for words in ("Work order: on site", "Work order: technical, from afar", "“fax” (no kind of ticket"):
        assert words in page
    ticked = ["incident", "work_order.technical", "fax"]
    assert send(admin, page_of(world.network), takes=ticked).status_code == 302
    world.network.refresh_from_db()
    assert world.network.takes == ticked
    listed = admin.get(reverse("admin:people_workgroup_changelist")).content.decode()
    assert "Incident, Work order: technical, from afar, fax" in listed
    assert send(admin, page_of(world.network), takes=None).status_code == 302
    world.network.refresh_from_db()
    assert world.network.takes == []


def test_people_and_places_are_picked_from_lists_in_order(world, browse, recwarn):
    client = browse(world.admin)
    asked = [("sla", "escalationstep", "workgroup"), ("people", "userskill", "skill")]
    for app, model, field in asked:
        wanted = {"app_label": app, "model_name": model, "field_name": field, "term": ""}
        assert client.get("/admin/autocomplete/", wanted).status_code == 200
    assert [str(one.message) for one in recwarn if issubclass(one.category, UnorderedObjectListWarning)] == []


def test_a_workgroup_whose_name_turns_a_line_round_is_refused(world, browse):
    path = reverse("admin:people_workgroup_change", args=[world.network.pk])
    page = send(browse(world.admin), path, name="Net\u202ework").content.decode()
    assert "Write it without the invisible sign U+202E, which disturbs the line it is in." in page
    world.network.refresh_from_db()
    assert world.network.name == "Network"
