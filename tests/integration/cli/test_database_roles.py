"""Each process's role has the least it needs, also beyond the ledger and the certificates."""

import pytest
from django.db import connection

from divit.cli import database_roles

pytestmark = pytest.mark.django_db
_ROLES = (*database_roles.WRITERS, database_roles.READER)


@pytest.fixture(autouse=True)
def _granted() -> None:
    """The roles of an installation; rolled back with the test."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolname FROM pg_roles")
        there = {name for (name,) in cursor.fetchall()}
        for role in set(_ROLES) - there:
            cursor.execute(f"CREATE ROLE {role}")
        database_roles.grant(cursor)


def _may(role: str, table: str) -> set[str]:
    verbs = ["SELECT", "INSERT", "UPDATE", "DELETE"]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT v FROM unnest(%s::text[]) AS v WHERE has_table_privilege(%s, %s, v)", [verbs, role, table]
        )
        return {verb for (verb,) in cursor.fetchall()}


ALL = {"SELECT", "INSERT", "UPDATE", "DELETE"}


@pytest.mark.parametrize(
    ("role", "table", "verbs"),
    [
        ("divit_web", "certificates_intent", {"SELECT"}),
        ("divit_web", "payments_bill", {"SELECT"}),
        ("divit_web", "payments_statement", {"SELECT"}),
        ("divit_worker", "payments_statement", ALL),
        ("divit_worker", "certificates_intent", ALL),
        ("divit_signer", "certificates_intent", ALL),
        ("divit_web", "certificates_certificate", {"SELECT", "UPDATE"}),
        ("divit_worker", "certificates_certificate", {"SELECT", "UPDATE"}),
        ("divit_signer", "certificates_certificate", ALL),
        ("divit_web", "mfa_authenticator", ALL),
        ("divit_worker", "mfa_authenticator", set()),
        ("divit_signer", "mfa_authenticator", set()),
        ("divit_worker", "django_session", ALL),
        ("divit_signer", "django_session", set()),
        ("divit_web", "connections_key", ALL),
        ("divit_signer", "connections_key", set()),
        ("divit_signer", "audit_entry", {"SELECT", "INSERT"}),
        ("divit_validation", "certificates_intent", set()),
        ("divit_validation", "published_certificate_status", {"SELECT"}),
    ],
)
def test_what_a_process_may_do(role: str, table: str, verbs: set[str]) -> None:
    assert _may(role, table) == verbs


def test_every_table_that_is_named_is_there() -> None:
    """A table that was renamed must not slip out of its protection."""
    named = {
        *database_roles.INSERT_ONLY, *database_roles.READ_ONLY, *database_roles.SIGNER_ONLY,
        *database_roles.NOT_BY_WEB, *database_roles.LOGINS, *database_roles.PROGRAMS, *database_roles.PUBLIC_VIEWS,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        assert named <= {name for (name,) in cursor.fetchall()}
