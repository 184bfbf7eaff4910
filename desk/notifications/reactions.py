"""What notifications do when something happens; the switchboard says when."""

from desk.people.language import kept_of
from desk.tickets.models import Event

from . import actions


def tell_those_named(event: Event) -> None:
    """Tell the people whom the event itself names, in its own words: `recipients` (ids), `subject`, `text` inside."""
    inside = event.inside
    if inside.get("recipients") and inside.get("subject"):
        words = {name: kept_of(inside, name) for name in ("subject", "text")}
        actions.tell(event=event, recipients=inside["recipients"], **words)
