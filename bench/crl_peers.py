"""The same list by others, each in a process of its own, or what openssl says of ours: run by crl.py."""

import json
import os
import re
import resource
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

HOME = Path(os.environ["DIVIT_HOME"])
INDEX, KEY, CERTIFICATE = HOME / "index.txt", HOME / "peer.key", HOME / "ca/certificates/issuing.pem"
CONFIGURATION = """
[ca]
default_ca = ours
[ours]
database = {index}
crlnumber = {home}/crlnumber
default_md = sha384
default_crl_hours = 24
certificate = {certificate}
private_key = {key}
"""
REASONS = {"keyCompromise", "superseded", "affiliationChanged"}


def lines() -> None:
    """The index file of `openssl ca`, written once: what the database says."""
    if INDEX.exists():
        return
    import psycopg  # noqa: PLC0415 - the peers themselves know no database

    rows = psycopg.connect(os.environ["DATABASE_URL"]).execute(
        "SELECT serial, effective_at, reason FROM published_certificate_status WHERE status <> 'good' ORDER BY serial"
    )
    with INDEX.open("w") as index:
        for serial, at, reason in rows:
            why = f",{reason}" if reason in REASONS else ""
            index.write(f"R\t400101000000Z\t{at:%y%m%d%H%M%SZ}{why}\t{serial}\tunknown\t/CN=x\n")
    key = ec.generate_private_key(ec.SECP384R1())
    KEY.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "peer")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now).not_valid_after(now + timedelta(days=9)).sign(key, hashes.SHA384())
    )  # fmt: skip
    (HOME / "peer.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    (HOME / "peer.cnf").write_text(CONFIGURATION.format(index=INDEX, home=HOME, certificate=HOME / "peer.pem", key=KEY))
    (HOME / "index.txt.attr").write_text("unique_subject = no\n")
    (HOME / "crlnumber").write_text("01\n")


def by_openssl() -> dict[str, float]:
    begun = time.perf_counter()
    command = ["openssl", "ca", "-gencrl", "-config", str(HOME / "peer.cnf"), "-out", str(HOME / "peer.crl")]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    seconds = time.perf_counter() - begun
    return {"signed": seconds, "signed_peak": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024}


@lru_cache(maxsize=10_000)
def instant(text: str) -> datetime:
    """Kept, so that reading times is not what is measured."""
    return datetime.strptime(text, "%y%m%d%H%M%SZ").replace(tzinfo=UTC)


def by_cryptography() -> dict[str, float]:
    """All entries given at once: given one by one it takes the square of their number."""
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415

    key = load_pem_private_key(KEY.read_bytes(), None)
    begun = time.perf_counter()
    entries = []
    with INDEX.open() as index:
        for line in index:
            _state, _ends, revoked, serial, *_rest = line.split("\t")
            at, _comma, reason = revoked.partition(",")
            entry = x509.RevokedCertificateBuilder().serial_number(int(serial, 16)).revocation_date(instant(at))
            if reason:
                entry = entry.add_extension(x509.CRLReason(x509.ReasonFlags(reason)), critical=False)
            entries.append(entry.build())
    now = datetime.now(UTC)
    builder = x509.CertificateRevocationListBuilder(
        x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "peer")]), now, now + timedelta(days=1),
        [x509.Extension(x509.CRLNumber.oid, False, x509.CRLNumber(1))], entries,
    )  # fmt: skip
    (HOME / "peer.crl").write_bytes(builder.sign(key, hashes.SHA384()).public_bytes(Encoding.DER))  # type: ignore[arg-type]
    seconds = time.perf_counter() - begun
    return {"signed": seconds, "signed_peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def verify() -> dict[str, float]:
    """Our newest list as validation reads it; raises CalledProcessError or AssertionError."""
    import psycopg  # noqa: PLC0415

    der, number = psycopg.connect(os.environ["DATABASE_URL"]).execute(
        "SELECT der, number FROM published_crl WHERE base_number IS NULL"
    ).fetchone() or (b"", 0)
    (HOME / "ours.crl").write_bytes(der)
    command = ["openssl", "crl", "-inform", "DER", "-in", str(HOME / "ours.crl"), "-CAfile", str(CERTIFICATE), "-text"]
    told = subprocess.run([*command, "-noout"], capture_output=True, text=True, check=True)
    assert "verify OK" in told.stderr, told.stderr
    assert str(number) in told.stdout or f"{number:X}" in told.stdout
    return {"entries": len(re.findall(r"Serial Number:", told.stdout))}


if __name__ == "__main__":
    lines()
    acts = {"openssl": by_openssl, "cryptography": by_cryptography, "verify": verify}
    print(json.dumps(acts[sys.argv[1]]()))
