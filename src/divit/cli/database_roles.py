"""What each process may do in the database: the least that it needs."""

from typing import Any

from django.db import transaction
from psycopg import sql

WRITERS = ("divit_web", "divit_worker", "divit_signer")
READER = "divit_validation"
# Written once and never changed, whoever asks.
INSERT_ONLY = ("audit_entry", "audit_history", "audit_checkpoint", "stages_promise")
# The laws come from the code, at migration time.
READ_ONLY = ("audit_move", "audit_start", "django_migrations")
# Only the process that holds the CA's keys may bring these into being.
SIGNER_ONLY = ("certificates_certificate", "certificates_publishedcrl")
# And these it alone may change; what the parts of lists become in what order is the database's own rule.
SIGNER_ALONE = (
    "certificates_servicecertificate",
    "certificates_listblock",
    "certificates_listchange",
    "certificates_publisheddelta",
)
# What is to be signed is put down by the worker, after the card station's proof; never by who faces the world. Nor is
# what an institution owes.
NOT_BY_WEB = ("certificates_intent", "payments_bill", "payments_statement", "payments_statementline")
# Sessions and second factors are the web's; the worker forgets old sessions.
SECOND_FACTORS = ("mfa_authenticator", "account_emailaddress", "account_emailconfirmation")
# Signed forms and what they come in concern who takes them in, and the worker that reads them.
SCANS = ("scans_upload", "scans_scan", "scans_picture")
LOGINS = (*SECOND_FACTORS, "django_session", "identity_loginattempt")
# How institutions' programs prove themselves, and what they were answered.
PROGRAMS = ("connections_key", "connections_token", "connections_answer")
# How the service was seen from outside is written by the worker alone; the public page reads it.
WATCHED = ("watching_standing", "watching_day", "watching_trouble", "watching_outage", "watching_memory")
# What staff announce there is the web's to write.
ANNOUNCED = ("watching_announcement",)
PUBLIC_VIEWS = ("published_certificate_status", "published_crl", "published_crl_part")


_WITHHELD = {
    "divit_web": dict.fromkeys(SIGNER_ONLY, "INSERT, DELETE")
    | dict.fromkeys((*SIGNER_ALONE, *NOT_BY_WEB, *WATCHED), "INSERT, UPDATE, DELETE"),
    "divit_worker": dict.fromkeys(SIGNER_ONLY, "INSERT, DELETE")
    | dict.fromkeys(SIGNER_ALONE, "INSERT, UPDATE, DELETE")
    | dict.fromkeys(SECOND_FACTORS, "ALL")
    | dict.fromkeys(ANNOUNCED, "INSERT, UPDATE, DELETE"),
    "divit_signer": dict.fromkeys((*LOGINS, *PROGRAMS, *SCANS), "ALL")
    | dict.fromkeys((*WATCHED, *ANNOUNCED), "INSERT, UPDATE, DELETE"),
}


@transaction.atomic
def grant(cursor: Any) -> None:
    """Grant and revoke, all at once, so that no role ever has more than it should.

    Roles that do not exist here are passed over (then everything runs as one role).
    """
    cursor.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", [[*WRITERS, READER]])
    known = {row[0] for row in cursor.fetchall()}
    cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
    tables = {row[0] for row in cursor.fetchall()}
    for role in sorted(known & set(WRITERS)):
        _run(cursor, "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}", role)
        _run(cursor, "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}", role)
        for table in sorted(tables & set(INSERT_ONLY)):
            _run(cursor, "REVOKE UPDATE, DELETE ON {1} FROM {0}", role, table)
        for table in sorted(tables & set(READ_ONLY)):
            _run(cursor, "REVOKE INSERT, UPDATE, DELETE ON {1} FROM {0}", role, table)
        for table in sorted(tables & set(_WITHHELD[role])):
            _run(cursor, f"REVOKE {_WITHHELD[role][table]} ON {{1}} FROM {{0}}", role, table)
    if READER in known:
        for view in sorted(tables & set(PUBLIC_VIEWS)):
            _run(cursor, "GRANT SELECT ON {1} TO {0}", READER, view)


def _run(cursor: Any, statement: str, *names: str) -> None:
    cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
