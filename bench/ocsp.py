"""OCSP: our worker beside nginx serving the same answers as files, cfssl, django-ca, and the limit of signing itself.

One worker on one core, wrk on the other. Rates are per second of the server's processor time, since the client has the
other core's limits. Every kind of answer is sampled and verified by the openssl command line before anything counts.

    python bench/ocsp.py [--quick] [--certificates 100000] [--attack-seconds 600]
"""

import http.client
import math
import os
import random
import re
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import ocsp_peers
from ocsp_django import django_ca
from ocsp_slow import slow_clients
from ocsp_world import CLIENT_CORE, Server, World, pinned, worker, write_hostile, write_questions
from peers import tool
from table import ROUNDS, Row, arguments, interleaved, show

from divit.pki.keystores import Algorithm

_LUA = Path(__file__).with_name("ocsp_client.lua")
_CONNECTIONS = 32
_SAMPLE = 10
_XIPKI = 3_600


@dataclass(frozen=True)
class Load:
    """What the client measured."""

    answers: int
    seconds: float
    cpu_seconds: float
    p99_ms: float
    not_200: int

    @property
    def rate(self) -> float:
        """By the server's processor time."""
        return self.answers / max(self.cpu_seconds, 0.01)


class Client:
    """wrk, with questions from files."""

    def __init__(self, program: Path, *, seconds: int) -> None:
        self._program = program
        self.seconds = seconds

    def run(
        self,
        server: Server,
        questions: Path,
        kind: str,
        *,
        connections: int = _CONNECTIONS,
        pause_ms: int = 0,
        seconds: int = 0,
    ) -> Load:
        """So many connections ask without a pause, or with one."""
        seconds = seconds or self.seconds
        url = f"http://127.0.0.1:{server.port}"
        command = [str(self._program), "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", str(_LUA), url]
        environment = os.environ | {"KIND": kind, "QUESTIONS": str(questions), "PAUSE_MS": str(pause_ms)}
        before = server.cpu_seconds()
        said = subprocess.run(
            pinned(CLIENT_CORE, command), env=environment, capture_output=True, text=True, check=True
        ).stdout
        used = server.cpu_seconds() - before
        answers, took = re.search(r"(\d+) requests in ([\d.]+)s", said).groups()  # type: ignore[union-attr]
        wrong = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
        return Load(int(answers), float(took), used, _p99(said), int(wrong[1]) if wrong else 0)


def main() -> int:
    parser = arguments(__doc__)
    parser.add_argument("--certificates", type=int, default=100_000)
    parser.add_argument("--attack-seconds", type=int, default=600)
    given = parser.parse_args()
    certificates = min(given.certificates, 5_000) if given.quick else given.certificates
    attack_seconds = 10 if given.quick else given.attack_seconds
    wrk = tool("wrk")
    if wrk is None:
        return 0
    client = Client(wrk, seconds=2 if given.quick else 6)
    rounds = 1 if given.quick else ROUNDS
    with tempfile.TemporaryDirectory(prefix="divit-bench-") as folder:
        world = World(Path(folder), certificates=certificates)
        Path(folder).chmod(0o755)
        rows = [
            *_pre_signed(world, client, rounds),
            *_live(world, client, rounds),
            *_attack(world, client, attack_seconds),
        ]
    notes = [
        f"{certificates:,} certificates, serials at random, {_CONNECTIONS} connections kept open, one worker, one core",
        f"samples of {_SAMPLE} answers of each kind verified by openssl ocsp",
    ]
    return 0 if show("OCSP", rows, notes) else 1


