"""What the world says of a certificate, asked by OpenSSL and not by our own code."""

import re
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

import httpx2

from divit.cli.browser import WalkFailed
from divit.cli.journey import Places

_OCSP_WITHIN = 1.0
_CRL_WITHIN = 60.0


class Witness:
    """A relying party with `openssl`, the CA certificates from the validation service, and nothing else."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._kept = tempfile.TemporaryDirectory(prefix="divit-witness-")
        self._folder = Path(self._kept.name)
        for name in ("root", "issuing"):
            self._fetch(f"{places.validation}/ca/{name}.crt", f"{name}.der")
            _openssl("x509", "-inform", "DER", "-in", self._path(f"{name}.der"), "-out", self._path(f"{name}.pem"))
        chain = (self._folder / "issuing.pem").read_text() + (self._folder / "root.pem").read_text()
        (self._folder / "chain.pem").write_text(chain)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_why: object) -> None:
        self._kept.cleanup()

    def _path(self, name: str) -> str:
        return str(self._folder / name)

    def _fetch(self, url: str, name: str) -> None:
        answer = httpx2.get(url, timeout=10)
        answer.raise_for_status()
        (self._folder / name).write_bytes(answer.content)

    def expect(self, serial: str, status: str, *, reason: str = "") -> tuple[float, float]:
        """Wait until OCSP and CRL say `status` (`good` or `revoked`); the seconds that each took.

        Raises `WalkFailed` past one second for OCSP and sixty for the CRL (docs: the promise «closed is closed»).
        """
        began = time.monotonic()
        ocsp = self._wait(began, _OCSP_WITHIN, lambda: self._ocsp(serial), f": {status}", reason)
        listed = "Serial Number: " + serial
        crl = self._wait(began, _CRL_WITHIN, self._crl, listed if status == "revoked" else "", "")
        if status == "good" and listed in self._crl():
            crl = self._wait_gone(began, listed)
        return ocsp, crl

    def _wait(self, began: float, seconds: float, look: Callable[[], str], *wanted: str) -> float:
        while True:
            asked = time.monotonic()
            said = look()
            if all(words in said for words in wanted):
                return asked - began
            if asked - began > seconds:
                raise WalkFailed(
                    f"after {seconds:.0f} s openssl still does not see {' '.join(wanted)}:\n{said[-1500:]}"
                )
            time.sleep(0.05)

    def _wait_gone(self, began: float, words: str) -> float:
        while words in self._crl():
            if time.monotonic() - began > _CRL_WITHIN:
                raise WalkFailed(f"after {_CRL_WITHIN:.0f} s the CRL still lists {words}")
            time.sleep(0.1)
        return time.monotonic() - began

    def _ocsp(self, serial: str) -> str:
        issuer, chain = self._path("issuing.pem"), self._path("chain.pem")
        url = f"{self._places.validation}/ocsp"
        said = _openssl("ocsp", "-issuer", issuer, "-serial", f"0x{serial}", "-url", url, "-CAfile", chain)
        if "Response verify OK" not in said:
            raise WalkFailed(f"openssl does not accept the OCSP answer:\n{said}")
        return said

    def _crl(self) -> str:
        self._fetch(f"{self._places.validation}/crl/issuing.crl", "issuing.crl")
        crl, chain = self._path("issuing.crl"), self._path("chain.pem")
        said = _openssl("crl", "-inform", "DER", "-in", crl, "-noout", "-text", "-CAfile", chain)
        if "verify OK" not in said:
            raise WalkFailed(f"openssl does not accept the CRL:\n{said[:800]}")
        return said

    def verify(self, certificate_der: bytes) -> str:
        """`openssl verify -x509_strict` against root, issuing CA and CRL; returns the serial as upper-case hex."""
        (self._folder / "leaf.der").write_bytes(certificate_der)
        _openssl("x509", "-inform", "DER", "-in", self._path("leaf.der"), "-out", self._path("leaf.pem"))
        self._crl()
        _openssl("crl", "-inform", "DER", "-in", self._path("issuing.crl"), "-out", self._path("issuing.crl.pem"))
        files = ["-CAfile", self._path("root.pem"), "-untrusted", self._path("issuing.pem")]
        files += ["-CRLfile", self._path("issuing.crl.pem"), self._path("leaf.pem")]
        said = _openssl("verify", "-x509_strict", "-crl_check", *files)
        if ": OK" not in said:
            raise WalkFailed(f"openssl does not accept the certificate:\n{said}")
        serial = _openssl("x509", "-in", self._path("leaf.pem"), "-noout", "-serial")
        return re.sub(r"^serial=", "", serial.strip())

    def verify_signature(self, certificate_der: bytes, message: bytes, signature: bytes) -> None:
        """A signature made by the card, checked with the certificate's public key."""
        (self._folder / "leaf.der").write_bytes(certificate_der)
        (self._folder / "message").write_bytes(message)
        (self._folder / "signature").write_bytes(signature)
        key = _openssl("x509", "-inform", "DER", "-in", self._path("leaf.der"), "-noout", "-pubkey")
        (self._folder / "key.pem").write_text(key)
        words = ["-verify", self._path("key.pem"), "-signature", self._path("signature"), self._path("message")]
        if "Verified OK" not in _openssl("dgst", "-sha256", *words):
            raise WalkFailed("openssl does not accept the card's signature")


def _openssl(*arguments: str) -> str:
    done = subprocess.run(["openssl", *arguments], capture_output=True, text=True, check=False, timeout=30)
    return done.stdout + done.stderr
