"""Questions about services and categories, as lists that forms and rules need."""

from collections.abc import Iterable

from .models import Category, Service, Site


def active_services() -> list[Service]:
    return list(Service.objects.filter(is_active=True))


def active_sites() -> list[Site]:
    return list(Site.objects.filter(is_active=True))


def category_choices(*, inactive: bool = False) -> list[tuple[int, str]]:
    """(id, “Network › VPN”) for each active category, in the tree's order, with one query.

    An inactive category closes the branch below it; with `inactive` all are there, and those are marked.
    """
    names: list[str] = []
    closed: list[bool] = []
    choices = []
    for node in Category.objects.with_tree_fields():
        names[node.tree_depth :] = [node.name]
        closed[node.tree_depth :] = [not node.is_active]
        if inactive or not any(closed):
            choices.append((node.pk, " › ".join(names) + (" (inactive)" if any(closed) else "")))
    return choices


def is_below(category: Category | None, subtree: Iterable[int]) -> bool:
    """Whether the category, or one of its ancestors, is among these ids."""
    wanted = set(subtree)
    return bool(category is not None and (category.pk in wanted or wanted & {node.pk for node in category.ancestors()}))