def _pre_signed(world: World, client: Client, rounds: int) -> Iterator[Row]:
    questions = write_questions(world)
    answers = ocsp_peers.write_answers(world)
    with (
        _agreeing(world),
        worker(world) as ours,
        ocsp_peers.nginx(world, answers) as nginx,
        ocsp_peers.cfssl(world, answers) as cfssl,
        django_ca(world.folder) as django,
    ):
        for kind in ("post", "get"):
            _verify(world, ours, kind)
            _ask_all(ours, questions[kind], kind)
        runs: dict[str, Callable[[], float]] = {
            "POST": lambda: client.run(ours, questions["post"], "post").rate,
            "GET": lambda: client.run(ours, questions["get"], "get").rate,
        }
        if nginx:
            runs["nginx"] = lambda: client.run(nginx[0], nginx[1], "get").rate
        if cfssl:
            runs["cfssl"] = lambda: client.run(cfssl, questions["post"], "post").rate
        if django:
            runs["django-ca"] = lambda: client.run(*django, "post").rate
        found = interleaved(runs, rounds=rounds)
    unit = "/cpu-s"
    for kind in ("POST", "GET"):
        for peer, least in (("nginx", 1.0), ("cfssl", 13.0), ("django-ca", 25.0)):
            if peer in found:
                ratio = found[kind] / found[peer]
                yield Row(
                    "ocsp", "Divit", f"pre-signed, {kind}, beside {peer}", ratio, "×", f"≥ {least:g} ×", ratio >= least
                )
        yield Row("ocsp", "Divit", f"pre-signed, {kind}", found[kind], unit)
    for peer, what in (
        ("nginx", "the same answers as files, GET"),
        ("cfssl", "ocspserve, POST"),
        ("django-ca", "cached, POST"),
    ):
        if peer in found:
            yield Row("ocsp", peer, what, found[peer], unit)


def _live(world: World, client: Client, rounds: int) -> Iterator[Row]:
    """With a nonce, by a key of each kind."""
    kinds = (("EC P-256", "ecdsap256", Algorithm.EC_P256, 0.5), ("RSA-2048", "rsa2048", Algorithm.RSA_2048, 0.85))
    questions = world.folder / "nonce.txt"
    for name, speed, algorithm, least in kinds:
        world.use_delegate(algorithm)
        with _agreeing(world), worker(world) as ours:
            _verify(world, ours, "nonce")
            client.run(ours, questions, "post", seconds=1)
            found = interleaved(
                {
                    "ours": lambda server=ours: client.run(server, questions, "post").rate,  # type: ignore[misc]
                    "openssl": lambda kind=speed: ocsp_peers.openssl_speed(kind) or math.nan,  # type: ignore[misc]
                },
                rounds=rounds,
            )
            p99 = _p99_at(client, ours, questions, 0.7 * found["ours"])
        ratio = found["ours"] / found["openssl"]
        yield Row("ocsp", "Divit", f"nonce, {name}", found["ours"], "/cpu-s")
        yield Row("ocsp", "openssl speed", f"signatures, {name}", found["openssl"], "/cpu-s")
        yield Row("ocsp", "Divit", f"nonce, {name}, beside openssl speed", ratio, "×", f"≥ {least:g} ×", ratio >= least)
        yield Row("ocsp", "Divit", f"nonce, {name}, p99 at 70 % of that", p99, "ms", "< 5 ms", p99 < 5)
        if algorithm is Algorithm.EC_P256:
            both = 2 * found["ours"] / _XIPKI
            note = "two cores; XiPKI's figure is its README's, on another machine"
            yield Row("ocsp", "Divit", "nonce, EC P-256, beside XiPKI's 3,600/s", both, "×", "≥ 5 ×", both >= 5, note)
    world.use_delegate(Algorithm.EC_P256)


