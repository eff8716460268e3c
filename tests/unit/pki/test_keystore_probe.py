"""What `divit keystore check` finds in stores as they should be, and in those that are not."""

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from pkcs11 import Attribute, KeyType, ObjectClass

from divit.cli import keystore as command
from divit.kernel import clock
from divit.pki import ceremony, crl
from divit.pki import ocsp as own_ocsp
from divit.pki.keystore_probe import Grade, at_start, examine
from divit.pki.keystores import Algorithm, SoftwareKeyStore, Use
from divit.pki.keystores.pkcs11_sessions import Session
from tests.pki_authority import PLAN, PUBLIC_ADDRESS, House
from tests.softhsm import Token


def test_a_whole_authority_in_tokens(
    fresh_token: Token, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its ceremony with every key in the token; it issues, lists, answers and stamps; and what the command says."""
    store = fresh_token.store()
    stores = ceremony.Stores(root=store, issuing=store, validation=store)
    plan = ceremony.load_plan(PLAN, validation_url=PUBLIC_ADDRESS)
    held = ceremony.perform(plan, stores=stores, out=tmp_path / "ca", now=clock.now())
    house = House(tmp_path, held.authority, store, store, "")
    certificate = x509.load_der_x509_certificate(house.issue())
    crl.check(house.crl([]), issuer=house.authority.certificate, previous=None, expected_entries=[])
    request = ocsp.OCSPRequestBuilder().add_certificate(
        certificate, x509.load_der_x509_certificate(house.authority.certificate), SHA256()
    )
    answer = house.responder().answer(
        own_ocsp.parse_request(request.build().public_bytes(Encoding.DER)),
        status_of=lambda _serial: own_ocsp.Good(), produced_at=clock.now(), this_update=clock.now(),
        next_update=clock.now() + timedelta(hours=1),
    )  # fmt: skip
    assert ocsp.load_der_ocsp_response(answer).certificate_status is ocsp.OCSPCertStatus.GOOD
    store.generate("pin", Algorithm.EC_P256, use=Use.AGREE)
    secret = tmp_path / "pin"
    secret.write_text(fresh_token.pin)
    for variable in ("DIVIT_KEYSTORE", "DIVIT_VALIDATION_KEYSTORE"):
        monkeypatch.setenv(variable, fresh_token.address)
        monkeypatch.setenv(f"{variable}_SECRET_FILE", str(secret))
    monkeypatch.setenv("DIVIT_CA_DIR", str(tmp_path / "ca"))
    monkeypatch.setenv("DIVIT_HOME", str(tmp_path))
    assert command.main(["check"]) == 0
    said = capsys.readouterr().out
    for line in (
        "ok    certificate ocsp: its key is ocsp",
        "ok    certificate issuing: its key is issuing",
        "ok    key issuing: secp384r1 384, in the token; signs, and the signature holds",
        "ok    key pin: secp256r1 256, in the token; agrees on a secret",
    ):
        assert line in said
    assert "note" not in said

    secret.write_text("0000")
    assert command.main(["check", "validation"]) == 1
    assert "pin_wrong" in capsys.readouterr().out
    assert command.main(["check", "root"]) == 2


def test_keys_that_are_not_as_they_should_be(fresh_token: Token, caplog: pytest.LogCaptureFixture) -> None:
    store = fresh_token.store()
    for label in ("twice", "halfless", "fine"):
        store.generate(label, Algorithm.EC_P256)

    def spoil(session: Session) -> None:
        session.handle.generate_keypair(
            KeyType.RSA, 2048, store=True, label="loose", id=b"fine",
            private_template={Attribute.EXTRACTABLE: True, Attribute.SENSITIVE: False},
        )  # fmt: skip
        session.handle.get_key(object_class=ObjectClass.PUBLIC_KEY, label="halfless").destroy()
        for kind in (ObjectClass.PRIVATE_KEY, ObjectClass.PUBLIC_KEY):
            session.handle.get_key(object_class=kind, label="twice").copy({Attribute.LABEL: "twice"})

    store.sessions().run(spoil, writing=True)
    found = examine(store, labels=["missing"])
    bad = {finding.what for finding in found if finding.grade is Grade.BAD}
    assert "there is no key missing" in bad
    assert "2 private keys have the label twice: which one would sign?" in bad
    assert "key loose: CKA_EXTRACTABLE is true: it can be taken out of the token" in bad
    assert "key loose: CKA_SENSITIVE is false: its value can be shown in the clear" in bad
    assert "key halfless: 0 public halves have its label, one is needed" in bad
    notes = {finding.what for finding in found if finding.grade is Grade.NOTE}
    assert {"key loose: it may also decrypt", "key loose: another key has the same CKA_ID 66696e65"} <= notes
    assert any(finding.what.startswith("key fine: secp256r1 256") for finding in found if finding.grade is Grade.GOOD)
    at_start(store, name="signer")
    (line,) = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert "NOT FIT" in line
    assert "key loose: CKA_EXTRACTABLE" in line


def test_key_files_that_others_can_read(tmp_path: Path) -> None:
    store = SoftwareKeyStore(tmp_path / "keys", passphrase="correct horse battery staple")
    store.generate("root", Algorithm.EC_P256)
    assert [finding.grade for finding in examine(store)] == [Grade.NOTE, Grade.GOOD]
    (tmp_path / "keys" / "root.key").chmod(0o640)
    assert Grade.BAD in [finding.grade for finding in examine(store)]
