"""A running service under attack: killing its processes, and asking from outside what is true."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import psycopg

from divit.cli.demo_people import DemoPerson
from divit.cli.journey import Person
from divit.launcher.postgres import Cluster
from tests.running_service import Service

_PATIENCE = 90.0


def until(look: Callable[[], Any], *, seconds: float = _PATIENCE, what: str = "") -> Any:
    """Look until there is something to see, and return it."""
    deadline = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < deadline, f"still not after {seconds:.0f} s: {what or look}"
        time.sleep(0.05)
    return seen


class House:
    """One running service, from outside."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.places = service.places
        self._people: list[Person] = []
        self._folder = Path(tempfile.mkdtemp(prefix="divit-openssl-"))
        weakref.finalize(self, shutil.rmtree, self._folder)
        for name in ("root", "issuing"):
            pem = service.home / "ca" / "certificates" / f"{name}.pem"
            (self._folder / f"{name}.pem").write_bytes(pem.read_bytes())
        chain = (self._folder / "issuing.pem").read_text() + (self._folder / "root.pem").read_text()
        (self._folder / "chain.pem").write_text(chain)

    # --- processes

    def pid(self, name: str) -> int:
        """Of the process that supervisord started."""
        return self.service.supervision.pids()[name]

    def server(self) -> int:
        """The PostgreSQL server itself; between two of them there is none for a moment."""
        file = Cluster(self.service.home).data / "postmaster.pid"
        return int(until(lambda: _first_line(file), what="a PostgreSQL server"))

    def child(self, name: str) -> int:
        """A worker: the one of a granian, the last one of validation."""
        return self.children(name)[-1]

    def children(self, name: str, *, kind: str = "worker") -> list[int]:
        """All workers, or the follower of validation."""
        return until(lambda: _children(self.pid(name), kind), what=f"a {kind} of {name}")

    def kill(self, name: str) -> None:
        """kill -9, and wait until supervisord has put another in its place."""
        before = self.pid(name)
        os.kill(before, signal.SIGKILL)
        until(lambda: self.pid(name) not in (0, before), what=f"another {name}")

    def stop(self, *names: str) -> None:
        """In good order, until started again."""
        for name in names:
            self.service.supervision.stop(name)

    def start(self, *names: str) -> None:
        """What was stopped."""
        for name in names:
            self.service.supervision.start_again(name)

    def wait_well(self) -> None:
        """Until every process does its work."""
        urls = (f"{self.places.web}/readyz", f"{self.places.validation}/readyz", f"{self.places.world}/healthz")
        until(lambda: all(_answers(url) for url in urls), what="every process ready")
        until(lambda: not self.service.supervision.wait(seconds=1), what="every process running")

    # --- the people's side

    def person(self, told: DemoPerson) -> Person:
        """Somebody who has logged in."""
        person = Person(told, self.places)
        self._people.append(person)
        person.log_in()
        return person

    def send_home(self) -> None:
        """Close the browsers of everybody who came."""
        while self._people:
            self._people.pop().close()

    def inbox(self, to: str) -> list[str]:
        """The texts that came to a phone or a mailbox."""
        messages = httpx2.get(f"{self.places.world}/inbox.json", params={"to": to}, timeout=10).json()["messages"]
        return [str(message["text"]) for message in messages]

    def notices(self, to: str, words: str) -> int:
        """How many messages that say so came there; an SMS has no dotless ı."""
        return sum(words.replace("ı", "i") in text.replace("ı", "i") for text in self.inbox(to))

    # --- what is true

    def ask(self, query: str, *values: object, role: str = "divit") -> list[tuple[Any, ...]]:
        """Ask the database as one of its roles."""
        with psycopg.connect(Cluster(self.service.home).url(role), autocommit=True) as connection:
            cursor = connection.execute(query.encode(), values)
            return cursor.fetchall() if cursor.description else []

    def serial(self, told: DemoPerson) -> str:
        """Of the person's only certificate, upper-case hex."""
        query = """SELECT c.serial FROM certificates_certificate c JOIN identity_person p ON p.id = c.person_id
                   WHERE p.tckn = %s"""
        ((serial,),) = self.ask(query, told.tckn)
        return str(serial)

    def changes(self, serial: str) -> list[str]:
        """Every act on the certificate since it was issued."""
        query = """SELECT s.act FROM certificates_statuschange s JOIN certificates_certificate c
                   ON c.id = s.certificate_id WHERE c.serial = %s ORDER BY s.change_seq"""
        return [str(act) for (act,) in self.ask(query, serial)]

    def ocsp(self, serial: str) -> str:
        """What OpenSSL makes of the OCSP answer: `good`, `revoked …`, or its complaint."""
        said = self._openssl(
            *("ocsp", "-issuer", "issuing.pem", "-serial", f"0x{serial}", "-CAfile", "chain.pem"),
            *("-url", f"{self.places.validation}/ocsp"),
        )
        if "Response verify OK" not in said:
            return said
        status = said.split(f"0x{serial}: ", 1)[1].split("\n", 1)[0]
        reason = said.split("Reason: ", 1)[1].split("\n", 1)[0] if "Reason: " in said else ""
        return f"{status} {reason}".strip()

    def crl(self) -> str:
        """The list as text, if OpenSSL accepts its signature; nothing while there is none."""
        try:
            answer = httpx2.get(f"{self.places.validation}/crl/issuing.crl", timeout=10)
        except httpx2.HTTPError:
            return ""
        if answer.status_code != 200:
            return ""
        (self._folder / "issuing.crl").write_bytes(answer.content)
        said = self._openssl("crl", "-inform", "DER", "-in", "issuing.crl", "-noout", "-text", "-CAfile", "chain.pem")
        assert "verify OK" in said, said
        return said

    def wait_told(self, serial: str, status: str) -> None:
        """Until OCSP and the list both say so."""
        until(lambda: self.ocsp(serial) == status, what=f"OCSP: {status}")
        until(lambda: f"Serial Number: {serial}" in self.crl(), what="the list names it")

    def _openssl(self, *arguments: str) -> str:
        done = subprocess.run(["openssl", *arguments], cwd=self._folder, capture_output=True, text=True, check=False)
        return done.stdout + done.stderr


def _first_line(file: Path) -> str:
    try:
        return file.read_text().split("\n", 1)[0]
    except FileNotFoundError:
        return ""


def _children(pid: int, kind: str) -> list[int]:
    """Besides its worker, granian has a process that cleans up after multiprocessing, and validation has a follower."""
    other = {"worker": b"follower", "follower": b"worker"}[kind]
    try:
        found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        said = {int(child): Path(f"/proc/{child}/cmdline").read_bytes() for child in found}
    except OSError:
        return []
    return [child for child, line in said.items() if b"resource_tracker" not in line and other not in line]


def _answers(url: str) -> bool:
    try:
        return httpx2.get(url, timeout=3).status_code == 200
    except httpx2.HTTPError:
        return False
