"""SoftHSM tokens for one run of the tests: all made before the library is loaded, since it would not see later ones.

They are at hand everywhere. A process has one set of them: SoftHSM reads its configuration once.
"""

import secrets
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from divit.pki.keystores import Pkcs11KeyStore

__all__ = ["MODULE", "Token", "fresh_token", "token", "tokens"]

MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")
_HOW_MANY = 12


@dataclass(frozen=True)
class Token:
    """A token, its PIN, and the folder that is its inside."""

    label: str
    pin: str
    folder: Path

    def store(self, *, pin: str | None = None, **more: object) -> Pkcs11KeyStore:
        return Pkcs11KeyStore(MODULE, token=self.label, pin=pin or self.pin, **more)  # type: ignore[arg-type]

    @property
    def address(self) -> str:
        return f"pkcs11:{MODULE}?token={self.label}"


@pytest.fixture(scope="session")
def tokens(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Token]]:
    """Fresh tokens; take them from the end."""
    assert MODULE.exists(), "softhsm2 must be installed: these tests are not skipped"
    assert shutil.which("softhsm2-util")
    folder = tmp_path_factory.mktemp("softhsm")
    inside = folder / "tokens"
    inside.mkdir()
    configuration = folder / "softhsm2.conf"
    configuration.write_text(f"directories.tokendir = {inside}\nobjectstore.backend = file\nlog.level = ERROR\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(configuration))
        yield [_make(inside) for _ in range(_HOW_MANY)]


def _make(inside: Path) -> Token:
    before = set(inside.iterdir())
    label, pin = f"divit-{secrets.token_hex(3)}", secrets.token_hex(8)
    subprocess.run(
        ["softhsm2-util", "--init-token", "--free", "--label", label, "--so-pin", pin, "--pin", pin],
        check=True,
        capture_output=True,
    )
    (folder,) = set(inside.iterdir()) - before
    return Token(label, pin, folder)


@pytest.fixture(scope="session")
def token(tokens: list[Token]) -> Token:
    """One token that nobody breaks."""
    return tokens[0]


@pytest.fixture
def fresh_token(tokens: list[Token]) -> Token:
    """A token that a test may break."""
    assert len(tokens) > 1, "more tests than tokens: make more of them"
    return tokens.pop()
