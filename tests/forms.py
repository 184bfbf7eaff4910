"""Fills in the admin's forms as a browser would: what the page shows is sent back, with a few values changed."""

from html.parser import HTMLParser
from typing import Any


class _Fields(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self._select = self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("name") or ""
        if tag == "input" and name and given.get("type") not in ("submit", "file"):
            if given.get("type") not in ("checkbox", "radio") or "checked" in given:
                self.found[name] = given.get("value") or ("on" if given.get("type") == "checkbox" else "")
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in given:
            self.found[self._select] = given.get("value") or ""
        elif tag == "textarea" and name:
            self._area, self.found[name] = name, ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.found[self._area] += data

    def handle_endtag(self, tag: str) -> None:
        self._select = "" if tag == "select" else self._select
        self._area = "" if tag == "textarea" else self._area


def shown(page: Any) -> dict[str, str]:
    """Every field of the page's forms with its value (the empty rows that scripts copy aside)."""
    fields = _Fields()
    fields.feed(page.content.decode())
    return {name: value for name, value in fields.found.items() if "__prefix__" not in name and name != "action"}


def send(client: Any, path: str, **changes: Any) -> Any:
    """Get the page, change some fields (None leaves one out), send it."""
    page = client.get(path)
    assert page.status_code == 200, page.status_code
    data = {**shown(page), **changes}
    return client.post(path, {name: value for name, value in data.items() if value is not None})
