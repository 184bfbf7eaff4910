"""Pages that all kinds of ticket share; a room's urls call them with the name of its kind."""

from .attachments import attachment
from .detail import detail, edit, say, take
from .lifecycles import lifecycles
from .links import links
from .moves import do

__all__ = ["attachment", "detail", "do", "edit", "lifecycles", "links", "say", "take"]
