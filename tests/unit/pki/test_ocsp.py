"""OCSP: strangers' requests are read strictly, and answers say no more than is known."""

import base64
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import ocsp as asn1_ocsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import ocsp as pyca_ocsp
from hypothesis import given
from hypothesis import strategies as st

from divit.pki import der, ocsp
from divit.pki.reasons import Reason
from divit.pki.signatures import load_key, scheme_of, verifies
from tests.pki_authority import House, hold

NOW = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
HELD_AT = NOW - timedelta(days=3)
NONCE = "1.3.6.1.5.5.7.48.1.2"


def cert_id(house: House, serial: int, *, algorithm: hashes.HashAlgorithm | None = None) -> bytes:
    """CertID as another library writes it."""
    issuer = x509.load_der_x509_certificate(house.authority.certificate)
    built = pyca_ocsp.OCSPRequestBuilder().add_certificate_by_hash(
        _digest(issuer.subject.public_bytes(), algorithm),
        _digest(_key_bits(house.authority.spki), algorithm),
        serial,
        algorithm or hashes.SHA1(),  # noqa: S303
    )
    request = asn1_ocsp.OCSPRequest.load(built.build().public_bytes(Encoding.DER))
    return bytes(request["tbs_request"]["request_list"][0]["req_cert"].dump())


def _digest(data: bytes, algorithm: hashes.HashAlgorithm | None) -> bytes:
    digest = hashes.Hash(algorithm or hashes.SHA1())  # noqa: S303
    digest.update(data)
    return digest.finalize()


def _key_bits(spki: bytes) -> bytes:
    reader = der.whole(spki, der.SEQUENCE).inside()
    reader.take(der.SEQUENCE)
    return reader.take(der.BIT_STRING).content[1:]


def request(*cert_ids: bytes, nonce: bytes | None = None, extensions: bytes | None = None) -> bytes:
    if nonce is not None:
        extensions = der.sequence(der.extension(NONCE, der.octets(nonce)))
    tail = der.explicit(2, extensions) if extensions is not None else b""
    return der.sequence(der.sequence(der.sequence(*(der.sequence(c) for c in cert_ids)), tail))


STATUSES: dict[int, ocsp.Status] = {
    101: ocsp.Good(),
    102: ocsp.Revoked(HELD_AT, Reason.CERTIFICATE_HOLD),
    103: ocsp.Revoked(HELD_AT, Reason.KEY_COMPROMISE),
    104: ocsp.Revoked(HELD_AT, Reason.UNSPECIFIED),
}


def answer(house: House, data: bytes, *, at: datetime = NOW) -> bytes:
    return house.responder().answer(
        ocsp.parse_request(data),
        status_of=STATUSES.get,
        produced_at=at,
        this_update=at,
        next_update=at + timedelta(hours=1),
    )


def single(house: House, data: bytes) -> pyca_ocsp.OCSPResponse:
    response = pyca_ocsp.load_der_ocsp_response(answer(house, data))
    assert response.response_status is pyca_ocsp.OCSPResponseStatus.SUCCESSFUL
    return response


@pytest.mark.parametrize("algorithm", [hashes.SHA1(), hashes.SHA256(), hashes.SHA384(), hashes.SHA512()])  # noqa: S303
def test_questions_may_name_the_issuer_by_any_of_these_hashes(house: House, algorithm: hashes.HashAlgorithm) -> None:
    response = single(house, request(cert_id(house, 101, algorithm=algorithm)))
    assert response.certificate_status is pyca_ocsp.OCSPCertStatus.GOOD
    assert response.hash_algorithm.name == algorithm.name
    assert response.serial_number == 101


