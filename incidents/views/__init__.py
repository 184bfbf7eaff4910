"""Pages that only incidents have; the room's urls name them, and the desk's views do what all kinds of ticket share."""

from .articles import without_article, write_article
from .families import attach, detach, find
from .feedback import feedback
from .known import similar_to, similar_to_typed
from .majors import major, me_too, outage
from .reporting import mine, new, recurrence
from .services import service, services
from .trouble import burst, raise_for, raise_for_service, raised

__all__ = [
    "attach", "burst", "detach", "feedback", "find", "major", "me_too", "mine", "new", "outage", "raise_for", "raise_for_service",
    "raised", "recurrence", "service", "services", "similar_to", "similar_to_typed", "without_article", "write_article",
]  # fmt: skip
