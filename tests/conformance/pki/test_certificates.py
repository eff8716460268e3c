"""Every certificate that Divit makes, judged by pkilint, OpenSSL, GnuTLS, pyHanko, and the bytes of a real one."""

import asyncio
from pathlib import Path

import pytest
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pyhanko_certvalidator import CertificateValidator, ValidationContext

from divit.kernel.serials import Serial
from divit.pki import der, issuance, profiles, tbs
from divit.pki.signatures import spki_of
from divit.pki.terms import Terms
from tests.conformance.pki.conftest import write
from tests.conformance.pki.outsiders import run
from tests.pki_authority import House

KEYS = ["ec-p256", "rsa-2048"]


def spki(kind: str) -> bytes:
    if kind == "ec-p256":
        return spki_of(ec.generate_private_key(ec.SECP256R1()).public_key())
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


@pytest.mark.parametrize("name", ["root", "sub", "ocsp", "tsa", "seal"])
def test_pkilint_finds_nothing_in_the_authoritys_own(folder: Path, name: str) -> None:
    assert run("lint_pkix_cert", "lint", "-s", "WARNING", f"{name}.der", folder=folder).strip() == ""
    if name != "root":
        issuer = "root" if name == "sub" else "sub"
        chain = ("lint_pkix_signer_signee_cert_chain", "lint", "-s", "WARNING", f"{issuer}.der", f"{name}.der")
        assert run(*chain, folder=folder).strip() == ""


@pytest.mark.parametrize("kind", KEYS)
def test_pkilint_detects_the_qualified_type_and_finds_nothing(house: House, folder: Path, kind: str) -> None:
    """Detected, not told: a certificate without any statement would pass as whatever it is told to be."""
    write(folder, "leaf", house.issue("etsi-tr", spki=spki(kind)))
    said = run("lint_etsi_cert", "lint", "-d", "-o", "-s", "WARNING", "leaf.der", folder=folder)
    assert said.split() == ["QCP-N-QSCD-NON-EIDAS-FINAL-CERTIFICATE"]
    chain = ("lint_pkix_signer_signee_cert_chain", "lint", "-s", "WARNING", "sub.der", "leaf.der")
    assert run(*chain, folder=folder).strip() == ""


@pytest.mark.parametrize("kind", KEYS)
def test_pkilint_finds_nothing_against_rfc5280_in_the_other_profile(house: House, folder: Path, kind: str) -> None:
    write(folder, "leaf", house.issue("kamusm-2022", spki=spki(kind)))
    assert run("lint_pkix_cert", "lint", "-s", "WARNING", "leaf.der", folder=folder).strip() == ""


@pytest.mark.parametrize("profile", ["etsi-tr", "kamusm-2022"])
@pytest.mark.parametrize("kind", KEYS)
def test_openssl_and_gnutls_verify_the_chain(house: House, folder: Path, profile: str, kind: str) -> None:
    write(folder, "leaf", house.issue(profile, spki=spki(kind)))
    policy = house.authority.terms(profile).policy
    strict = ("-x509_strict", "-policy", policy, "-CAfile", "root.pem", "-untrusted", "sub.pem", "leaf.pem")
    assert "leaf.pem: OK" in run("openssl", "verify", *strict, folder=folder)
    whole = b"".join((folder / f"{name}.pem").read_bytes() for name in ("leaf", "sub", "root"))
    (folder / "whole.pem").write_bytes(whole)
    said = run("certtool", "--verify", "--load-ca-certificate", "root.pem", "--infile", "whole.pem", folder=folder)
    assert "Chain verification output: Verified" in said


@pytest.mark.parametrize("profile", ["etsi-tr", "kamusm-2022"])
def test_openssl_refuses_it_under_another_root(house: House, folder: Path, profile: str) -> None:
    """The check can fail."""
    write(folder, "leaf", house.issue(profile))
    run("openssl", "verify", "-CAfile", "leaf.pem", "-untrusted", "sub.pem", "leaf.pem", folder=folder, fails=True)


def test_a_delegate_and_a_tsa_are_fit_for_their_purpose_only(folder: Path) -> None:
    def purpose(name: str, use: str, *, fails: bool = False) -> None:
        command = ("openssl", "verify", "-x509_strict", "-purpose", use, "-CAfile", "root.pem", "-untrusted", "sub.pem")
        run(*command, f"{name}.pem", folder=folder, fails=fails)

    purpose("tsa", "timestampsign")
    purpose("ocsp", "timestampsign", fails=True)
    purpose("seal", "timestampsign", fails=True)


