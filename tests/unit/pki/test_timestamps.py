"""Time-stamps: what is stamped, by whom, and which requests are refused with which word."""

import hashlib
from datetime import datetime, timedelta

import pytest
from asn1crypto import tsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from divit.kernel import clock
from divit.kernel.errors import Refused
from divit.pki import der, timestamps
from divit.pki.signatures import load_key
from divit.pki.timestamps import Refusal
from tests.pki_authority import House

NOW = clock.now().replace(microsecond=120_000) + timedelta(minutes=1)  # the certificate is of today
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
    response: tsp.TimeStampResp = tsp.TimeStampResp.load(house.tsa().answer(data, now=NOW))
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
    for critical in (True, False):
        extension = der.explicit(0, der.extension("1.2.3", b"\x05\x00", critical=critical))
        assert why(house, query(more=extension)) == "unaccepted_extensions"
    assert why(house, query(more=der.integer(7) + der.oid("1.2.3"))) == "bad_data_format"  # out of order
    assert why(house, query(more=der.boolean(True) + der.boolean(True))) == "bad_data_format"
    assert why(house, query(more=der.tlv(der.BOOLEAN, b"\x01"))) == "bad_data_format"  # not DER
    assert why(house, query(algorithm="1.2.3")) == "bad_alg"
    assert why(house, query(more=der.integer(1 << 600))) == "bad_data_format"
    assert why(house, query() + b"\x00") == "bad_data_format"
    assert why(house, bytes(timestamps.MOST_OCTETS + 1)) == "bad_data_format"
    assert why(house, query(), at=house.tsa().certificate_ends) == "time_not_available"
    before = house.tsa().certificate_begins - timedelta(seconds=1)
    assert why(house, query(), at=before) == "time_not_available"
    assert why(house, query(more=der.boolean(False) + extension)) == "unaccepted_extensions"


def test_the_nonce_comes_back_as_it_was(house: House) -> None:
    for nonce in (0, 1, -1, 1 << 500):
        response = granted(house, query(more=der.integer(nonce)))
        info = response["time_stamp_token"]["content"]["encap_content_info"]["content"].parsed
        assert info["nonce"].native == nonce
    info = granted(house, query())["time_stamp_token"]["content"]["encap_content_info"]["content"].parsed
    assert info["nonce"].native is None


def test_a_refusal_may_be_told_in_words_too() -> None:
    text = timestamps.refusal(Refusal.BAD_REQUEST, text="kontör kalmadı")
    status = tsp.PKIStatusInfo.load(der.whole(text, der.SEQUENCE).inside().take(der.SEQUENCE).whole)
    assert status["status_string"].native == ["kontör kalmadı"]
    assert refused(text) == "bad_request"


def test_only_a_certificate_for_time_stamps_alone_will_do(house: House) -> None:
    for name, code in (("ocsp", "not_a_tsa_certificate"), ("tsa", "wrong_tsa_key")):
        with pytest.raises(Refused, match=code):
            timestamps.Authority(
                certificate=house.authority.certificate_of(name),
                chain=(),
                key=house.validation_keys.open("ocsp"),
                policy="1.2.3",
            )


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
