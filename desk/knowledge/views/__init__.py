"""Pages of articles: those of readers, and those of writers."""

from .reading import article, find, helped, index, picture, vote
from .writing import do, edit, go_back, new, still_holds, versions, writing

__all__ = [
    "article", "do", "edit", "find", "go_back", "helped", "index", "new", "picture", "still_holds", "versions", "vote",
    "writing",
]  # fmt: skip
