"""Prepare, lint, sign: in this order only, the same bytes each time, and nothing signed that was not linted."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import HashAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from divit.kernel.errors import Invalid, Refused
from divit.pki import issuance
from divit.pki.keystores import SigningKey
from divit.pki.signatures import spki_of
from tests.pki_authority import HOLDER, House


@pytest.mark.parametrize("profile", ["etsi-tr", "kamusm-2022"])
def test_the_signed_certificate_is_the_prepared_bytes(house: House, profile: str) -> None:
    prepared = house.prepare(profile)
    certificate = x509.load_der_x509_certificate(
        issuance.sign(issuance.lint(prepared), key=house.ca_keys.open("issuing"))
    )
    assert certificate.tbs_certificate_bytes == prepared.tbs
    assert certificate.serial_number == prepared.serial.int
    assert certificate.not_valid_after_utc == prepared.not_after
    certificate.verify_directly_issued_by(x509.load_der_x509_certificate(house.authority.certificate))


def test_preparing_and_signing_again_gives_the_same_certificate(house: House) -> None:
    """What a crash after the signature must not change: same stored bytes, same certificate."""
    prepared = house.prepare()
    key = house.ca_keys.open("issuing")
    first = issuance.sign(issuance.lint(prepared), key=key)
    stored = issuance.restore(prepared.tbs, profile=prepared.profile, authority=house.authority)
    assert stored == prepared
    assert issuance.sign(issuance.lint(stored), key=key) == first


@pytest.mark.parametrize("profile", ["etsi-tr", "kamusm-2022"])
def test_holders_may_have_rsa_keys(house: House, profile: str) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    spki = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    certificate = x509.load_der_x509_certificate(house.issue(profile, spki=spki))
    assert certificate.public_key() == key.public_key()


def test_only_lint_makes_a_linted(house: House) -> None:
    with pytest.raises(TypeError):
        issuance.Linted(house.prepare(), findings=[], seal=object())


def test_a_key_of_somebody_else_does_not_sign(house: House) -> None:
    linted = issuance.lint(house.prepare())
    with pytest.raises(Refused, match="wrong_issuer_key"):
        issuance.sign(linted, key=house.ca_keys.open("root"))


class _Faulty:
    """A token that flips a bit of every signature."""

    def __init__(self, key: SigningKey) -> None:
        self.label = key.label
        self.public_key = key.public_key
        self._key = key

    def sign(self, data: bytes, digest: HashAlgorithm) -> bytes:
        signature = bytearray(self._key.sign(data, digest))
        signature[-1] ^= 1
        return bytes(signature)


def test_a_wrong_signature_never_leaves(house: House) -> None:
    linted = issuance.lint(house.prepare())
    with pytest.raises(Refused, match="signed_other_bytes"):
        issuance.sign(linted, key=_Faulty(house.ca_keys.open("issuing")))


def test_a_profile_that_is_gone_is_not_guessed(house: House) -> None:
    prepared = house.prepare()
    with pytest.raises(Refused, match="profile_changed"):
        issuance.restore(prepared.tbs, profile="etsi-tr@0", authority=house.authority)
    with pytest.raises(Refused, match="lint_failed"):
        issuance.lint(issuance.restore(prepared.tbs, profile="kamusm-2022@1", authority=house.authority))
    with pytest.raises(Refused, match="profile_unknown"):
        house.prepare("nitelikli")


@pytest.mark.parametrize("data", [b"", b"\x30\x00", b"not der at all"])
def test_stored_bytes_that_are_no_certificate_are_refused(house: House, data: bytes) -> None:
    with pytest.raises(Refused, match="tbs_unreadable"):
        issuance.restore(data, profile="etsi-tr@1", authority=house.authority)


def test_a_name_or_number_that_may_not_stand_there_stops_it_early(house: House) -> None:
    with pytest.raises(Invalid, match="tckn_invalid"):
        house.prepare(holder=replace(HOLDER, tckn="12345678901"))
    with pytest.raises(Invalid, match="name_letter"):
        house.prepare(holder=replace(HOLDER, surname="Öztürk\u202e"))
    with pytest.raises(Invalid, match="name_length"):
        house.prepare(holder=replace(HOLDER, given_names="A" * 60, surname="B" * 60))


@given(given_names=st.text(max_size=70), surname=st.text(max_size=70))
def test_any_text_is_refused_or_read_back_unchanged(house: House, given_names: str, surname: str) -> None:
    spki = spki_of(ec.derive_private_key(7, ec.SECP256R1()).public_key())
    try:
        prepared = house.prepare(
            holder=issuance.Holder(tckn="10000000146", given_names=given_names, surname=surname), spki=spki
        )
    except Invalid:
        return
    stored = issuance.restore(prepared.tbs, profile=prepared.profile, authority=house.authority)
    assert issuance.lint(stored)
    assert given_names.encode() in prepared.tbs
    assert surname.encode() in prepared.tbs


def test_three_years_are_1095_days_from_shortly_before_now() -> None:
    now = datetime(2026, 11, 22, 12, 0, 0, 999_999, tzinfo=UTC)
    start, end = issuance.period(now, years=3)
    assert (end - start).days == 1095
    assert start == datetime(2026, 11, 22, 11, 55, tzinfo=UTC)


def test_serials_and_fingerprints_differ(house: House) -> None:
    seen = {x509.load_der_x509_certificate(house.issue()).fingerprint(hashes.SHA256()) for _ in range(3)}
    assert len(seen) == 3
