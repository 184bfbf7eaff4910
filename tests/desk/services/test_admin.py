"""The administrator tends services, sites and the category tree."""

from django.urls import reverse

from desk.services.models import Category
from desk.services.queries import category_choices
from tests.factories import CategoryFactory, ServiceFactory
from tests.forms import send


def page_of(category):
    return reverse("admin:services_category_change", args=[category.pk])


def test_a_loop_in_the_tree_is_refused_with_a_sentence(world, browse):
    network = CategoryFactory(name="Network")
    vpn = CategoryFactory(name="VPN", parent=network)
    codes = CategoryFactory(name="Codes", parent=vpn)
    for parent in (codes, network):
        response = send(browse(world.admin), page_of(network), parent=parent.pk)
        assert response.status_code == 200
        assert "can&#x27;t be below itself" in response.content.decode()
    network.refresh_from_db()
    assert network.parent is None


def test_a_branch_moves_with_all_that_is_below_it(world, browse):
    network, security = CategoryFactory(name="Network"), CategoryFactory(name="Security")
    vpn = CategoryFactory(name="VPN", parent=network)
    codes = CategoryFactory(name="Codes", parent=vpn)
    assert send(browse(world.admin), page_of(vpn), parent=security.pk).status_code == 302
    assert Category.objects.get(pk=codes.pk).trail() == "Security › VPN › Codes"


def test_saving_below_an_inactive_category_keeps_its_place(world, browse):
    """It isn't offered for tickets, but a form that didn't offer it here would lift the category to the top."""
    network = CategoryFactory(name="Network", is_active=False)
    vpn = CategoryFactory(name="VPN", parent=network)
    assert send(browse(world.admin), page_of(vpn), name="Remote access").status_code == 302
    vpn.refresh_from_db()
    assert (vpn.parent, vpn.name) == (network, "Remote access")
    assert category_choices() == []
    assert category_choices(inactive=True)[1] == (vpn.pk, "Network › Remote access (inactive)")


def test_the_list_shows_the_tree_as_a_tree_with_a_fixed_number_of_questions(
    world, browse, django_assert_max_num_queries
):
    client, path = browse(world.admin), reverse("admin:services_category_changelist")
    first, second = CategoryFactory(name="Network", position=1), CategoryFactory(name="Building", position=2)
    CategoryFactory(name="VPN", parent=first)
    with django_assert_max_num_queries(25) as before:
        text = client.get(path).content.decode()
    assert text.index("Network<") < text.index("└ VPN<") < text.index("Building<")
    for number in range(5):
        CategoryFactory(name=f"Below {number}", parent=second)
    with django_assert_max_num_queries(len(before.captured_queries)):
        client.get(path)


def test_a_service_gets_an_owner_by_type_ahead_and_can_be_retired(world, browse):
    service = ServiceFactory(name="Pager")
    path = reverse("admin:services_service_change", args=[service.pk])
    assert send(browse(world.admin), path, owner=world.lena.pk, is_active=None).status_code == 302
    service.refresh_from_db()
    assert (service.owner, service.is_active) == (world.lena, False)
