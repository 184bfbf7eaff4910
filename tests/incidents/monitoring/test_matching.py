"""Matchers of labels, in Alertmanager's writing."""

import pytest
from django.core.exceptions import ValidationError

from incidents.monitoring.matching import all_match, parse
from incidents.monitoring.models import AlertRule

LABELS = {"severity": "critical", "instance": "core-7", "quoted": 'a "b"'}


@pytest.mark.parametrize(
    ("lines", "matches"),
    [
        ("", True),
        ('severity="critical"', True),
        ("severity = critical", True),
        ('severity="warning"', False),
        ('severity!="warning"', True),
        ('instance=~"core-.*"', True),
        ('instance=~"core"', False),  # the whole value, as in Prometheus
        ('instance!~"lab-.*|test-.*"', True),
        ('missing=""', True),
        ('missing!=""', False),
        ('missing=~".*"', True),
        (r'quoted="a \"b\""', True),
        ('severity="critical"\n\ninstance="core-7"\n', True),
        ('severity="critical"\ninstance="core-8"', False),
    ],
)
def test_all_matchers_must_hold(lines, matches):
    assert all_match(lines, LABELS) is matches


@pytest.mark.parametrize("line", ["severity", "=x", 'instance=~"("', 'a="b', "a b=c"])
def test_a_line_that_is_no_matcher_is_named(line):
    with pytest.raises(ValueError, match="“"):
        parse(f'severity="critical"\n{line}')
    with pytest.raises(ValidationError) as refused:
        AlertRule(name="Odd", matchers=line).clean()
    assert "matchers" in refused.value.message_dict
