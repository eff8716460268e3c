"""The root signs on a machine that no network reaches: a request goes there on a medium, what was signed comes back.

The medium carries a copy of the public folder. The machine of the root rebuilds what it signs from the plan, so that
the request is a handful of facts and nothing that could be signed unread.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from cryptography import x509
from pydantic import BaseModel, ConfigDict

from divit.kernel.errors import NotFound, Refused
from divit.kernel.serials import Serial
from divit.pki import ceremony_record, crl, issuance, profiles
from divit.pki.authority import Authority, family
from divit.pki.ceremony_issuing import Place, files_of, make_services, prepare_issuing, refuse_unfit
from divit.pki.ceremony_plan import CeremonyPlan, KeyKind
from divit.pki.ceremony_presence import Present, gather, made_up
from divit.pki.ceremony_root import LIST, entries_of, make_list
from divit.pki.ceremony_table import ROOT, Stores, Table, replace, write_into
from divit.pki.ceremony_verification import is_of, verify
from divit.pki.crl import Entry
from divit.pki.keystores.base import Algorithm, KeyStore
from divit.pki.reasons import Reason
from divit.pki.signatures import spki_of

REQUEST = "request.json"


class Request(BaseModel):
    """What the root is asked for: a certificate for the next authority, or its list (with authorities to revoke)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["issuing", "list"]
    at: datetime
    place: int = 0
    public_key: str = ""
    serial: str = ""
    revoke: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Journey:
    """Our folder, and the medium that came back."""

    folder: Path
    medium: Path
    number: int

    @property
    def record(self) -> Path:
        return self.medium / ceremony_record.FOLDER / str(self.number)


def request_issuing(
    plan: CeremonyPlan, *, issuing: KeyStore, folder: Path, now: datetime, present: Sequence[Present] = ()
) -> Request:
    """Make the next issuing authority's key and ask for its certificate; the new plan is in force from here on.

    Raises `Refused`: request_waits, plan_of_another_root, issuer_name_taken, lint_failed, and what `gather` raises.
    """
    _refuse_second(folder)
    now, judge, before = now.astimezone(UTC).replace(microsecond=0), ceremony_record.in_force(folder), family(folder)
    place, table = Place(len(before) + 1), Table(plan, now)
    refuse_unfit(plan, table, family=before)
    what = f"request for {place.issuing}"
    presence = gather(judge, present or made_up(judge), kinds=KeyKind, plan=plan, what=what, now=now)
    spki, serial = spki_of(table.key(place.issuing, Algorithm.EC_P384, store=issuing).public_key), Serial.random()
    issuance.lint(prepare_issuing(table, root=before[0].root, spki=spki, serial=serial))
    request = Request(kind="issuing", at=now, place=place.number, public_key=spki.hex(), serial=serial.hex)
    number = ceremony_record.numbers(folder)[-1] + 1
    files = ceremony_record.files_of(table, presence=presence, number=number)
    write_into(folder, {**files, REQUEST: request.model_dump_json(indent=2).encode()}, last=REQUEST)
    return request


def request_list(folder: Path, *, now: datetime, revoke: Sequence[str] = ()) -> Request:
    """Ask for the root's next list; `revoke`: names of authorities whose key is compromised.

    Raises `Refused("request_waits")`, `NotFound`.
    """
    _refuse_second(folder)
    for name in revoke:
        _named(folder, name)
    request = Request(kind="list", at=now.astimezone(UTC).replace(microsecond=0), revoke=tuple(revoke))
    replace(folder / REQUEST, request.model_dump_json(indent=2).encode())
    return request


