"""What comes after the first ceremony: presence, further authorities and keys, the root on its own machine."""

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

from divit.kernel import clock
from divit.kernel.errors import Refused
from divit.pki import ceremony, ceremony_offline, ceremony_rotation, crl, delegates
from divit.pki.authority import Authority, family
from divit.pki.ceremony_plan import CeremonyPlan
from divit.pki.ceremony_presence import Present, made_up, unlock
from divit.pki.ceremony_root import LIST, revoked
from divit.pki.ceremony_verification import Verified, verify
from divit.pki.keystores import SoftwareKeyStore
from divit.pki.reasons import Reason
from divit.pki.signatures import spki_of
from tests.pki_authority import PLAN

NOW = clock.now()
ROLES = ("TEST emanetçi 1", "TEST emanetçi 2", "TEST emanetçi 3")


@dataclass
class Held:
    """A first ceremony in the presence of two of three custodians who have keys."""

    folder: Path
    stores: ceremony.Stores
    people: list[Present]

    def plan(self, name: str = "plan", **changes: Any) -> CeremonyPlan:
        told = yaml.safe_load(PLAN.read_text())
        told["custodians"] = [{"role": one.role, "key": one.public_pem, "until": "2099-12-31"} for one in self.people]
        for key, value in changes.items():
            told[key] = told[key] | value if isinstance(value, dict) else value
        file = self.folder.with_name(f"{name}.yaml")
        file.write_text(yaml.safe_dump(told, allow_unicode=True))
        return ceremony.load_plan(file, validation_url="http://status.example.org")

    def next_plan(self) -> CeremonyPlan:
        issuing = {"common_name": "Divit TEST NES Sertifika Hizmet Sağlayıcısı N2"}
        return self.plan("next", issuing=issuing, ocsp={"key": "rsa-2048"})

    @property
    def two(self) -> list[Present]:
        return self.people[:2]

    def verify(self) -> tuple[Verified, ...]:
        return verify(self.folder)


def prepared(base: Path) -> Held:
    root, issuing, validation = (
        SoftwareKeyStore(base / name, passphrase="0123456789abcdef") for name in ("root", "issuing-keys", "validation")
    )
    people = [Present(role, ec.generate_private_key(ec.SECP256R1())) for role in ROLES]
    return Held(base / "ca", ceremony.Stores(root=root, issuing=issuing, validation=validation), people)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Held:
    """Held once for the module; nobody changes it."""
    held = prepared(tmp_path_factory.mktemp("first"))
    ceremony.perform(held.plan(), stores=held.stores, out=held.folder, now=NOW, present=held.two)
    return held


@pytest.fixture
def held(first: Held, tmp_path: Path) -> Held:
    """A copy of it, keys and all."""
    shutil.copytree(first.folder.parent, tmp_path, dirs_exist_ok=True)
    copy = prepared(tmp_path)
    return Held(copy.folder, copy.stores, first.people)


def test_openssl_verifies_who_was_there(first: Held) -> None:
    place = first.folder / "ceremonies/1"
    for number in (1, 2):
        for name in ("opening", "transcript"):
            told = ["-verify", place / f"custodian-{number}.pem", "-signature", place / f"{name}.{number}.sig"]
            arguments = ["openssl", "dgst", "-sha256", *map(str, told), str(place / f"{name}.txt")]
            assert subprocess.run(arguments, capture_output=True, check=True).stdout == b"Verified OK\n"
    (one,) = first.verify()
    assert (one.what, one.roles) == ("first ceremony", ROLES[:2])


def test_nothing_is_made_before_enough_are_there(tmp_path: Path) -> None:
    held = prepared(tmp_path)
    one, two, _three = held.people
    stranger = Present("TEST yabancı", one.key)
    plan = held.plan()
    late = held.plan(custodians=[{"role": p.role, "key": p.public_pem, "until": "2026-01-01"} for p in held.people])
    for present, judged_by, code in (
        ([], plan, "quorum_missing"),
        ([one], plan, "quorum_missing"),
        ([one, one], plan, "custodian_twice"),
        ([one, Present(two.role, one.key)], plan, "custodian_wrong_key"),
        ([one, stranger], plan, "custodian_unknown"),
        ([one, two], late, "custodian_expired"),
    ):
        with pytest.raises(Refused, match=code):
            ceremony.perform(judged_by, stores=held.stores, out=held.folder, now=NOW, present=present)
    assert held.stores.root.labels() == held.stores.issuing.labels() == held.stores.validation.labels() == []
    assert made_up(plan) == ()  # where there are keys, none is made up


