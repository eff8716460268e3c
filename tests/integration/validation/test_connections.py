"""A connection as strangers use it: in pieces, many questions at once, slowly, not at all; and what it may cost us."""

import resource
import select
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from cryptography.x509 import ocsp as pyca_ocsp

from divit.kernel import clock
from divit.kernel.serials import Serial
from divit.pki.ocsp import Good
from divit.validation.limits import Limits
from divit.validation.protocol import Connection
from tests.integration.validation.conftest import crl_of, settings_for
from tests.integration.validation.wire import Live, State, live
from tests.pki_authority import House
from tests.unit.pki.test_ocsp import cert_id, request


@dataclass
class Service:
    house: House
    live: Live
    data: bytes
    list: bytes

    def post(self, *, nonce: bytes | None = None, more: str = "", version: str = "1.1") -> bytes:
        body = self.data if nonce is None else request(cert_id(self.house, self.serial), nonce=nonce)
        host = "Host: x\r\n" if version == "1.1" else ""
        head = f"POST /ocsp HTTP/{version}\r\n{host}Content-Type: application/ocsp-request\r\n{more}"
        return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body

    serial: int = 0

    def seconds(self, count: int) -> None:
        """Let so many pass for everybody inside."""

        def pass_them() -> None:
            for _ in range(count):
                for connection in self.live.server.doors:
                    connection.second()

        self.live.call(pass_them)

    def inside(self) -> int:
        return int(str(self.live.call(lambda: len(self.live.server.doors))))


@pytest.fixture(scope="module")
def service(house: House) -> Iterator[Service]:
    serial = Serial.random().int
    settings = settings_for(house)
    state = State(settings.state, str(house.authority.id), {serial: Good()})
    at = clock.now().replace(microsecond=0)
    der, number = crl_of(house, [], at=at)
    issuer = house.authority.certificate
    state.writer.lists.take(der, authority="issuing", issuer=issuer, number=number, base_number=None, now=at)
    with live(settings) as running:
        yield Service(house, running, request(cert_id(house, serial)), der, serial)


_OPENED: list[socket.socket] = []


@pytest.fixture(autouse=True)
def close_clients() -> Iterator[None]:
    yield
    while _OPENED:
        _OPENED.pop().close()


class Client:
    """A socket that reads answers."""

    def __init__(self, service: Service) -> None:
        self.socket = service.live.connect()
        _OPENED.append(self.socket)
        self._rest = b""

    def send(self, data: bytes) -> "Client":
        self.socket.sendall(data)
        return self

    def head(self) -> tuple[int, dict[str, str]]:
        while b"\r\n\r\n" not in self._rest:
            self._more()
        head, _, self._rest = self._rest.partition(b"\r\n\r\n")
        line, *fields = head.decode().split("\r\n")
        return int(line.split(" ")[1]), {k.lower(): v for k, _, v in (field.partition(": ") for field in fields)}

    def answer(self) -> tuple[int, dict[str, str], bytes]:
        status, headers = self.head()
        length = int(headers.get("content-length", "0"))
        while len(self._rest) < length:
            self._more()
        body, self._rest = self._rest[:length], self._rest[length:]
        return status, headers, body

    def good(self) -> None:
        status, _, body = self.answer()
        assert status == 200
        parsed = pyca_ocsp.load_der_ocsp_response(body)
        assert parsed.certificate_status is pyca_ocsp.OCSPCertStatus.GOOD

    def ended(self) -> bool:
        try:
            return self._rest == b"" and self.socket.recv(1) == b""
        except ConnectionResetError:
            return True

    def read_for_ever(self) -> None:
        while self.socket.recv(65_536) or self.socket.send(b"x"):
            pass

    def _more(self) -> None:
        more = self.socket.recv(65_536)
        assert more, "the connection ended in the middle"
        self._rest += more


@pytest.fixture
def client(service: Service) -> Client:
    return Client(service)


