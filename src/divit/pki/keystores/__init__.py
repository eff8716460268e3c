"""Key stores: where private keys live, behind one small interface."""

from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from divit.pki.keystores.base import (
    Algorithm,
    KeyStore,
    KeyStoreLocked,
    PublicKey,
    SigningKey,
    StoreHealth,
    Use,
    WrongSignature,
)
from divit.pki.keystores.pkcs11 import MOST_SESSIONS, SECONDS, Pkcs11KeyStore
from divit.pki.keystores.software import SoftwareKeyStore

__all__ = [
    "Algorithm",
    "KeyStore",
    "KeyStoreLocked",
    "Pkcs11KeyStore",
    "PublicKey",
    "SigningKey",
    "SoftwareKeyStore",
    "StoreHealth",
    "Use",
    "WrongSignature",
    "open_keystore",
]

_SANE_SESSIONS, _SANE_SECONDS = 256, 120


def open_keystore(address: str, *, secret: str, spend_a_try: bool = False) -> KeyStore:
    """The store at `software:/folder` (secret: passphrase) or `pkcs11:/module.so?token=label` (secret: PIN).

    A token's address may go on with `&sessions=8` (at most so many at once) and `&seconds=10` (nobody waits longer).
    `spend_a_try` logs in although the token says that somebody gave a wrong PIN before. Raises `ValueError`.
    """
    parts = urlsplit(address)
    path = Path(parts.path)
    if parts.scheme == "software" and path.is_absolute():
        return SoftwareKeyStore(path, passphrase=secret)
    if parts.scheme == "pkcs11" and path.is_absolute():
        said = {"token": "", "sessions": str(MOST_SESSIONS), "seconds": str(SECONDS)}
        said |= dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
        most, seconds = int(said.pop("sessions")), float(said.pop("seconds"))
        token = said.pop("token")
        if token and not said and 1 <= most <= _SANE_SESSIONS and 0 < seconds <= _SANE_SECONDS:
            return Pkcs11KeyStore(
                path, token=token, pin=secret, most_sessions=most, seconds=seconds, spend_a_try=spend_a_try
            )
    raise ValueError(f"not the address of a key store: {address!r}")
