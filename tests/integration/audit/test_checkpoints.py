"""Anchors of the ledger: whoever can write every table still cannot write yesterday's time-stamp."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from divit.audit import ledger
from divit.audit.models import Checkpoint
from divit.flows import ledger_checkpoint
from divit.kernel import clock
from divit.kernel.actors import SYSTEM
from divit.kernel.errors import NeighbourFailed
from divit.pki import timestamps
from divit.pki.authority import Authority
from divit.pki.keystores import open_keystore
from tests.fixtures_pki import Held
from tests.pki_authority import hold

pytestmark = pytest.mark.django_db(transaction=True)


class Tsa:
    """The real time-stamping authority without its port; `late` moves its clock."""

    def __init__(self, authority: Authority, keys: str, secret: str) -> None:
        self.late = timedelta(0)
        self._desk = timestamps.Authority(
            certificate=authority.certificate_of("tsa"),
            chain=(authority.certificate,),
            key=open_keystore(keys, secret=secret).open("tsa"),
            policy=authority.record.tsa_policy,
        )

    def stamp(self, request: bytes) -> bytes:
        return self._desk.answer(request, now=clock.now() + self.late)


@pytest.fixture
def tsa(authority: Authority, ceremony_held: Held) -> Tsa:
    return Tsa(authority, ceremony_held.validation_keys, ceremony_held.secret_file.read_text())


def write(number: int = 2) -> None:
    for _entry in range(number):
        with transaction.atomic():
            ledger.record(by=SYSTEM, act="test.act", subject=("thing", "1"))


def below_the_triggers(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(statement, values)
        cursor.execute("SET session_replication_role = DEFAULT")


def rewrite_chain() -> None:
    """What somebody with every right in the database would do: another content, and every hash after it again."""
    below_the_triggers("UPDATE audit_entry SET payload = replace(payload, 'test.act', 'else'), act = 'else'")
    below_the_triggers(
        "DO $$ DECLARE one record; before bytea := ''; BEGIN FOR one IN SELECT * FROM audit_entry ORDER BY seq LOOP"
        " UPDATE audit_entry SET previous = before,"
        " hash = sha256(before || convert_to(one.seq || '|' || one.payload, 'UTF8')) WHERE seq = one.seq"
        " RETURNING hash INTO before; END LOOP; END $$"
    )
    below_the_triggers("UPDATE audit_checkpoint c SET hash = e.hash FROM audit_entry e WHERE e.seq = c.seq")


def told() -> list[str]:
    return [f"{fault.seq}: {fault.what}" for fault in ledger_checkpoint.verify()]


def test_an_anchored_ledger_verifies(tsa: Tsa) -> None:
    write()
    ledger_checkpoint.anchor(timestamps=tsa)
    write()
    ledger_checkpoint.anchor(timestamps=tsa)
    ledger_checkpoint.anchor(timestamps=tsa)
    assert list(Checkpoint.objects.order_by("seq").values_list("seq", flat=True)) == [2, 4]
    assert told() == []
    call_command("ledger", "verify")


def test_a_tail_that_was_cut_off_is_missed(tsa: Tsa) -> None:
    write(3)
    ledger_checkpoint.anchor(timestamps=tsa)
    below_the_triggers("DELETE FROM audit_entry WHERE seq = 3")
    assert told() == ["3: a time-stamped checkpoint stands here, but the entry is gone"]


def test_a_whole_chain_written_anew_is_found_by_its_time_stamp(tsa: Tsa) -> None:
    write()
    ledger_checkpoint.anchor(timestamps=tsa)
    rewrite_chain()
    assert list(ledger.verify()) == []  # the tables agree with one another
    assert told() == ["2: the time-stamp of its checkpoint is over something else"]
    with pytest.raises(CommandError, match="1 fault"):
        call_command("ledger", "verify")


def test_a_new_time_stamp_over_a_chain_written_anew_comes_too_late(tsa: Tsa) -> None:
    write()
    ledger_checkpoint.anchor(timestamps=tsa)
    write()
    rewrite_chain()
    below_the_triggers("DELETE FROM audit_checkpoint")
    below_the_triggers("DELETE FROM audit_entry WHERE seq > 2")
    tsa.late = timedelta(days=1)
    ledger_checkpoint.anchor(timestamps=tsa)
    below_the_triggers("UPDATE audit_checkpoint SET at = at + interval '1 day'")
    write()
    (fault,) = told()
    assert fault.startswith("2: the time-stamp of its checkpoint is of another time")


@pytest.mark.parametrize("token", [b"", b"\x30\x00", b"\x09\x01\x00", b"garbage" * 50])
def test_garbage_in_place_of_a_time_stamp_is_found(tsa: Tsa, token: bytes) -> None:
    write()
    ledger_checkpoint.anchor(timestamps=tsa)
    below_the_triggers("UPDATE audit_checkpoint SET token = %s", token)
    (fault,) = told()
    assert fault.startswith("2: the time-stamp of its checkpoint does not hold")


def test_a_time_stamp_of_somebody_else_is_neither_kept_nor_believed(tsa: Tsa, tmp_path: Any) -> None:
    other = hold(tmp_path)
    stranger = Tsa.__new__(Tsa)
    stranger.late, stranger._desk = timedelta(0), other.tsa()
    write()
    with pytest.raises(NeighbourFailed):
        ledger_checkpoint.anchor(timestamps=stranger)
    assert not Checkpoint.objects.exists()


class _Answers:
    def __init__(self, answer: bytes) -> None:
        self._answer = answer

    def stamp(self, request: bytes) -> bytes:
        return self._answer


@pytest.mark.parametrize(
    "answer",
    [b"", b"<html>", b"\x09\x01\x00", timestamps.refusal(timestamps.Refusal.TIME_NOT_AVAILABLE)],
    ids=["nothing", "a page", "a REAL", "a refusal"],
)
def test_an_authority_that_gives_no_token_has_failed(authority: Authority, answer: bytes) -> None:
    write()
    with pytest.raises(NeighbourFailed):
        ledger_checkpoint.anchor(timestamps=_Answers(answer))
    assert not Checkpoint.objects.exists()
