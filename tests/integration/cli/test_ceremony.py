"""`divit ceremony`: an authority that counts is as old as its ceremony."""

from pathlib import Path

import pytest

from divit.cli import ceremony
from divit.launcher.home import CHECKOUT
from divit.pki.authority import Authority

PLAN = CHECKOUT / "ops/ceremony/demo.yaml"


@pytest.mark.parametrize(("test", "code"), [("true", 0), ("false", 1)])
def test_only_a_test_authority_may_be_older_than_its_ceremony(
    test: str, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "secret").write_text("0123456789abcdef")
    for name in ("DIVIT_KEYSTORE", "DIVIT_VALIDATION_KEYSTORE"):
        monkeypatch.setenv(name, f"software:{tmp_path / name}")
        monkeypatch.setenv(f"{name}_SECRET_FILE", str(tmp_path / "secret"))
    plan = tmp_path / "plan.yaml"
    plan.write_text(PLAN.read_text().replace("test: true", f"test: {test}"))
    asked = ["--plan", str(plan), "--out", str(tmp_path / "ca"), "--held-at", "2024-02-29T12:00:00+00:00"]
    assert ceremony.main([*asked, "--validation-url", "http://127.0.0.1:1"]) == code
    if code:
        assert "ceremony_not_now" in capsys.readouterr().err
    else:
        assert f"{Authority.load(tmp_path / 'ca').not_after:%Y-%m-%d}" > "2025"
