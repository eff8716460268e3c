"""A list made of the one before, block by block: the same octets as one made at once, and no unexplained difference."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import groupby

import pytest
from cryptography import x509
from hypothesis import given, settings
from hypothesis import strategies as st

from divit.kernel.errors import Refused
from divit.kernel.serials import Serial
from divit.pki import crl
from divit.pki.crl_entries import Entry, block_of, encoded, key_of, patched, removed, split
from divit.pki.crl_frame import Frame, Sealed, delta_url_of, seal
from divit.pki.crl_reader import Line, Reading, check_follows, explained, line, parted, read_entries
from divit.pki.reasons import Reason
from tests.pki_authority import House

NOW = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
NAME = block_of(key_of(1 << 126))

serials = st.integers(1, (1 << 159) - 1) | st.integers(1 << 126, (1 << 126) + 40) | st.integers(1, 300)
entries = st.builds(
    Entry,
    serial=serials.map(Serial),
    at=st.integers(0, 40 * 366 * 86_400).map(lambda seconds: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(0, seconds)),
    reason=st.sampled_from(list(Reason)),
)
listed = st.lists(entries, max_size=30, unique_by=lambda one: one.serial.int)


def frame(house: House, *, number: int = 7, **more: object) -> Frame:
    return Frame(
        issuer=house.authority.certificate,
        number=number,
        this_update=NOW,
        next_update=NOW + timedelta(days=1),
        ca_url=house.authority.ca_url,
        **more,  # type: ignore[arg-type]
    )


def blocks(of: Iterable[Entry]) -> dict[bytes, bytes]:
    """As the signer keeps them."""
    ordered = sorted(of, key=lambda one: one.serial.int)
    return {
        name: b"".join(map(encoded, group))
        for name, group in groupby(ordered, key=lambda one: block_of(key_of(one.serial.int)))
    }


def sealed(house: House, parts: list[bytes], **more: object) -> tuple[Sealed, int]:
    size = sum(map(len, parts))
    return seal(frame(house, **more), parts, size=size, key=house.ca_keys.open("issuing")), size


@settings(max_examples=60, deadline=None)
@given(before=listed, after=listed)
def test_changed_block_by_block_it_is_the_list_of_all_entries(
    house: House, before: list[Entry], after: list[Entry]
) -> None:
    old, wanted = blocks(before), {one.serial.int: one for one in after}
    changes: dict[bytes, dict[bytes, bytes | None]] = {}
    for serial in {*wanted, *(one.serial.int for one in before)}:
        key = key_of(serial)
        entry = encoded(wanted[serial]) if serial in wanted else None
        changes.setdefault(block_of(key), {})[key] = entry
    new = {**old, **{name: patched(old.get(name, b""), change) for name, change in changes.items()}}
    parts = [new[name] for name in sorted(new)]
    made, _size = sealed(house, parts)
    body = b"".join(parts)
    at_once = crl.build(
        issuer=house.authority.certificate,
        key=house.ca_keys.open("issuing"),
        number=7,
        this_update=NOW,
        next_update=NOW + timedelta(days=1),
        entries=after,
        ca_url=house.authority.ca_url,
    )
    assert made.head + body + made.tail == at_once
    assert read_entries(body) == {one.serial.int: line(one.at, one.reason) for one in after}
    assert [int.from_bytes(key[2:], "big") for key, _entry in split(body)] == sorted(wanted)
    assert parted(at_once) == (made.head, body, made.tail)


def an_entry(offset: int = 0, reason: Reason = Reason.KEY_COMPROMISE, at: datetime = NOW) -> Entry:
    return Entry(serial=Serial((1 << 126) + offset), at=at, reason=reason)


def said(*of: Entry, lifted: Iterable[Entry] = ()) -> dict[int, Line | None]:
    told: dict[int, Line | None] = {one.serial.int: line(one.at, one.reason) for one in of}
    return told | {one.serial.int: None for one in lifted}


def run(*of: Entry) -> bytes:
    return b"".join(map(encoded, of))


FINAL, HELD, OTHER = an_entry(1), an_entry(2, Reason.CERTIFICATE_HOLD), an_entry(3, Reason.CERTIFICATE_HOLD)
FRESH, LATER = an_entry(4), NOW + timedelta(hours=1)
HELD_FOR_GOOD = an_entry(2, Reason.SUPERSEDED, LATER)
OLD = run(FINAL, HELD, OTHER)
CHANGES = said(FRESH, HELD_FOR_GOOD, lifted=[OTHER])


def test_every_difference_is_told_and_every_change_is_there() -> None:
    found = explained(OLD, run(FINAL, HELD_FOR_GOOD, FRESH), name=NAME, said=CHANGES)
    assert [(one.was, one.entry) for one in found] == [
        (encoded(HELD), encoded(HELD_FOR_GOOD)),
        (encoded(OTHER), None),
        (None, encoded(FRESH)),
    ]
    assert explained(OLD, OLD, name=NAME, said=said(HELD)) == []


@pytest.mark.parametrize(
    ("new", "changes"),
    [
        pytest.param(run(FINAL, HELD_FOR_GOOD), CHANGES, id="missing"),
        pytest.param(run(HELD_FOR_GOOD, FRESH), CHANGES, id="final one gone"),
        pytest.param(run(FINAL, HELD_FOR_GOOD, OTHER, FRESH), CHANGES, id="lifted one stays"),
        pytest.param(run(FINAL, HELD, FRESH), CHANGES, id="change not told"),
        pytest.param(run(FINAL, HELD_FOR_GOOD, FRESH, an_entry(5)), CHANGES, id="extra"),
        pytest.param(run(FINAL, HELD_FOR_GOOD, an_entry(4, at=LATER)), CHANGES, id="other date"),
        pytest.param(run(FINAL, HELD_FOR_GOOD, an_entry(4, Reason.SUPERSEDED)), CHANGES, id="other reason"),
        pytest.param(run(an_entry(1, at=LATER), HELD, OTHER), said(an_entry(1, at=LATER)), id="final one moved"),
        pytest.param(run(an_entry(1, Reason.CERTIFICATE_HOLD), HELD, OTHER), said(), id="final one held"),
        pytest.param(run(HELD, OTHER), said(lifted=[FINAL]), id="final one good again"),
    ],
)
def test_an_unexplained_difference_is_refused(new: bytes, changes: dict[int, Line | None]) -> None:
    with pytest.raises(Refused, match="crl_unexplained_difference"):
        explained(OLD, new, name=NAME, said=changes)


@pytest.mark.parametrize(
    "new",
    [
        pytest.param(run(FINAL, FINAL, HELD, OTHER), id="twice"),
        pytest.param(run(HELD, FINAL, OTHER), id="out of order"),
        pytest.param(run(FINAL, HELD, OTHER, Entry(serial=Serial(9), at=NOW, reason=Reason.SUPERSEDED)), id="alien"),
        pytest.param(run(FINAL, HELD, OTHER, an_entry(1 << 119)), id="of another block"),
        pytest.param(OLD[:-1], id="cut off"),
        pytest.param(OLD + b"\x30", id="half an entry"),
        pytest.param(OLD.replace(b"261122", b"26112Z", 1), id="no time"),
        pytest.param(b"\x31" + OLD[1:], id="no sequence"),
    ],
)
def test_a_broken_block_is_unreadable(new: bytes) -> None:
    with pytest.raises(Refused, match=r"crl_unreadable|crl_unexplained_difference"):
        explained(OLD, new, name=NAME, said={})


def test_a_list_is_read_in_parts_as_cryptography_reads_it_whole(house: House) -> None:
    parts = list(blocks([an_entry(offset) for offset in range(40)]).values())
    made, size = sealed(house, parts, delta_url=delta_url_of(house.authority.crl_url))
    reading = Reading(made.head, made.tail, size=size)
    for part in parts:
        reading.take(part)
    reading.finish(issuer=house.authority.certificate)
    whole = x509.load_der_x509_crl(made.head + b"".join(parts) + made.tail)
    assert (reading.number, reading.this_update, reading.next_update) == (7, NOW, whole.next_update_utc)
    issuer = x509.load_der_x509_certificate(house.authority.certificate)
    assert whole.is_signature_valid(issuer.public_key())  # type: ignore[arg-type]
    access = whole.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    assert [str(one.access_location.value) for one in access] == [house.authority.ca_url]
    freshest = whole.extensions.get_extension_for_class(x509.FreshestCRL).value
    assert freshest[0].full_name[0].value.endswith("/crl/issuing-delta.crl")  # type: ignore[index]


def read(made: Sealed, body: bytes, *, size: int, issuer: bytes) -> None:
    reading = Reading(made.head, made.tail, size=size)
    reading.take(body)
    reading.finish(issuer=issuer)


def fails(made: Sealed, body: bytes, *, size: int, issuer: bytes) -> str:
    with pytest.raises(Refused) as refused:
        read(made, body, size=size, issuer=issuer)
    return refused.value.code


def test_a_touched_list_or_another_authoritys_is_refused(house: House) -> None:
    made, size = sealed(house, [OLD])
    issuer, root = house.authority.certificate, house.authority.root
    assert fails(made, OLD[:-1] + b"\x03", size=size, issuer=issuer) == "crl_bad_signature"
    assert fails(made, OLD[:-1], size=size, issuer=issuer) == "crl_unreadable"
    assert fails(made, OLD, size=size + 1, issuer=issuer) == "crl_unreadable"
    assert fails(made, OLD, size=size, issuer=root) == "crl_wrong_issuer"
    for head, tail in (
        (made.head[1:], made.tail), (made.head + b"\0", made.tail), (made.head, made.tail[:-1]), (b"", b""),
        (made.head[:1] + b"\x80" + made.head[2:], made.tail), (made.head[:20], made.tail),
    ):  # fmt: skip
        assert fails(Sealed(head, tail), OLD, size=size, issuer=issuer) == "crl_unreadable"


def test_numbers_and_dates_only_grow(house: House) -> None:
    made, size = sealed(house, [OLD])
    reading = Reading(made.head, made.tail, size=size)
    check_follows(reading, number=6, this_update=NOW)
    for number, at, code in ((7, NOW, "crl_number_not_greater"), (6, LATER, "crl_older")):
        with pytest.raises(Refused, match=code):
            check_follows(reading, number=number, this_update=at)


def test_what_was_lifted_is_removed_by_a_delta() -> None:
    entry = removed(key_of(HELD.serial.int), at=NOW)
    assert [key for key, _entry in split(entry)] == [key_of(HELD.serial.int)]
    assert entry[-1] == 8  # removeFromCRL
