"""Certificates in a second, beside django-ca and `openssl ca`: `python bench/issuance.py [--quick]`.

Ours: the real flows on a real PostgreSQL that writes through to the disk. One process begins (proof of the key checked,
linted, stored), another signs (linted again, signed, verified, let stand), as in the service; every certificate has its
intent, its moves and its own entries in the ledger. A third process writes an entry of its own ten times a second and
says how long it waited. Afterwards a sample is verified by the openssl command and by pkilint.
"""

import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from issuance_authority import hold
from issuance_peers import DjangoCa, OpensslCa
from table import ROUNDS, Row, arguments, interleaved, show

from divit.launcher.postgres import Cluster

XIPKI = 880.0  # certificates a second that XiPKI publishes for its own 2-core machine
LONGEST_WAIT_MS = 250


@dataclass
class House:
    """A database with an authority of one kind of key."""

    cluster: Cluster
    server: "subprocess.Popen[bytes]"
    curve: str

    def run(self, role: str, *told: object) -> "subprocess.Popen[str]":
        """Start one role of the service."""
        database = {"begin": "divit_worker", "sign": "divit_signer"}.get(role, "divit")
        environment = os.environ | {
            "DATABASE_URL": self.cluster.url(database),
            "DIVIT_HOME": str(self.cluster.home),
            "DIVIT_CA_DIR": str(self.cluster.home / "ca"),
            "DIVIT_KEYSTORE": f"software:{self.cluster.home / 'keys'}",
            "DIVIT_KEYSTORE_SECRET_FILE": str(self.cluster.home / "passphrase"),
            "DIVIT_MODE": "demo",
            "DIVIT_SECRET_KEY": secrets.token_urlsafe(64),
            "DIVIT_SMTP_HOST": "127.0.0.1",
            "DJANGO_SETTINGS_MODULE": "divit.project.settings",
        }
        command = [sys.executable, str(Path(__file__).with_name("issuance_service.py")), role, *map(str, told)]
        return subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def once(self, role: str, *told: object) -> None:
        """A role that needs no word, to its end."""
        process = self.run(role, *told)
        process.communicate()
        if process.returncode:
            sys.exit(f"{role} failed")

    def together(self, *roles: tuple[object, ...]) -> tuple[float, list[dict[str, Any]]]:
        """Start all, give the word when all are ready; the seconds until the first two are through, and all words."""
        processes = []
        for role, *told in roles:
            processes.append(self.run(str(role), *told))
            if _out(processes[-1]).readline().strip() != "ready":
                sys.exit("a part of the service did not start")
        begun = time.monotonic()
        for process in processes:
            process.stdin.write("go\n")  # type: ignore[union-attr]
            process.stdin.flush()  # type: ignore[union-attr]
        said = [json.loads(_out(process).readline()) for process in processes[:2]]
        seconds = time.monotonic() - begun
        said += [json.loads(_out(process).readline()) for process in processes[2:]]
        for process in processes:
            process.communicate()
        return seconds, said

    def database_cpu(self) -> float:
        """Seconds of processor that the database has used, its ended processes included."""
        return sum(_cpu_of(pid) for pid in _children(self.server.pid)) + _cpu_of(self.server.pid, ended=True)


def _out(process: "subprocess.Popen[str]") -> Any:
    return process.stdout


def _children(parent: int) -> list[int]:
    return [int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]


def _cpu_of(pid: int, *, ended: bool = False) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11 : 15 if ended else 13])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def house(curve: str) -> Iterator[House]:
    """A database of our own below a temporary folder, gone afterwards."""
    home = Path(tempfile.mkdtemp(prefix="divit-bench-"))
    home.chmod(0o755)
    cluster = Cluster(home)
    try:
        hold(home, curve=curve)
        cluster.prepare()
        server = cluster.start()
        try:
            cluster.ensure_database()
            one = House(cluster, server, curve)
            one.once("prepare")
            yield one
        finally:
            server.send_signal(2)
            server.wait()
    finally:
        for folder in (cluster.data, cluster.socket_folder, cluster.elsewhere, home):
            shutil.rmtree(folder, ignore_errors=True)


