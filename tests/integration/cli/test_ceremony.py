"""`divit ceremony`: people with keys of their own, a root store that none of them opens alone, every command once."""

import shutil
from pathlib import Path

import pytest
import yaml
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat, PublicFormat

from divit.cli import ceremony
from divit.launcher.home import CHECKOUT
from divit.pki.authority import Authority, family
from divit.pki.ceremony_root import revoked

PLAN = CHECKOUT / "ops/ceremony/demo.yaml"


def custodian(folder: Path, role: str) -> dict[str, str]:
    """Somebody's line in the plan; their own key lies in the folder, under a passphrase of theirs."""
    key, kind = ec.generate_private_key(ec.SECP256R1()), BestAvailableEncryption(f"of {role}".encode())
    (folder / f"{role}.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, kind))
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    return {"role": role, "key": public, "until": "2099-12-31"}


def with_people(plan: str, folder: Path, *roles: str) -> str:
    """The same plan, with these custodians."""
    told = yaml.safe_load(plan) | {"custodians": [custodian(folder, role) for role in roles]}
    return yaml.safe_dump(told, allow_unicode=True)


@pytest.mark.parametrize(("test", "code"), [("true", 0), ("false", 1)])
def test_only_a_test_authority_may_be_older_than_its_ceremony(
    test: str, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "secret").write_text("0123456789abcdef")
    for name in ("DIVIT_KEYSTORE", "DIVIT_VALIDATION_KEYSTORE"):
        monkeypatch.setenv(name, f"software:{tmp_path / name}")
        monkeypatch.setenv(f"{name}_SECRET_FILE", str(tmp_path / "secret"))
    plan = tmp_path / "plan.yaml"
    plan.write_text(
        PLAN.read_text()
        if test == "true"
        else with_people(PLAN.read_text().replace("test: true", "test: false"), tmp_path, "A", "B", "C")
    )
    asked = ["hold", "--plan", str(plan), "--out", str(tmp_path / "ca"), "--held-at", "2024-02-29T12:00:00+00:00"]
    assert ceremony.main(asked) == code
    if code:
        assert "ceremony_not_now" in capsys.readouterr().err
    else:
        assert f"{Authority.load(tmp_path / 'ca').not_after:%Y-%m-%d}" > "2025"


def test_people_hold_it_from_the_first_day_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("DIVIT_KEYSTORE", "DIVIT_VALIDATION_KEYSTORE", "DIVIT_ROOT_KEYSTORE"):
        monkeypatch.setenv(name, f"software:{tmp_path / name}")
        monkeypatch.setenv(f"{name}_SECRET_FILE", str(tmp_path / "secret"))
    (tmp_path / "secret").write_text("0123456789abcdef")
    monkeypatch.setenv("DIVIT_ROOT_KEYSTORE_SECRET_FILE", str(tmp_path / "root-secret"))
    monkeypatch.setattr(ceremony, "getpass", lambda prompt: "of " + prompt.partition(",")[0])  # what they would type
    plan, following, ca, medium = (tmp_path / name for name in ("plan.yaml", "next.yaml", "ca", "medium"))
    plan.write_text(with_people(PLAN.read_text(), tmp_path, "A", "B", "C"))
    text = PLAN.read_text().replace("Sağlayıcısı N1", "Sağlayıcısı N2")
    following.write_text(with_people(text, tmp_path, "D", "E", "F"))

    def divit(*arguments: object, present: str = "", code: int = 0) -> str:
        people = [f"--custodian={role}={tmp_path / role}.pem" for role in present]
        assert ceremony.main([*map(str, arguments), *people]) == code
        said = capsys.readouterr()
        return said.err if code else said.out

    assert "quorum_missing" in divit("hold", "--plan", plan, "--out", ca, present="A", code=1)
    divit("hold", "--plan", plan, "--out", ca, present="AC")
    assert '"sealed"' in (tmp_path / "root-secret").read_text()
    assert "signed by A, C" in divit("verify", "--ca", ca, "--plan", plan)
    assert "plan_not_the_reviewed_one" in divit("verify", "--ca", ca, "--plan", PLAN, code=1)

    # The signer's machine has no key of the root; the root's machine has nothing else.
    monkeypatch.setenv("DIVIT_ROOT_KEYSTORE", f"software:{tmp_path / 'elsewhere'}")
    divit("rotate-delegate", "tsa", "--ca", ca, present="AB")
    divit("request", "--ca", ca, "--plan", following, present="BC")
    shutil.copytree(ca, medium)
    monkeypatch.setenv("DIVIT_ROOT_KEYSTORE", f"software:{tmp_path / 'DIVIT_ROOT_KEYSTORE'}")
    # The next plan names other people: the root's passphrase is handed on by those who hold it.
    assert "quorum_missing" in divit("sign", "--ca", medium, present="DE", code=1)
    assert "quorum_missing" in divit("reseal", "--ca", medium, present="A", code=1)
    divit("reseal", "--ca", medium, present="AB")
    assert "quorum_missing" in divit("sign", "--ca", medium, present="AB", code=1)
    divit("sign", "--ca", medium, present="DE")
    divit("accept", "--ca", ca, "--from", medium, present="EF")
    assert [one.name for one in family(ca)] == ["issuing", "issuing-2"]
    assert "answer_to_something_else" not in divit("request", "--ca", ca, "--list", "--revoke", "issuing")
    shutil.rmtree(medium)
    shutil.copytree(ca, medium)
    divit("sign", "--ca", medium, present="DF")
    divit("accept", "--ca", ca, "--from", medium)
    assert revoked(ca, family(ca)[0]) is not None
    assert divit("verify", "--ca", ca).count("signed by") == 6
