"""Incidents and the articles of the knowledge base: what an incident was solved with, and articles made of a solution."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from desk.knowledge import actions as knowledge
from desk.knowledge.models import Article
from desk.people.language import keep
from desk.people.models import User
from desk.tickets import actions as ticket_actions
from desk.tickets import flow

if TYPE_CHECKING:
    from .models import Incident


def where_to_read(article: Article | None) -> str:
    """A line for the requester that leads to the article, if everybody may read that; else nothing."""
    is_public = article is not None and article.current is not None and article.current.is_public
    return keep("More about it: {link}", link=_link(article)) if article is not None and is_public else ""


def _link(article: Article) -> str:
    title = str(article.current).translate({ord(mark): f"\\{mark}" for mark in "\\[]`*_<>"})
    return f"[{title}]({article.get_absolute_url()})"


def note_use(incident: Incident, article: Article, by: User, how: Mapping[str, Any]) -> None:
    """Count the article; where it is for IT alone, say so in a note, for the solution doesn't."""
    knowledge.use(article=article, ticket=incident, by=by, at=how.get("at"))
    if article.current is not None and not article.current.is_public:
        said = {"at": how.get("at"), "source": how.get("source", "web")}
        note = keep("Solved with an article for IT only: {link}", link=_link(article))
        ticket_actions.note(ticket=incident, by=by, message=note, **said)


def begin(incident: Incident, by: User) -> Article:
    """The draft of an article of this incident; one for each, whoever clicks first."""
    flow.serialise(f"article of {incident.pk}")
    found = incident.articles.order_by("pk").first()
    return found or knowledge.draft(
        by=by, source=incident, title=incident.title[:160], symptoms=incident.description[:5000],
        answer=incident.solution[:5000], service=incident.service, category=incident.category,
    )  # fmt: skip