def sign(medium: Path, *, root: KeyStore, now: datetime, present: Sequence[Present] = ()) -> Request:
    """On the root's machine: check the whole folder, sign what is asked for, and leave it on the medium.

    Raises `Refused`: what `verify`, `gather` and the lints raise; key_not_in_transcript; `NotFound` without a request.
    """
    request, plan, now = pending(medium), ceremony_record.in_force(medium), now.astimezone(UTC)
    verify(medium)
    table, root_der = Table(plan, now), family(medium)[0].root
    what = f"root signs: {request.kind} {' '.join(request.revoke) or Place(request.place or 1).issuing}"
    presence = gather(plan, present or made_up(plan), kinds=[KeyKind.ROOT], plan=plan, what=what, now=now)
    files = dict[str, bytes]()
    if request.kind == "issuing":
        place, prepared = Place(request.place), _prepared(request, plan, root=root_der)
        _refuse_strange_key(medium, place, spki=bytes.fromhex(request.public_key))
        table.take(place.issuing, issuance.sign(issuance.lint(prepared), key=root.open(ROOT)), profiles.ISSUING)
    else:
        previous = _newest_list(medium, root=root_der)
        entries = [*entries_of(previous), *(_revoked(medium, name, at=now) for name in request.revoke)]
        key, days = root.open(ROOT), plan.root_crl_days
        files[LIST] = make_list(root_der, key=key, days=days, now=now, previous=previous, entries=entries)
        digest = hashlib.sha256(files[LIST]).hexdigest()
        table.steps.append(
            {"what": "list root", "revokes": " ".join(request.revoke) or "nobody more", "sha256": digest}
        )
    number = ceremony_record.numbers(medium)[-1] + 1
    files |= ceremony_record.files_of(table, presence=presence, number=number)
    write_into(medium, files, last=LIST)
    return request


def revoke_here(folder: Path, name: str, *, root: KeyStore, now: datetime, present: Sequence[Present] = ()) -> None:
    """An authority's compromise on the root's list at once, with the root's key at hand. Raises what `sign` does."""
    request_list(folder, now=now, revoke=[name])
    try:
        sign(folder, root=root, now=now, present=present)
    finally:
        (folder / REQUEST).unlink()


def accept(
    folder: Path, *, medium: Path, now: datetime, stores: Stores | None = None, present: Sequence[Present] = ()
) -> Authority | None:
    """Back from the root: check what it signed and put it to use; the new authority, or None for a list.

    `stores` (the root's is not touched) and those present are needed for an authority: its services' keys are made now.
    Raises `Refused`: answer_to_something_else, and what `verify`, `crl.check` and `gather` raise.
    """
    request, now = pending(folder), now.astimezone(UTC)
    numbers = ceremony_record.numbers(folder)
    journey = _Journey(folder, medium, numbers[-1] + 1)
    if pending(medium) != request or ceremony_record.numbers(medium) != [*numbers, journey.number]:
        raise Refused("answer_to_something_else")
    verify(folder)
    verify(medium)
    for number in numbers:
        _refuse_other_record(journey, number)
    if request.kind == "list":
        _accept_list(journey, request)
        return None
    if stores is None:
        raise Refused("quorum_missing")
    return _accept_issuing(journey, request, stores=stores, now=now, present=present)


def _accept_list(journey: _Journey, request: Request) -> None:
    folder, new, previous = (
        journey.folder,
        (journey.medium / LIST).read_bytes(),
        (journey.folder / LIST).read_bytes(),
    )
    asked = {_serial(folder, name) for name in request.revoke}
    added = [one for one in entries_of(new) if one.serial in asked and one.reason is Reason.CA_COMPROMISE]
    crl.check(
        new,
        issuer=family(folder)[0].root,
        previous=previous,
        expected_entries=[*entries_of(previous), *added],
    )
    if {one.serial for one in added} != asked or hashlib.sha256(new).hexdigest() not in _transcript(journey):
        raise Refused("answer_to_something_else")
    write_into(folder, {**_record_files(journey), LIST: new}, last=LIST)
    (folder / REQUEST).unlink()


def _accept_issuing(
    journey: _Journey, request: Request, *, stores: Stores, now: datetime, present: Sequence[Present]
) -> Authority:
    folder, plan, place = journey.folder, ceremony_record.in_force(journey.folder), Place(request.place)
    root, certificate = family(folder)[0].root, (journey.record / f"{place.issuing}.der").read_bytes()
    tbs = x509.load_der_x509_certificate(certificate).tbs_certificate_bytes
    if tbs != _prepared(request, plan, root=root).tbs or not is_of(certificate, root):
        raise Refused("answer_to_something_else")
    what = f"issuing authority {place.issuing}"
    presence = gather(plan, present or made_up(plan), kinds=KeyKind, plan=plan, what=what, now=now)
    table = Table(plan, now)
    table.take(place.issuing, certificate, profiles.ISSUING)
    make_services(table, place=place, stores=stores, issuing_key=stores.issuing.open(place.issuing))
    files = _record_files(journey) | files_of(table, place=place, root=root)
    files |= ceremony_record.files_of(table, presence=presence, number=journey.number + 1)
    write_into(folder, files, last=place.file)
    (folder / REQUEST).unlink()
    return Authority.load(folder)


