"""The processes as they are run: replaced under load, killed, ended in good order; no question is left unanswered."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509 import ocsp as pyca_ocsp

from divit.kernel import clock
from divit.kernel.serials import Serial
from divit.pki import ceremony
from divit.pki.ceremony_rotation import rotate_delegate
from divit.pki.ocsp import Good
from divit.pki.signatures import load_key, scheme_of, spki_of, verifies
from divit.validation.settings import Settings
from tests.integration.validation.conftest import settings_for, until
from tests.integration.validation.wire import State
from tests.pki_authority import House, hold
from tests.unit.pki.test_ocsp import cert_id, request

# The state is written by the test; what stands in the follower's place waits to be ended.
_PARENT = """
import sys
from divit.launcher.serving import validation_command
from divit.validation import parent
still = [sys.executable, "-c", "import signal; signal.pause()"]
raise SystemExit(parent.main(lambda name: still if name == "follower" else validation_command(name)))
"""


@dataclass
class Running:
    house: House
    state: State
    serial: int
    port: int
    process: "subprocess.Popen[bytes]"

    def workers(self) -> list[int]:
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [int(pid) for pid in children if b"worker" in _command(pid)]

    def metric(self, name: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("GET", "/metrics")
        text = connection.getresponse().read().decode()
        connection.close()
        found = re.search(rf"^divit_validation_{re.escape(name)} (\d+)", text, re.MULTILINE)
        assert found
        return int(found[1])


def _command(pid: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


@dataclass
class Hammer:
    """Asks on kept connections without a pause; whatever is not a verified answer is a complaint."""

    running: Running
    stop: threading.Event = field(default_factory=threading.Event)
    complaints: list[str] = field(default_factory=list)
    signers: Counter[bytes] = field(default_factory=Counter)
    threads: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> "Hammer":
        for nonce in (None, bytes(16), b"n"):
            self.threads.append(threading.Thread(target=self._ask, args=[nonce]))
            self.threads[-1].start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join()

    @property
    def answers(self) -> int:
        return sum(self.signers.values())

    def wait_for(self, more: int) -> None:
        before = self.answers
        until(lambda: self.answers >= before + more or bool(self.complaints), what=f"{more} more answers")

    def _ask(self, nonce: bytes | None) -> None:
        running = self.running
        data = request(cert_id(running.house, running.serial), nonce=nonce)
        connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=10)
        while not self.stop.is_set():
            try:
                connection.request("POST", "/ocsp", data, {"Content-Type": "application/ocsp-request"})
                answer = connection.getresponse().read()
                self.signers[signer_of(answer)] += 1
            except (OSError, http.client.HTTPException, ValueError, AssertionError) as error:
                self.complaints.append(repr(error))
                return
        connection.close()


def signer_of(answer: bytes) -> bytes:
    """The certificate that verifies the answer, which must say good."""
    response = pyca_ocsp.load_der_ocsp_response(answer)
    assert response.certificate_status is pyca_ocsp.OCSPCertStatus.GOOD
    key = load_key(_spki(response.certificates[0]))
    scheme = scheme_of(key)
    assert verifies(key, signature=response.signature, data=response.tbs_response_bytes, scheme=scheme)
    return response.certificates[0].fingerprint(scheme.digest)


def _spki(certificate: x509.Certificate) -> bytes:
    return spki_of(certificate.public_key())  # type: ignore[arg-type]


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    house = hold(tmp_path)
    settings, serial = settings_for(house), Serial.random().int
    state = State(settings.state, str(house.authority.id), {serial: Good()})
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-c", _PARENT], env=_environment(settings, port))
    service = Running(house, state, serial, port, process)
    try:
        until(lambda: _answers(port), what="the first worker")
        yield service
    finally:
        children = service.workers() if process.poll() is None else []
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == (0 if children else -signal.SIGKILL)
    assert not any(_alive(pid) for pid in children)


def _environment(settings: Settings, port: int) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "DIVIT_CA_DIR": str(settings.ca_dir),
        "DIVIT_VALIDATION_KEYSTORE": settings.keystore,
        "DIVIT_VALIDATION_KEYSTORE_SECRET_FILE": str(settings.secret_file),
        "DIVIT_VALIDATION_STATE": str(settings.state),
        "DIVIT_VALIDATION_PORT": str(port),
        "DIVIT_VALIDATION_WORKERS": "2",
        "DIVIT_TSA_NEEDS_SYNCED_CLOCK": "no",
    }


def _answers(port: int) -> bool:
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", "/healthz")
        return connection.getresponse().read() == b"ok\n"
    except OSError:
        return False
    finally:
        connection.close()


def test_workers_are_replaced_and_their_keys_too_without_a_question_unanswered(running: Running) -> None:
    """Renewed delegate, rolling restart, and a worker that dies: all under load, and in one life of the service."""
    first = running.workers()
    assert len(first) == 2
    with Hammer(running) as hammer:
        hammer.wait_for(50)
        stores = ceremony.Stores(
            root=running.house.ca_keys, issuing=running.house.ca_keys, validation=running.house.validation_keys
        )
        rotate_delegate("ocsp", stores=stores, folder=running.house.folder / "ca", now=clock.now())
        until(lambda: len(hammer.signers) == 2 or bool(hammer.complaints), what="the new delegate")
        running.process.send_signal(signal.SIGHUP)
        until(lambda: not set(first) & set(running.workers()), what="other workers")
        hammer.wait_for(50)
    assert hammer.complaints == []
    good = 'ocsp_answers_total{status="good"}'
    until(lambda: running.metric(good) >= hammer.answers, what="all of them counted, those of ended workers too")

    dying, other = running.workers()
    os.kill(dying, signal.SIGKILL)
    until(lambda: len(set(running.workers()) - {dying}) == 2, what="one in its place")
    assert other in running.workers()
    until(lambda: all(_answers(running.port) for _ in range(10)), what="both answering")
    assert running.metric("certificates") == 1


def test_whoever_was_started_by_a_killed_parent_goes_with_it(running: Running) -> None:
    children = running.workers()
    os.kill(running.process.pid, signal.SIGKILL)
    running.process.wait()
    until(lambda: not any(_alive(pid) for pid in children), what="the end of the workers")


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
