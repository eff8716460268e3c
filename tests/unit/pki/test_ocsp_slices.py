"""Slicing a request and reading it in full are one and the same, for every request that can be sliced."""

import random
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from divit.pki import der, ocsp
from divit.pki.ocsp_moments import Moment
from divit.pki.ocsp_slices import Slicer
from divit.pki.reasons import Reason
from tests.pki_authority import House
from tests.unit.pki.test_ocsp import HELD_AT, NOW, hostile, request

MUTATED = 100_000


@pytest.fixture(scope="module")
def slicer(house: House) -> Slicer:
    return Slicer(dict.fromkeys(ocsp.Issuer(house.authority.certificate).parts(), "ours"))


@pytest.fixture(scope="module")
def parts(house: House) -> list[bytes]:
    return list(ocsp.Issuer(house.authority.certificate).parts())


def agrees(slicer: Slicer, issuer: ocsp.Issuer, data: bytes) -> bool:
    """Whether it was sliced; then the strict reader has read the very same."""
    cut = slicer.cut(data)
    if cut is None:
        return False
    read = ocsp.parse_request(data)  # malformed for one means malformed for both
    (question,) = read.questions
    assert (cut.cert_id, cut.serial, cut.nonce or None) == (question.whole, question.serial, read.nonce)
    assert issuer.speaks_for(question)
    return True


@given(
    serial=st.integers(-1, (1 << 160) - 1),
    nonce=st.none() | st.binary(min_size=0, max_size=129),
    which=st.integers(0, 3),
)
def test_common_requests_are_sliced_and_mean_the_same(
    house: House, slicer: Slicer, parts: list[bytes], serial: int, nonce: bytes | None, which: int
) -> None:
    data = request(der.sequence(parts[which], der.integer(serial)), nonce=nonce)
    common = 0 < serial < 1 << 159 and (nonce is None or 1 <= len(nonce) <= 128)
    assert agrees(slicer, ocsp.Issuer(house.authority.certificate), data) is common


def test_hostile_and_foreign_requests_are_left_to_the_reader(slicer: Slicer, house: House, parts: list[bytes]) -> None:
    for name, data in hostile(house).items():
        assert slicer.cut(data) is None, name
    ours = der.sequence(parts[0], der.integer(1 << 126))
    foreign = bytearray(ours)
    foreign[20] ^= 1
    for other in (
        request(bytes(foreign)),
        request(ours, ours),
        request(ours, extensions=der.sequence(der.extension("1.2.3", b"x"))),
    ):
        assert ocsp.parse_request(other)
        assert slicer.cut(other) is None


def test_mutated_requests_are_sliced_as_they_are_read_or_not_at_all(
    house: House, slicer: Slicer, parts: list[bytes]
) -> None:
    """Bits flipped, octets cut out, doubled, spliced in from other requests: a hundred thousand of them."""
    chance = random.Random(6960)  # noqa: S311
    issuer = ocsp.Issuer(house.authority.certificate)
    good = [
        request(der.sequence(part, der.integer(serial)), nonce=nonce)
        for part in parts
        for serial in (1 << 126, 0x7F, 1 << 158, (1 << 127) + 1)
        for nonce in (None, b"n", bytes(32), bytes(128))
    ]
    sliced = 0
    for _ in range(MUTATED):
        data, other = bytearray(chance.choice(good)), chance.choice(good)
        at = chance.randrange(len(data))
        match chance.randrange(5):
            case 0:
                data[at] ^= 1 << chance.randrange(8)
            case 1:
                data[at] = chance.choice((0, 1, 2, 4, 5, 0x20, 0x30, 0x7F, 0x80, 0x81, 0x82, 0xA0, 0xA2, 0xFF))
            case 2:
                del data[at : at + chance.randint(1, 4)]
            case 3:
                data[at:at] = data[at : at + chance.randint(1, 4)]
            case _:
                data[at:] = other[at:]
        sliced += agrees(slicer, issuer, bytes(data))
    assert MUTATED // 20 < sliced < MUTATED


STATUSES: list[ocsp.Status] = [
    None,
    ocsp.Good(),
    ocsp.Revoked(HELD_AT, Reason.CERTIFICATE_HOLD),
    ocsp.Revoked(HELD_AT, Reason.UNSPECIFIED),
]


@given(
    serial=st.integers(1, (1 << 159) - 1),
    nonce=st.none() | st.binary(min_size=1, max_size=128),
    status=st.sampled_from(STATUSES),
    which=st.integers(0, 3),
)
def test_templates_write_what_the_writer_writes(
    house: House, parts: list[bytes], serial: int, nonce: bytes | None, status: ocsp.Status, which: int
) -> None:
    """And the octets around a signature are those of the whole answer."""
    responder = house.responder()
    times = {"produced_at": NOW, "this_update": NOW, "next_update": NOW + timedelta(hours=1)}
    moment = Moment(responder, **times)
    cert_id = der.sequence(parts[which], der.integer(serial))
    for _ in range(2):  # as it is made, and as it is kept
        data = moment.data(cert_id, status, nonce or b"")
        assert data == responder.data([(cert_id, status)], nonce=nonce, **times)
    signature = responder.sign(data)
    whole = der.whole(responder.assemble(data, signature) + responder.certificates, der.SEQUENCE)
    assert data in whole.content
    assert len(
        responder.answer(ocsp.parse_request(request(cert_id, nonce=nonce)), status_of=lambda _: status, **times)
    ) in range(len(whole.whole) - 2, len(whole.whole) + 3)
