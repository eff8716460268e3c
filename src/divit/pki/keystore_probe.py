"""Whether a key store can do what is asked of it, found out by asking: before the first certificate, not with it."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from divit.kernel.errors import DivitError, NeighbourFailed
from divit.pki.keystores.base import KeyStore, SigningKey, Use
from divit.pki.keystores.pkcs11 import Pkcs11Key, Pkcs11KeyStore
from divit.pki.keystores.pkcs11_probe import KeyFacts, key_facts, token_facts
from divit.pki.keystores.software import SoftwareKeyStore
from divit.pki.signatures import spki_of

_log = logging.getLogger(__name__)
_PROBE = b"divit key store probe: this signature is thrown away"


class Grade(StrEnum):
    """`BAD` stops somebody's work sooner or later; `NOTE` is for a person to judge."""

    GOOD = "ok"
    NOTE = "note"
    BAD = "bad"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at, in one line."""

    grade: Grade
    what: str

    def __str__(self) -> str:
        return f"{self.grade:<5} {self.what}"


def examine(
    store: KeyStore, *, labels: Iterable[str] = (), certificates: Mapping[str, bytes] | None = None
) -> list[Finding]:
    """Everything that can be found out; what fails on the way is a finding too. Every key signs once, or agrees.

    Keys of these labels must be there, and the keys of these certificates (a name for each, and its DER).
    """
    try:
        return [*_token(store), *_keys(store, wanted=frozenset(labels), certificates=certificates or {})]
    except NeighbourFailed as problem:
        why = store.health().why
        return [Finding(Grade.BAD, f"{problem}{f' ({why})' if why and why not in str(problem) else ''}")]


def at_start(store: KeyStore, *, name: str) -> None:
    """The same for the log of a process: one line says what is missing, and one each what a person should look at."""
    findings = examine(store)
    bad = [finding.what for finding in findings if finding.grade is Grade.BAD]
    for finding in findings:
        if finding.grade is Grade.NOTE:
            _log.warning("key store %s: %s", name, finding.what)
    if bad:
        _log.error("key store %s: NOT FIT: %s", name, "; ".join(bad))
    else:
        _log.info("key store %s: fit, %d things looked at", name, len(findings))


def _token(store: KeyStore) -> Iterator[Finding]:
    if isinstance(store, SoftwareKeyStore):
        yield Finding(Grade.NOTE, "keys in files: fit for a trial, not for a qualified authority (EN 319 411-1 6.5.2)")
        if store.readable_by_others():
            yield Finding(Grade.BAD, "the folder of keys, or a file in it, can be read by others than its owner")
    if isinstance(store, Pkcs11KeyStore):
        facts = token_facts(store)
        yield Finding(Grade.GOOD, facts.name)
        for missing in facts.missing:
            yield Finding(Grade.BAD, f"the token cannot {missing}")
        for missing in facts.missing_for_rsa:
            yield Finding(Grade.NOTE, f"no RSA keys here: the token cannot {missing}")
        most, wants = facts.most_sessions, store.health().most_sessions
        if most is not None and most < wants:
            yield Finding(
                Grade.NOTE, f"the token bears {most} sessions, up to {wants} are asked for: say sessions={most}"
            )
        else:
            yield Finding(Grade.GOOD, f"sessions: up to {wants} here, {most or 'any number'} in all")


def _keys(store: KeyStore, *, wanted: frozenset[str], certificates: Mapping[str, bytes]) -> Iterator[Finding]:
    labels = store.labels()
    for label in sorted(wanted - set(labels)):
        yield Finding(Grade.BAD, f"there is no key {label}")
    for label in sorted({label for label in labels if labels.count(label) > 1}):
        yield Finding(Grade.BAD, f"{labels.count(label)} private keys have the label {label}: which one would sign?")
    facts = key_facts(store) if isinstance(store, Pkcs11KeyStore) else ()
    for fact in facts:
        yield from _attributes(fact)
    ids = [fact.id for fact in facts]
    for fact in facts:
        if ids.count(fact.id) > 1:
            yield Finding(Grade.NOTE, f"key {fact.label}: another key has the same CKA_ID {fact.id.hex() or '(empty)'}")
    agreeing = {fact.label for fact in facts if Use.SIGN not in fact.uses}
    known = {}
    for label in sorted(set(labels)):
        if labels.count(label) == 1:
            spki, finding = _works(store, label, agrees=label in agreeing)
            known[spki] = label
            yield finding
    for name, der in certificates.items():
        key = known.get(
            x509.load_der_x509_certificate(der)
            .public_key()
            .public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        )
        if key is None:
            yield Finding(Grade.BAD, f"the key of the certificate {name} is not here")
        else:
            yield Finding(Grade.GOOD, f"certificate {name}: its key is {key}")


def _attributes(fact: KeyFacts) -> Iterator[Finding]:
    for problem in fact.problems:
        yield Finding(Grade.BAD, f"key {fact.label}: {problem}")
    for remark in fact.remarks:
        yield Finding(Grade.NOTE, f"key {fact.label}: {remark}")


def _works(store: KeyStore, label: str, *, agrees: bool) -> tuple[bytes, Finding]:
    """Its SubjectPublicKeyInfo, if it has one, and what came of it."""
    try:
        key = store.open(label)
        if agrees:
            _agree(key)
        else:
            key.sign(_PROBE, hashes.SHA256())
    except (DivitError, ValueError) as problem:
        return b"", Finding(Grade.BAD, f"key {label}: {problem}")
    did = "agrees on a secret" if agrees else "signs, and the signature holds"
    kind = key.public_key.curve.name if isinstance(key.public_key, ec.EllipticCurvePublicKey) else "rsa"
    where = "in the token" if isinstance(key, Pkcs11Key) else "in this process"
    words = f"key {label}: {kind} {key.public_key.key_size}, {where}; {did}"
    return spki_of(key.public_key), Finding(Grade.GOOD, words)


def _agree(key: SigningKey) -> None:
    """Raises `NeighbourFailed` when the other side of the agreement finds another secret."""
    if not isinstance(key.public_key, ec.EllipticCurvePublicKey):
        raise ValueError("neither signs nor agrees")
    other = ec.generate_private_key(key.public_key.curve)
    if key.agree(other.public_key()) != other.exchange(ec.ECDH(), key.public_key):
        raise NeighbourFailed("keystore", "garbage", outcome_known=True)
