"""`divit probe`: look at OCSP, CRL, CA certificates and time-stamps from outside, as a stranger would.

With an address it needs nothing else of this installation, and runs on any machine; without one it looks at this
installation and holds what it sees against the database.
"""

import argparse
import importlib
import json
import os
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from divit.launcher.home import home
from divit.launcher.processes import environment_file, read_environment
from divit.probe.findings import Finding
from divit.probe.look import Places, Seen, Stranger, places_at

_PEM = b"-----BEGIN"


def main(arguments: list[str]) -> int:
    """0: everything is as it must be (warnings may be told); 1: something is broken."""
    told = _arguments(arguments)
    stranger = Stranger(total_seconds=told.timeout)
    look = _look_at(told, stranger) if told.address else _look_here(stranger)
    since: dict[tuple[str, str, str], datetime] = {}
    while True:
        seen = look()
        since = {one.key: since.get(one.key, seen.at) for one in seen.findings}
        print(_as_json(seen, since) if told.json else _as_text(seen, since), flush=True)
        if not told.watch:
            return 1 if any(one.broken for one in seen.findings) else 0
        time.sleep(told.watch)


def _arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="divit probe", description=__doc__)
    parser.add_argument("address", nargs="?", help="the validation service, e.g. https://sm.example; none: this one")
    parser.add_argument("--issuer", action="append", metavar="NAME", help="as in /ca/NAME.crt; may be repeated")
    parser.add_argument("--root", type=Path, metavar="FILE", help="the root's certificate that you trust, DER or PEM")
    parser.add_argument("--json", action="store_true", help="one JSON object for each look")
    parser.add_argument("--watch", type=float, metavar="SECONDS", help="look again and again, until stopped")
    parser.add_argument("--timeout", type=float, default=10, metavar="SECONDS", help="for one answer; 10")
    return parser.parse_args(arguments)


def _look_at(told: argparse.Namespace, stranger: Stranger) -> Callable[[], Seen]:
    root = _der(told.root.read_bytes()) if told.root else b""
    places: Places = places_at(told.address, names=told.issuer or ("issuing",), root=root)
    return lambda: stranger.look(places)


def _der(content: bytes) -> bytes:
    if not content.startswith(_PEM):
        return content
    return x509.load_pem_x509_certificate(content).public_bytes(Encoding.DER)


def _look_here(stranger: Stranger) -> Callable[[], Seen]:
    """Against this installation's database; where the environment names none, the demo in the data folder is meant."""
    file = environment_file(home(), "owner")
    if "DATABASE_URL" not in os.environ and file.exists():
        os.environ.update(read_environment(file))
    # Only here: with an address no part of the house is needed, and most machines that look have none of it.
    importlib.import_module("django").setup()
    watching = importlib.import_module("divit.flows.watching")
    return lambda: watching.seen_now(stranger)


def _as_json(seen: Seen, since: dict[tuple[str, str, str], datetime]) -> str:
    return json.dumps(
        {
            "at": seen.at.isoformat(),
            "ok": not any(one.broken for one in seen.findings),
            "asked": seen.asked,
            "slowest_ms": {str(service): ms for service, ms in seen.slowest_ms.items()},
            "crl_numbers": {url: str(number) for url, number in seen.numbers.items()},
            "certificates_end": {name: at.isoformat() for name, at in seen.ends.items()},
            "clock_away_seconds": None if seen.away is None else seen.away.total_seconds(),
            "findings": [_finding_as_json(one, since[one.key]) for one in seen.findings],
        }
    )


def _finding_as_json(one: Finding, since: datetime) -> dict[str, Any]:
    told: dict[str, Any] = {"service": str(one.service), "code": one.code, "about": one.about, "broken": one.broken}
    return told | {"since": since.isoformat(), "line": one.line()}


def _as_text(seen: Seen, since: dict[tuple[str, str, str], datetime]) -> str:
    at = f"{seen.at:%Y-%m-%d %H:%M:%S UTC}"
    if not seen.findings:
        slowest = ", ".join(f"{service} {ms} ms" for service, ms in sorted(seen.slowest_ms.items()))
        return f"{at}: all is well ({seen.asked} questions; slowest: {slowest})"
    return "\n".join([f"{at}: {len(seen.findings)} findings", *_lines(seen.findings, since)])


def _lines(findings: Iterable[Finding], since: dict[tuple[str, str, str], datetime]) -> Iterable[str]:
    for one in sorted(findings, key=lambda one: (not one.broken, one.key)):
        word = "BROKEN " if one.broken else "warning"
        yield f"{word} {one.service}: {one.line()} (seen since {since[one.key].astimezone(UTC):%H:%M:%S UTC})"
