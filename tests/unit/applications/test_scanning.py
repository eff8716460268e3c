"""A mark reaches the field as scanners and keyboards make it; it is understood, or refused, never taken for another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from divit.applications.content import mark, read_mark
from divit.applications.reference import new_reference
from divit.applications.scanning import read_scan
from divit.kernel.errors import Invalid

DIGESTS = st.binary(min_size=32, max_size=32).map(bytes.hex)
# How an American scanner's keys arrive on a computer that expects Turkish-Q.
TURKISH_Q = str.maketrans({"-": "*", "/": ".", "i": "ı"})


@given(DIGESTS)
def test_what_a_scanner_types_on_any_keyboard_is_the_mark(digest: str) -> None:
    meant = mark(new_reference(), digest)
    for typed in (meant, meant.lower(), meant.translate(TURKISH_Q), meant.lower().translate(TURKISH_Q), f" {meant}\t"):
        assert read_scan(typed) == read_mark(meant), typed


def test_a_barcode_or_a_typed_reference_has_no_content() -> None:
    reference = new_reference()
    for typed in (reference, reference.lower(), reference.replace("-", "."), reference.replace("-", "*")):
        assert read_scan(typed) == (reference, None)


@given(st.text(max_size=120))
def test_anything_else_is_refused(text: str) -> None:
    """No text stands by chance for a reference: the check character is counted."""
    with pytest.raises(Invalid, match="reference_invalid"):
        read_scan(text + "#")


def test_two_scans_run_together_are_not_one() -> None:
    first, second = (mark(new_reference(), "ab" * 32) for _ in range(2))
    with pytest.raises(Invalid):
        read_scan(first[5:] + second)
    reference, token = read_scan(first + second[:7])
    assert (reference, token) != read_mark(first)
