"""The process as it is run: parent, follower and worker, other people's clients, and an orderly end."""

import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from divit.kernel import clock
from divit.pki.reasons import Reason
from tests.conformance.pki.outsiders import run
from tests.integration.validation.conftest import Database, crl_of, environment_of, settings_for, until
from tests.pki_authority import House, hold


@dataclass(frozen=True)
class Running:
    house: House
    url: str
    process: "subprocess.Popen[bytes]"

    def get(self, path: str) -> tuple[int, bytes]:
        try:
            with urllib.request.urlopen(self.url + path, timeout=10) as response:  # noqa: S310 - loopback
                return response.status, response.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()
        except (urllib.error.URLError, ConnectionError):
            return 0, b""


@pytest.fixture
def running(tmp_path: Path, database: Database) -> Iterator[Running]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    house = hold(tmp_path, validation_url=url)
    process = subprocess.Popen(
        [sys.executable, "-m", "divit.launcher.serving", "validation"],
        env=environment_of(settings_for(house), database.url, port=port),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    service = Running(house, url, process)
    try:
        until(lambda: service.get("/readyz")[1].count(b'"in_sync":true') == 1, what="the first load")
        yield service
    finally:
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=30)
    assert process.returncode == 0, said.decode()
    assert b"Traceback" not in said, said.decode()


@pytest.fixture
def folder(running: Running, tmp_path: Path) -> Path:
    """What a relying party has: a certificate, and the trust anchor."""
    (tmp_path / "leaf.der").write_bytes(running.house.issue())
    leaf = x509.load_der_x509_certificate((tmp_path / "leaf.der").read_bytes())
    (tmp_path / "leaf.pem").write_bytes(leaf.public_bytes(Encoding.PEM))
    for name in ("root", "issuing"):
        (tmp_path / f"{name}.crt").write_bytes(running.get(f"/ca/{name}.crt")[1])
        run("openssl", "x509", "-inform", "DER", "-in", f"{name}.crt", "-out", f"{name}.pem", folder=tmp_path)
    return tmp_path


def test_other_peoples_clients_follow_a_certificate_through_its_life(
    running: Running, folder: Path, database: Database
) -> None:
    leaf = x509.load_der_x509_certificate((folder / "leaf.der").read_bytes())
    trust = ("-CAfile", "root.pem", "-verify_other", "issuing.pem")

    def openssl() -> str:
        question = ("-issuer", "issuing.pem", "-cert", "leaf.pem", "-url", f"{running.url}/ocsp")
        said = run("openssl", "ocsp", *question, *trust, folder=folder)
        assert "Response verify OK" in said
        assert "WARNING" not in said
        return said

    assert "leaf.pem: unknown" in openssl()
    for reason, words in (
        (None, "leaf.pem: good"),
        (Reason.CERTIFICATE_HOLD, "Reason: certificateHold"),
        (None, "leaf.pem: good"),
        (Reason.KEY_COMPROMISE, "Reason: keyCompromise"),
    ):
        database.put(running.house, leaf.serial_number, reason=reason)
        until(lambda words=words: words in openssl(), what=words)
    ask = ("ocsptool", f"--ask={running.url}/ocsp", "--load-issuer", "issuing.pem", "--load-cert", "leaf.pem")
    assert "revoked" in run(*ask, "--load-trust", "root.pem", folder=folder, fails=True)


def test_lists_and_stamps_come_over_the_same_door(running: Running, folder: Path, database: Database) -> None:
    at = clock.now().replace(microsecond=0)
    der, number = crl_of(running.house, [], at=at)
    database.publish(running.house, der, number=number, at=at)
    until(lambda: running.get("/crl/issuing.crl") == (200, der), what="the list")
    assert running.get("/readyz")[0] == 200
    (folder / "document").write_bytes(b"signed")
    run("openssl", "ts", "-query", "-data", "document", "-sha256", "-cert", "-out", "t.tsq", folder=folder)
    request = urllib.request.Request(  # noqa: S310 - loopback
        f"{running.url}/tsa",
        data=(folder / "t.tsq").read_bytes(),
        headers={"Content-Type": "application/timestamp-query"},
    )
    with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310
        (folder / "t.tsr").write_bytes(response.read())
    trust = ("-CAfile", "root.pem", "-untrusted", "issuing.pem")
    said = run("openssl", "ts", "-verify", "-queryfile", "t.tsq", "-in", "t.tsr", *trust, folder=folder)
    assert "Verification: OK" in said


def test_it_answers_while_the_database_is_dead(running: Running, folder: Path, database: Database) -> None:
    leaf = x509.load_der_x509_certificate((folder / "leaf.der").read_bytes())
    database.put(running.house, leaf.serial_number, reason=Reason.CERTIFICATE_HOLD)
    question = ("-issuer", "issuing.pem", "-cert", "leaf.pem", "-url", f"{running.url}/ocsp", "-CAfile", "root.pem")

    def said() -> str:
        return run("openssl", "ocsp", *question, "-verify_other", "issuing.pem", folder=folder)

    until(lambda: "certificateHold" in said(), what="the hold")
    database.kill()
    until(lambda: running.get("/readyz")[0] == 503, what="the loss being noticed")
    assert "certificateHold" in said()
    database.start()
