"""Code 128 B: the table is the standard's, and what is drawn can be read back."""

import pytest

from divit.applications.form.barcode import _PATTERNS, code128
from divit.applications.reference import new_reference


def test_the_table_keeps_the_rules_of_the_symbology() -> None:
    assert len(_PATTERNS) == len(set(_PATTERNS)) == 106
    for pattern in _PATTERNS:
        widths = [int(width) for width in pattern]
        assert sum(widths) == 11
        assert sum(widths[0::2]) % 2 == 0  # bars even, spaces odd: the symbology's own parity check
        assert max(widths) <= 4


def test_a_known_symbol() -> None:
    # The usual worked example begins with code set A (103) and checks to 54; beginning with B (104) adds one.
    widths = "".join(map(str, code128("PJJ123C")))
    assert widths.startswith("211214")
    assert widths.endswith(_PATTERNS[55] + "2331112")


def test_what_is_drawn_can_be_read_back() -> None:
    reference = new_reference()
    text = "".join(map(str, code128(reference)))
    values = [_PATTERNS.index(text[at : at + 6]) for at in range(0, len(text) - 7, 6)]
    assert values[0] == 104
    assert "".join(chr(value + 32) for value in values[1:-1]) == reference
    assert (104 + sum(place * value for place, value in enumerate(values[1:-1], start=1))) % 103 == values[-1]


@pytest.mark.parametrize("text", ["ş", "\n", "€"])
def test_only_printable_ascii(text: str) -> None:
    with pytest.raises(ValueError, match="printable ASCII"):
        code128(text)
