"""Who is there when keys are made: so many of the plan's custodians sign what is about to be done, and what was done.

Signatures are ECDSA with SHA-256 over two plain texts, so that anybody verifies them with `openssl dgst`. No key of an
authority is touched before the first text is signed by as many as the plan demands.
"""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from divit.kernel import clock
from divit.kernel.errors import Refused
from divit.pki.ceremony_plan import CeremonyPlan, Custodian, KeyKind, load_custodian_key

OPENING, TRANSCRIPT = "opening.txt", "transcript.txt"
_PRIVATE_KEYS = (ec.SECP256R1, ec.SECP384R1)


@dataclass(frozen=True)
class Present:
    """One custodian who has unlocked their own key."""

    role: str
    key: ec.EllipticCurvePrivateKey

    @property
    def public_pem(self) -> str:
        public = self.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        return public.decode()

    def sign(self, data: bytes) -> bytes:
        return self.key.sign(data, ec.ECDSA(hashes.SHA256()))


@dataclass(frozen=True)
class Presence:
    """A quorum that was found to be one, and the text that its members have signed."""

    people: tuple[Present, ...]
    places: tuple[int, ...]
    opening: bytes

    def files(self, transcript: bytes) -> dict[str, bytes]:
        """Both texts, and for each person the public key and both signatures; by their number in the plan."""
        kept = {OPENING: self.opening, TRANSCRIPT: transcript}
        for place, person in zip(self.places, self.people, strict=True):
            kept[f"custodian-{place}.pem"] = person.public_pem.encode()
            for name, text in ((OPENING, self.opening), (TRANSCRIPT, transcript)):
                kept[signature_file(name, place)] = person.sign(text)
        return kept


def unlock(role: str, file: Path, *, passphrase: str) -> Present:
    """A custodian's own key, PEM. Raises `Refused("custodian_locked")` when the passphrase does not open it."""
    try:
        key = load_pem_private_key(file.read_bytes(), passphrase.encode() or None)
    except (ValueError, TypeError):
        raise Refused("custodian_locked", role=role) from None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, _PRIVATE_KEYS):
        raise Refused("custodian_locked", role=role)
    return Present(role, key)


def made_up(plan: CeremonyPlan) -> tuple[Present, ...]:
    """Keys of the day for the custodians of a TEST plan that names none; nobody for a real one."""
    if not plan.test:
        return ()
    without = [custodian for custodian in plan.custodians if not custodian.key]
    most = max(plan.quorum.values())
    return tuple(Present(custodian.role, ec.generate_private_key(ec.SECP256R1())) for custodian in without[:most])


def gather(
    judge: CeremonyPlan,
    people: Sequence[Present],
    *,
    kinds: Iterable[KeyKind],
    plan: CeremonyPlan,
    what: str,
    now: datetime,
) -> Presence:
    """Who is there, if they are enough by the plan in force (`judge`), about to carry out `plan`.

    Raises `Refused`: quorum_missing, custodian_twice, custodian_unknown, custodian_wrong_key, custodian_expired.
    """
    places = tuple(_place(judge, person, now=now) for person in people)
    if len(set(places)) < len(places):
        raise Refused("custodian_twice")
    needed = quorum_for(judge, kinds, plan=plan)
    if len(places) < needed:
        raise Refused("quorum_missing", present=len(places), needed=needed)
    lines = [
        "Divit key ceremony: opening",
        f"what        {what}",
        f"opened      {now.isoformat(timespec='seconds')}",
        f"once        {secrets.token_hex(16)}",
        f"plan        {plan.sha256}",
        f"address     {plan.validation_url}",
        f"in force    {judge.sha256}",
        *(f"present     {person.role}" for person in people),
        "",
    ]
    return Presence(tuple(people), places, "\n".join(lines).encode())


def quorum_for(judge: CeremonyPlan, kinds: Iterable[KeyKind], *, plan: CeremonyPlan) -> int:
    """How many must be there for keys of these kinds. Another plan may seat other custodians for every key: for one,
    as many as for the most guarded of them."""
    if plan.sha256 != judge.sha256:
        kinds = KeyKind
    return max(judge.quorum[kind] for kind in kinds)


def said(opening: bytes, word: str) -> str:
    """What the opening says under one word; empty when it does not."""
    lines = (line for line in opening.decode().splitlines() if line[:12].strip() == word)
    return next(lines, "")[12:]


def signers(folder: Path, name: str, *, judge: CeremonyPlan, at: datetime) -> set[int]:
    """Which custodians' signatures over that text hold; a signature that does not is refused, never left out.

    Raises `Refused`: signature_does_not_verify, custodian_expired.
    """
    text = (folder / name).read_bytes()
    found = set()
    for place, custodian in enumerate(judge.custodians, 1):
        file = folder / signature_file(name, place)
        if not file.exists():
            continue
        _check_day(custodian, at=at)
        # Only a TEST plan may leave a key out; then it is the one that was made for the day.
        pem = custodian.key or (folder / f"custodian-{place}.pem").read_text()
        try:
            load_custodian_key(pem).verify(file.read_bytes(), text, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            raise Refused("signature_does_not_verify", key=f"{file.name} ({custodian.role})") from None
        found.add(place)
    return found


def signature_file(name: str, place: int) -> str:
    """`opening.2.sig`: that of the plan's second custodian."""
    return f"{name.removesuffix('.txt')}.{place}.sig"


def _place(judge: CeremonyPlan, person: Present, *, now: datetime) -> int:
    for place, custodian in enumerate(judge.custodians, 1):
        if custodian.role == person.role:
            if custodian.key and load_custodian_key(custodian.key) != person.key.public_key():
                raise Refused("custodian_wrong_key", role=person.role)
            _check_day(custodian, at=now)
            return place
    raise Refused("custodian_unknown", role=person.role)


def _check_day(custodian: Custodian, *, at: datetime) -> None:
    if custodian.until is not None and clock.local(at).date() > custodian.until:
        raise Refused("custodian_expired", role=custodian.role, until=custodian.until.isoformat())