def test_a_custodians_key_opens_with_its_passphrase_alone(tmp_path: Path) -> None:
    file, key = tmp_path / "own.pem", ec.generate_private_key(ec.SECP256R1())
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"own words")))
    assert unlock(ROLES[0], file, passphrase="own words").public_pem == Present(ROLES[0], key).public_pem
    for wrong in ("other words", ""):
        with pytest.raises(Refused, match="custodian_locked"):
            unlock(ROLES[0], file, passphrase=wrong)


@pytest.mark.parametrize(
    ("file", "change", "code"),
    [
        ("plan.yaml", ("TEST", "TESD"), "plan_altered|plan_invalid"),
        ("opening.txt", ("first ceremony", "first Ceremony"), "transcript_altered"),
        ("transcript.txt", ("TEST", "TESD"), "transcript_altered"),
        ("transcript.json", ('"made"', '"mads"'), "transcript_altered"),
        ("transcript.1.sig", None, "quorum_missing"),
        ("opening.2.sig", None, "quorum_missing"),
        ("seal.der", None, "certificate_not_in_transcript"),
    ],
)
def test_what_was_altered_is_found(held: Held, file: str, change: tuple[str, str] | None, code: str) -> None:
    place = held.folder / "ceremonies/1" / file
    if change is None:
        place.unlink()
    else:
        place.write_text(place.read_text().replace(*change))
    with pytest.raises(Exception, match=code):
        held.verify()


def test_what_was_altered_with_care_is_found_too(held: Held) -> None:
    place = held.folder / "ceremonies/1"
    with pytest.raises(Refused, match="plan_not_the_reviewed_one"):
        verify(held.folder, first_plan="0" * 64)
    # Transcript and steps agree with one another, but nobody has signed them.
    told = json.loads((place / "transcript.json").read_text())
    wrong = told["steps"][0]["public"]
    for name in ("transcript.json", "transcript.txt"):
        (place / name).write_text((place / name).read_text().replace(wrong, wrong[::-1]))
    with pytest.raises(Refused, match="signature_does_not_verify"):
        held.verify()


def test_another_certificate_in_use_is_found(held: Held, first: Held) -> None:
    seal = held.folder / "certificates/seal.der"
    seal.write_bytes((held.folder / "certificates/tsa.der").read_bytes())
    with pytest.raises(Refused, match="certificate_not_in_transcript"):
        held.verify()
    shutil.copy(first.folder / "certificates/seal.der", seal)
    held.verify()
    # The OCSP delegate's is made anew over the same key, without anybody's presence.
    ceremony.renew_delegate(Authority.load(held.folder), issuing=held.stores.issuing, now=NOW + timedelta(days=25))
    held.verify()


def test_the_next_authority_stands_beside_the_first(held: Held) -> None:
    with pytest.raises(Refused, match="issuer_name_taken"):
        ceremony_rotation.rotate_issuing(held.plan(), stores=held.stores, folder=held.folder, now=NOW, present=held.two)
    other = held.plan("other", root={"common_name": "Divit TEST başka kök"}, issuing={"common_name": "Divit TEST N9"})
    with pytest.raises(Refused, match="plan_of_another_root"):
        ceremony_rotation.rotate_issuing(other, stores=held.stores, folder=held.folder, now=NOW, present=held.two)
    with pytest.raises(Refused, match="quorum_missing"):
        rotated(held, present=held.people[:1])
    assert [one.name for one in family(held.folder)] == ["issuing"]
    old, new = family(held.folder)[0], rotated(held, present=held.people[1:])
    assert [one.name for one in family(held.folder)] == ["issuing", "issuing-2"]
    assert Authority.load(held.folder).id == new.id != old.id
    assert new.crl_url.endswith("/crl/issuing-2.crl")
    assert new.terms("etsi-tr").ca_url.endswith("/ca/issuing-2.crt")
    root = held.folder / "certificates/root.pem"
    for name, service in ((n, s) for n in ("", "-2") for s in ("ocsp", "tsa", "seal")):
        arguments = ["-CAfile", root, "-untrusted", held.folder / f"certificates/issuing{name}.pem"]
        done = openssl("verify", *arguments, held.folder / f"certificates/{service}{name}.pem")
        assert done.endswith(": OK\n"), done
    for authority, labels in ((old, ("ocsp", "tsa", "seal")), (new, ("ocsp-2", "tsa-2", "seal-2"))):
        for service, label in zip(("ocsp", "tsa", "seal"), labels, strict=True):
            store = held.stores.issuing if service == "seal" else held.stores.validation
            assert delegates.key_of(authority.certificate_of(service), store=store, prefix=service).label == label
    assert [one.roles for one in held.verify()] == [ROLES[:2], ROLES[1:]]


