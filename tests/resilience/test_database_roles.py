"""What each process may not do in the database, whatever is found wrong in its code."""

import psycopg
import pytest
from psycopg import sql

from divit.cli.database_roles import INSERT_ONLY, PUBLIC_VIEWS, READ_ONLY, SIGNER_ONLY, WRITERS
from divit.launcher.postgres import Cluster
from tests.resilience.house import House

pytestmark = pytest.mark.service

_STATEMENTS = {
    "SELECT": "SELECT * FROM {} LIMIT 1",
    "INSERT": "INSERT INTO {} SELECT * FROM {} LIMIT 0",
    "UPDATE": "UPDATE {} SET {} = DEFAULT WHERE false",
    "DELETE": "DELETE FROM {} WHERE false",
    "TRUNCATE": "TRUNCATE {}",
}


def _attempt(house: House, role: str, verb: str, table: str) -> None:
    """The statement itself, as that role; rolled back should it go through."""
    column = house.ask("SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum = 1", table)[0][0]
    names = {"INSERT": (table, table), "UPDATE": (table, column)}.get(verb, (table,))
    with psycopg.connect(Cluster(house.service.home).url(role)) as connection:
        connection.execute(sql.SQL(_STATEMENTS[verb]).format(*map(sql.Identifier, names)))
        connection.rollback()


@pytest.mark.parametrize("verb", ["UPDATE", "DELETE", "TRUNCATE"])
@pytest.mark.parametrize("table", INSERT_ONLY)
@pytest.mark.parametrize("role", WRITERS)
def test_nobody_changes_the_ledger(house: House, role: str, table: str, verb: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        _attempt(house, role, verb, table)


@pytest.mark.parametrize("statement", ["UPDATE {} SET payload = payload", "DELETE FROM {}"])
def test_not_even_the_owner_changes_an_entry(house: House, statement: str) -> None:
    with (
        psycopg.connect(Cluster(house.service.home).url()) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="insert-only"),
    ):
        connection.execute(sql.SQL(statement).format(sql.Identifier("audit_entry")))


@pytest.mark.parametrize("verb", ["INSERT", "UPDATE", "DELETE", "TRUNCATE"])
@pytest.mark.parametrize("table", READ_ONLY)
@pytest.mark.parametrize("role", WRITERS)
def test_nobody_changes_the_laws(house: House, role: str, table: str, verb: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        _attempt(house, role, verb, table)


@pytest.mark.parametrize("verb", ["INSERT", "DELETE", "TRUNCATE"])
@pytest.mark.parametrize("table", SIGNER_ONLY)
@pytest.mark.parametrize("role", ["divit_web", "divit_worker"])
def test_only_the_signer_brings_certificates_and_lists_into_being(
    house: House, role: str, table: str, verb: str
) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        _attempt(house, role, verb, table)


@pytest.mark.parametrize("table", SIGNER_ONLY)
def test_the_signer_does(house: House, table: str) -> None:
    _attempt(house, "divit_signer", "INSERT", table)


def test_validation_reads_two_views_and_nothing_else(house: House) -> None:
    granted = house.ask(
        """SELECT c.relname, p.what FROM pg_class c,
           unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS p (what)
           WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v', 'm', 'p')
             AND has_table_privilege('divit_validation', c.oid, p.what)"""
    )
    assert sorted(granted) == sorted((view, "SELECT") for view in PUBLIC_VIEWS)
    for view in PUBLIC_VIEWS:
        _attempt(house, "divit_validation", "SELECT", view)
    for table in ("identity_person", "certificates_certificate", "audit_entry"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            _attempt(house, "divit_validation", "SELECT", table)


@pytest.mark.parametrize("role", [*WRITERS, "divit_validation"])
@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE hers (id int)",
        "CREATE SCHEMA hers",
        "CREATE FUNCTION hers() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "ALTER TABLE audit_entry DISABLE TRIGGER ALL",
        "DROP TRIGGER insert_only ON audit_entry",
        "CREATE ROLE hers",
        "SET session_replication_role = replica",
        "COPY audit_entry TO PROGRAM 'true'",
        "SELECT pg_read_file('postgresql.conf')",
        "SET ROLE divit",
    ],
)
def test_no_process_can_give_itself_more(house: House, role: str, statement: str) -> None:
    with (
        psycopg.connect(Cluster(house.service.home).url(role)) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement.encode())


@pytest.mark.parametrize("role", ["divit", *WRITERS, "divit_validation"])
def test_no_role_comes_in_without_its_password(house: House, role: str) -> None:
    folder = Cluster(house.service.home).socket_folder
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(host=str(folder), user=role, password="guessed", dbname="divit")


def test_the_database_does_not_listen_on_the_network(house: House) -> None:
    assert house.ask("SHOW listen_addresses") == [("",)]
