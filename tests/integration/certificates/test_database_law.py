"""The database keeps the law by itself: raw SQL that breaks it is refused."""

from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, transaction

from divit.certificates.models import Certificate
from divit.flows import revocation, status_publication, suspension
from divit.identity.models import Person
from divit.pki.authority import Authority
from divit.pki.keystores import KeyStore
from divit.pki.reasons import Reason
from tests.fixtures_pki import holder_of

pytestmark = pytest.mark.django_db
_NOW = "statement_timestamp()"


def as_act(act: str, assignments: str) -> str:
    return (
        f"SELECT set_config('divit.act', '{act}', true), set_config('divit.actor', 'holder:x', true);"
        f"UPDATE certificates_certificate SET {assignments}"
    )


def refused(statement: str, match: str) -> None:
    with pytest.raises(DatabaseError, match=match), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture
def valid(make_person: Callable[..., Person], make_certificate: Callable[..., Certificate]) -> Certificate:
    return make_certificate(make_person())


@pytest.fixture
def suspended(valid: Certificate) -> Certificate:
    suspension.suspend(valid.pk, by=holder_of(valid.person))
    return valid


@pytest.fixture
def revoked(valid: Certificate) -> Certificate:
    revocation.revoke(valid.pk, reason=Reason.KEY_COMPROMISE, by=holder_of(valid.person))
    return valid


_HELD = f"state='suspended', hold_cause='holder', hold_started_at={_NOW}, effective_at={_NOW}"
_ENDED = f"state='revoked', reason='keyCompromise', revoked_at={_NOW}, effective_at={_NOW}"


@pytest.mark.parametrize(
    ("statement", "match"),
    [
        (f"UPDATE certificates_certificate SET {_HELD}", "needs an actor"),
        (as_act("reinstate", _HELD), "does not lead"),
        (as_act("suspend", "state='suspended', hold_cause='holder'"), "state_has_its_facts"),
        (as_act("suspend", _HELD.replace(_NOW, f"{_NOW} - interval '1 hour'")), "dated before"),
        (as_act("suspend", _HELD.replace(_NOW, f"{_NOW} + interval '1 hour'")), "dated before"),
        (as_act("revoke", _ENDED.replace("'keyCompromise'", "''")), "state_has_its_facts"),
        (as_act("revoke", _ENDED.replace("'keyCompromise'", "'certificateHold'")), "state_has_its_facts"),
        (as_act("revoke", f"state='revoked', reason='keyCompromise', effective_at={_NOW}"), "violates|dated"),
        (as_act("revoke", f"{_ENDED}, effective_at={_NOW} - interval '1 day'".replace(
            f"effective_at={_NOW}, ", "")), "dated before"),
        ("UPDATE certificates_certificate SET serial = 'AA'", "stays as it is"),
        ("UPDATE certificates_certificate SET der = ''", "stays as it is"),
        ("UPDATE certificates_certificate SET reason = 'superseded'", "by an act"),
        ("UPDATE certificates_certificate SET change_seq = 1", "by an act"),
        ("DELETE FROM certificates_certificate", "insert-only|violates foreign key"),
        ("DELETE FROM certificates_intent", "insert-only|violates foreign key"),
        ("UPDATE certificates_intent SET tbs = ''", "as it was reserved"),
        ("UPDATE certificates_statuschange SET at = now()", "insert-only"),
        ("DELETE FROM certificates_statuschange", "insert-only"),
    ],
)  # fmt: skip
def test_a_valid_certificate(valid: Certificate, statement: str, match: str) -> None:
    refused(statement, match)


@pytest.mark.parametrize(
    ("statement", "match"),
    [
        (as_act("reinstate", "state='valid', hold_cause='', hold_started_at=NULL, effective_at=NULL"), "does not lead"),
        (as_act("suspend", _HELD), "stays as it is|does not lead"),
        (as_act("revoke", "state='revoked', reason='superseded'"), "does not lead|stays as it is"),
        ("UPDATE certificates_certificate SET reason = 'superseded'", "stays as it is"),
        ("UPDATE certificates_certificate SET effective_at = now()", "stays as it is"),
        ("UPDATE certificates_certificate SET revoked_at = now() + interval '1 second'", "stays as it is"),
    ],
)
def test_a_revoked_certificate_stays_revoked(revoked: Certificate, statement: str, match: str) -> None:
    refused(statement, match)


def test_a_hold_is_not_moved_in_time(suspended: Certificate) -> None:
    refused("UPDATE certificates_certificate SET hold_started_at = now(), effective_at = now()", "by an act")


def test_nothing_is_born_revoked(revoked: Certificate) -> None:
    columns = "issuer_id, person_id, institution_id, der, holder_name, profile, card_serial, not_before, not_after"
    refused(
        f"INSERT INTO certificates_certificate (id, state, intent_id, card_order_id, serial, publish, issued_at,"
        f" reason, hold_cause, revoked_at, effective_at, change_seq, {columns}) SELECT gen_random_uuid(), 'revoked',"
        f" intent_id, gen_random_uuid(), 'FF', publish, now(), 'superseded', '', now(), now(), 0, {columns}"
        f" FROM certificates_certificate",
        "nothing begins as revoked",
    )


def test_published_lists_stay(authority: Authority, keystore: KeyStore) -> None:
    status_publication.publish(authority.id, keystore=keystore)
    refused("DELETE FROM certificates_publishedcrl", "insert-only")
    refused("UPDATE certificates_publishedcrl SET sha256 = ''", "insert-only")


def test_what_a_list_says_changes_with_a_list_alone(
    authority: Authority, keystore: KeyStore, revoked: Certificate
) -> None:
    status_publication.publish(authority.id, keystore=keystore)
    refused("UPDATE certificates_listblock SET entries = ''", "changes with a new list")
    refused("UPDATE certificates_listblock SET entries = '', number = number + 1, name = ''", "changes with a new list")
    refused(
        "UPDATE certificates_listblock SET entries = '', number = number + 1; SET CONSTRAINTS ALL IMMEDIATE",
        "list_block_of_a_list",
    )
    refused("DELETE FROM certificates_listblock", "insert-only")
    refused(
        "INSERT INTO certificates_listchange (issuer_id, number, key) SELECT issuer_id, number, '' FROM"
        " certificates_publishedcrl",
        "written before it",
    )
    refused(
        "INSERT INTO certificates_publisheddelta (issuer_id, number, base_number, this_update, next_update, der)"
        " SELECT issuer_id, number, number, now(), now(), '' FROM certificates_publishedcrl",
        "beside a newer list",
    )


def test_what_changed_is_found_without_reading_every_certificate() -> None:
    """Validation asks twice a second; behind the view both tables must answer from an index."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN SELECT serial, status FROM published_certificate_status WHERE change_seq > 5")
        plan = "\n".join(line for (line,) in cursor.fetchall())
        assert "certificate_by_change" in plan
        assert "intent_by_change" in plan or "intent_published" in plan
        named = "WHERE issuer_id = ANY(ARRAY[gen_random_uuid()]) AND serial = ANY(ARRAY['AB'])"
        cursor.execute(f"EXPLAIN SELECT serial, status FROM published_certificate_status {named}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Seq Scan" not in plan, plan
