"""The six digits and what they are bound to."""

import uuid
from collections import Counter

import pytest

from divit.kernel.errors import Invalid
from divit.verification import codes

BOUND = {"code_id": "a", "sent_to": "+905051234567", "purpose": "application", "subject_id": "7", "session": "s"}


def test_a_code_follows_from_its_row_and_is_six_digits() -> None:
    code_id = uuid.uuid4()
    assert codes.code_of(code_id) == codes.code_of(str(code_id))
    assert all(len(codes.code_of(uuid.uuid4())) == 6 for _ in range(200))


def test_codes_are_spread_evenly() -> None:
    first = Counter(codes.code_of(uuid.uuid4())[0] for _ in range(20_000))
    assert set(first) == set("0123456789")
    assert max(first.values()) - min(first.values()) < 400  # nine standard deviations


@pytest.mark.parametrize("part", list(BOUND))
def test_every_part_is_bound(part: str) -> None:
    assert codes.bound("123456", **BOUND) != codes.bound("123456", **{**BOUND, part: "other"})
    assert codes.bound("123456", **BOUND) != codes.bound("123457", **BOUND)


def test_parts_cannot_flow_into_one_another() -> None:
    one = codes.bound("123456", **{**BOUND, "subject_id": "7s", "session": ""})
    other = codes.bound("123456", **{**BOUND, "subject_id": "7", "session": "s"})
    assert one != other


@pytest.mark.parametrize("text", ["123456", "123 456", " 12 34 56 ", "123-456", "123\u00a0456"])
def test_typed_as_people_do(text: str) -> None:
    assert codes.typed(text) == "123456"


@pytest.mark.parametrize("text", ["", "12345", "1234567", "12345a", "١٢٣٤٥٦", "１２３４５６", "1" * 10_000])
def test_not_a_code(text: str) -> None:
    with pytest.raises(Invalid) as wrong:
        codes.typed(text)
    assert wrong.value.code == "code_format"
