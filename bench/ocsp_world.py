"""What the OCSP benchmark needs of the world: an authority, its certificates' status, questions, and our own worker."""

import base64
import os
import random
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from divit.kernel import clock
from divit.kernel.serials import Serial
from divit.pki import ceremony, der, issuance, ocsp, profiles
from divit.pki.authority import Authority
from divit.pki.keystores import Algorithm, SoftwareKeyStore
from divit.pki.ocsp import Good
from divit.pki.signatures import spki_of
from divit.pki.terms import Terms
from divit.validation.counts import PAGE_OCTETS
from divit.validation.state import Moment, ticks
from divit.validation.status_code import microseconds
from divit.validation.status_work import spooled
from divit.validation.status_writer import StatusWriter

SERVER_CORE, CLIENT_CORE = "0", "1"
_PLAN = Path(__file__).parents[1] / "ops/ceremony/demo.yaml"
_ADDRESS = "http://status.example.org"


class World:
    """An authority with so many certificates, all of them good, in a folder."""

    def __init__(self, folder: Path, *, certificates: int) -> None:
        self.folder = folder
        self._passphrase = secrets.token_urlsafe(24)
        (folder / "secret").write_text(self._passphrase)
        self._issuing = SoftwareKeyStore(folder / "keys", passphrase=self._passphrase)
        self.store = SoftwareKeyStore(folder / "validation-keys", passphrase=self._passphrase)
        stores = ceremony.Stores(root=self._issuing, issuing=self._issuing, validation=self.store)
        plan = ceremony.load_plan(_PLAN, validation_url=_ADDRESS)
        self.authority = ceremony.perform(plan, stores=stores, out=folder / "ca", now=clock.now()).authority
        self.serials = [Serial.random().int for _ in range(certificates)]
        self._issuer = next(ocsp.Issuer(self.authority.certificate).parts())
        self.writer = self._write_state()
        for name, file in (("issuing", "issuing.pem"), ("root", "root.pem")):
            pem = x509.load_der_x509_certificate(self.authority.certificate_of(name)).public_bytes(Encoding.PEM)
            (folder / file).write_bytes(pem)

    def question(self, serial: int, *, nonce: bytes | None = None) -> bytes:
        """As almost every client asks it: SHA-1, one certificate."""
        cert_id = der.sequence(self._issuer, der.integer(serial))
        more = der.explicit(2, der.sequence(der.extension(ocsp.NONCE, der.octets(nonce)))) if nonce else b""
        return der.sequence(der.sequence(der.sequence(der.sequence(cert_id)), more))

    def agree(self) -> None:
        """As a follower says it twice a second."""
        self.writer.agree(Moment(microseconds(clock.now()), ticks()))

    def use_delegate(self, algorithm: Algorithm) -> None:
        """Another key for OCSP answers; the worker takes it over within a second."""
        label = f"ocsp-{len(self.store.labels())}"
        key = self.store.generate(label, algorithm)
        start = clock.now().replace(microsecond=0)
        terms = Terms(
            issuer_name=self.authority.subject,
            issuer_spki=self.authority.spki,
            issuer_ends=self.authority.not_after,
            crl_url="",
            ca_url="",
            ocsp_url="",
            policy="",
            test=True,
        )
        subject = {"country": "TR", "organisation": "Divit TEST", "organisation_identifier": "VATTR-1234567890"}
        prepared = issuance.prepare_subject(
            profiles.OCSP_DELEGATE,
            terms=terms,
            subject=subject | {"common_name": f"OCSP {label} TEST"},
            public_key=spki_of(key.public_key),
            serial=Serial.random(),
            not_before=start,
            not_after=start + timedelta(days=20),
        )
        certificate = issuance.sign(issuance.lint(prepared), key=self._issuing.open(self.authority.key_label))
        file = self.authority.certificate_path("ocsp")
        fresh = file.with_suffix(".new")
        fresh.write_bytes(certificate)
        fresh.replace(file)

    def responder(self) -> ocsp.Responder:
        """Whatever signs now."""
        delegate = self.authority.certificate_of("ocsp")
        wanted = x509.load_der_x509_certificate(delegate).public_key()
        key = next(k for k in map(self.store.open, self.store.labels()) if k.public_key == wanted)
        return ocsp.Responder(
            issuer=self.authority.certificate, delegate=delegate, key=key, archive_cutoff=self.authority.not_before
        )

    def environment(self, **more: str) -> dict[str, str]:
        """Of a worker."""
        return {
            "PATH": os.environ["PATH"],
            "DIVIT_CA_DIR": str(self.folder / "ca"),
            "DIVIT_VALIDATION_KEYSTORE": f"software:{self.folder / 'validation-keys'}",
            "DIVIT_VALIDATION_KEYSTORE_SECRET_FILE": str(self.folder / "secret"),
            "DIVIT_VALIDATION_STATE": str(self.folder / "state"),
            "DIVIT_OCSP_MEMORY_MB": "512",
            "DIVIT_OCSP_VALIDITY_SECONDS": "86400",
            **more,
        }

    def _write_state(self) -> StatusWriter:
        issuer_id = str(Authority.load(self.folder / "ca").id)
        writer = StatusWriter.open(self.folder / "state")
        spool = spooled(writer.folder, ((issuer_id, serial, Good()) for serial in self.serials))
        work = writer.begin()
        work.replace(spool, known_at=microseconds(clock.now()))
        spool.close()
        writer.install(work)
        writer.followed = True
        return writer


