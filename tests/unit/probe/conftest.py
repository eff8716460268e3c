"""A validation service that tells the truth until a test makes it lie."""

import base64
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import unquote

import pytest
from cryptography import x509

from divit.kernel import clock
from divit.kernel.serials import Serial
from divit.pki import crl, ocsp
from divit.pki.reasons import Reason
from divit.probe.look import Places, places_at
from tests.pki_authority import House, house

__all__ = ["Liar", "house", "liar"]

Answer = tuple[int, str, bytes]


@dataclass
class Liar:
    """Answers by the tables below; what stands in `lies` (by path) is sent in the place of the truth."""

    house: House
    url: str = ""
    lies: dict[str, Callable[[bytes], Answer]] = field(default_factory=dict)
    good: int = field(default_factory=lambda: Serial.random().int)
    held: int = field(default_factory=lambda: Serial.random().int)
    revoked: int = field(default_factory=lambda: Serial.random().int)
    at: datetime = field(default_factory=lambda: clock.now().replace(microsecond=0) - timedelta(minutes=1))
    produced: timedelta = timedelta()  # how old answers are

    @property
    def places(self) -> Places:
        return places_at(self.url, root=self.house.authority.root)

    def entries(self) -> list[crl.Entry]:
        return sorted(
            (
                crl.Entry(serial=Serial(self.held), at=self.at, reason=Reason.CERTIFICATE_HOLD),
                crl.Entry(serial=Serial(self.revoked), at=self.at, reason=Reason.KEY_COMPROMISE),
            ),
            key=lambda entry: entry.serial.int,
        )

    def status(self, serial: int) -> ocsp.Status:
        own = {serial_of(self.house, name) for name in ("tsa", "ocsp", "seal")} | {self.good}
        if serial in own:
            return ocsp.Good()
        reasons = {self.held: Reason.CERTIFICATE_HOLD, self.revoked: Reason.KEY_COMPROMISE}
        return ocsp.Revoked(at=self.at, reason=reasons[serial]) if serial in reasons else None

    def ocsp(self, data: bytes, *, house: House | None = None, status: Any = None) -> Answer:
        request = ocsp.parse_request(data)
        now = clock.now() - self.produced
        answer = (
            (house or self.house)
            .responder()
            .answer(
                request,
                status_of=status or self.status,
                produced_at=now,
                this_update=now,
                next_update=clock.now() + timedelta(hours=1),
            )
        )
        return 200, "application/ocsp-response", answer

    def tsa(self, data: bytes, *, house: House | None = None, at: datetime | None = None) -> Answer:
        reply = (house or self.house).tsa().answer(data, now=at or clock.now())
        return 200, "application/timestamp-reply", reply

    def crl(self, entries: list[crl.Entry] | None = None, **more: Any) -> Answer:
        return 200, "application/pkix-crl", self.house.crl(self.entries() if entries is None else entries, **more)

    def answer(self, path: str, body: bytes) -> Answer:
        for begin, lie in self.lies.items():
            if path.startswith(begin):
                return lie(body)
        folder = self.house.folder / "ca"
        truths: dict[str, Callable[[], Answer]] = {
            "/ca/root.crt": lambda: (200, "application/pkix-cert", self.house.authority.root),
            "/ca/issuing.crt": lambda: (200, "application/pkix-cert", self.house.authority.certificate),
            "/crl/root.crl": lambda: (200, "application/pkix-crl", (folder / "crl" / "root.crl").read_bytes()),
            "/crl/issuing.crl": self.crl,
            "/ocsp": lambda: self.ocsp(body),
            "/tsa": lambda: self.tsa(body),
        }
        found = next((truth for begin, truth in truths.items() if path.startswith(begin)), None)
        return found() if found else (404, "text/plain", b"")


def serial_of(house: House, name: str) -> int:
    return x509.load_der_x509_certificate(house.authority.certificate_of(name)).serial_number


@pytest.fixture
def liar(house: House) -> Iterator[Liar]:
    running = Liar(house)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 65536  # one packet an answer

        def do_POST(self) -> None:
            self.reply(self.rfile.read(int(self.headers["Content-Length"])))

        def do_GET(self) -> None:
            asked = self.path.removeprefix("/ocsp/")
            self.reply(base64.b64decode(unquote(asked)) if asked != self.path else b"")

        def reply(self, body: bytes) -> None:
            status, kind, content = running.answer(self.path, body)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_words: Any) -> None:
            pass

    http = HTTPServer(("127.0.0.1", 0), Handler)
    running.url = f"http://127.0.0.1:{http.server_port}"
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield running
    http.shutdown()
    thread.join()
    http.server_close()