def test_revoked_and_held_say_since_when_and_why(house: House) -> None:
    held = single(house, request(cert_id(house, 102)))
    assert held.certificate_status is pyca_ocsp.OCSPCertStatus.REVOKED
    assert (held.revocation_time_utc, held.revocation_reason) == (HELD_AT, x509.ReasonFlags.certificate_hold)
    lost = single(house, request(cert_id(house, 103)))
    assert (lost.revocation_time_utc, lost.revocation_reason) == (HELD_AT, x509.ReasonFlags.key_compromise)
    assert single(house, request(cert_id(house, 104))).revocation_reason is None


def test_what_was_never_issued_is_unknown_not_good(house: House) -> None:
    response = single(house, request(cert_id(house, 999)))
    assert response.certificate_status is pyca_ocsp.OCSPCertStatus.UNKNOWN


def test_the_answer_is_the_delegates_and_its_certificate_stands_first(house: House) -> None:
    response = single(house, request(cert_id(house, 101)))
    delegate = x509.load_der_x509_certificate(house.authority.certificate_of("ocsp"))
    assert response.certificates[0] == delegate
    assert response.responder_name is None
    ski = delegate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    assert response.responder_key_hash == ski
    key = load_key(_spki(delegate))
    data = response.tbs_response_bytes
    assert verifies(key, signature=response.signature, data=data, scheme=scheme_of(key))
    assert (response.produced_at_utc, response.this_update_utc) == (NOW, NOW)
    assert response.next_update_utc == NOW + timedelta(hours=1)


def _spki(certificate: x509.Certificate) -> bytes:
    return certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def test_the_archive_cutoff_is_an_extension_of_the_single_response(house: House) -> None:
    parsed = asn1_ocsp.OCSPResponse.load(answer(house, request(cert_id(house, 101), nonce=b"n" * 32)))
    data = parsed.basic_ocsp_response["tbs_response_data"]
    (one,) = data["responses"]
    (cutoff,) = one["single_extensions"].native
    assert (cutoff["extn_id"], cutoff["critical"]) == ("archive_cutoff", False)
    assert cutoff["extn_value"] == house.authority.not_before
    assert [e["extn_id"] for e in data["response_extensions"].native] == ["nonce"]


@pytest.mark.parametrize("size", [1, 16, 32, 33, 128])
def test_nonces_are_echoed(house: House, size: int) -> None:
    nonce = bytes(range(size))
    response = single(house, request(cert_id(house, 101), nonce=nonce))
    assert response.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce == nonce


@pytest.mark.parametrize("size", [0, 129, 1000])
def test_other_nonces_are_malformed(house: House, size: int) -> None:
    with pytest.raises(ocsp.MalformedRequest):
        ocsp.parse_request(request(cert_id(house, 101), nonce=bytes(size)))


def test_several_questions_are_answered_each_in_order(house: House) -> None:
    serials = [101, 102, 999, 103]
    parsed = asn1_ocsp.OCSPResponse.load(answer(house, request(*(cert_id(house, s) for s in serials))))
    responses = parsed.basic_ocsp_response["tbs_response_data"]["responses"]
    assert [r["cert_id"]["serial_number"].native for r in responses] == serials
    assert [r["cert_status"].name for r in responses] == ["good", "revoked", "unknown", "revoked"]


def test_sixteen_questions_are_many_and_seventeen_too_many(house: House) -> None:
    one = cert_id(house, 101)
    assert len(ocsp.parse_request(request(*[one] * 16)).questions) == 16
    with pytest.raises(ocsp.MalformedRequest):
        ocsp.parse_request(request(*[one] * 17))


def test_the_question_is_echoed_octet_for_octet(house: House) -> None:
    """Also with its parameters absent, which some clients write and some verifiers compare."""
    reader = der.whole(cert_id(house, 101), der.SEQUENCE).inside()
    algorithm = der.whole(reader.take(der.SEQUENCE).whole, der.SEQUENCE).inside().take(der.OID).whole
    rest = b"".join(reader.take(tag).whole for tag in (der.OCTET_STRING, der.OCTET_STRING, der.INTEGER))
    bare = der.sequence(der.sequence(algorithm), rest)
    assert bare in answer(house, request(bare))