def rotated(held: Held, *, present: list[Present]) -> Authority:
    return ceremony_rotation.rotate_issuing(
        held.next_plan(), stores=held.stores, folder=held.folder, now=NOW, present=present
    )


def openssl(*arguments: object) -> str:
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


@pytest.mark.parametrize("service", ["ocsp", "tsa", "seal"])
def test_a_service_gets_a_new_key(held: Held, service: str) -> None:
    authority = Authority.load(held.folder)
    old = authority.certificate_of(service)
    with pytest.raises(Refused, match="quorum_missing"):
        ceremony_rotation.rotate_delegate(service, stores=held.stores, folder=held.folder, now=NOW)
    new = ceremony_rotation.rotate_delegate(
        service, stores=held.stores, folder=held.folder, now=NOW, present=held.two, of="issuing"
    )
    assert authority.certificate_of(service) == new != old
    store = held.stores.issuing if service == "seal" else held.stores.validation
    assert delegates.key_of(new, store=store, prefix=service).label == f"{service}-2"
    assert delegates.key_of(old, store=store, prefix=service).label == service
    serials = {x509.load_der_x509_certificate(der).serial_number for der in (old, new)}
    assert serials < set(authority.services())
    held.verify()


def test_the_root_signs_on_its_own_machine(held: Held) -> None:
    """What the root's machine knows is the medium, its own key store, and who is there."""
    medium, no_root = held.folder.with_name("medium"), SoftwareKeyStore(held.folder / "none", passphrase="x" * 16)
    stores = ceremony.Stores(root=no_root, issuing=held.stores.issuing, validation=held.stores.validation)
    plan = held.next_plan()
    ceremony_offline.request_issuing(plan, issuing=stores.issuing, folder=held.folder, now=NOW, present=held.two)
    with pytest.raises(Refused, match="request_waits"):
        ceremony_offline.request_list(held.folder, now=NOW)
    shutil.copytree(held.folder, medium)
    with pytest.raises(Refused, match="answer_to_something_else"):
        ceremony_offline.accept(held.folder, medium=medium, now=NOW, stores=stores, present=held.two)
    with pytest.raises(Refused, match="quorum_missing"):
        ceremony_offline.sign(medium, root=held.stores.root, now=NOW, present=held.people[:1])
    swapped = medium / "request.json"
    good = swapped.read_text()
    other = spki_of(held.stores.root.open("root").public_key)
    swapped.write_text(re.sub(r'"public_key": "\w+"', f'"public_key": "{other.hex()}"', good))
    with pytest.raises(Refused, match="key_not_in_transcript"):
        ceremony_offline.sign(medium, root=held.stores.root, now=NOW, present=held.two)
    swapped.write_text(good)
    ceremony_offline.sign(medium, root=held.stores.root, now=NOW, present=held.two)
    assert len(family(held.folder)) == 1
    new = ceremony_offline.accept(held.folder, medium=medium, now=NOW, stores=stores, present=held.two)
    assert new is not None
    assert [one.id for one in family(held.folder)][1:] == [new.id]
    assert [one.number for one in held.verify()] == [1, 2, 3, 4]
    assert not (held.folder / "request.json").exists()


def test_the_roots_list_is_brought_and_revokes_for_good(held: Held) -> None:
    authority, medium = Authority.load(held.folder), held.folder.with_name("medium")
    before = crl.number_of((held.folder / LIST).read_bytes())
    ceremony_offline.request_list(held.folder, now=NOW, revoke=["issuing"])
    shutil.copytree(held.folder, medium)
    later = NOW + timedelta(minutes=5)
    ceremony_offline.sign(medium, root=held.stores.root, now=later, present=held.two)
    assert ceremony_offline.accept(held.folder, medium=medium, now=later) is None
    line = revoked(held.folder, authority)
    assert line is not None
    assert line.reason is Reason.CA_COMPROMISE
    assert crl.number_of((held.folder / LIST).read_bytes()) > before
    ceremony.renew_root_crl(held.folder, root=held.stores.root, now=later + timedelta(days=100))
    assert revoked(held.folder, authority) == line
    held.verify()
