"""Whether what stands in the folder is what was signed in the presence of enough custodians, from the first day on.

The first plan is what all rests on: whoever verifies compares its digest with the page that was reviewed. Every later
ceremony is judged by the plan of the one before it.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from divit.kernel.errors import Refused
from divit.pki import ceremony_record as record
from divit.pki.authority import Authority, family
from divit.pki.ceremony_plan import CeremonyPlan
from divit.pki.ceremony_presence import OPENING, TRANSCRIPT, quorum_for, said, signers
from divit.pki.ceremony_table import Step, spki_in


@dataclass(frozen=True)
class Verified:
    """One ceremony that holds: what it was, by which plan, and the roles of those who signed."""

    number: int
    what: str
    plan_sha256: str
    roles: tuple[str, ...]
    test: bool


def verify(folder: Path, *, first_plan: str = "") -> tuple[Verified, ...]:
    """Every ceremony of the folder, the first one first; `first_plan`: the SHA-256 that its plan must have.

    Raises `Refused`: plan_not_the_reviewed_one, plan_altered, transcript_altered, signature_does_not_verify,
    custodian_expired, quorum_missing, certificate_not_in_transcript, and `NotFound` without a ceremony.
    """
    every = family(folder)
    found, made = [], dict[str, bytes]()
    judge = record.plan_of(folder, 1)
    if first_plan not in ("", judge.sha256):
        raise Refused("plan_not_the_reviewed_one", found=judge.sha256)
    for number in record.numbers(folder):
        plan = record.plan_of(folder, number)
        found.append(_check_record(folder, number, judge=judge, plan=plan))
        made |= {file.stem: file.read_bytes() for file in _place(folder, number).glob("*.der")}
        judge = plan
    for authority in every:
        _check_files(authority, made)
    return tuple(found)


def _check_record(folder: Path, number: int, *, judge: CeremonyPlan, plan: CeremonyPlan) -> Verified:
    place = _place(folder, number)
    opening = (place / OPENING).read_bytes()
    if said(opening, "plan") != plan.sha256 or said(opening, "in force") != judge.sha256:
        raise Refused("plan_altered", ceremony=number)
    told = json.loads((place / record.STEPS).read_text(encoding="utf-8"))
    steps, at = told["steps"], datetime.fromisoformat(told["held_at"])
    if record.transcript_of(plan, opening=opening, now=at, done=steps) != (place / TRANSCRIPT).read_bytes():
        raise Refused("transcript_altered", ceremony=number)
    opened = datetime.fromisoformat(said(opening, "opened"))
    signed = signers(place, OPENING, judge=judge, at=opened) & signers(place, TRANSCRIPT, judge=judge, at=at)
    needed = quorum_for(judge, record.kinds_of(steps), plan=plan)
    if len(signed) < needed:
        raise Refused("quorum_missing", ceremony=number, present=len(signed), needed=needed)
    _check_certificates(place, steps)
    roles = tuple(judge.custodians[one - 1].role for one in sorted(signed))
    return Verified(number, said(opening, "what"), plan.sha256, roles, judge.test)


def _check_certificates(place: Path, steps: list[Step]) -> None:
    """What the ceremony kept is what its transcript tells of: all of it, and nothing else."""
    told = {step["what"].partition(" ")[2]: step["sha256"] for step in steps if step["what"].startswith("certificate ")}
    kept = {file.stem: hashlib.sha256(file.read_bytes()).hexdigest() for file in place.glob("*.der")}
    for name in _different(told, kept):
        raise Refused("certificate_not_in_transcript", certificate=f"{place.name}/{name}")


def _check_files(authority: Authority, made: dict[str, bytes]) -> None:
    """What is in use is what was made last; an OCSP delegate's certificate may be a later one over the same key."""
    for name, path in authority.record.certificates.items():
        stem, der = Path(path).stem, authority.certificate_of(name)
        same = made.get(stem) == der
        if name == "ocsp" and not same:
            same = stem in made and spki_in(made[stem]) == spki_in(der) and is_of(der, authority.certificate)
        if not same:
            raise Refused("certificate_not_in_transcript", certificate=stem)
    if not is_of(authority.certificate, authority.root):
        raise Refused("certificate_not_in_transcript", certificate=authority.name)


def is_of(certificate: bytes, issuer: bytes) -> bool:
    """Whether the issuer (both DER) has signed the certificate, and is named in it."""
    try:
        x509.load_der_x509_certificate(certificate).verify_directly_issued_by(x509.load_der_x509_certificate(issuer))
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _different(told: dict[str, str], kept: dict[str, str]) -> Iterator[str]:
    return (name for name in sorted({*told, *kept}) if told.get(name) != kept.get(name))


def _place(folder: Path, number: int) -> Path:
    return folder / record.FOLDER / str(number)
