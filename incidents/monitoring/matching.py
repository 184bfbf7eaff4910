"""Matchers of labels in Alertmanager's own writing, one per line: `severity="critical"`, `instance=~"core-.*"`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import gettext as _

_LINE = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_.]*)\s*(=~|!~|!=|=)\s*(\"(?:[^\"\\]|\\.)*\"|[^\"]*?)\s*")


@dataclass(frozen=True)
class Matcher:
    """One condition on one label; a label that is missing counts as empty."""

    label: str
    operator: str
    value: str

    def matches(self, labels: Mapping[str, str]) -> bool:
        given = labels.get(self.label, "")
        same = _test(self.operator.endswith("~"), self.value)(given)
        return same != self.operator.startswith("!")


@lru_cache(maxsize=500)
def _test(is_pattern: bool, value: str) -> Callable[[str], bool]:
    if not is_pattern:
        return lambda given: given == value
    pattern = re.compile(value)
    return lambda given: pattern.fullmatch(given) is not None


def parse(lines: str) -> tuple[Matcher, ...]:
    """The matchers of a rule; ValueError with a sentence for the first line that is none."""
    return tuple(_parse_line(line) for line in lines.splitlines() if line.strip())


def _parse_line(line: str) -> Matcher:
    found = _LINE.fullmatch(line)
    if found is None:
        raise ValueError(
            _('“{line}” is no matcher. Write it like severity="critical" or instance=~"core-.*".').format(
                line=line.strip()
            )
        )
    label, operator, value = found.groups()
    if value.startswith('"'):
        value = re.sub(r"\\([\"\\])", r"\1", value[1:-1])
    if operator.endswith("~"):
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(
                _("“{value}” is no regular expression: {error}.").format(value=value, error=error)
            ) from None
    return Matcher(label, operator, value)


def all_match(lines: str, labels: Mapping[str, str]) -> bool:
    """Whether every matcher holds; none at all match everything."""
    return all(matcher.matches(labels) for matcher in parse(lines))
