"""A running world on loopback, as a process of its own, with people and clients in it."""

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest

PERSON = {
    "tckn": "10000000146",
    "given_names": "Ayşe Işıl",
    "surname": "Öğüt",
    "birth_date": "1986-04-23",
    "birth_place": "Şişli",
    "phone": "+905051234567",
    "email": "ayse@divit.example",
    "edevlet_password": "Deneme-1986",
}
CAREFUL = PERSON | {
    "tckn": "11111111110",
    "given_names": "Ömer",
    "surname": "Çağlı",
    "phone": "+905057654321",
    "email": "omer@divit.example",
    "two_step": True,
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class RunningWorld:
    """The world's process and how to reach it; `kill` and `start` may follow one another."""

    folder: Path
    port: int = field(default_factory=free_port)
    smtp_port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        environment = os.environ | {
            "DIVIT_WORLD_STATE": str(self.folder / "world.sqlite3"),
            "DIVIT_WORLD_URL": self.url,
            "DIVIT_WORLD_SMTP_PORT": str(self.smtp_port),
            "DIVIT_WORLD_SLOW_SECONDS": "0.3",
            "DIVIT_WORLD_HANG_SECONDS": "3",
            "DIVIT_WORLD_LATE_SECONDS": "1",
        }
        command = [sys.executable, "-m", "granian", "--interface", "asgi", "--port", str(self.port)]
        log = (self.folder / "world.log").open("ab")
        # A session of its own: granian's worker is a child, and a kill must take both.
        self.process = subprocess.Popen(
            [*command, "--no-ws", "divit.world.app:app"],
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        log.close()
        self._await_health()

    def _await_health(self) -> None:
        for _attempt in range(200):
            try:
                if httpx2.get(f"{self.url}/healthz", trust_env=False).status_code == 200:
                    return
            except httpx2.TransportError:
                time.sleep(0.05)
        raise AssertionError((self.folder / "world.log").read_text())

    def stop(self, signal: int = 15) -> None:
        if self.process is not None:
            os.killpg(self.process.pid, signal)
            self.process.wait()
            self.process = None

    def fail(self, neighbour: str, failure: str, times: int = 1) -> None:
        """Switch a failure on for the next calls."""
        wish = {"neighbour": neighbour, "failure": failure, "times": times}
        assert self.post("/failures", wish).status_code == 200

    def post(self, path: str, body: Any) -> httpx2.Response:
        return httpx2.post(f"{self.url}{path}", json=body, trust_env=False)

    def get(self, path: str, **params: str) -> Any:
        answer = httpx2.get(f"{self.url}{path}", params=params, trust_env=False)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def inbox(self, to: str) -> list[dict[str, str]]:
        """Newest first."""
        found: list[dict[str, str]] = self.get("/inbox.json", to=to)["messages"]
        return found


@dataclass(frozen=True)
class Keys:
    """The secrets that the world was told of."""

    edevlet: str = field(default_factory=secrets.token_hex)
    other: str = field(default_factory=secrets.token_hex)
    bank: str = "123456"
    bank_password: str = field(default_factory=secrets.token_hex)
    sms: str = field(default_factory=secrets.token_hex)
    courier: str = field(default_factory=secrets.token_hex)
    card_station: str = field(default_factory=secrets.token_hex)


KEYS = Keys()
RETURN = "http://localhost:8000/giris/e-devlet/donus/?via=edevlet"
OTHER_RETURN = "http://localhost:8000/baska/donus/"


@pytest.fixture(scope="session")
def one_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningWorld]:
    running = RunningWorld(tmp_path_factory.mktemp("world"))
    running.start()
    clients = [
        {
            "kind": "edevlet",
            "client_id": "divit",
            "client_secret": KEYS.edevlet,
            "name": "Online İşlemler",
            "redirect_uris": [RETURN],
        },
        {
            "kind": "edevlet",
            "client_id": "other",
            "client_secret": KEYS.other,
            "name": "Başka Uygulama",
            "redirect_uris": [OTHER_RETURN],
        },
        {
            "kind": "bank",
            "client_id": "190100000",
            "store_key": KEYS.bank,
            "api_user": "divit",
            "api_password": KEYS.bank_password,
            "name": "Divit",
        },
        {"kind": "sms", "api_key": KEYS.sms, "name": "Divit"},
        {"kind": "courier", "api_key": KEYS.courier, "name": "Divit"},
        {"kind": "card_station", "api_key": KEYS.card_station, "name": "Divit"},
    ]
    assert running.post("/clients", clients).json() == {"registered": len(clients)}
    assert running.post("/people", [PERSON, CAREFUL]).json() == {"registered": 2}
    yield running
    running.stop()


@pytest.fixture
def world(one_world: RunningWorld) -> RunningWorld:
    """The running world, with no failure switched on."""
    one_world.post("/failures", {"clear": True})
    return one_world
