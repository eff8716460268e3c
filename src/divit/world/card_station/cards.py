"""The cards: each holds its private key, its PIN and PUK, and signs only for the PIN."""

import json
import secrets
import sqlite3
from typing import cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)
from cryptography.x509.oid import AttributeOID

from divit.world.card_station.sealing import seal
from divit.world.context import now

SCHEMA = """
CREATE TABLE IF NOT EXISTS card (
    card_serial TEXT PRIMARY KEY, order_id TEXT NOT NULL UNIQUE, state TEXT NOT NULL, algorithm TEXT NOT NULL,
    private_key BLOB, csr BLOB, sealed_pin BLOB, pin TEXT, puk TEXT, wrong_pins INTEGER NOT NULL DEFAULT 0,
    wrong_puks INTEGER NOT NULL DEFAULT 0, certificate BLOB, at REAL NOT NULL);
"""
STATION = "BENZETIM-ISTASYON-1"
_TRIES = 3
_PUK_TRIES = 10
_Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class CardRefused(Exception):
    """The card says no; the first argument is the code, the rest what helps."""


def by_order(db: sqlite3.Connection, order_id: str) -> sqlite3.Row | None:
    """The card of an order."""
    row: sqlite3.Row | None = db.execute("SELECT * FROM card WHERE order_id=?", (order_id,)).fetchone()
    return row


def by_serial(db: sqlite3.Connection, card_serial: str) -> sqlite3.Row:
    """A card in hand."""
    row: sqlite3.Row | None = db.execute("SELECT * FROM card WHERE card_serial=?", (card_serial,)).fetchone()
    if row is None:
        raise CardRefused("no_such_card")
    return row


def new_serial() -> str:
    """Sixteen digits, the first not 0."""
    return f"{secrets.randbelow(9 * 10**15) + 10**15}"


def spoil(db: sqlite3.Connection, *, order_id: str, algorithm: str) -> None:
    """The card broke under way: its order is used up."""
    db.execute(
        "INSERT INTO card (card_serial, order_id, state, algorithm, at) VALUES (?, ?, 'spoiled', ?, ?)",
        (new_serial(), order_id, algorithm, now()),
    )


def personalise(db: sqlite3.Connection, *, order_id: str, key: _Key, challenge: str, recipient_spki: bytes) -> None:
    """Put the key on a fresh card, prove it over the order id, choose PIN and PUK and seal them."""
    serial, pin, puk = new_serial(), f"{secrets.randbelow(10**6):06d}", f"{secrets.randbelow(10**8):08d}"
    # The subject is empty on purpose: who gets the card is not the station's business.
    request = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(x509.Name([]))
        .add_attribute(AttributeOID.CHALLENGE_PASSWORD, challenge.encode())
        .sign(key, hashes.SHA256())
    )
    told = {"order_id": order_id, "card_serial": serial, "pin": pin, "puk": puk}
    db.execute(
        "INSERT INTO card (card_serial, order_id, state, algorithm, private_key, csr, sealed_pin, pin, puk, at)"
        " VALUES (?, ?, 'made', ?, ?, ?, ?, ?, ?, ?)",
        (
            serial,
            order_id,
            "ec-p256" if isinstance(key, ec.EllipticCurvePrivateKey) else "rsa-2048",
            key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
            request.public_bytes(Encoding.DER),
            seal(json.dumps(told).encode(), recipient_spki=recipient_spki),
            pin,
            puk,
            now(),
        ),
    )


def make_key(algorithm: str) -> _Key:
    """Inside the card; takes a moment for RSA."""
    if algorithm == "ec-p256":
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def load(db: sqlite3.Connection, *, card_serial: str, certificate: bytes) -> None:
    """Write the certificate on the card, if it is about the card's own key; once."""
    row = by_serial(db, card_serial)
    if row["state"] == "spoiled":
        raise CardRefused("card_spoiled")
    if row["certificate"] is not None and row["certificate"] != certificate:
        raise CardRefused("already_loaded")
    try:
        public = x509.load_der_x509_certificate(certificate).public_key()
    except ValueError:
        raise CardRefused("not_a_certificate") from None
    spki = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if spki != _key(row).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo):
        raise CardRefused("key_mismatch")
    db.execute("UPDATE card SET certificate=?, state='loaded' WHERE card_serial=?", (certificate, card_serial))


def _key(row: sqlite3.Row) -> _Key:
    return cast(_Key, load_der_private_key(row["private_key"], None))


def check_pin(db: sqlite3.Connection, *, card_serial: str, pin: str) -> sqlite3.Row | str:
    """The card when the PIN is right, else the refusal's code; a wrong PIN is counted either way."""
    row = by_serial(db, card_serial)
    if row["state"] == "spoiled" or row["wrong_pins"] >= _TRIES:
        return "card_spoiled" if row["state"] == "spoiled" else "pin_blocked"
    if not secrets.compare_digest(pin.encode(), row["pin"].encode()):
        db.execute("UPDATE card SET wrong_pins=wrong_pins+1 WHERE card_serial=?", (card_serial,))
        return "pin_blocked" if row["wrong_pins"] + 1 >= _TRIES else "wrong_pin"
    db.execute("UPDATE card SET wrong_pins=0 WHERE card_serial=?", (card_serial,))
    return row


def sign(row: sqlite3.Row, data: bytes) -> bytes:
    """ECDSA or RSASSA-PKCS1-v1_5, both with SHA-256, over the data itself."""
    key = _key(row)
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(data, ec.ECDSA(hashes.SHA256()))
    return key.sign(data, padding.PKCS1v15(), hashes.SHA256())


def set_pin(db: sqlite3.Connection, *, card_serial: str, new_pin: str, puk: str) -> str | None:
    """Unblock with the PUK; the refusal's code, or None when it worked."""
    row = by_serial(db, card_serial)
    if row["state"] == "spoiled" or row["wrong_puks"] >= _PUK_TRIES:
        return "card_spoiled" if row["state"] == "spoiled" else "puk_blocked"
    if not secrets.compare_digest(puk.encode(), row["puk"].encode()):
        db.execute("UPDATE card SET wrong_puks=wrong_puks+1 WHERE card_serial=?", (card_serial,))
        return "wrong_puk"
    if not (new_pin.isdecimal() and new_pin.isascii() and 4 <= len(new_pin) <= 8):
        return "pin_not_4_to_8_digits"
    db.execute("UPDATE card SET pin=?, wrong_pins=0, wrong_puks=0 WHERE card_serial=?", (new_pin, card_serial))
    return None
