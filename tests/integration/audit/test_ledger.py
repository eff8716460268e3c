"""The ledger: chained, insert-only, and impossible to write outside a transaction."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from divit.audit import ledger, selectors
from divit.kernel.actors import SYSTEM, Actor, Role

pytestmark = pytest.mark.django_db


def _three_entries() -> None:
    for number in range(3):
        with transaction.atomic():
            ledger.record(by=SYSTEM, act="test.act", subject=("thing", str(number)), note="çığ")


def test_a_chain_as_written_verifies() -> None:
    _three_entries()
    assert list(ledger.verify()) == []


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_it_refuses() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        ledger.record(by=SYSTEM, act="test.act", subject=("thing", "1"))


@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET act = 'x'", "DELETE FROM audit_entry"])
def test_entries_cannot_be_changed(statement: str) -> None:
    _three_entries()
    with pytest.raises(DatabaseError, match="insert-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    ("tampering", "seq", "what"),
    [
        ("UPDATE audit_entry SET payload = replace(payload, 'test.act', 'other') WHERE seq = 2", 2, "content does not"),
        ("UPDATE audit_entry SET act = 'other' WHERE seq = 2", 2, "columns do not"),
        ("DELETE FROM audit_entry WHERE seq = 2", 2, "missing"),
        ("UPDATE audit_entry SET seq = CASE seq WHEN 2 THEN 30 ELSE 2 END WHERE seq IN (2, 3)", 2, "follow"),
    ],
)
def test_tampering_below_the_triggers_is_found(tampering: str, seq: int, what: str) -> None:
    _three_entries()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER insert_only")
        if "CASE" in tampering:
            cursor.execute("UPDATE audit_entry SET seq = 30 WHERE seq = 2")
            cursor.execute("UPDATE audit_entry SET seq = 2 WHERE seq = 3")
            cursor.execute("UPDATE audit_entry SET seq = 3 WHERE seq = 30")
        else:
            cursor.execute(tampering)
    faults = list(ledger.verify())
    assert any(fault.seq == seq and what in fault.what for fault in faults), faults


def test_content_that_is_no_entry_is_named_like_any_other_fault() -> None:
    _three_entries()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER insert_only")
        cursor.execute("UPDATE audit_entry SET payload = 'not json' WHERE seq = 2")
    found = {fault.what for fault in ledger.verify() if fault.seq == 2}
    assert found == {"its content does not match its hash", "its columns do not match its content"}


def test_a_forged_entry_whose_content_says_otherwise_than_its_columns_is_found() -> None:
    """Whoever may insert may choose both; the chain alone would take them."""
    _three_entries()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_entry (at, role, actor_id, act, subject_kind, subject_id, person_id, payload)"
            " SELECT at, 'system', 'system', 'test.act', 'thing', '9', '', payload FROM audit_entry WHERE seq = 1"
        )
    assert [(fault.seq, fault.what) for fault in ledger.verify()] == [(4, "its columns do not match its content")]


def test_whoever_an_id_names_is_found_newest_first_by_indexes_alone() -> None:
    actor = Actor(role=Role.PRODUCER, id="7")
    with transaction.atomic():
        for number in range(2_000):
            ledger.record(by=SYSTEM, act="test.act", subject=("thing", str(number)), person_id=f"p{number}")
        ledger.record(by=actor, act="test.act", subject=("thing", "7"), person_id="7")
        ledger.record(by=SYSTEM, act="test.act", subject=("thing", "7"))
    assert [entry.seq for entry in selectors.entries_naming("7", limit=2)] == [2002, 2001]
    assert [entry.seq for entry in selectors.entries_naming("7")] == [2002, 2001, 8]
    assert [entry.person_id for entry in selectors.entries_naming("p3")] == ["p3"]
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE audit_entry")  # a planner that knows nothing of the table may take any way
    with CaptureQueriesContext(connection) as asked, connection.cursor() as cursor:
        selectors.entries_naming("7")
        cursor.execute("SET LOCAL enable_seqscan = off")
        for query in list(asked)[:-1]:
            cursor.execute(f"EXPLAIN {query['sql']}")
            plan = "\n".join(row[0] for row in cursor.fetchall())
            # Nothing is read only to be thrown away: the ledger of years has millions of lines.
            assert "Filter:" not in plan, plan
