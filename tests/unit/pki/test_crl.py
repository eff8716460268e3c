"""The list: what it says, and what must be true before it replaces another."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509

from divit.kernel.errors import Refused
from divit.kernel.serials import Serial
from divit.pki import crl, der
from divit.pki.reasons import Reason
from tests.pki_authority import House

NOW = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)


def entry(reason: Reason = Reason.KEY_COMPROMISE, *, serial: Serial | None = None, at: datetime = NOW) -> crl.Entry:
    return crl.Entry(serial=serial or Serial.random(), at=at, reason=reason)


def check(house: House, new: bytes, entries: list[crl.Entry], *, previous: bytes | None = None) -> None:
    crl.check(new, issuer=house.authority.certificate, previous=previous, expected_entries=entries)


def refusal(house: House, new: bytes, entries: list[crl.Entry], *, previous: bytes | None = None) -> str:
    with pytest.raises(Refused) as refused:
        check(house, new, entries, previous=previous)
    return refused.value.code


def test_every_reason_is_listed_and_unspecified_is_left_out(house: House) -> None:
    entries = [entry(reason) for reason in Reason]
    parsed = x509.load_der_x509_crl(house.crl(entries, at=NOW))
    assert len(parsed) == len(entries)
    for one in entries:
        line = parsed.get_revoked_certificate_by_serial_number(one.serial.int)
        assert line is not None
        assert line.revocation_date_utc == NOW
        reasons = [e.value.reason.value for e in line.extensions]
        assert reasons == ([] if one.reason is Reason.UNSPECIFIED else [one.reason.text])


def test_it_says_who_when_and_since_when(house: House) -> None:
    parsed = x509.load_der_x509_crl(house.crl([], number=41, at=NOW, hours=24))
    issuer = x509.load_der_x509_certificate(house.authority.certificate)
    assert parsed.is_signature_valid(issuer.public_key())  # type: ignore[arg-type]
    assert (parsed.last_update_utc, parsed.next_update_utc) == (NOW, NOW + timedelta(hours=24))
    assert parsed.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number == 41
    (kept,) = [e for e in parsed.extensions if e.oid.dotted_string == "2.5.29.60"]
    assert kept.value.value == der.generalized_time(issuer.not_valid_before_utc)
    assert not any(e.critical for e in parsed.extensions)


def test_the_order_of_rows_does_not_matter(house: House) -> None:
    entries = [entry(Reason.CERTIFICATE_HOLD), entry(), entry(Reason.UNSPECIFIED)]
    assert house.crl(entries, number=1, at=NOW) == house.crl(entries[::-1], number=1, at=NOW)


def test_a_hold_may_be_lifted_or_become_final(house: House) -> None:
    held, lifted, final = entry(Reason.CERTIFICATE_HOLD), entry(Reason.CERTIFICATE_HOLD), entry()
    old = house.crl([held, lifted, final], number=1, at=NOW)
    revoked = entry(Reason.KEY_COMPROMISE, serial=held.serial, at=NOW + timedelta(hours=1))
    fresh = entry()
    entries = [revoked, final, fresh]
    check(house, house.crl(entries, number=2, at=NOW + timedelta(hours=2)), entries, previous=old)


def test_what_was_revoked_never_leaves_nor_changes(house: House) -> None:
    final = entry(Reason.SUPERSEDED)
    old = house.crl([final], number=1, at=NOW)
    later = NOW + timedelta(hours=1)
    gone: list[crl.Entry] = []
    assert refusal(house, house.crl(gone, number=2, at=later), gone, previous=old) == "crl_unexplained_difference"
    moved = [entry(Reason.SUPERSEDED, serial=final.serial, at=later)]
    assert refusal(house, house.crl(moved, number=2, at=later), moved, previous=old) == "crl_unexplained_difference"
    held = [entry(Reason.CERTIFICATE_HOLD, serial=final.serial)]
    assert refusal(house, house.crl(held, number=2, at=later), held, previous=old) == "crl_unexplained_difference"


def test_it_lists_exactly_what_the_database_says(house: House) -> None:
    one, other = entry(), entry()
    new = house.crl([one], number=1, at=NOW)
    check(house, new, [one])
    for expected in ([], [one, other], [entry(Reason.SUPERSEDED, serial=one.serial)]):
        assert refusal(house, new, expected) == "crl_unexplained_difference"


@pytest.mark.parametrize("number", [6, 7])
def test_numbers_only_grow(house: House, number: int) -> None:
    old = house.crl([], number=7, at=NOW)
    assert refusal(house, house.crl([], number=number, at=NOW), [], previous=old) == "crl_number_not_greater"


def test_time_does_not_go_back(house: House) -> None:
    old = house.crl([], number=7, at=NOW)
    assert refusal(house, house.crl([], number=8, at=NOW - timedelta(hours=1)), [], previous=old) == "crl_older"
    assert refusal(house, house.crl([], number=8, at=NOW, hours=0), [], previous=old) == "crl_wrong_dates"


def test_another_authoritys_list_is_refused(house: House) -> None:
    """A roll-over once copied one authority's list to the other's address."""
    foreign = crl.build(
        issuer=house.authority.root,
        key=house.ca_keys.open("root"),
        number=9,
        this_update=NOW,
        next_update=NOW + timedelta(days=1),
        entries=[],
    )
    assert refusal(house, foreign, []) == "crl_wrong_issuer"
    with pytest.raises(Refused, match="crl_wrong_issuer"):
        crl.check_issuer(foreign, issuer=house.authority.certificate, number=9)


def test_a_list_under_our_name_with_a_wrong_signature_is_refused(house: House) -> None:
    good = house.crl([entry()], number=9, at=NOW)
    broken = good[:-1] + bytes([good[-1] ^ 1])
    assert refusal(house, broken, []) == "crl_bad_signature"
    with pytest.raises(Refused, match="crl_bad_signature"):
        crl.check_issuer(broken, issuer=house.authority.certificate, number=9)
    with pytest.raises(Refused, match="crl_other_number"):
        crl.check_issuer(good, issuer=house.authority.certificate, number=10)
    assert crl.number_of(good) == 9


@pytest.mark.parametrize("data", [b"", b"\x30\x00", b"-----BEGIN X509 CRL-----"])
def test_what_is_no_list_is_unreadable(house: House, data: bytes) -> None:
    assert refusal(house, data, []) == "crl_unreadable"


def test_a_serial_stands_once(house: House) -> None:
    one = entry()
    assert refusal(house, house.crl([one, one], number=9, at=NOW), [one]) == "crl_unreadable"


def test_the_key_must_be_the_issuers(house: House) -> None:
    with pytest.raises(Refused, match="wrong_issuer_key"):
        crl.build(
            issuer=house.authority.root,
            key=house.ca_keys.open("issuing"),
            number=1,
            this_update=NOW,
            next_update=NOW + timedelta(days=1),
            entries=[],
        )


def test_numbers_come_from_the_clock() -> None:
    assert crl.number_at(NOW) < crl.number_at(NOW + timedelta(milliseconds=1))
    assert crl.number_at(NOW).bit_length() < 20 * 8


def test_ten_thousand_entries_are_listed_and_checked(house: House) -> None:
    entries = [entry(Reason(1 if n % 2 else 6)) for n in range(10_000)]
    check(house, house.crl(entries, at=NOW), entries)