def test_another_authoritys_certificates_are_not_ours_to_answer_for(house: House, tmp_path: Path) -> None:
    other = hold(tmp_path)
    foreign = cert_id(other, 101)
    refused = pyca_ocsp.load_der_ocsp_response(answer(house, request(foreign)))
    assert refused.response_status is pyca_ocsp.OCSPResponseStatus.UNAUTHORIZED
    mixed = asn1_ocsp.OCSPResponse.load(answer(house, request(foreign, cert_id(house, 101))))
    responses = mixed.basic_ocsp_response["tbs_response_data"]["responses"]
    assert [r["cert_status"].name for r in responses] == ["unknown", "good"]


def test_a_delegate_past_its_end_says_try_later(house: House) -> None:
    late = answer(house, request(cert_id(house, 101)), at=house.responder().delegate_ends)
    assert pyca_ocsp.load_der_ocsp_response(late).response_status is pyca_ocsp.OCSPResponseStatus.TRY_LATER


def test_no_answer_outlives_its_delegate(house: House) -> None:
    ends = house.responder().delegate_ends
    response = pyca_ocsp.load_der_ocsp_response(
        answer(house, request(cert_id(house, 101)), at=ends - timedelta(minutes=1))
    )
    assert response.next_update_utc == ends


@pytest.mark.parametrize("status", list(ocsp.Failure))
def test_failures_are_what_other_parsers_expect(status: ocsp.Failure) -> None:
    assert pyca_ocsp.load_der_ocsp_response(ocsp.failure(status)).response_status.value == status


def hostile(house: House) -> dict[str, bytes]:
    good = cert_id(house, 101)
    alg = der.sequence(der.oid("1.3.14.3.2.26"), der.null())
    hashed = der.octets(bytes(20))
    nested = b"\x05\x00"
    for _ in range(3_000):
        nested = der.sequence(nested)
        if len(nested) > ocsp.MOST_OCTETS:
            break
    critical = der.sequence(der.extension("1.2.3", b"\x05\x00", critical=True))
    noncritical_pair = der.sequence(*[der.extension(NONCE, der.octets(b"x"))] * 2)
    plain = request(good)
    return {
        "nothing": b"",
        "one octet": b"\x30",
        "text": b"GET / HTTP/1.1",
        "a certificate": house.authority.certificate,
        "no question": request(),
        "trailing bytes": plain + b"\x00",
        "cut off": plain[:-1],
        "too long": plain + bytes(ocsp.MOST_OCTETS),
        "megabyte of nonce": request(good, nonce=bytes(1_000_000)),
        "ten thousand questions": request(*[good] * 10_000),
        "nested": nested,
        "indefinite": b"\x30\x80" * 5_000,
        "length of four gigabytes": b"\x30\x84\xff\xff\xff\xff",
        "long form of a short length": b"\x30\x81\x05" + bytes(5),
        "set for sequence": b"\x31" + plain[1:],
        "real number as serial": request(der.sequence(alg, hashed, hashed, b"\x09\x01\x00")),
        "empty serial": request(der.sequence(alg, hashed, hashed, b"\x02\x00")),
        "huge serial": request(der.sequence(alg, hashed, hashed, der.integer(1 << 4000))),
        "serial not minimal": request(der.sequence(alg, hashed, hashed, b"\x02\x02\x00\x01")),
        "no serial": request(der.sequence(alg, hashed, hashed)),
        "more than a CertID": request(der.sequence(alg, hashed, hashed, der.integer(1), der.null())),
        "critical extension": request(good, extensions=critical),
        "doubled extension": request(good, extensions=noncritical_pair),
        "no extensions": request(good, extensions=der.sequence()),
        "extension without value": request(good, extensions=der.sequence(der.sequence(der.oid(NONCE)))),
        "nonce not in octets": request(good, extensions=der.sequence(der.extension(NONCE, b"raw nonce"))),
        "version 2": der.sequence(der.sequence(der.explicit(0, der.integer(1)), der.sequence(der.sequence(good)))),
        "critical in a question": der.sequence(
            der.sequence(der.sequence(der.sequence(good, der.explicit(0, critical))))
        ),
        "object identifier of zeros": request(
            der.sequence(der.sequence(b"\x06\x02\x80\x01"), hashed, hashed, b"\x02\x01\x01")
        ),
        "boolean of 1": request(
            good, extensions=der.sequence(der.sequence(der.oid("1.2.3"), b"\x01\x01\x01", der.octets(b"")))
        ),
    }