@dataclass(frozen=True)
class Server:
    """Something that answers on a port, and whose processor time can be read."""

    pid: int
    port: int

    def cpu_seconds(self) -> float:
        """Of it and its children."""
        return sum(_cpu(pid) for pid in _family(self.pid))

    def memory(self) -> int:
        """Resident kilobytes."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])

    def metric(self, name: str) -> float:
        """From our /metrics."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=20) as page:
            text = page.read().decode()
        return float(
            next(line for line in text.splitlines() if line.startswith(f"divit_validation_{name} ")).split()[-1]
        )


@contextmanager
def worker(world: World, **more: str) -> Iterator[Server]:
    """One worker of ours on the server's core, as validation's parent starts it."""
    with socket.socket() as door, tempfile.TemporaryFile() as page:
        door.bind(("127.0.0.1", 0))
        door.listen(1024)
        page.truncate(PAGE_OCTETS)
        ready, said = os.pipe()
        told = {"door": door.fileno(), "ready": said, "page": page.fileno(), "row": 1}
        command = [sys.executable, "-m", "divit.launcher.serving", "worker"]
        for name, number in told.items():
            command += [f"--{name}", str(number)]
        process = subprocess.Popen(
            pinned(SERVER_CORE, command),
            env=world.environment(**more),
            pass_fds=[door.fileno(), said, page.fileno()],
            stderr=subprocess.DEVNULL,
        )
        os.close(said)
        if os.read(ready, 1) != b"1":
            raise SystemExit("our own worker did not start")
        try:
            yield Server(process.pid, door.getsockname()[1])
        finally:
            os.close(ready)
            process.terminate()
            process.wait()


def pinned(core: str, command: list[str]) -> list[str]:
    """The command on one core, where there are more than one."""
    return ["taskset", "-c", core, *command] if len(os.sched_getaffinity(0)) > 1 else command


def write_questions(world: World) -> Mapping[str, Path]:
    """A line for each question, as the client reads them."""
    files = {kind: world.folder / f"{kind}.txt" for kind in ("post", "get", "nonce")}
    posts = [world.question(serial) for serial in world.serials]
    files["post"].write_text("\n".join(data.hex() for data in posts))
    files["get"].write_text("\n".join("/ocsp/" + base64.b64encode(data).decode() for data in posts))
    nonces = (world.question(serial, nonce=secrets.token_bytes(32)).hex() for serial in world.serials)
    files["nonce"].write_text("\n".join(nonces))
    return files


def write_hostile(world: World, *, count: int = 5_000) -> Path:
    """Requests that are none: cut, doubled, flipped, nested, too long."""
    chance = random.Random(6960)  # noqa: S311
    lines = []
    for _ in range(count):
        data = bytearray(world.question(chance.choice(world.serials), nonce=bytes(32)))
        at = chance.randrange(4, len(data))
        match chance.randrange(5):
            case 0:
                data[at] ^= 1 << chance.randrange(8)
            case 1:
                del data[at:]
            case 2:
                data[at:at] = bytes(data)
            case 3:
                data = bytearray(b"\x30\x80" * chance.randrange(1, 5_000))
            case _:
                data = bytearray(chance.randbytes(chance.randrange(1, 9_000)))
        lines.append(bytes(data).hex())
    file = world.folder / "hostile.txt"
    file.write_text("\n".join(lines))
    return file


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, *, seconds: float = 30) -> bool:
    """Until somebody listens there."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return True
        time.sleep(0.05)
    return False


def _family(pid: int) -> Iterator[int]:
    yield pid
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        yield from _family(int(child))


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
