"""Time-stamps judged by two more clients: rfc3161-client, and pyHanko as a verifier of signatures asks."""

import asyncio
import hashlib
from datetime import timedelta
from pathlib import Path

import pytest
from asn1crypto import cms, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
from pyhanko.sign.validation.status import TimestampSignatureStatus
from pyhanko_certvalidator import ValidationContext
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from divit.kernel import clock
from tests.conformance.pki.outsiders import run
from tests.pki_authority import House

DOCUMENT = b"whatever was signed"


@pytest.mark.parametrize("algorithm", [HashAlgorithm.SHA256, HashAlgorithm.SHA512])
def test_another_client_asks_and_verifies(house: House, algorithm: HashAlgorithm) -> None:
    request = TimestampRequestBuilder().data(DOCUMENT).hash_algorithm(algorithm).nonce(nonce=True).build()
    answer = decode_timestamp_response(house.tsa().answer(request.as_bytes(), now=clock.now()))
    verifier = (
        VerifierBuilder.from_request(request)
        .policy_id(x509.ObjectIdentifier(house.authority.record.tsa_policy))
        .tsa_certificate(x509.load_der_x509_certificate(house.authority.certificate_of("tsa")))
        .add_intermediate_certificate(x509.load_der_x509_certificate(house.authority.certificate))
        .add_root_certificate(x509.load_der_x509_certificate(house.authority.root))
        .build()
    )
    assert verifier.verify_message(answer, DOCUMENT)
    assert answer.tst_info.accuracy.seconds == 1
    with pytest.raises(VerificationError):
        verifier.verify_message(answer, DOCUMENT + b".")


def _status(house: House, token: cms.ContentInfo, *, document: bytes) -> TimestampSignatureStatus:
    context = ValidationContext(
        trust_roots=[asn1_x509.Certificate.load(house.authority.root)],
        other_certs=[asn1_x509.Certificate.load(house.authority.certificate)],
        allow_fetching=False,
        moment=clock.now(),
    )

    def digest(algorithm: str) -> bytes:
        return hashlib.new(algorithm, document).digest()

    told = asyncio.run(validate_tst_signed_data(token["content"], context, digest))
    return TimestampSignatureStatus(**told)


def test_pyhanko_trusts_the_stamp(house: House) -> None:
    imprint = tsp.MessageImprint(
        {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": hashlib.sha256(DOCUMENT).digest()}
    )
    request = tsp.TimeStampReq({"version": 1, "message_imprint": imprint, "cert_req": True, "nonce": 7})
    now = clock.now()
    answer = tsp.TimeStampResp.load(house.tsa().answer(request.dump(), now=now))
    status = _status(house, answer["time_stamp_token"], document=DOCUMENT)
    assert (status.valid, status.intact, status.trusted) == (True, True, True)
    assert abs(status.timestamp - now) < timedelta(milliseconds=1)
    assert not _status(house, answer["time_stamp_token"], document=b"another").intact


def test_pkilint_finds_nothing_in_the_certificate_of_the_authority(folder: Path) -> None:
    command = ("lint_pkix_cert", "lint", "-s", "WARNING", "tsa.pem")
    assert run(*command, folder=folder).strip() == ""