def _attack(world: World, client: Client, seconds: int) -> Iterator[Row]:
    """Good clients at a third of what the worker can, alone and beside hostile ones."""
    hostile, questions = write_hostile(world), world.folder / "post.txt"
    with _agreeing(world), worker(world) as ours:
        _ask_all(ours, questions, "post")
        full = client.run(ours, questions, "post", seconds=3)
        rate = full.answers / full.seconds
        connections = 128
        pause = max(1, round(1000 * connections / (0.3 * rate)))
        calm = client.run(ours, questions, "post", connections=connections, pause_ms=pause, seconds=min(seconds, 30))
        before, memory = ours.memory(), [ours.memory()]
        with (
            slow_clients(ours.port, count=300),
            _hostile(client, ours, hostile, pause=pause, seconds=seconds),
            _watched(ours, memory),
        ):
            storm = client.run(ours, questions, "post", connections=connections, pause_ms=pause, seconds=seconds)
        wrong = ours.metric('ocsp_answers_total{status="internal_error"}')
        refused = ours.metric("refused_total")
    ratio = storm.p99_ms / max(calm.p99_ms, 0.001)
    grown = (max(memory[len(memory) // 3 :]) - memory[len(memory) // 3]) / 1024
    yield Row("ocsp", "Divit", "under attack: p99 of good questions, against calm", ratio, "×", "< 2 ×", ratio < 2,
              f"{calm.p99_ms:.2f} → {storm.p99_ms:.2f} ms; {refused:.0f} refused by limits")  # fmt: skip
    bad = storm.not_200 + wrong
    yield Row("ocsp", "Divit", "under attack: good questions answered with an error", bad, "", "0", bad == 0)
    yield Row("ocsp", "Divit", f"under attack: memory grown over {seconds} s", grown, "MB", "< 5 MB", grown < 5,
              f"{before / 1024:.0f} MB at its beginning")  # fmt: skip


@contextmanager
def _hostile(client: Client, server: Server, questions: Path, *, pause: int, seconds: int) -> Iterator[None]:
    """A tenth of what the good ones ask."""
    ask = threading.Thread(
        target=client.run,
        args=[server, questions, "post"],
        kwargs={"connections": 13, "pause_ms": pause, "seconds": seconds},
    )
    ask.start()
    yield
    ask.join()


@contextmanager
def _watched(server: Server, memory: list[int]) -> Iterator[None]:
    """Its memory, once a second."""
    over = threading.Event()

    def watch() -> None:
        while not over.wait(1):
            memory.append(server.memory())

    watching = threading.Thread(target=watch)
    watching.start()
    yield
    over.set()
    watching.join()


@contextmanager
def _agreeing(world: World) -> Iterator[None]:
    """The state is kept young, as a follower keeps it."""
    over = threading.Event()

    def agree() -> None:
        while not over.wait(0.5):
            world.agree()

    world.agree()
    agreeing = threading.Thread(target=agree)
    agreeing.start()
    yield
    over.set()
    agreeing.join()


def _ask_all(server: Server, questions: Path, kind: str) -> None:
    """Once each, so that what is measured is memory."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    for line in questions.read_text().splitlines():
        if kind == "get":
            connection.request("GET", line)
        else:
            connection.request("POST", "/ocsp", bytes.fromhex(line), {"Content-Type": "application/ocsp-request"})
        connection.getresponse().read()
    connection.close()


def _verify(world: World, server: Server, kind: str) -> None:
    """A sample of answers, each by the openssl command line; whatever it does not like ends the benchmark."""
    lines = (world.folder / f"{kind}.txt").read_text().splitlines()
    time.sleep(1.2)  # a new delegate is taken over within a second
    for line in random.sample(lines, min(_SAMPLE, len(lines))):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
        if kind == "get":
            connection.request("GET", line)
        else:
            connection.request("POST", "/ocsp", bytes.fromhex(line), {"Content-Type": "application/ocsp-request"})
        (world.folder / "r.der").write_bytes(connection.getresponse().read())
        connection.close()
        trust = ["-CAfile", "root.pem", "-verify_other", "issuing.pem"]
        asked = []
        if kind != "get":
            (world.folder / "q.der").write_bytes(bytes.fromhex(line))
            asked = ["-reqin", "q.der"]
        command = ["openssl", "ocsp", "-respin", "r.der", *asked, *trust, "-resp_text"]
        done = subprocess.run(command, cwd=world.folder, capture_output=True, text=True, check=False)
        said = done.stdout + done.stderr
        if "Response verify OK" not in said or "Cert Status: good" not in said or "WARNING" in said:
            raise SystemExit(f"openssl does not accept an answer ({kind}):\n{said}")


def _p99_at(client: Client, server: Server, questions: Path, rate: float) -> float:
    """With so many connections that each waits some milliseconds between its questions."""
    connections = 64
    pause = max(1, round(1000 * connections / rate))
    return client.run(server, questions, "post", connections=max(1, round(rate * pause / 1000)), pause_ms=pause).p99_ms


def _p99(said: str) -> float:
    value, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)\b", said).groups()  # type: ignore[union-attr]
    return float(value) * {"us": 0.001, "ms": 1.0, "s": 1_000.0}[unit]


if __name__ == "__main__":
    raise SystemExit(main())