def _prepared(request: Request, plan: CeremonyPlan, *, root: bytes) -> issuance.Prepared:
    spki, serial = bytes.fromhex(request.public_key), Serial.from_hex(request.serial)
    return prepare_issuing(Table(plan, request.at), root=root, spki=spki, serial=serial)


def _refuse_strange_key(medium: Path, place: Place, *, spki: bytes) -> None:
    """The key is the one that was made before the custodians' eyes."""
    number = ceremony_record.numbers(medium)[-1]
    made = {
        step.get("public") for step in ceremony_record.steps(medium, number) if step["what"] == f"key {place.issuing}"
    }
    if made != {hashlib.sha256(spki).hexdigest()}:
        raise Refused("key_not_in_transcript", key=place.issuing)


def _newest_list(medium: Path, *, root: bytes) -> bytes:
    """The root's list on the medium, if it is the root's and has forgotten nobody whom a ceremony took down."""
    previous = (medium / LIST).read_bytes()
    crl.check_issuer(previous, issuer=root, number=crl.number_of(previous))
    listed = {entry.serial for entry in entries_of(previous)}
    for number in ceremony_record.numbers(medium):
        for step in ceremony_record.steps(medium, number):
            for name in step.get("revokes", "").split() if step["what"] == "list root" else []:
                if name in _names(medium) and _serial(medium, name) not in listed:
                    raise Refused("list_forgets", authority=name)
    return previous


def _refuse_other_record(journey: _Journey, number: int) -> None:
    """What came before is on the medium as it is here: nobody's ceremony was put in the place of one of ours."""
    place = f"{ceremony_record.FOLDER}/{number}"
    if _files_in(journey.medium / place) != _files_in(journey.folder / place):
        raise Refused("answer_to_something_else")


def _record_files(journey: _Journey) -> dict[str, bytes]:
    found = _files_in(journey.record)
    steps = found.pop(ceremony_record.STEPS)  # written last: it makes the record count
    place = journey.record.relative_to(journey.medium)
    return {str(place / name): content for name, content in {**found, ceremony_record.STEPS: steps}.items()}


def _files_in(place: Path) -> dict[str, bytes]:
    """Of one record; a link or a folder in it is not ours, and is not followed."""
    files = sorted(place.iterdir())
    if any(file.is_symlink() or not file.is_file() for file in files):
        raise Refused("answer_to_something_else")
    return {file.name: file.read_bytes() for file in files}


def _transcript(journey: _Journey) -> str:
    return ceremony_record.transcript(journey.medium, journey.number)


def _revoked(folder: Path, name: str, *, at: datetime) -> Entry:
    return Entry(serial=_serial(folder, name), at=at, reason=Reason.CA_COMPROMISE)


def _serial(folder: Path, name: str) -> Serial:
    return Serial(x509.load_der_x509_certificate(_named(folder, name).certificate).serial_number)


def _names(folder: Path) -> set[str]:
    return {authority.name for authority in family(folder)}


def _named(folder: Path, name: str) -> Authority:
    for authority in family(folder):
        if authority.name == name:
            return authority
    raise NotFound(f"no authority is called {name}")


def pending(folder: Path) -> Request:
    """What is asked of the root and not accepted yet. Raises `NotFound`."""
    try:
        return Request.model_validate_json((folder / REQUEST).read_bytes())
    except FileNotFoundError:
        raise NotFound(f"nothing is asked for in {folder}") from None


def _refuse_second(folder: Path) -> None:
    if (folder / REQUEST).exists():
        raise Refused("request_waits")
