"""The bounds hold against a server that trickles, talks for ever, hangs up or redirects."""

import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from divit.adapters.bounded_http import Bounds, Wire
from divit.kernel.errors import NeighbourFailed

WIRE = Wire(neighbour="x", bounds=Bounds(connect=1, total=1, size=10_000))
Talk = Callable[[socket.socket, threading.Event], None]
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"


def trickled_headers(client: socket.socket, stop: threading.Event) -> None:
    client.sendall(b"HTTP/1.1 200 OK\r\n")
    while not stop.wait(0.05):
        client.sendall(b"X: y\r\n")


def trickled_body(client: socket.socket, stop: threading.Event) -> None:
    client.sendall(HEAD + b"Content-Length: 9000\r\n\r\n")
    while not stop.wait(0.05):
        client.sendall(b"x")


def silence(_client: socket.socket, stop: threading.Event) -> None:
    stop.wait(5)


def endless(client: socket.socket, stop: threading.Event) -> None:
    client.sendall(HEAD + b"Content-Length: 100000000\r\n\r\n")
    while not stop.is_set():
        client.sendall(b"x" * 10_000)


def hung_up(client: socket.socket, _stop: threading.Event) -> None:
    client.sendall(HEAD + b"Content-Length: 100\r\n\r\nhalf")


def nothing(_client: socket.socket, _stop: threading.Event) -> None:
    pass


def nonsense(client: socket.socket, _stop: threading.Event) -> None:
    client.sendall(b"220 mail.example ESMTP\r\n")


def redirect(client: socket.socket, _stop: threading.Event) -> None:
    client.sendall(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")


@pytest.fixture
def serve() -> Iterator[Callable[[Talk], str]]:
    stop, threads = threading.Event(), []
    listener = socket.create_server(("127.0.0.1", 0))

    def run(talk: Talk) -> None:
        client, _address = listener.accept()
        with client:
            client.recv(65536)
            try:
                talk(client, stop)
            except OSError:
                return

    def start(talk: Talk) -> str:
        thread = threading.Thread(target=run, args=(talk,))
        thread.start()
        threads.append(thread)
        return f"http://127.0.0.1:{listener.getsockname()[1]}/"

    yield start
    stop.set()
    for thread in threads:
        thread.join()
    listener.close()


class TestBounds:
    """`NeighbourFailed`, before the server is done, and honest about what may have happened."""

    @pytest.mark.parametrize(
        ("talk", "how"),
        [
            (trickled_headers, "slow"),
            (trickled_body, "slow"),
            (silence, "slow"),
            (endless, "garbage"),
            (hung_up, "down"),
            (nothing, "down"),
            (nonsense, "down"),
            (redirect, "garbage"),
        ],
    )
    @pytest.mark.parametrize(("method", "known"), [("GET", True), ("POST", False)])
    def test_it_ends(self, serve: Callable[[Talk], str], talk: Talk, how: str, method: str, known: bool) -> None:
        address = serve(talk)
        with pytest.raises(NeighbourFailed) as caught:
            WIRE.send(method, address)
        assert (caught.value.how, caught.value.outcome_known) == (how, known)

    def test_only_asking_leaves_no_doubt(self, serve: Callable[[Talk], str]) -> None:
        with pytest.raises(NeighbourFailed) as caught:
            WIRE.send("POST", serve(hung_up), only_asks=True)
        assert caught.value.outcome_known

    @pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "http://no-such-host.invalid/"])
    def test_nobody_there(self, url: str) -> None:
        with pytest.raises(NeighbourFailed) as caught:
            WIRE.send("POST", url)
        assert (caught.value.how, caught.value.outcome_known) == ("down", True)


def answered(client: socket.socket, _stop: threading.Event) -> None:
    client.sendall(HEAD + b"Content-Length: 2\r\n\r\nok")


class TestCaution:
    """A neighbour that hangs holds one caller at a time, not all of them (every thread of the web, that is)."""

    def test_while_one_finds_out_the_others_hear_at_once(self, serve: Callable[[Talk], str]) -> None:
        wire = Wire(neighbour="hanging", bounds=Bounds(connect=1, total=1, size=10_000))
        with pytest.raises(NeighbourFailed):
            wire.send("POST", serve(silence))
        reached = threading.Event()

        def hangs(_client: socket.socket, stop: threading.Event) -> None:
            reached.set()
            stop.wait(5)

        def asks(address: str) -> None:
            with pytest.raises(NeighbourFailed):
                wire.send("POST", address)

        probe = threading.Thread(target=asks, args=(serve(hangs),))
        probe.start()
        assert reached.wait(5)
        with pytest.raises(NeighbourFailed) as caught:
            wire.send("POST", "http://127.0.0.1:1/")  # nobody is there: it was not even tried
        assert (caught.value.how, caught.value.outcome_known) == ("slow", True)
        with pytest.raises(NeighbourFailed, match="down"):
            WIRE.send("POST", "http://127.0.0.1:1/")  # another neighbour is nobody's business here
        probe.join()

    def test_before_it_is_known_to_hang_it_holds_only_some(self, serve: Callable[[Talk], str]) -> None:
        wire = Wire(neighbour="crowded", bounds=Bounds(connect=1, total=4, size=10_000, at_once=1))
        reached, go = threading.Event(), threading.Event()

        def held(client: socket.socket, stop: threading.Event) -> None:
            reached.set()
            go.wait(5)
            answered(client, stop)

        address = serve(held)
        answers: list[str] = []
        first = threading.Thread(target=lambda: answers.append(wire.send("GET", address).text))
        first.start()
        assert reached.wait(5)
        with pytest.raises(NeighbourFailed) as caught:
            wire.send("POST", "http://127.0.0.1:1/")
        assert (caught.value.how, caught.value.outcome_known) == ("slow", True)
        go.set()
        first.join()
        assert answers == ["ok"]
        assert wire.send("GET", serve(answered)).text == "ok"

    def test_an_answer_ends_the_caution(self, serve: Callable[[Talk], str]) -> None:
        wire = Wire(neighbour="recovering", bounds=Bounds(connect=1, total=1, size=10_000))
        with pytest.raises(NeighbourFailed):
            wire.send("GET", serve(silence))
        assert wire.send("GET", serve(answered)).text == "ok"
        first, second = threading.Event(), threading.Event()

        def together(mine: threading.Event, other: threading.Event) -> Talk:
            def talk(client: socket.socket, stop: threading.Event) -> None:
                mine.set()
                other.wait(5)
                answered(client, stop)

            return talk

        addresses = [serve(together(first, second)), serve(together(second, first))]
        answers: list[str] = []
        threads = [threading.Thread(target=lambda a=a: answers.append(wire.send("GET", a).text)) for a in addresses]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert answers == ["ok", "ok"]
