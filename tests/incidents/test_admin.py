"""In the administration one finds and reads incidents; their state has one door, and it isn't here."""

import pytest
from django.urls import reverse

from incidents.models import Incident, ResolutionCode
from tests.factories import incident
from tests.stories import in_state


def page_of(found, way="change"):
    return reverse(f"admin:incidents_incident_{way}", args=[found.pk])


@pytest.mark.parametrize(
    "field", ["state", "number", "version", "workgroup", "assignee", "priority", "title", "rating"]
)
def test_a_crafted_form_cant_set_it(world, browse, field):
    found = incident(world.erin)
    before = Incident.objects.values().get()
    value = {"state": "closed", "workgroup": world.network.pk, "assignee": world.sam.pk, "rating": 5}.get(field, "1")
    response = browse(world.admin).post(page_of(found), {field: value, "_save": "Save"})
    assert response.status_code == 403
    assert Incident.objects.values().get() == before


def test_nothing_is_added_or_deleted(world, browse):
    found, admin = incident(world.erin), browse(world.admin)
    assert admin.post(reverse("admin:incidents_incident_add"), {"title": "By hand"}).status_code == 403
    assert admin.post(page_of(found, "delete"), {"post": "yes"}).status_code == 403
    assert Incident.objects.get() == found


def test_the_page_shows_all_and_leads_to_the_incidents_own(world, browse):
    found = in_state("closed", requester=world.erin, analyst=world.sam)
    page = browse(world.admin).get(page_of(found))
    text = page.content.decode()
    assert "Restarted the server" in text
    assert f'href="{found.get_absolute_url()}"' in text
    assert 'name="state"' not in text


def test_incidents_are_found_by_state_and_number(world, browse):
    new, pending = incident(world.erin), in_state("pending", requester=world.omar, analyst=world.sam)
    admin, path = browse(world.admin), reverse("admin:incidents_incident_changelist")
    assert [*admin.get(path, {"state": "pending"}).context["cl"].result_list] == [pending]
    assert [*admin.get(path, {"q": new.number}).context["cl"].result_list] == [new]


def test_a_code_that_incidents_name_is_kept(world, browse):
    in_state("resolved", requester=world.erin, analyst=world.sam)
    admin, used = browse(world.admin), ResolutionCode.objects.get(name="Fixed")
    path = reverse("admin:incidents_resolutioncode_delete", args=[used.pk])
    assert "Make it inactive" in admin.post(path, {"post": "yes"}, follow=True).content.decode()
    unused = ResolutionCode.objects.get(name="Went away")
    admin.post(reverse("admin:incidents_resolutioncode_delete", args=[unused.pk]), {"post": "yes"})
    assert set(ResolutionCode.objects.filter(pk__in=[used.pk, unused.pk])) == {used}


def test_the_list_asks_the_same_number_of_questions_however_long(world, browse, django_assert_max_num_queries):
    admin, path = browse(world.admin), reverse("admin:incidents_incident_changelist")
    incident(world.erin)
    with django_assert_max_num_queries(20) as before:
        admin.get(path)
    for _ in range(6):
        in_state("pending", requester=world.omar, analyst=world.sam)
    with django_assert_max_num_queries(len(before.captured_queries)):
        admin.get(path)
