"""CRLs, OCSP answers and time-stamps, judged by OpenSSL, GnuTLS, pkilint and pyHanko."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import crl as asn1_crl
from asn1crypto import ocsp as asn1_ocsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import InsufficientRevinfoError, RevokedError

from divit.kernel import clock
from divit.kernel.serials import Serial
from divit.pki import crl, ocsp
from divit.pki.reasons import Reason
from tests.conformance.pki.conftest import write
from tests.conformance.pki.outsiders import run
from tests.pki_authority import House

# Whole seconds, a little ago: other programs compare times in seconds.
AT = clock.now().replace(microsecond=0) - timedelta(seconds=5)
STATUSES: dict[str, ocsp.Status] = {
    "good": ocsp.Good(),
    "hold": ocsp.Revoked(AT, Reason.CERTIFICATE_HOLD),
    "revoked": ocsp.Revoked(AT, Reason.KEY_COMPROMISE),
    "left": ocsp.Revoked(AT, Reason.AFFILIATION_CHANGED),
    "unspecified": ocsp.Revoked(AT, Reason.UNSPECIFIED),
    "unknown": None,
}
Answer = Callable[[str], bytes]


@pytest.fixture
def leaf(house: House, folder: Path) -> x509.Certificate:
    certificate = house.issue()
    write(folder, "leaf", certificate)
    return x509.load_der_x509_certificate(certificate)


@pytest.fixture
def answer(house: House, folder: Path, leaf: x509.Certificate) -> Answer:
    """OpenSSL asks, we answer with the status of that name; q.der and r.der lie in the folder."""

    def give(name: str) -> bytes:
        question = ("-issuer", "sub.pem", "-cert", "leaf.pem", "-no_nonce", "-reqout", "q.der")
        run("openssl", "ocsp", *question, folder=folder)
        response = house.responder().answer(
            ocsp.parse_request((folder / "q.der").read_bytes()),
            status_of={leaf.serial_number: STATUSES[name]}.get,
            produced_at=AT,
            this_update=AT,
            next_update=AT + timedelta(hours=1),
        )
        (folder / "r.der").write_bytes(response)
        return response

    return give


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("good", ["leaf.pem: good"]),
        ("hold", ["leaf.pem: revoked", "Reason: certificateHold"]),
        ("revoked", ["leaf.pem: revoked", "Reason: keyCompromise"]),
        ("left", ["leaf.pem: revoked", "Reason: affiliationChanged"]),
        ("unspecified", ["leaf.pem: revoked"]),
        ("unknown", ["leaf.pem: unknown"]),
    ],
)
def test_openssl_and_gnutls_read_and_verify_the_answer(
    folder: Path, answer: Answer, name: str, words: list[str]
) -> None:
    answer(name)
    question = ("-issuer", "sub.pem", "-cert", "leaf.pem", "-no_nonce", "-respin", "r.der")
    said = run("openssl", "ocsp", *question, "-CAfile", "root.pem", "-verify_other", "sub.pem", folder=folder)
    assert "Response verify OK" in said
    assert all(word in said for word in words), said
    signer = ("--load-issuer", "sub.pem", "--load-signer", "ocsp.pem")
    said = run("ocsptool", "--verify-response", "--load-response", "r.der", *signer, folder=folder)
    assert "Success" in said


@pytest.mark.parametrize("name", STATUSES)
def test_pkilint_finds_nothing_in_the_answer(folder: Path, answer: Answer, name: str) -> None:
    answer(name)
    assert run("lint_ocsp_response", "lint", "-s", "WARNING", "r.der", folder=folder).strip() == ""


def test_openssl_refuses_an_answer_that_was_touched(folder: Path, answer: Answer) -> None:
    broken = bytearray(answer("good"))
    at = broken.index(AT.strftime("%Y%m%d%H%M%SZ").encode())
    broken[at + 13] ^= 1
    (folder / "r.der").write_bytes(bytes(broken))
    question = ("-issuer", "sub.pem", "-cert", "leaf.pem", "-no_nonce", "-respin", "r.der")
    said = run(
        "openssl", "ocsp", *question, "-CAfile", "root.pem", "-verify_other", "sub.pem", folder=folder, fails=True
    )
    assert "Response Verify Failure" in said


def entry(serial: int, reason: Reason) -> crl.Entry:
    return crl.Entry(serial=Serial(serial), at=AT, reason=reason)


def publish(house: House, folder: Path, entries: list[crl.Entry]) -> bytes:
    """A list as the signer makes it, in the forms that others read."""
    made = house.crl(entries, at=AT)
    (folder / "crl.der").write_bytes(made)
    run("openssl", "crl", "-inform", "DER", "-in", "crl.der", "-out", "crl.pem", folder=folder)
    run("openssl", "crl", "-inform", "DER", "-in", "arl.der", "-out", "arl.pem", folder=folder)
    (folder / "crls.pem").write_bytes((folder / "crl.pem").read_bytes() + (folder / "arl.pem").read_bytes())
    return made


VERIFY = ("openssl", "verify", "-x509_strict", "-crl_check_all", "-CAfile", "root.pem", "-untrusted", "sub.pem")


@pytest.mark.parametrize("reason", list(Reason))
def test_openssl_and_gnutls_heed_the_list(house: House, folder: Path, leaf: x509.Certificate, reason: Reason) -> None:
    whole = b"".join((folder / f"{name}.pem").read_bytes() for name in ("leaf", "sub", "root"))
    (folder / "whole.pem").write_bytes(whole)
    gnutls = ("certtool", "--verify", "--load-ca-certificate", "root.pem", "--load-crl", "crls.pem")
    publish(house, folder, [entry(Serial.random().int, reason)])
    assert "leaf.pem: OK" in run(*VERIFY, "-CRLfile", "crls.pem", "leaf.pem", folder=folder)
    assert "Chain verification output: Verified" in run(*gnutls, "--infile", "whole.pem", folder=folder)
    publish(house, folder, [entry(leaf.serial_number, reason)])
    said = run(*VERIFY, "-CRLfile", "crls.pem", "leaf.pem", folder=folder, fails=True)
    assert "certificate revoked" in said
    assert "revoked" in run(*gnutls, "--infile", "whole.pem", folder=folder, fails=True)


def test_openssl_verifies_the_lists_themselves(house: House, folder: Path) -> None:
    publish(house, folder, [entry(Serial.random().int, reason) for reason in Reason])
    for name, issuer in (("crl", "sub"), ("arl", "root")):
        checked = run("openssl", "crl", "-in", f"{name}.pem", "-noout", "-CAfile", f"{issuer}.pem", folder=folder)
        assert "verify OK" in checked


def test_pkilint_finds_nothing_in_the_lists(house: House, folder: Path) -> None:
    publish(house, folder, [entry(Serial.random().int, reason) for reason in Reason])
    assert run("lint_crl", "lint", "-t", "CRL", "-p", "PKIX", "-s", "WARNING", "crl.der", folder=folder).strip() == ""
    publish(house, folder, [])
    assert run("lint_crl", "lint", "-t", "CRL", "-p", "PKIX", "-s", "WARNING", "crl.der", folder=folder).strip() == ""
    assert run("lint_crl", "lint", "-t", "ARL", "-p", "PKIX", "-s", "WARNING", "arl.der", folder=folder).strip() == ""


def _validate(house: House, leaf: x509.Certificate, folder: Path, *, crls: list[bytes], ocsps: list[bytes]) -> None:
    load = asn1_x509.Certificate.load
    context = ValidationContext(
        trust_roots=[load(house.authority.root)],
        allow_fetching=False,
        revocation_mode="require",
        crls=[asn1_crl.CertificateList.load(c) for c in [*crls, (folder / "arl.der").read_bytes()]],
        ocsps=[asn1_ocsp.OCSPResponse.load(o) for o in ocsps],
        moment=clock.now(),
    )
    validator = CertificateValidator(
        load((folder / "leaf.der").read_bytes()),
        intermediate_certs=[load(house.authority.certificate)],
        validation_context=context,
    )
    asyncio.run(_check(validator))


async def _check(validator: CertificateValidator) -> None:
    await validator.async_validate_usage({"non_repudiation"})


@pytest.mark.parametrize("name", ["good", "hold", "revoked", "left", "unknown"])
def test_pyhanko_heeds_the_answer(
    house: House, folder: Path, leaf: x509.Certificate, answer: Answer, name: str
) -> None:
    response = answer(name)
    if name == "good":
        _validate(house, leaf, folder, crls=[], ocsps=[response])
        return
    with pytest.raises(InsufficientRevinfoError if name == "unknown" else RevokedError):
        _validate(house, leaf, folder, crls=[], ocsps=[response])


def test_pyhanko_heeds_the_list(house: House, folder: Path, leaf: x509.Certificate) -> None:
    _validate(house, leaf, folder, crls=[publish(house, folder, [])], ocsps=[])
    held = publish(house, folder, [entry(leaf.serial_number, Reason.CERTIFICATE_HOLD)])
    with pytest.raises(RevokedError):
        _validate(house, leaf, folder, crls=[held], ocsps=[])


@pytest.mark.parametrize("digest", ["-sha256", "-sha384", "-sha512"])
@pytest.mark.parametrize("nonce", [[], ["-no_nonce"]])
def test_openssl_verifies_time_stamps(house: House, folder: Path, digest: str, nonce: list[str]) -> None:
    (folder / "document").write_bytes(b"whatever was signed")
    run("openssl", "ts", "-query", "-data", "document", digest, *nonce, "-cert", "-out", "t.tsq", folder=folder)
    now: datetime = clock.now()
    (folder / "t.tsr").write_bytes(house.tsa().answer((folder / "t.tsq").read_bytes(), now=now))
    trust = ("-CAfile", "root.pem", "-untrusted", "sub.pem")
    said = run("openssl", "ts", "-verify", "-queryfile", "t.tsq", "-in", "t.tsr", *trust, folder=folder)
    assert "Verification: OK" in said
    (folder / "document").write_bytes(b"something else")
    run("openssl", "ts", "-verify", "-data", "document", "-in", "t.tsr", *trust, folder=folder, fails=True)


def test_openssl_reads_why_a_time_stamp_was_refused(house: House, folder: Path) -> None:
    (folder / "document").write_bytes(b"x")
    run("openssl", "ts", "-query", "-data", "document", "-sha1", "-out", "t.tsq", folder=folder)
    (folder / "t.tsr").write_bytes(house.tsa().answer((folder / "t.tsq").read_bytes(), now=clock.now()))
    said = run("openssl", "ts", "-reply", "-in", "t.tsr", "-text", folder=folder)
    assert "Status: Rejected." in said
    assert "unrecognized or unsupported algorithm identifier" in said
