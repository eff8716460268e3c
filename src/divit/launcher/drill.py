"""`divit compromise-drill`: the day on which an issuing authority's key is lost, lived through on a copy, with a watch.

The copy is a house of its own in a throw-away folder: a TEST authority, a database, people with a past, all processes.
Every step is the command that would be used on the day, and what it brought about is looked at from outside.
"""

import argparse
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
from cryptography import x509

from divit.kernel.tckn import INVENTED
from divit.launcher.addresses import Addresses, PortTaken
from divit.launcher.demo import (
    MOST_DAYS,
    DemoFailed,
    between,
    hold_ceremony,
    prepare,
    run_command,
    stop,
    throw_away,
    wait_ready,
)
from divit.launcher.demo_environment import DemoEnvironment
from divit.launcher.history import History
from divit.launcher.home import CHECKOUT
from divit.launcher.postgres import CannotStart, Cluster
from divit.launcher.processes import NAMES
from divit.launcher.progress import step
from divit.launcher.supervision import Supervision

_PEOPLE, _DAYS = 40, 90
_LONGEST_WAIT = 180


@dataclass
class _Watch:
    """When what was over, from the first word on."""

    began: float = field(default_factory=time.monotonic)
    lines: list[str] = field(default_factory=list)

    def stop_at(self, what: str) -> None:
        self.lines.append(f"  {time.monotonic() - self.began:8.1f} s  {what}")
        print(self.lines[-1], flush=True)


@dataclass(frozen=True)
class _Copy:
    """The house that the drill happens to."""

    environment: DemoEnvironment
    cluster: Cluster

    @property
    def ca(self) -> Path:
        return self.environment.home / "ca"

    def divit(self, *arguments: str) -> None:
        run_command(self.environment, *arguments, quiet=False)

    def fetched(self, path: str) -> bytes:
        """What the validation service gives to anybody; nothing while it does not."""
        try:
            url = f"{self.environment.addresses.validation_url}/{path}"
            with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - our own address
                return bytes(answer.read())
        except (urllib.error.URLError, OSError):
            return b""

    def listed(self, name: str) -> set[int]:
        """The serial numbers on a list, as the world has it."""
        content = self.fetched(f"crl/{name}.crl")
        return {line.serial_number for line in x509.load_der_x509_crl(content)} if content else set()

    def serials(self) -> set[int]:
        """Every certificate of the first authority that has not expired."""
        with psycopg.connect(self.cluster.url()) as connection:
            rows = connection.execute("SELECT serial FROM published_certificate_status WHERE not_after > now()")
            return {int(serial, 16) for (serial,) in rows}


def main(arguments: list[str]) -> int:
    """Make the copy, hold the drill, say how long each step took; nothing of it stays."""
    parser = argparse.ArgumentParser(prog="divit compromise-drill")
    parser.add_argument("--people", type=between(1, INVENTED), default=_PEOPLE, help=f"how many live there ({_PEOPLE})")
    parser.add_argument("--days", type=between(1, MOST_DAYS), default=_DAYS, help=f"since how many days ({_DAYS})")
    options = parser.parse_args(arguments)
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, _as_interrupt)
    try:
        with tempfile.TemporaryDirectory(prefix="divit-drill-") as place:
            folder = Path(place)
            folder.chmod(0o755)
            try:
                _drill(folder, Addresses.free(), people=options.people, lasts=timedelta(days=options.days))
            finally:
                throw_away(folder)
    except (DemoFailed, CannotStart, PortTaken) as problem:
        sys.stderr.write(f"\n{problem}\n")
        return 1
    except KeyboardInterrupt:
        return 1
    return 0


def _as_interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _drill(folder: Path, addresses: Addresses, *, people: int, lasts: timedelta) -> None:
    supervision, history = Supervision(folder), History(folder)
    copy = _Copy(DemoEnvironment(folder, addresses), Cluster(folder))
    history.begin(datetime.now(UTC) - lasts)
    copy.environment.make_secrets()
    with step("keys and certification authority"):
        hold_ceremony(copy.environment, held_at=history.begins)
    with step("database"):
        copy.cluster.prepare()
        supervision.write({name: copy.environment.of(name) for name in (*NAMES, "owner")})
        manager = supervision.start()
    try:
        prepare(copy.environment, copy.cluster, supervision, manager, "--demo", *history.arguments(people))
        history.end()
        with step("web, worker, signer, validation"):
            supervision.start_rest()
            wait_ready(supervision, addresses, manager)
        _the_day(copy)
    finally:
        stop(manager, supervision)


def _the_day(copy: _Copy) -> None:
    issued, issuer = copy.serials(), x509.load_der_x509_certificate(copy.fetched("ca/issuing.crt"))
    print(
        f"\n  The drill: the key of «issuing» is in other hands; {len(issued)} certificates rest on it.\n", flush=True
    )
    watch, next_plan = _Watch(), copy.environment.home / "next.yaml"
    copy.divit("compromise", "issuing", "--confirm", "issuing")
    watch.stop_at("nothing is issued any more, every certificate is revoked, every holder told")
    _wait_for(lambda: issued <= copy.listed("issuing"), what="the list with all of them")
    watch.stop_at("the world has the list with all of them")
    copy.divit("ceremony", "revoke", "issuing", "--ca", str(copy.ca))
    _wait_for(lambda: issuer.serial_number in copy.listed("root"), what="the root's list")
    watch.stop_at("the root's list names the authority")
    plan = (CHECKOUT / "ops/ceremony/demo.yaml").read_text(encoding="utf-8")
    next_plan.write_text(plan.replace("Sağlayıcısı N1", "Sağlayıcısı N2"), encoding="utf-8")
    copy.divit("ceremony", "rotate-issuing", "--plan", str(next_plan), "--ca", str(copy.ca))
    copy.divit("register_authority")
    _wait_for(lambda: copy.fetched("crl/issuing-2.crl") != b"", what="the next authority's list")
    watch.stop_at("the next authority issues, with a list and OCSP of its own")
    copy.divit("ceremony", "verify", "--ca", str(copy.ca))
    copy.divit("ledger", "verify")
    _openssl_refuses(copy)
    watch.stop_at("ceremonies and ledger verify; openssl refuses the old authority and believes the new one")
    print("\n  What took how long:\n" + "\n".join(watch.lines) + "\n", flush=True)


def _openssl_refuses(copy: _Copy) -> None:
    home = copy.environment.home
    (home / "root.crl").write_bytes(copy.fetched("crl/root.crl"))
    for name, believed in (("issuing", False), ("issuing-2", True)):
        certificate = copy.ca / "certificates" / f"{name}.pem"
        asked = ["-CAfile", copy.ca / "certificates/root.pem", "-CRLfile", home / "root.crl", "-crl_check", certificate]
        done = subprocess.run(["openssl", "verify", *map(str, asked)], capture_output=True, check=False)
        if (done.returncode == 0) is not believed:
            raise DemoFailed(f"openssl says of {name}: {done.stdout.decode()}{done.stderr.decode()}")


def _wait_for(condition: Callable[[], bool], *, what: str) -> None:
    deadline = time.monotonic() + _LONGEST_WAIT
    while not condition():
        if time.monotonic() > deadline:
            raise DemoFailed(f"Waited in vain for {what}; that would have been found on the day as well.")
        time.sleep(0.1)