async def _pyhanko(house: House, leaf: bytes, usage: set[str]) -> None:
    load = asn1_x509.Certificate.load
    context = ValidationContext(trust_roots=[load(house.authority.root)], allow_fetching=False)
    validator = CertificateValidator(
        load(leaf), intermediate_certs=[load(house.authority.certificate)], validation_context=context
    )
    path = await validator.async_validate_usage(usage)
    assert len(path) == 3


@pytest.mark.parametrize("profile", ["etsi-tr", "kamusm-2022"])
def test_pyhanko_accepts_it_for_signing(house: House, profile: str) -> None:
    asyncio.run(_pyhanko(house, house.issue(profile), {"non_repudiation"}))


def test_pyhanko_accepts_the_seal(house: House) -> None:
    asyncio.run(_pyhanko(house, house.authority.certificate_of("seal"), {"non_repudiation", "digital_signature"}))


# --- the bytes of a certificate in use in 2022 --------------------------------------------------------------------

CPS = "http://depo.kamusm.gov.tr/ilke/ksm_nes_sue"
TEXT = bytes.fromhex(
    "427520736572746966696b612c203530373020736179c4b16cc4b120456c656b74726f6e696b20c4b06d7a61204b616e756e756e612067c3"
    "b67265206e6974656c696b6c6920656c656b74726f6e696b20736572746966696b6164c4b1722e"
)
SUBJECT = "3042310b3009060355040613025452311430120603550405130b3131313131313131313131311d301b06035504030c14"
POLICIES = (
    "3081ba3081b7060b60861801020101050701013081a7303606082b06010505070201162a" + CPS.encode().hex()
    + "306d06082b0601050507020230610c5f" + TEXT.hex()
)  # fmt: skip
STATEMENTS = "307a3008060604008e460101306e060b608618013d0001a74e01010c5f" + TEXT.hex()


def test_the_2022_layout_is_reproduced_octet_for_octet(house: House) -> None:
    """With the words of the real authority (which nothing but this test may use) our builder writes its bytes."""
    terms = Terms(
        issuer_name=house.authority.subject,
        issuer_spki=house.authority.spki,
        issuer_ends=house.authority.not_after,
        crl_url="http://depo.example.org/a.crl",
        ca_url="http://depo.example.org/a.crt",
        ocsp_url="http://ocsp.example.org",
        policy="2.16.792.1.2.1.1.5.7.1.1",
        cps_url=CPS,
        notice=TEXT.decode(),
        statement=TEXT.decode(),
        test=False,
        notified_eshs=True,
    )
    assert TEXT.decode() == profiles.LEGAL_SENTENCE
    start, end = issuance.period(house.authority.not_before, years=3)
    prepared = issuance.prepare_subject(
        profiles.KAMUSM_2022,
        terms=terms,
        subject={"country": "TR", "serial_number": "11111111110", "common_name": "A" * 20},
        public_key=spki("rsa-2048"),
        serial=Serial.random(),
        not_before=start,
        not_after=end,
    )
    parsed = asn1_x509.TbsCertificate.load(prepared.tbs)
    values = {e["extn_id"].dotted: e["extn_value"].contents.hex() for e in parsed["extensions"]}
    assert values[profiles.KEY_USAGE] == "030206c0"
    assert values[profiles.BASIC_CONSTRAINTS] == "3000"
    assert values[profiles.CERTIFICATE_POLICIES] == POLICIES
    assert values[profiles.QC_STATEMENTS] == STATEMENTS
    # By number: other libraries teach asn1crypto names of their own.
    assert [e["extn_id"].dotted for e in parsed["extensions"]] == [
        "2.5.29.35", "2.5.29.14", "2.5.29.15", "2.5.29.32", "2.5.29.19", "2.5.29.31",
        "1.3.6.1.5.5.7.1.1", "1.3.6.1.5.5.7.1.3",
    ]  # fmt: skip
    assert [e["extn_id"].native for e in parsed["extensions"] if e["critical"].native] == ["key_usage"]
    ones = {"country": "TR", "serial_number": "1" * 11, "common_name": "A" * 20}
    assert tbs.name(profiles.KAMUSM_2022, ones).hex() == SUBJECT + "41" * 20
    assert parsed["signature"]["algorithm"].native == "sha384_ecdsa"
    validity = parsed["validity"]
    assert (validity["not_after"].native - validity["not_before"].native).days == 1095
    assert validity["not_before"].name == "utc_time"
    places = [
        (d["access_method"].native, d["access_location"].native) for d in parsed["extensions"][6]["extn_value"].parsed
    ]
    assert [method for method, _ in places] == ["ca_issuers", "ocsp"]
    assert der.whole(prepared.tbs, der.SEQUENCE)
