"""What the planner itself does with the registry's questions, asked with the rights of the web process."""

import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from divit.flows import registry_search
from divit.kernel.actors import Actor

pytestmark = pytest.mark.django_db(transaction=True)

BENCH = Path(__file__).parents[3] / "bench"
APPLICATIONS = 10_000
AS_IF = 100  # so many times as many
ASKED = 3
INDEXES = {
    "T.C. kimlik no": {"identity_person_tckn_"},
    "telephone": {"person_by_phone", "application_by_phone"},
    "e-mail": {"person_by_email", "application_by_mailbox"},
    "application reference": {"applications_application_reference_"},
    "certificate serial": {"certificate_by_serial"},
    "certificate serial, zeros before it": {"certificate_by_serial"},
    "card serial": {"certificate_by_card", "card_by_serial"},
    "parcel tracking number": {"parcel_tracking_no_once"},
    "number of a box": {"delivery_parcel_consignment_id_"},
    "given names and surname": {"person_by_name"},
    "surname first, no Turkish marks": {"person_by_name"},
    "surname alone, capitals": {"person_by_name"},
    "first four letters of a surname": {"person_by_name"},
    "two letters and a surname": {"person_by_name"},
    "a name that nobody has": {"person_by_name"},
    "surname, institution": {"person_by_name"},
}


@pytest.fixture(autouse=True)
def _no_order_is_any_order() -> None:
    """Here the statements are those of the house: shuffled ones are planned otherwise."""


@pytest.fixture
def kinds(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, list[str]]]:
    """Every kind of question, about the invented people of the benchmark (bench/registry_search.py): a hundredth of
    them, and a planner that takes them for a million. What it knows of each column is what it found there itself."""
    monkeypatch.syspath_prepend(BENCH)
    people: Any = importlib.import_module("registry_fill")
    words: Any = importlib.import_module("registry_words")
    with connection.cursor() as cursor:
        known = people.fill(cursor, APPLICATIONS)
        cursor.execute(
            "UPDATE pg_class SET reltuples = reltuples * %s WHERE oid = ANY(%s::regclass[]) OR oid IN"
            " (SELECT indexrelid FROM pg_index WHERE indrelid = ANY(%s::regclass[]))",
            [AS_IF, words.TABLES, words.TABLES],
        )
        yield words.questions(known)
        # Neither the room that they took nor what the planner believes is left to the tests that follow.
        cursor.execute(f"TRUNCATE {', '.join(words.TABLES)} CASCADE")
        cursor.execute("DELETE FROM pg_statistic WHERE starelid = ANY(%s::regclass[])", [words.TABLES])


def _plans(text: str, *, by: Actor) -> str:
    """How each statement is answered, by the planner's own choice but for what the search itself tells it of names."""
    with CaptureQueriesContext(connection) as asked:
        registry_search.find(text, by=by)
    told = []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = 'divit_web'")
        if cursor.fetchone():
            cursor.execute("SET LOCAL ROLE divit_web")  # behind the walls, where fewer indexes may be asked
        for sql in (query["sql"] for query in asked):
            if sql.startswith("SELECT"):
                cursor.execute(f"EXPLAIN {sql}")
                told += [line for (line,) in cursor.fetchall()]
            elif sql.startswith("SET LOCAL"):
                cursor.execute(sql)
            elif sql.startswith("COMMIT"):
                cursor.execute("RESET enable_seqscan")
    return "\n".join(told)


def test_no_question_reads_a_large_table_from_end_to_end(kinds: dict[str, list[str]], registrar: Actor) -> None:
    words: Any = importlib.import_module("registry_words")
    for kind, texts in kinds.items():
        for text in texts[:ASKED]:
            plans = _plans(text, by=registrar)
            whole = set(re.findall(r"Seq Scan on (\w+)", plans)) & set(words.TABLES)
            assert not whole, (kind, text, plans)
            missing = {index for index in INDEXES.get(kind, ()) if index not in plans}
            assert not missing, (kind, text, missing, plans)
    assert set(INDEXES) <= set(kinds)
