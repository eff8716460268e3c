"""Key stores: where private keys live, behind one small interface."""

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from divit.pki.keystores.base import Algorithm, KeyStore, PublicKey, SigningKey, Use
from divit.pki.keystores.pkcs11 import Pkcs11KeyStore
from divit.pki.keystores.software import KeyStoreLocked, SoftwareKeyStore

__all__ = [
    "Algorithm",
    "KeyStore",
    "KeyStoreLocked",
    "Pkcs11KeyStore",
    "PublicKey",
    "SigningKey",
    "SoftwareKeyStore",
    "Use",
    "open_keystore",
]


def open_keystore(address: str, *, secret: str) -> KeyStore:
    """The store at `software:/folder` (secret: passphrase) or `pkcs11:/module.so?token=label` (secret: PIN)."""
    parts = urlsplit(address)
    path = Path(parts.path)
    if parts.scheme == "software" and path.is_absolute():
        return SoftwareKeyStore(path, passphrase=secret)
    if parts.scheme == "pkcs11" and path.is_absolute():
        (token,) = parse_qs(parts.query).get("token", [""])
        return Pkcs11KeyStore(path, token=token, pin=secret)
    raise ValueError(f"not the address of a key store: {address!r}")
