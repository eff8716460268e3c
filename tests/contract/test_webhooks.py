"""Messages go to the address that was judged, over verified TLS, and nobody's answer holds anything up."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from divit.adapters import bounded_http, webhooks
from divit.adapters.bounded_http import Bounds
from divit.adapters.webhooks import HttpWebhooks
from divit.kernel import clock
from divit.kernel.errors import NeighbourFailed
from divit.webhooks.ports import Answer
from tests.contract.test_bounded_http import endless, nonsense, silence, trickled_body, trickled_headers
from tests.contract.test_bounded_http import serve as serve

NAME = "alici.kurum.example"
BOUNDS = Bounds(connect=1, total=1)
Names = dict[str, list[list[str]]]
# Long over, and no date at all.
DATES = (("Sat, 01 Jan 2000 00:00:00 GMT", 0), ("Wed, 21 Oct 99999999999 07:28:00 GMT", 0))


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    """What the name server says, one answer a look-up, the last one for ever."""
    told: Names = {}
    real = socket.getaddrinfo

    def look_up(host: Any, port: Any, *arguments: Any, **more: Any) -> Any:
        if host not in told:
            return real(host, port, *arguments, **more)
        answer = told[host].pop(0) if len(told[host]) > 1 else told[host][0]
        family = [socket.AF_INET6 if ":" in one else socket.AF_INET for one in answer]
        return [(kind, socket.SOCK_STREAM, 6, "", (one, port)) for kind, one in zip(family, answer, strict=True)]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return told


def send(url: str, *allowed: str) -> Answer:
    sender = HttpWebhooks(allowed=frozenset(allowed), bounds=BOUNDS)
    return sender.send(url=url, headers={"webhook-id": "msg_1"}, body=b"{}")


@pytest.mark.parametrize(
    "leads_to",
    [
        ["127.0.0.1"],
        ["10.0.0.8"],
        ["169.254.169.254"],
        ["::1"],
        ["::ffff:10.0.0.8"],
        ["93.184.215.14", "127.0.0.1"],  # one way in is enough
    ],
)
def test_a_name_that_leads_inside_is_not_called(names: Names, leads_to: list[str]) -> None:
    names[NAME] = [leads_to]
    with pytest.raises(NeighbourFailed) as caught:
        send(f"https://{NAME}/")
    assert (caught.value.how, caught.value.outcome_known) == ("refused", True)


def test_a_name_that_changes_its_mind_is_called_where_it_was_judged(
    names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: the second look-up, if there were one, would lead inside."""
    names[NAME] = [["93.184.215.14"], ["127.0.0.1"]]
    called: list[object] = []

    def nobody_there(_self: socket.socket, address: object) -> None:
        called.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", nobody_there)
    with pytest.raises(NeighbourFailed, match="down"):
        send(f"https://{NAME}/")
    assert called == [("93.184.215.14", 443)]
    assert len(names[NAME]) == 1


def test_a_name_server_that_hangs_or_knows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "_LOOK_UP_SECONDS", 0.05)
    done = threading.Event()

    def hang(*_arguments: Any, **_more: Any) -> Any:
        done.wait(5)
        raise OSError

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    with pytest.raises(NeighbourFailed, match="slow"):
        send(f"https://{NAME}/")
    done.set()
    with pytest.raises(NeighbourFailed, match="down"):
        send(f"https://{NAME}/")