@dataclass
class Bulk:
    """Runs of many at once, and what they cost."""

    house: House
    count: int

    def __post_init__(self) -> None:
        self.cpu: list[tuple[float, float, float]] = []
        self.waits: list[float] = []

    def __call__(self) -> float:
        """Certificates a second of one run."""
        database = self.house.database_cpu()
        roles = (("begin", self.count), ("sign", self.count), ("wait", max(2, self.count // 1500)))
        seconds, (begun, signed, waited) = self.house.together(*roles)
        spent = self.house.database_cpu() - database
        self.cpu.append(tuple(part / self.count * 1e6 for part in (begun["cpu"], signed["cpu"], spent)))  # type: ignore[arg-type]
        self.waits += waited["came"]
        return float(signed["came"] / seconds)

    @property
    def note(self) -> str:
        """Microseconds of processor for each certificate."""
        begun, signed, database = (sorted(part)[len(part) // 2] for part in zip(*self.cpu, strict=True))
        return f"{begun:.0f} µs begin + {signed:.0f} µs sign + {database:.0f} µs database"


def single(one: House, count: int) -> float:
    """Certificates a second of one process that makes one after the other."""
    seconds, _said = one.together(("single", count))
    return count / seconds


def verified(one: House, count: int) -> str:
    """What openssl and pkilint say to a sample."""
    folder = one.cluster.home / "sample"
    folder.mkdir()
    one.once("sample", count, folder)
    files = sorted(folder.glob("*.der"))
    for file in files:
        pem = file.with_suffix(".pem")
        subprocess.run(["openssl", "x509", "-inform", "DER", "-in", str(file), "-out", str(pem)], check=True)
        chain = ["-partial_chain", "-trusted", str(one.cluster.home / "issuing.pem")]
        subprocess.run(["openssl", "verify", "-x509_strict", *chain, str(pem)], check=True, stdout=subprocess.DEVNULL)
        linter = Path(sys.executable).with_name("lint_etsi_cert")
        done = subprocess.run([str(linter), "lint", "-d", "-s", "ERROR", str(file)], capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"pkilint objects: {done.stdout}")
    return f"{len(files)} of them verified by the openssl command and by pkilint"


def main() -> bool:
    """Measure, verify, print."""
    quick = arguments(__doc__).parse_args().quick
    count, rounds = (2000, 1) if quick else (10_000, ROUNDS)
    with house("ec-p256") as p256, house("ec-p384") as p384, DjangoCa() as django_ca, OpensslCa() as openssl:
        bulk = {"P-256": Bulk(p256, count), "P-384": Bulk(p384, count)}
        found = interleaved(
            {
                **bulk,
                "single": lambda: single(p384, 40 if quick else 200),
                "django-ca": lambda: django_ca.rate(50 if quick else 300),
                "openssl": lambda: openssl.rate(50 if quick else 300),
            },
            rounds=rounds,
        )
        told = [verified(one, 5 if quick else 20) for one in (p256, p384)]
    waits = sorted(wait for one in bulk.values() for wait in one.waits)
    rows = _rows(found, bulk, waits)
    versions = f"django-ca {django_ca.version}, {openssl.version}"
    return show(
        "Issuance",
        rows,
        [f"P-256 and P-384 CA: {told[0]}", versions, "XiPKI's figure is its own, from its own machine"],
    )


def _rows(found: dict[str, float], bulk: dict[str, Bulk], waits: list[float]) -> list[Row]:
    def row(who: str, what: str, value: float, goal: str = "", reached: bool | None = None, note: str = "") -> Row:
        return Row("issuance", who, what, value, "/s", goal, reached, note)

    goals = {"P-256": 2000, "P-384": 1200}
    rows = [
        row("Divit", f"bulk, {curve} CA", found[curve], f"≥ {goal:,}", found[curve] >= goal, bulk[curve].note)
        for curve, goal in goals.items()
    ]
    rows += [
        row(
            "Divit",
            "one by one, pkilint before the signature, P-384 CA",
            found["single"],
            "≥ 80",
            found["single"] >= 80,
        ),
        row("django-ca", "its own API, one transaction, P-256 CA", found["django-ca"]),
        row("openssl ca", "many requests in one call, P-256 CA", found["openssl"]),
        row("XiPKI", "as it publishes", XIPKI),
    ]
    for who, times in (("django-ca", 3), ("XiPKI", 1)):
        ratio = found["P-256"] / (found.get(who) or XIPKI)
        rows.append(
            Row("issuance", "Divit", f"bulk, P-256 CA, against {who}", ratio, "×", f"≥ {times}", ratio >= times)
        )
    for name, value in (("half of the waits", waits[len(waits) // 2]), ("the longest wait", waits[-1])):
        rows.append(
            Row(
                "issuance",
                "Divit",
                f"another act's entry in the ledger meanwhile, {name}",
                value,
                "ms",
                f"≤ {LONGEST_WAIT_MS}",
                value <= LONGEST_WAIT_MS,
            )
        )
    return rows


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
