"""What the frame around every page needs: who is here, and where they can go."""

from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from desk.approvals.count import remembered as waiting_approvals
from desk.notifications.count import remembered
from desk.people.rules import is_analyst, may_work_queue, reach
from desk.queues.queries import known_queues
from desk.sla.reporting.report import may_report
from workorders.queries import takes_some

from . import words
from .accounts import DEMO_ACCOUNTS


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context for `base.html`; costs at most three queries, and none for a signed-out visitor."""
    user = getattr(request, "user", None)
    context: dict[str, Any] = {
        "portal_name": settings.PORTAL_NAME,
        "demo": settings.DEMO,
        "nav": [],
        "script_words": words.address,
    }
    if user is None or not user.is_authenticated:
        context["languages"] = settings.LANGUAGES
        if settings.DEMO:
            context["demo_accounts"] = [
                {"username": name, "name": name.capitalize(), "role": role, "colour_index": index % 6}
                for index, (name, role) in enumerate(DEMO_ACCOUNTS)
            ]
        return context
    context |= {
        "me": user,
        "is_analyst": is_analyst(user),
        "is_inside": bool(reach(user).view),
        "is_admin": user.is_staff,
        "nav": _nav(request, user),
    }
    context["unread"] = partial(remembered, user)  # asked when the top bar is drawn, so not for a part of a page
    return context


def _nav(request: HttpRequest, user: Any) -> list[dict[str, Any]]:
    places = [
        (_("Home"), "/", "house"),
        (_("Catalogue"), reverse("catalogue:index"), "shopping-cart"),
        (_("Knowledge"), reverse("knowledge:index"), "book-open"),
        (_("My incidents"), reverse("incidents:mine"), "inbox"),
        (_("My requests"), reverse("requests_fulfillment:mine"), "package"),
    ]
    counts = {}
    if (waiting := waiting_approvals(user)) is not None:
        places.append((_("My approvals"), reverse("approvals:mine"), "stamp"))
        counts[reverse("approvals:mine")] = waiting
    if reach(user).view:
        groups = known_queues(user)
        if any(may_work_queue(user, group.pk) and takes_some(group) for group in groups):
            places.append((_("My work orders"), reverse("workorders:my_day"), "clipboard-check"))
        places.append((_("Queues"), reverse("queues:all"), "list"))
        places += [
            (
                group.name if group.is_active else _("{name} (inactive)").format(name=group.name),
                reverse("queues:queue", args=[group.slug]),
                "",
            )
            for group in groups
        ]
    places.append((_("Services"), reverse("services:index"), "activity"))
    if reach(user).view:
        places.append((_("Changes"), reverse("changes:index"), "calendar-days"))
    if is_analyst(user):
        places.append((_("Canned replies"), reverse("replies:index"), "message-square-text"))
    if may_report(user):
        places.append((_("Reports"), reverse("reports"), "chart-column"))
    places.append((_("Lifecycles"), reverse("tickets:lifecycles"), "workflow"))
    if user.is_staff:
        places.append((_("Administration"), reverse("admin:index"), "settings"))
    return [
        {"label": label, "href": href, "icon": icon, "current": request.path == href, "count": counts.get(href)}
        for label, href, icon in places
    ]
