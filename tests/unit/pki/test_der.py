"""DER as we write it is DER as others read it, and what is not DER is refused."""

from datetime import UTC, datetime

import pytest
from asn1crypto import core
from hypothesis import given
from hypothesis import strategies as st

from divit.pki import der


@given(st.integers(min_value=-(1 << 300), max_value=1 << 300))
def test_integers_agree_with_asn1crypto(value: int) -> None:
    encoded = der.integer(value)
    assert encoded == core.Integer(value).dump()
    assert der.read_integer(der.whole(encoded, der.INTEGER)) == value


@given(st.tuples(st.integers(0, 1), st.integers(0, 39)), st.lists(st.integers(0, 1 << 130), max_size=3))
def test_object_identifiers_agree_with_asn1crypto(first: tuple[int, int], rest: list[int]) -> None:
    dotted = ".".join(map(str, (*first, *rest)))
    assert der.oid(dotted) == core.ObjectIdentifier(dotted).dump()
    assert der.read_oid(der.whole(der.oid(dotted), der.OID), most_octets=200) == dotted


def test_an_object_identifier_may_begin_with_two() -> None:
    assert der.read_oid(der.whole(der.oid("2.16.792.1.61"), der.OID)) == "2.16.792.1.61"
    assert der.read_oid(der.whole(der.oid("2.999.3"), der.OID)) == "2.999.3"


@given(st.sets(st.integers(0, 40)))
def test_named_bits_leave_out_trailing_zeros(numbers: set[int]) -> None:
    content = der.whole(der.named_bits(numbers), der.BIT_STRING).content
    value = int.from_bytes(content[1:], "big") >> content[0]
    total = (len(content) - 1) * 8
    assert {n for n in range(total) if content[1 + n // 8] >> (7 - n % 8) & 1} == numbers
    assert not numbers or value & 1 == 1


@pytest.mark.parametrize("size", [0, 1, 127, 128, 255, 256, 65_535, 65_536])
def test_lengths_are_minimal(size: int) -> None:
    assert der.octets(bytes(size)) == core.OctetString(bytes(size)).dump()
    assert len(der.whole(der.octets(bytes(size)), der.OCTET_STRING).content) == size


def test_times_change_their_form_in_2050() -> None:
    assert der.time(datetime(2049, 12, 31, 23, 59, 59, tzinfo=UTC)) == b"\x17\x0d491231235959Z"
    assert der.time(datetime(2050, 1, 1, tzinfo=UTC)) == b"\x18\x0f20500101000000Z"


def test_a_fraction_has_no_trailing_zeros() -> None:
    at = datetime(2026, 1, 2, 3, 4, 5, 120_000, tzinfo=UTC)
    assert der.generalized_time(at, milliseconds=True) == b"\x18\x1220260102030405.12Z"
    assert der.generalized_time(at.replace(microsecond=0), milliseconds=True) == b"\x18\x0f20260102030405Z"


@pytest.mark.parametrize(
    "octets",
    [
        "",
        "30",
        "3001",
        "3080",
        "30800000",
        "308100",
        "30817f" + "00" * 127,
        "30820080" + "00" * 128,
        "3085" + "0100000000",
        "30000000",
        "1f8101",
    ],
)
def test_what_is_not_strict_is_malformed(octets: str) -> None:
    with pytest.raises(der.Malformed):
        der.whole(bytes.fromhex(octets), der.SEQUENCE)


@pytest.mark.parametrize("octets", ["0200", "02020001", "0202ff80", "0241" + "01" * 65])
def test_integers_are_minimal_and_bounded(octets: str) -> None:
    with pytest.raises(der.Malformed):
        der.read_integer(der.whole(bytes.fromhex(octets), der.INTEGER))


@pytest.mark.parametrize("octets", ["0600", "060180", "06028001", "06022a80"])
def test_object_identifiers_are_minimal(octets: str) -> None:
    with pytest.raises(der.Malformed):
        der.read_oid(der.whole(bytes.fromhex(octets), der.OID))


def test_extensions_stand_once() -> None:
    one = der.extension("1.2.3", b"\x05\x00")
    element = der.whole(der.explicit(0, der.sequence(one, one)), 0xA0)
    with pytest.raises(der.Malformed):
        der.read_extensions(element)


@given(st.binary(max_size=80))
def test_no_octets_surprise_the_reader(data: bytes) -> None:
    reader = der.Reader(data)
    try:
        while reader:
            element = reader.any()
            assert element.whole.endswith(element.content)
    except der.Malformed:
        return
