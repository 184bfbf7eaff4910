"""Questions about categories, as lists that forms need."""

from django.utils.translation import gettext as _

from .models import Category


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
            trail = " › ".join(names)
            choices.append((node.pk, trail if not any(closed) else _("{name} (inactive)").format(name=trail)))
    return choices


def trails() -> dict[int, str]:
    """Of every category the names from the root to it, such as “Network › VPN”; one query."""
    rows = {pk: (name, parent) for pk, name, parent in Category.objects.values_list("pk", "name", "parent_id")}

    def trail(pk: int) -> str:
        name, parent = rows[pk]
        return f"{trail(parent)} › {name}" if parent else name

    return {pk: trail(pk) for pk in rows}
