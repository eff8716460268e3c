"""`divit ceremony`: an authority that counts is as old as its ceremony."""

from pathlib import Path

import pytest
import yaml
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from divit.cli import ceremony
from divit.launcher.home import CHECKOUT
from divit.pki.authority import Authority

PLAN = CHECKOUT / "ops/ceremony/demo.yaml"


def for_real(plan: str) -> str:
    """The same plan of an authority that is no TEST, with custodians who have keys."""
    told = yaml.safe_load(plan.replace("test: true", "test: false"))
    for custodian in told["custodians"]:
        public = ec.generate_private_key(ec.SECP256R1()).public_key()
        custodian |= {"key": public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()}
        custodian |= {"until": "2099-12-31"}
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
    plan.write_text(PLAN.read_text() if test == "true" else for_real(PLAN.read_text()))
    asked = ["hold", "--plan", str(plan), "--out", str(tmp_path / "ca"), "--held-at", "2024-02-29T12:00:00+00:00"]
    assert ceremony.main(asked) == code
    if code:
        assert "ceremony_not_now" in capsys.readouterr().err
    else:
        assert f"{Authority.load(tmp_path / 'ca').not_after:%Y-%m-%d}" > "2025"