class Receiver(BaseHTTPRequestHandler):
    """Answers as its server was told, and keeps what it got."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.got.append((self.path, dict(self.headers), body))  # type: ignore[attr-defined]
        status, headers = self.server.answers  # type: ignore[attr-defined]
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_arguments: Any) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[Any]:
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    server.got, server.answers = [], (204, {})
    server.origin = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_allowed_origin_is_told_and_answers(receiver: Any) -> None:
    assert send(f"{receiver.origin}/a?b=c", receiver.origin) == Answer(status=204)
    path, headers, body = receiver.got[0]
    assert (path, body) == ("/a?b=c", b"{}")
    lowered = {name.lower(): value for name, value in headers.items()}  # ascii
    assert lowered["webhook-id"] == "msg_1"
    assert lowered["content-type"] == "application/json"
    assert "accept-encoding" not in lowered


def test_where_one_family_is_not_reached_the_other_is_tried(names: Names, receiver: Any) -> None:
    names[NAME] = [["::1", "::1", "127.0.0.1"]]
    origin = f"http://{NAME}:{receiver.server_port}"
    assert send(f"{origin}/x", origin) == Answer(status=204)
    assert len(receiver.got) == 1


def test_nothing_is_sent_to_an_origin_that_is_no_longer_allowed(receiver: Any) -> None:
    with pytest.raises(NeighbourFailed, match="refused"):
        send(f"{receiver.origin}/a")
    assert receiver.got == []


def test_a_redirect_is_an_answer_and_is_not_followed(receiver: Any) -> None:
    receiver.answers = (302, {"Location": f"{receiver.origin}/inside"})
    assert send(receiver.origin, receiver.origin).status == 302
    assert len(receiver.got) == 1


def test_how_long_it_asks_us_to_stay_away(receiver: Any) -> None:
    for told, seconds in (("120", 120), ("soon", 0), ("-5", 0), ("9" * 20, 0), *DATES):
        receiver.answers = (429, {"Retry-After": told})
        assert send(receiver.origin, receiver.origin) == Answer(status=429, retry_after=seconds)
    receiver.answers = (503, {"Retry-After": format_datetime(clock.now() + timedelta(seconds=90), usegmt=True)})
    assert 85 <= send(receiver.origin, receiver.origin).retry_after <= 90


@pytest.mark.parametrize(
    ("talk", "how"),
    [(trickled_headers, "slow"), (silence, "slow"), (nonsense, "down"), (trickled_body, ""), (endless, "")],
)
def test_no_answer_holds_us_up(serve: Callable[..., str], talk: Any, how: str) -> None:
    """What comes after the head is not even read: nobody can talk for ever, or unpack a bomb here."""
    origin = serve(talk).rstrip("/")
    if not how:
        assert send(origin, origin) == Answer(status=200)
        return
    with pytest.raises(NeighbourFailed) as caught:
        send(origin, origin)
    assert caught.value.how == how


def _authority(folder: Path, *, name: str) -> tuple[Path, Path]:
    """A certificate for this name, and the authority's."""
    keys = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Deneme Kök")])
    now = clock.now()

    def made(subject: x509.Name, key: ec.EllipticCurvePrivateKey, extension: x509.ExtensionType) -> x509.Certificate:
        builder = x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number())
        builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        return builder.add_extension(extension, critical=True).sign(keys[0], hashes.SHA256())

    root = made(issuer, keys[0], x509.BasicConstraints(ca=True, path_length=None))
    leaf = made(
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]),
        keys[1],
        x509.SubjectAlternativeName([x509.DNSName(name)]),
    )
    trusted, own = folder / "root.pem", folder / "own.pem"
    trusted.write_bytes(root.public_bytes(Encoding.PEM))
    private = keys[1].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    own.write_bytes(leaf.public_bytes(Encoding.PEM) + private)
    return trusted, own


@pytest.mark.parametrize("certified", [NAME, "baska.kurum.example"])
def test_tls_verifies_the_name_although_the_connection_goes_to_a_number(
    names: Names, receiver: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, certified: str
) -> None:
    trusted, own = _authority(tmp_path, name=certified)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own)
    receiver.socket = context.wrap_socket(receiver.socket, server_side=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    bounded_http._certificates.cache_clear()
    names[NAME] = [["127.0.0.1"]]
    origin = f"https://{NAME}:{receiver.server_port}"
    try:
        if certified == NAME:
            assert send(f"{origin}/x", origin) == Answer(status=204)
        else:
            with pytest.raises(NeighbourFailed, match="down"):
                send(f"{origin}/x", origin)
            assert receiver.got == []
    finally:
        bounded_http._certificates.cache_clear()
