"""A document is sealed by a key in a token, EC or RSA, and pyHanko finds the seal whole."""

import io
import secrets
from datetime import timedelta

import pytest
from asn1crypto.x509 import Certificate
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pypdf import PdfWriter

from divit.certificates.sealing import seal
from divit.kernel import clock
from divit.kernel.serials import Serial
from divit.pki import issuance, profiles
from divit.pki.keystores import Algorithm
from divit.pki.signatures import spki_of
from tests.pki_authority import House
from tests.softhsm import Token


class _Tsa:
    """The authority's own time-stamping service, without the wire."""

    def __init__(self, house: House) -> None:
        self._authority = house.tsa()

    def stamp(self, query: bytes) -> bytes:
        return self._authority.answer(query, now=clock.now())


def _document() -> bytes:
    out, writer = io.BytesIO(), PdfWriter()
    writer.add_blank_page(width=200, height=200)
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize("algorithm", [Algorithm.EC_P256, Algorithm.EC_P384, Algorithm.RSA_2048])
def test_a_seal_in_a_token(house: House, token: Token, algorithm: Algorithm) -> None:
    key = token.store().generate(f"seal-{secrets.token_hex(4)}", algorithm)
    own = x509.load_der_x509_certificate(house.authority.certificate_of("seal"))
    now = clock.now().replace(microsecond=0)
    prepared = issuance.prepare_subject(
        profiles.SEAL,
        terms=house.authority.terms("seal"),
        subject={
            "country": "TR",
            "organisation": str(own.subject.get_attributes_for_oid(x509.NameOID.ORGANIZATION_NAME)[0].value),
            "organisation_identifier": "VATTR-1234567890",
            "common_name": "TEST seal in a token",
        },
        public_key=spki_of(key.public_key),
        serial=Serial.random(),
        not_before=now - timedelta(minutes=1),
        not_after=now + timedelta(days=30),
    )
    certificate = issuance.sign(issuance.lint(prepared), key=house.ca_keys.open(house.authority.key_label))
    sealed = seal(
        _document(), key=key, certificate=certificate, chain=[house.authority.certificate],
        timestamps=_Tsa(house), reason="test",
    )  # fmt: skip
    (signature,) = PdfFileReader(io.BytesIO(sealed)).embedded_signatures
    chain = {"trust_roots": house.authority.root, "other_certs": house.authority.certificate}
    trusted = ValidationContext(**{name: [Certificate.load(der)] for name, der in chain.items()})
    status = validate_pdf_signature(signature, trusted, trusted)
    assert (status.valid, status.intact, status.trusted) == (True, True, True)
    assert signature.signer_cert.public_key.dump() == key.public_key.public_bytes(
        Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    )
