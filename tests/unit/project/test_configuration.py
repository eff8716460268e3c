"""Production refuses to start with anything that belongs into a demo, and names the variable."""

import pytest
from pydantic import ValidationError

from divit.project.configuration import Configuration

GOOD = {
    "DIVIT_MODE": "production",
    "DATABASE_URL": "postgresql://divit@db.example/divit",
    "DIVIT_SECRET_KEY": "k" * 64,
    "DIVIT_PUBLIC_URL": "https://divit.example",
    "DIVIT_EDEVLET_URL": "https://giris.example/OAuth2AuthorizationServer",
    "DIVIT_BANK_URL": "https://bank.example/fim/est3Dgate",
    "DIVIT_BANK_API_URL": "https://bank.example/fim/api",
    "DIVIT_SMS_URL": "https://sms.example/send",
    "DIVIT_COURIER_URL": "https://courier.example/api",
    "DIVIT_CARD_STATION_URL": "https://station.example/api",
}


def _start(monkeypatch: pytest.MonkeyPatch, **changed: str) -> Configuration:
    for name, value in (GOOD | changed).items():
        monkeypatch.setenv(name, value)
    return Configuration()


def test_a_real_environment_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _start(monkeypatch).https


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DIVIT_SECRET_KEY", "short"),
        ("DIVIT_SECRET_KEY", "demo-" * 20),
        ("DIVIT_PUBLIC_URL", "http://divit.example"),
        ("DIVIT_EDEVLET_URL", "http://127.0.0.1:8002/edevlet"),
        ("DIVIT_BANK_URL", "http://127.0.0.1:8002/bank/fim/est3Dgate"),
        ("DIVIT_SMS_URL", ""),
        ("DIVIT_CODES_PER_DAY", "600"),
        ("DIVIT_CODES_PER_QUARTER_HOUR", "60"),
        ("DIVIT_HOLDER_KEY", "rsa-1024"),
        ("DIVIT_SCAN_KEY", "short"),
        ("DIVIT_SCAN_KEY", "k" * 43 + ",short"),
        ("DIVIT_SCAN_KEY", "k" * 43 + ", " + "l" * 42),
    ],
)
def test_production_refuses(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    with pytest.raises(ValidationError, match=name if name != "DIVIT_HOLDER_KEY" else "holder_key"):
        _start(monkeypatch, **{name: value})


def test_keys_of_scans_may_stand_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    told = _start(monkeypatch, DIVIT_SCAN_KEY=f" {'k' * 43}, {'l' * 43} ,")
    assert told.scan_secrets == ("k" * 43, "l" * 43)


def test_a_demo_may_do_all_that(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _start(monkeypatch, DIVIT_MODE="demo", DIVIT_PUBLIC_URL="http://localhost:8000", DIVIT_SMS_URL="").mode