def test_hostile_requests_are_malformed_every_one(house: House) -> None:
    for name, data in hostile(house).items():
        try:
            ocsp.parse_request(data)
        except ocsp.MalformedRequest:
            continue
        raise AssertionError(f"{name} was read")


def test_odd_but_lawful_requests_are_read(house: House) -> None:
    good = cert_id(house, 101)
    signed = der.sequence(
        der.sequence(
            der.explicit(0, der.integer(0)),
            der.explicit(1, der.explicit(2, b"x")),
            der.sequence(der.sequence(good, der.explicit(0, der.sequence(der.extension("1.2.3", b"\x05\x00"))))),
        ),
        der.explicit(0, der.sequence(der.sequence(der.oid("1.2.3")), der.bits(b"unchecked"))),
    )
    assert ocsp.parse_request(signed).questions[0].serial == 101
    strange_hash = der.sequence(der.sequence(der.oid("1.2.3.4")), der.octets(b"a"), der.octets(b"b"), der.integer(5))
    read = ocsp.parse_request(request(strange_hash))
    assert not house.responder().speaks_for(read.questions[0])
    negative = ocsp.parse_request(request(cert_id(house, 101)[:-1] + b"\xff")).questions[0]
    assert negative.serial == -1


def test_mutated_requests_never_surprise(house: House) -> None:
    """Flipped, cut, doubled: read or malformed, nothing else; and what is read can be answered."""
    chance = random.Random(5070)  # noqa: S311
    good = request(cert_id(house, 101), cert_id(house, 102), nonce=bytes(32))
    responder = house.responder()
    read = 0
    for _ in range(20_000):
        data = bytearray(good)
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(data))
            match chance.randrange(3):
                case 0:
                    data[at] = chance.randrange(256)
                case 1:
                    del data[at : at + chance.randint(1, 8)]
                case _:
                    data[at:at] = data[at : at + chance.randint(1, 8)]
            if not data:
                break
        try:
            parsed = ocsp.parse_request(bytes(data))
        except ocsp.MalformedRequest:
            continue
        read += 1
        if read % 50 == 0:
            responder.answer(
                parsed, status_of=STATUSES.get, produced_at=NOW, this_update=NOW, next_update=NOW + timedelta(hours=1)
            )
    assert read > 100


@given(st.binary(max_size=200))
def test_no_octets_surprise_the_parser(data: bytes) -> None:
    try:
        ocsp.parse_request(data)
    except ocsp.MalformedRequest:
        return


@given(serial=st.integers(1, (1 << 159) - 1), nonce=st.none() | st.binary(min_size=1, max_size=128))
def test_our_reader_agrees_with_another(house: House, serial: int, nonce: bytes | None) -> None:
    data = request(cert_id(house, serial, algorithm=hashes.SHA256()), nonce=nonce)
    ours = ocsp.parse_request(data)
    theirs = pyca_ocsp.load_der_ocsp_request(data)
    (question,) = ours.questions
    assert question.serial == theirs.serial_number == serial
    assert question.issuer_key_hash == theirs.issuer_key_hash
    assert house.responder().speaks_for(question)
    assert ours.nonce == nonce


def test_base64_of_a_request_fits_a_get(house: House) -> None:
    assert len(base64.b64encode(request(cert_id(house, (1 << 126) + 1)))) < 255
