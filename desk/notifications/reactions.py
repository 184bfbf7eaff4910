"""What notifications do when something happens; the switchboard says when."""

from desk.tickets.models import Event

from . import actions


def tell_those_named(event: Event) -> None:
    """Tell the people whom the event itself names, in its own words: `recipients` (ids), `subject`, `text` inside."""
    inside = event.inside
    if inside.get("recipients") and inside.get("subject"):
        actions.tell(
            event=event, recipients=inside["recipients"], subject=inside["subject"], text=inside.get("text", "")
        )
