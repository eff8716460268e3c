"""What a ceremony leaves behind for whoever asks later: the plan, both signed texts, and every certificate it made."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from divit.pki.ceremony_plan import CeremonyPlan, KeyKind, read_plan
from divit.pki.ceremony_presence import OPENING, TRANSCRIPT, Presence, said
from divit.pki.ceremony_table import Step, Table

FOLDER = "ceremonies"
PLAN, STEPS = "plan.yaml", "transcript.json"


def files_of(table: Table, *, presence: Presence, number: int) -> dict[str, bytes]:
    """The record of one ceremony, signed by those who were there."""
    text = transcript_of(table.plan, opening=presence.opening, now=table.now, done=table.steps)
    told = {"heading": table.plan.heading, "held_at": table.now.isoformat(), "steps": table.steps}
    kept = presence.files(text) | {
        PLAN: table.plan.text,
        **{f"{name}.der": der for name, der in table.certificates.items()},
        STEPS: json.dumps(told, ensure_ascii=False, indent=2).encode(),  # written last: it makes the record count
    }
    return {f"{FOLDER}/{number}/{name}": content for name, content in kept.items()}


def numbers(folder: Path) -> list[int]:
    """Which ceremonies were held, the first one first; one whose record was not written to its end was not."""
    return sorted(int(one.name) for one in (folder / FOLDER).glob("*") if one.name.isdigit() and (one / STEPS).exists())


def in_force(folder: Path) -> CeremonyPlan:
    """The plan of the newest ceremony: its custodians open the next one. A TEST plan's address is as it was held."""
    return plan_of(folder, numbers(folder)[-1])


def plan_of(folder: Path, number: int) -> CeremonyPlan:
    """The plan by which a ceremony was held."""
    place = folder / FOLDER / str(number)
    address = said((place / OPENING).read_bytes(), "address")
    return read_plan((place / PLAN).read_bytes(), validation_url=address)


def transcript_of(plan: CeremonyPlan, *, opening: bytes, now: datetime, done: Sequence[Step]) -> bytes:
    """What is read aloud and signed."""
    lines = [
        plan.heading,
        f"Held at {now.isoformat(timespec='seconds')}",
        f"Opening {hashlib.sha256(opening).hexdigest()}",
        "",
    ]
    if plan.test:
        lines += ["TEST: what this authority issues is not qualified in law.", ""]
    for number, step in enumerate(done, 1):
        lines.append(f"{number}. {step['what']}")
        lines += [f"   {key:9} {value}" for key, value in step.items() if key != "what"]
    lines += ["", "Read the SHA-256 fingerprints aloud; each compares them with the certificates before signing.", ""]
    return "\n".join(lines).encode()


_KINDS = {"issuing": KeyKind.ISSUING, **dict.fromkeys(("ocsp", "tsa", "seal"), KeyKind.DELEGATES)}


def kinds_of(done: Iterable[Step]) -> set[KeyKind]:
    """Which kinds of keys the steps done have made or used."""
    kinds = set()
    for step in done:
        _what, _, name = step["what"].partition(" ")
        word = name.partition("-")[0]
        kinds.add(_KINDS.get(word, KeyKind.ROOT))
        if step["what"].startswith("certificate issuing"):
            kinds.add(KeyKind.ROOT)  # which signs it
    return kinds


def steps(folder: Path, number: int) -> list[Step]:
    """What was done in one ceremony, one after the other."""
    told: list[Step] = json.loads((folder / FOLDER / str(number) / STEPS).read_text(encoding="utf-8"))["steps"]
    return told


def transcript(folder: Path, number: int) -> str:
    """The signed text of one ceremony."""
    return (folder / FOLDER / str(number) / TRANSCRIPT).read_text(encoding="utf-8")
