"""The ceremony: one plan, one folder, once; and what is renewed afterwards."""
# ruff: noqa: E501 - tables: one row, one line

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography import x509

from divit.kernel import clock
from divit.kernel.errors import Invalid, NotFound, Refused
from divit.pki import ceremony, crl
from divit.pki.authority import Authority
from divit.pki.keystores import SoftwareKeyStore
from tests.pki_authority import PLAN, House, hold

NAMES = ("root", "issuing", "ocsp", "tsa", "seal")


def stores(folder: Path) -> ceremony.Stores:
    ca, validation = (SoftwareKeyStore(folder / name, passphrase="0123456789abcdef") for name in ("ca", "validation"))
    return ceremony.Stores(root=ca, issuing=ca, validation=validation)


def test_it_leaves_certificates_a_list_and_a_transcript_but_no_key(house: House) -> None:
    folder = house.folder / "ca"
    files = {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}
    wanted = {f"certificates/{name}.{end}" for name in NAMES for end in ("der", "pem")}
    kept = {file for file in files if file.startswith("ceremonies/1/")}
    assert files - kept == wanted | {"certificates/chain.pem", "crl/root.crl", "authority.json"}
    assert not any(b"PRIVATE" in file.read_bytes() for file in folder.rglob("*") if file.is_file())
    assert house.ca_keys.labels() == ["issuing", "root", "seal"]
    assert house.validation_keys.labels() == ["ocsp", "tsa"]


def test_the_chain_holds_and_says_test(house: House) -> None:
    parsed = {name: x509.load_der_x509_certificate(house.authority.certificate_of(name)) for name in NAMES}
    parsed["root"].verify_directly_issued_by(parsed["root"])
    parsed["issuing"].verify_directly_issued_by(parsed["root"])
    for name in ("ocsp", "tsa", "seal"):
        parsed[name].verify_directly_issued_by(parsed["issuing"])
    for certificate in parsed.values():
        (common_name,) = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
        assert "TEST" in str(common_name.value)
    ocsp = parsed["ocsp"]
    assert ocsp.not_valid_after_utc - ocsp.not_valid_before_utc <= timedelta(days=30)


def test_the_transcript_holds_every_fingerprint(house: House) -> None:
    folder = house.folder / "ca"
    transcript = json.loads((folder / "ceremonies/1/transcript.json").read_text())
    prints = {step["sha256"] for step in transcript["steps"] if "sha256" in step}
    assert len(prints) == 5
    text = (folder / "ceremonies/1/transcript.txt").read_text()
    assert all(fingerprint in text for fingerprint in prints)
    assert (folder / "ceremonies/1/plan.yaml").read_bytes() == PLAN.read_bytes()


def test_it_is_held_once(tmp_path: Path) -> None:
    held = hold(tmp_path)
    before = (tmp_path / "ca" / "authority.json").read_bytes()
    with pytest.raises(Refused, match="ceremony_already_held"):
        ceremony.perform(
            ceremony.load_plan(PLAN), stores=stores(tmp_path / "new"), out=held.folder / "ca", now=clock.now()
        )
    assert (tmp_path / "ca" / "authority.json").read_bytes() == before


def test_keys_that_are_there_stop_it_unless_it_is_resumed(tmp_path: Path) -> None:
    """As after a crash between the keys and the folder."""
    plan, where = ceremony.load_plan(PLAN), stores(tmp_path)
    ceremony.perform(plan, stores=where, out=tmp_path / "first", now=clock.now())
    with pytest.raises(Refused, match="key_exists"):
        ceremony.perform(plan, stores=where, out=tmp_path / "second", now=clock.now())
    assert not (tmp_path / "second").exists()
    again = ceremony.perform(plan, stores=where, out=tmp_path / "second", now=clock.now(), resume=True)
    assert "found in its store" in again.transcript_text
    assert again.authority.id == Authority.load(tmp_path / "first").id


