"""Reference numbers: typed in any way they are understood, mistyped they are noticed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from divit.applications.reference import ALPHABET, new_reference, read_reference
from divit.kernel.errors import Invalid


def test_it_looks_as_people_read_it() -> None:
    reference = new_reference()
    assert len(reference) == 11
    assert reference[4] == "-"
    assert set(reference) - {"-"} <= set(ALPHABET)


@given(st.integers(0, 3))
def test_typed_in_any_way_it_is_the_same(way: int) -> None:
    reference = new_reference()
    ways = [
        reference.lower(),
        reference.replace("-", ""),
        f"  {reference[:2]} {reference[2:]} ",
        reference.replace("-", "–"),
    ]
    assert read_reference(ways[way]) == reference


def test_every_single_wrong_character_is_noticed() -> None:
    reference = new_reference().replace("-", "")
    for place in range(10):
        for other in set(ALPHABET) - {reference[place]}:
            with pytest.raises(Invalid, match="reference_invalid"):
                read_reference(reference[:place] + other + reference[place + 1 :])


def test_every_exchange_of_two_is_noticed() -> None:
    reference = new_reference().replace("-", "")
    for one in range(10):
        for two in range(one + 1, 10):
            letters = list(reference)
            letters[one], letters[two] = letters[two], letters[one]
            if (exchanged := "".join(letters)) != reference:
                with pytest.raises(Invalid, match="reference_invalid"):
                    read_reference(exchanged)


@pytest.mark.parametrize(
    "typed", ["", "D7K3", "D7K3-M9Q2P0", "А" * 10, "١٢٣٤٥٦٧٨٩٠", "x" * 5000, "'; DROP", "\u202eD7K3M9Q2P4"]
)
def test_anything_else_is_refused(typed: str) -> None:
    with pytest.raises(Invalid, match="reference_invalid"):
        read_reference(typed)


@given(st.text(max_size=60))
def test_no_text_breaks_it(typed: str) -> None:
    try:
        understood = read_reference(typed)
    except Invalid:
        return
    assert read_reference(understood) == understood