def test_questions_come_in_pieces_and_answers_in_their_order(service: Service, client: Client) -> None:
    """The same connection goes between the quick way and the long one, and keeps them in order."""
    one = service.post()
    for octet in range(len(one)):
        client.send(one[octet : octet + 1])
    client.good()
    for _ in range(3):
        client.send(one).good()
    client.send(one[:-3]).send(one[-3:] + one[:20]).good()
    client.send(one[20:]).good()
    mixed = [one, service.post(nonce=bytes(32)), b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", service.post(nonce=b"n")]
    for _ in range(2):
        client.send(b"".join(mixed))
        client.good()
        client.good()
        assert client.answer()[2] == b"ok\n"
        client.good()


def test_many_questions_at_once_are_answered_as_they_are_taken(service: Service, client: Client) -> None:
    """A megabyte of answers is not written to whoever does not read."""
    many = 2_000
    for _ in range(4):
        client.send(service.post(nonce=bytes(16))).good()
    client.socket.settimeout(30)
    sending = threading.Thread(target=client.send, args=[service.post() * many])
    sending.start()
    for _ in range(many):
        client.good()
    sending.join()


def test_bodies_in_chunks_and_clients_that_ask_first(service: Service, client: Client) -> None:
    head = b"POST /ocsp HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    data = service.data
    pieces = b"".join(
        b"%x;ext=1\r\n%s\r\n" % (len(data[at : at + 9]), data[at : at + 9]) for at in range(0, len(data), 9)
    )
    client.send(head + pieces + b"0\r\nTrailer-Field: x\r\n\r\n").good()
    before, _, body = service.post(more="Expect: 100-continue\r\n").partition(b"\r\n\r\n")
    client.send(before + b"\r\n\r\n")
    assert client.head()[0] == 100
    client.send(body).good()
    long = b"POST /ocsp HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 20000\r\n\r\n"
    status, headers, _ = client.send(long).answer()
    assert (status, headers["connection"]) == (413, "close")
    assert client.ended()


def test_old_clients_and_those_who_say_goodbye(service: Service) -> None:
    for sent, kept in (
        (service.post(version="1.0"), False),
        (service.post(version="1.0", more="Connection: keep-alive\r\n"), True),
        (service.post(more="Connection: close\r\n"), False),
        (service.post(), True),
    ):
        client = Client(service)
        status, headers, _ = client.send(sent).answer()
        assert status == 200
        if kept:
            client.send(sent).good()
        else:
            assert headers["connection"] == "close"
            assert client.ended()
    half = Client(service).send(service.post(nonce=b"n"))
    half.socket.shutdown(socket.SHUT_WR)
    half.good()
    assert half.ended()


_LONG = b"x" * 20_000


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"hello\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
        (b"GET /healthz HTTP/1.1\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        (b"POST /ocsp HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        (b"POST /ocsp HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST /ocsp HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        (b"POST /ocsp HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5000\r\n" + _LONG, 413),
        (b"POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n", 413),
        (b"GET /" + _LONG, 414),
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\nA: " + _LONG, 431),
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 100 + b"\r\n", 431),
        (b"POST /ocsp HTTP/1.1\r\nHost: x\r\nExpect: magic\r\nContent-Length: 1\r\n\r\n", 417),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_is_no_request_gets_its_word_and_no_more(
    service: Service, client: Client, sent: bytes, status: int
) -> None:
    answered, headers, _ = client.send(sent).answer()
    assert (answered, headers["connection"]) == (status, "close")
    assert client.ended()
    Client(service).send(service.post()).good()


def test_upgrades_are_declined_by_answering(service: Service) -> None:
    upgrade = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\nPRI * HTTP/2.0"
    status, headers, body = Client(service).send(upgrade).answer()
    assert (status, headers["connection"], body) == (200, "close", b"ok\n")


def test_who_is_slow_or_silent_is_let_go_and_others_are_served(service: Service) -> None:
    limits = Limits()
    slow_head, slow_body, silent = Client(service), Client(service), Client(service)
    slow_head.send(b"POST /ocsp HT")
    slow_body.send(service.post()[:-1])
    silent.send(service.post()).good()
    until = service.inside()
    assert until >= 3
    service.seconds(limits.head_seconds)
    assert slow_head.answer()[0] == 408
    assert slow_head.ended()
    service.seconds(limits.body_seconds)
    assert slow_body.answer()[0] == 408
    Client(service).send(service.post()).good()
    service.seconds(limits.idle_seconds)
    assert silent.ended()


def test_who_does_not_read_is_let_go_and_nothing_piles_up(service: Service, client: Client) -> None:
    client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    client.socket.setblocking(False)
    asked = b"GET /crl/issuing.crl HTTP/1.1\r\nHost: x\r\n\r\n" * 100
    before, sent = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, 0
    try:
        while select.select([], [client.socket], [], 0.2)[1]:
            sent += client.socket.send(asked)
            assert sent < 60 << 20
    except BlockingIOError:
        pass
    client.socket.settimeout(20)
    service.seconds(Limits().taking_seconds + 1)
    with pytest.raises((ConnectionResetError, BrokenPipeError)):
        client.read_for_ever()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20 << 10  # kilobytes


def test_a_full_house_makes_room_by_letting_the_idlest_go(house: House) -> None:
    serial = Serial.random().int
    settings = settings_for(house, connections=3, connections_per_address=3)
    State(settings.state, str(house.authority.id), {serial: Good()})
    with live(settings) as running:
        service = Service(house, running, request(cert_id(house, serial)), b"", serial)
        first, second, third = (Client(service).send(service.post()) for _ in range(3))
        for one in (first, second, third):
            one.good()
        assert Client(service).send(service.post()).ended()  # four of one address
        running.server.doors._limits = Limits(connections=3)
        service.seconds(2)
        for one in (first, third):
            one.send(service.post()).good()
        service.seconds(1)
        Client(service).send(service.post()).good()
        assert second.ended()
        first.send(service.post()).good()


def test_an_orderly_end_answers_what_was_begun(house: House) -> None:
    serial = Serial.random().int
    settings = settings_for(house)
    State(settings.state, str(house.authority.id), {serial: Good()})
    with live(settings) as running:
        service = Service(house, running, request(cert_id(house, serial)), b"", serial)
        begun, idle, asks_again = Client(service), Client(service), Client(service)
        for one in (begun, idle, asks_again):
            one.send(service.post()).good()
        begun.send(service.post()[:-1])
        while not any(isinstance(c, Connection) and c._reader.partial for c in running.server.doors):
            pass
        running.call(running.server.say_goodbye)
        status, headers, _ = asks_again.send(service.post()).answer()
        assert (status, headers["connection"]) == (200, "close")
        running.loop.call_soon_threadsafe(running.ended.set_result, None)
        assert idle.ended()
        begun.send(service.post()[-1:]).good()
        assert begun.ended()
