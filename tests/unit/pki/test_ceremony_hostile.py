"""What one custodian, or whoever carries the medium, tries: nobody alone seats other people or takes a word back."""

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from divit.kernel.errors import Refused
from divit.pki import ceremony, ceremony_offline, ceremony_record, crl
from divit.pki.ceremony_plan import CeremonyPlan, KeyKind
from divit.pki.ceremony_presence import Present, gather
from divit.pki.ceremony_root import LIST
from divit.pki.ceremony_table import Table, write_into
from divit.pki.ceremony_verification import verify
from tests.unit.pki.test_ceremony_later import NOW, ROLES, Held, prepared

LATER = NOW + timedelta(minutes=5)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Held:
    """A service's key needs one custodian alone, the others two; held once, nobody changes it."""
    held = prepared(tmp_path_factory.mktemp("first"))
    plan = held.plan(quorum={"root": 2, "issuing": 2, "delegates": 1})
    ceremony.perform(plan, stores=held.stores, out=held.folder, now=NOW, present=held.two)
    return held


@pytest.fixture
def held(first: Held, tmp_path: Path) -> Held:
    """A copy of it, keys and all."""
    shutil.copytree(first.folder.parent, tmp_path, dirs_exist_ok=True)
    copy = prepared(tmp_path)
    return Held(copy.folder, copy.stores, first.people)


@pytest.fixture
def strangers() -> list[Present]:
    return [Present(role, ec.generate_private_key(ec.SECP256R1())) for role in ROLES]


def seating(held: Held, people: list[Present]) -> CeremonyPlan:
    """A plan in which these are the custodians."""
    told = [{"role": one.role, "key": one.public_pem, "until": "2099-12-31"} for one in people]
    return held.plan("theirs", custodians=told)


def medium_of(held: Held) -> Path:
    """What is carried to the root's machine."""
    return Path(shutil.copytree(held.folder, held.folder.with_name("medium")))


def test_who_may_renew_a_services_key_does_not_seat_other_custodians(held: Held, strangers: list[Present]) -> None:
    theirs, judge = seating(held, strangers), ceremony_record.in_force(held.folder)
    alone = {"kinds": [KeyKind.DELEGATES], "what": "new key for tsa", "now": NOW}
    with pytest.raises(Refused, match="quorum_missing"):
        gather(judge, held.people[:1], plan=theirs, **alone)  # type: ignore[arg-type]
    # As if the opening had been written without asking.
    presence = gather(theirs, strangers[:2], plan=theirs, **alone)  # type: ignore[arg-type]
    forged = presence.opening.replace(f"in force    {theirs.sha256}".encode(), f"in force    {judge.sha256}".encode())
    table = Table(theirs, NOW)
    table.steps.append({"what": "key tsa-2", "algorithm": "ec-p256", "how": "made", "public": "00"})
    one = type(presence)((held.people[0],), (1,), forged)
    write_into(held.folder, ceremony_record.files_of(table, presence=one, number=2), last="")
    with pytest.raises(Refused, match="quorum_missing"):
        verify(held.folder)


def test_the_root_does_not_forget_whom_it_took_down(held: Held) -> None:
    before = (held.folder / LIST).read_bytes()
    at = NOW + timedelta(minutes=1)
    ceremony_offline.revoke_here(held.folder, "issuing", root=held.stores.root, now=at, present=held.two)
    ceremony_offline.request_list(held.folder, now=at)
    medium = medium_of(held)
    (medium / LIST).write_bytes(before)
    with pytest.raises(Refused, match="list_forgets"):
        ceremony_offline.sign(medium, root=held.stores.root, now=LATER, present=held.two)
    (medium / LIST).write_bytes((held.folder / LIST).read_bytes()[:-1] + b"\0")
    with pytest.raises(Refused, match="crl_bad_signature"):
        ceremony_offline.sign(medium, root=held.stores.root, now=LATER, present=held.two)


def signed_medium(held: Held) -> Path:
    ceremony_offline.request_list(held.folder, now=NOW)
    medium = medium_of(held)
    ceremony_offline.sign(medium, root=held.stores.root, now=LATER, present=held.two)
    return medium


def a_link(medium: Path, held: Held, strangers: list[Present]) -> None:
    secret = held.folder.with_name("pin")
    secret.write_text("1234")
    (medium / "ceremonies/2/note.txt").symlink_to(secret)


def other_records(medium: Path, held: Held, strangers: list[Present]) -> None:
    """The same steps, made again as if other people had been there from the first day."""
    theirs = seating(held, strangers)
    for number in (1, 2):
        table, place = Table(theirs, NOW), medium / f"ceremonies/{number}"
        table.steps = ceremony_record.steps(medium, number)
        table.certificates |= {file.stem: file.read_bytes() for file in place.glob("*.der")}
        shutil.rmtree(place)
        presence = gather(theirs, strangers[:2], kinds=KeyKind, plan=theirs, what="x", now=NOW)
        write_into(medium, ceremony_record.files_of(table, presence=presence, number=number), last="")


@pytest.mark.parametrize("change", [a_link, other_records])
def test_what_was_changed_on_the_way_is_not_taken(
    held: Held, strangers: list[Present], change: Callable[[Path, Held, list[Present]], None]
) -> None:
    medium = signed_medium(held)
    before = crl.number_of((held.folder / LIST).read_bytes())
    change(medium, held, strangers)
    with pytest.raises(Refused, match="answer_to_something_else"):
        ceremony_offline.accept(held.folder, medium=medium, now=LATER)
    assert ceremony_record.numbers(held.folder) == [1]
    assert crl.number_of((held.folder / LIST).read_bytes()) == before


def test_a_record_that_was_not_written_to_its_end_holds_nothing_up(held: Held) -> None:
    half = held.folder / "ceremonies/2"
    half.mkdir()
    (half / "opening.txt").write_bytes((held.folder / "ceremonies/1/opening.txt").read_bytes())
    ceremony_offline.revoke_here(held.folder, "issuing", root=held.stores.root, now=LATER, present=held.two)
    assert [one.number for one in verify(held.folder)] == [1, 2]
