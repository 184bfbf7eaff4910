"""Pages that only incidents have; the room's urls name them, and the desk's views do what all kinds of ticket share."""

from .articles import without_article, write_article
from .families import attach, detach, find
from .feedback import feedback
from .known import similar_to, similar_to_typed
from .majors import major, me_too, outage
from .ratings import answer_rating, hide_rating, ratings, show_rating
from .reopening import reopened
from .reporting import mine, new, recurrence
from .services import service, services
from .sheets import sheet, sheet_template, sheets
from .trouble import burst, raise_for, raise_for_service, raised

__all__ = [
    "answer_rating", "attach", "burst", "detach", "feedback", "find", "hide_rating", "major", "me_too", "mine", "new",
    "outage", "raise_for", "raise_for_service", "raised", "ratings", "recurrence", "reopened", "service", "services",
    "sheet", "sheet_template", "sheets", "show_rating", "similar_to", "similar_to_typed", "without_article", "write_article",
]  # fmt: skip
