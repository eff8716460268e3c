"""Each process of the demo is told what it needs, and no secret besides."""

from pathlib import Path

import pytest

from divit.launcher.addresses import Addresses
from divit.launcher.demo_environment import DemoEnvironment

# By the names of the files under HOME/secrets.
_MAY_KNOW = {
    "database": set(),
    "validation": {"postgres-divit_validation"},
    "signer": {"postgres-divit_signer", "secret-key"},
    "web": {"postgres-divit_web", "secret-key", "scan-key", "edevlet-client", "bank-store-key", "bank-api"},
    "worker": {
        *("postgres-divit_worker", "secret-key", "scan-key", "bank-store-key", "bank-api"),
        *("sms", "courier", "card-station"),
    },
}
_KEYS = {"signer": {"signer"}, "validation": {"validation"}}


@pytest.mark.parametrize("process", _MAY_KNOW)
def test_a_process_knows_its_own_secrets_alone(process: str, tmp_path: Path) -> None:
    demo = DemoEnvironment(tmp_path, Addresses(9000))
    demo.make_secrets()
    environment = demo.of(process)
    told = "\n".join(environment.values())
    secrets = {file.name: file.read_text() for file in (tmp_path / "secrets").iterdir()}
    assert {name for name, secret in secrets.items() if secret in told} == _MAY_KNOW[process]
    stores = {name for name in ("signer", "validation") if str(tmp_path / "keys" / name) in told}
    assert stores == _KEYS.get(process, set())
