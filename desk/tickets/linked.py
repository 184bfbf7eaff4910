"""Questions about links: which tickets a ticket is tied to, as far as somebody may see them."""

from __future__ import annotations

from django.db.models import Q
from django.http import Http404
from django.utils.translation import gettext as _

from desk.people.models import User

from .models import BY_VERBS, LINK_BACKWARDS, Link, Ticket
from .queries import visible_to


def links_of(ticket: Ticket, user: User) -> list[tuple[str, Ticket]]:
    """(how, other ticket) for each link whose other end the person may see."""
    return [(how, other) for _link, how, other in editable_links(ticket, user)]


def editable_links(ticket: Ticket, user: User) -> list[tuple[Link, str, Ticket]]:
    """(link, how, other ticket) for each link whose other end the person may see, and which isn't a verb's business."""
    if all(kind in BY_VERBS for _source, _target, kind in ticket.ties):
        return []
    rows = Link.objects.filter(Q(source=ticket) | Q(target=ticket)).exclude(kind__in=BY_VERBS)
    rows = rows.select_related("source", "target").order_by("pk")
    linked = Q(links_in__source=ticket) | Q(links_out__target=ticket)
    seen = set(visible_to(user).filter(linked).values_list("pk", flat=True))
    found = []
    for row in rows:
        forward = row.source_id == ticket.pk
        other = row.target if forward else row.source
        if other.pk in seen:
            words = row.get_kind_display() if forward else LINK_BACKWARDS[row.kind]  # type: ignore[index]
            found.append((row, str(words), other))
    return found


def link_of(ticket: Ticket, user: User, pk: str) -> Link:
    """The ticket's link with this id, if the person may see its other end; Http404 otherwise."""
    for link, _how, _other in editable_links(ticket, user):
        if str(link.pk) == pk:
            return link
    raise Http404(_("No such link."))
