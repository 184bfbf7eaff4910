"""Lengths of time as administrators write them."""

import pytest

from desk.sla.times import read_length


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("", None),
        ("  ", None),
        ("90", 90),
        ("30 min", 30),
        ("10m", 10),
        ("4h", 240),
        ("4 hours", 240),
        ("2 h 30", 150),
        ("2h30m", 150),
        ("1:30", 90),
        ("1,5 h", 90),
        ("1.5h", 90),
    ],
)
def test_a_length_is_read_as_people_write_it(text, minutes):
    assert read_length(text) == minutes


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("soon", "“soon” can't be read. Write a length such as 90, 30 min, 4 h or 2 h 30."),
        ("-5", "can't be read"),
        ("4h 5h", "can't be read"),
        ("h", "can't be read"),
        ("1:75", "can't be read"),
        ("2 days", "A business day has no fixed length. Write hours"),
        ("0", "Give at least one minute, or nothing for best effort."),
        ("0.001 h", "Give at least one minute"),
        ("99999999", "more than five years"),
    ],
)
def test_what_cant_be_read_is_answered_with_a_sentence(text, sentence):
    with pytest.raises(ValueError, match=sentence.replace(".", r"\.")):
        read_length(text)