def test_the_delegate_is_renewed_over_the_same_key_when_its_end_is_near(tmp_path: Path) -> None:
    house = hold(tmp_path)
    folder = tmp_path / "ca"
    old = x509.load_der_x509_certificate(house.authority.certificate_of("ocsp"))
    assert ceremony.renew_delegate(house.authority, issuing=house.ca_keys, now=clock.now()) is None
    later = clock.now() + timedelta(days=21)
    der = ceremony.renew_delegate(house.authority, issuing=house.ca_keys, now=later)
    assert der == house.authority.certificate_of("ocsp")
    new = x509.load_der_x509_certificate(house.authority.certificate_of("ocsp"))
    assert new.public_key() == old.public_key()
    assert new.subject == old.subject
    assert new.serial_number != old.serial_number
    assert new.not_valid_after_utc - later > timedelta(days=29)
    pem = (folder / "certificates" / "ocsp.pem").read_bytes()
    assert x509.load_pem_x509_certificate(pem) == new
    house.responder()


def test_the_roots_list_grows_its_number(tmp_path: Path) -> None:
    house = hold(tmp_path)
    first = (tmp_path / "ca" / "crl" / "root.crl").read_bytes()
    second = ceremony.renew_root_crl(tmp_path / "ca", root=house.ca_keys, now=clock.now() + timedelta(days=90))
    assert crl.number_of(second) > crl.number_of(first)
    assert (tmp_path / "ca" / "crl" / "root.crl").read_bytes() == second


def test_no_ceremony_no_authority(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        Authority.load(tmp_path)


def test_the_authority_is_known_by_its_key(house: House) -> None:
    assert Authority.load(house.folder / "ca").id == house.authority.id
    assert house.authority.profiles == ("etsi-tr", "kamusm-2022")
    with pytest.raises(Refused, match="profile_without_words"):
        house.authority.terms("root")
    with pytest.raises(NotFound):
        house.authority.certificate_of("../../keys/root")


ARC = "1.3.6.1.4.1.32473.5070"


def _notified(plan: dict[str, Any]) -> None:
    plan["notified_eshs"] = True


def _set(*path: str, to: Any) -> Any:
    def change(plan: dict[str, Any]) -> None:
        inner = plan
        for key in path[:-1]:
            inner = inner[key]
        inner[path[-1]] = to

    return change


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (_notified, "not notified"),
        (_set("surprise", to=1), "surprise"),
        (_set("organisation", to="Divit"), "says TEST"),
        (_set("root", "common_name", to="Divit Kök"), "says TEST"),
        (_set("root", "common_name", to="TEST\u202e"), "title_letter"),
        (_set("root", "days", to=0), "root.days"),
        (_set("statement", to="nitelikli"), "says TEST"),
        (_set("statement", to="TEST Bu sertifika, 5070 sayılı Elektronik İmza Kanununa göre nitelikli elektronik sertifikadır."), "sentence of the law"),
        (_set("policies", "etsi-tr", "policy", to="2.16.792.1.2.1.1.5.7.1.1"), "own arc"),
        (_set("policies", "etsi-tr", "policy", to="1.3..4"), "object identifier"),
        (_set("policies", "etsi-tr", "cps_url", to="ftp://x"), "not an address"),
        (_set("policies", "unheard", to={"policy": ARC + ".9"}), "policies must name"),
        (_set("validation_url", to="https://status.example.org"), "plain http"),
        (_set("validation_url", to="http://status.example.org/\r\nx"), "plain http"),
        (_set("pds", to={"tr": "https://x.example.org/"}), "English"),
        (_set("pds", to={"en": "http://x.example.org/"}), "https"),
        (_set("root", "days", to=3000), "outlives"),
        (_set("issuing", "days", to=1000), "outlives"),
    ],
)  # fmt: skip
def test_a_plan_is_checked_before_any_key_is_made(tmp_path: Path, change: Any, word: str) -> None:
    plan = yaml.safe_load(PLAN.read_text())
    change(plan)
    file = tmp_path / "plan.yaml"
    file.write_text(yaml.safe_dump(plan, allow_unicode=True))
    with pytest.raises(Invalid) as refusal:
        ceremony.load_plan(file)
    assert word in str(refusal.value.facts["problems"])


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "a: [", "just text"])
def test_what_is_no_plan_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "plan.yaml"
    file.write_text(text)
    with pytest.raises(Invalid, match="plan_invalid"):
        ceremony.load_plan(file)
