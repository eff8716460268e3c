"""An authority, an OCSP delegate and a time-stamping service with RSA keys, judged by OpenSSL."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from divit.kernel import clock
from divit.kernel.serials import Serial
from divit.pki import crl, issuance, ocsp, profiles, tbs, timestamps
from divit.pki.keystores import Algorithm, SigningKey, SoftwareKeyStore
from divit.pki.signatures import spki_of
from divit.pki.terms import Terms
from tests.conformance.pki.outsiders import run

NOW = clock.now().replace(microsecond=0)
POLICY = "1.3.6.1.4.1.99999.1"
KEYS = {"root": Algorithm.RSA_4096, "ocsp": Algorithm.RSA_2048, "tsa": Algorithm.RSA_3072}
PROFILES = {"root": profiles.ROOT, "ocsp": profiles.OCSP_DELEGATE, "tsa": profiles.TSA}


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, SigningKey]:
    store = SoftwareKeyStore(tmp_path_factory.mktemp("keys"), passphrase="correct horse battery staple")
    return {label: store.generate(label, algorithm) for label, algorithm in KEYS.items()}


@pytest.fixture(scope="module")
def certificates(keys: dict[str, SigningKey], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The certificates, DER, and as PEM files in `folder`."""
    folder = tmp_path_factory.mktemp("certificates")
    made: dict[str, Any] = {"folder": folder}
    for label, profile in PROFILES.items():
        made[label] = _certify(profile, keys=keys, label=label)
        pem = x509.load_der_x509_certificate(made[label]).public_bytes(Encoding.PEM)
        (folder / f"{label}.pem").write_bytes(pem)
    return made


def _subject(label: str) -> dict[str, str]:
    return {
        "country": "TR",
        "organisation": "Deneme TEST",
        "organisation_identifier": "VATTR-1234567890",
        "common_name": f"{label} RSA TEST",
    }


def _certify(profile: profiles.Profile, *, keys: dict[str, SigningKey], label: str) -> bytes:
    terms = Terms(
        issuer_name=tbs.name(profiles.ROOT, _subject("root")),
        issuer_spki=spki_of(keys["root"].public_key),
        issuer_ends=None if label == "root" else NOW + timedelta(days=400),
        crl_url="http://status.example.org/crl/root.crl",
        ca_url="http://status.example.org/ca/root.crt",
        ocsp_url="http://status.example.org/ocsp",
        policy=POLICY,
        cps_url="http://status.example.org/cps",
        notice="TEST",
    )
    prepared = issuance.prepare_subject(
        profile,
        terms=terms,
        subject=_subject(label),
        public_key=spki_of(keys[label].public_key),
        serial=Serial.random(),
        not_before=NOW - timedelta(minutes=1),
        not_after=NOW + timedelta(days=400 if label == "root" else 20),
    )
    return issuance.sign(issuance.lint(prepared), key=keys["root"])


def test_openssl_accepts_chain_list_and_answers(keys: dict[str, SigningKey], certificates: dict[str, Any]) -> None:
    folder: Path = certificates["folder"]
    listed = crl.build(
        issuer=certificates["root"], key=keys["root"], number=1, this_update=NOW,
        next_update=NOW + timedelta(days=1), entries=[],
    )  # fmt: skip
    crl.check(listed, issuer=certificates["root"], previous=None, expected_entries=[])
    (folder / "root.crl.pem").write_bytes(x509.load_der_x509_crl(listed).public_bytes(Encoding.PEM))
    verify = ("openssl", "verify", "-x509_strict", "-crl_check", "-CAfile", "root.pem", "-CRLfile", "root.crl.pem")
    said = run(*verify, "ocsp.pem", "tsa.pem", folder=folder)
    assert "ocsp.pem: OK" in said
    assert "tsa.pem: OK" in said

    run("openssl", "ocsp", "-issuer", "root.pem", "-cert", "tsa.pem", "-reqout", "q.der", folder=folder)
    responder = ocsp.Responder(
        issuer=certificates["root"], delegate=certificates["ocsp"], key=keys["ocsp"], archive_cutoff=NOW
    )
    answer = responder.answer(
        ocsp.parse_request((folder / "q.der").read_bytes()),
        status_of=lambda _serial: ocsp.Good(),
        produced_at=NOW,
        this_update=NOW,
        next_update=NOW + timedelta(hours=1),
    )
    (folder / "r.der").write_bytes(answer)
    asked = ("openssl", "ocsp", "-issuer", "root.pem", "-cert", "tsa.pem", "-CAfile", "root.pem", "-respin", "r.der")
    assert "tsa.pem: good" in run(*asked, "-no_nonce", folder=folder)


def test_openssl_accepts_time_stamps(keys: dict[str, SigningKey], certificates: dict[str, Any]) -> None:
    folder: Path = certificates["folder"]
    (folder / "data").write_bytes(b"bytes that existed")
    run("openssl", "ts", "-query", "-data", "data", "-sha256", "-cert", "-out", "q.tsq", folder=folder)
    tsa = timestamps.Authority(certificate=certificates["tsa"], chain=(), key=keys["tsa"], policy=POLICY)
    (folder / "r.tsr").write_bytes(tsa.answer((folder / "q.tsq").read_bytes(), now=NOW))
    said = run("openssl", "ts", "-verify", "-queryfile", "q.tsq", "-in", "r.tsr", "-CAfile", "root.pem", folder=folder)
    assert "Verification: OK" in said
