"""Time-stamps: what is stamped, by whom, and which requests are refused with which word."""

import hashlib
from datetime import UTC, datetime

import pytest
from asn1crypto import tsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from divit.pki import der, timestamps
from divit.pki.signatures import load_key
from divit.pki.timestamps import Refusal
from tests.pki_authority import House

NOW = datetime(2026, 11, 22, 20, 15, 44, 120_000, tzinfo=UTC)
SHA256, SHA1 = "2.16.840.1.101.3.4.2.1", "1.3.14.3.2.26"


def query(
    digest: bytes = hashlib.sha256(b"document").digest(),
    *,
    algorithm: str = SHA256,
    version: int = 1,
    more: bytes = b"",
) -> bytes:
    imprint = der.sequence(der.sequence(der.oid(algorithm), der.null()), der.octets(digest))
    return der.sequence(der.integer(version), imprint, more)


def granted(house: House, data: bytes) -> tsp.TimeStampResp:
    response = tsp.TimeStampResp.load(house.tsa().answer(data, now=NOW))
    assert response["status"]["status"].native == "granted"
    return response


def test_the_token_says_what_when_and_by_which_policy(house: House) -> None:
    response = granted(house, query(more=der.integer(77) + der.boolean(True)))
    signed = response["time_stamp_token"]["content"]
    info = signed["encap_content_info"]["content"].parsed
    assert info["message_imprint"]["hashed_message"].native == hashlib.sha256(b"document").digest()
    assert info["gen_time"].native == NOW
    assert info["nonce"].native == 77
    assert info["policy"].dotted == house.authority.record.tsa_policy
    assert info["accuracy"]["seconds"].native == 1
    assert info["ordering"].native is False
    assert info["serial_number"].native.bit_length() == 127


def test_the_signature_names_its_certificate_and_holds(house: House) -> None:
    response = granted(house, query(more=der.boolean(True)))
    signed = response["time_stamp_token"]["content"]
    (signer,) = signed["signer_infos"]
    attributes = {a["type"].native: a["values"][0] for a in signer["signed_attrs"]}
    certificate = house.authority.certificate_of("tsa")
    (named,) = attributes["signing_certificate_v2"]["certs"]
    assert named["cert_hash"].native == hashlib.sha256(certificate).digest()
    info = signed["encap_content_info"]["content"].contents
    assert attributes["message_digest"].native == hashlib.sha256(info).digest()
    assert {c.chosen.dump() for c in signed["certificates"]} == {certificate, house.authority.certificate}
    key = x509.load_der_x509_certificate(certificate).public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    key.verify(signer["signature"].native, signer["signed_attrs"].untag().dump(), ec.ECDSA(hashes.SHA256()))
    assert load_key(house.authority.spki) != key


def test_certificates_come_only_when_asked_for(house: House) -> None:
    assert len(granted(house, query())["time_stamp_token"]["content"]["certificates"]) == 0


def why(house: House, data: bytes, *, at: datetime = NOW) -> str:
    return refused(house.tsa().answer(data, now=at))


def refused(response: bytes) -> str:
    """The reason of a rejection without a token (which asn1crypto's TimeStampResp does not know to be optional)."""
    reader = der.whole(response, der.SEQUENCE).inside()
    status = tsp.PKIStatusInfo.load(reader.take(der.SEQUENCE).whole)
    reader.end()
    assert status["status"].native == "rejection"
    (reason,) = status["fail_info"].native
    return str(reason)


def test_refusals_say_why(house: House) -> None:
    assert why(house, query(bytes(20), algorithm=SHA1)) == "bad_alg"
    assert why(house, query(bytes(31))) == "bad_data_format"
    assert why(house, query(version=2)) == "bad_request"
    assert why(house, query(more=der.oid("1.2.3"))) == "unaccepted_policy"
    extension = der.explicit(0, der.sequence(der.extension("1.2.3", b"\x05\x00")))
    assert why(house, query(more=extension)) == "unaccepted_extensions"
    assert why(house, query(more=der.integer(1 << 600))) == "bad_data_format"
    assert why(house, query() + b"\x00") == "bad_data_format"
    assert why(house, bytes(timestamps.MOST_OCTETS + 1)) == "bad_data_format"
    assert why(house, query(), at=house.tsa().certificate_ends) == "time_not_available"


def test_our_own_policy_may_be_named(house: House) -> None:
    granted(house, query(more=der.oid(house.authority.record.tsa_policy)))


@pytest.mark.parametrize("size", [32, 48, 64])
def test_longer_hashes_are_stamped_too(house: House, size: int) -> None:
    oid = {32: SHA256, 48: "2.16.840.1.101.3.4.2.2", 64: "2.16.840.1.101.3.4.2.3"}[size]
    granted(house, query(bytes(size), algorithm=oid))


@given(st.binary(max_size=120))
def test_no_octets_surprise_the_authority(house: House, data: bytes) -> None:
    assert why(house, data)


@pytest.mark.parametrize("refusal", list(Refusal))
def test_refusals_are_what_other_parsers_expect(refusal: Refusal) -> None:
    assert refused(timestamps.refusal(refusal)).replace("_", "")[:6] == refusal.name.lower().replace("_", "")[:6]
