"""Fills the database of registry_search.py, unless an earlier run did; asks nothing."""

import json
import random
import sys
import time
from pathlib import Path
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from registry_words import CITIES, ENDINGS, GIVEN, PLACES, STEMS, TABLES  # noqa: E402

from divit.applications.reference import new_reference  # noqa: E402
from divit.cli import database_roles  # noqa: E402
from divit.cli.demo_people import synthetic_tckn  # noqa: E402
from divit.institutions.models import Institution  # noqa: E402
from divit.kernel.turkish import tr_fold  # noqa: E402

KNOWN = 100
"""Of so many people everything is written down that a question may name."""
FOLDING = "çğıöşüâîûÇĞİÖŞÜÂÎÛI"


def fill(cursor: Any, applications: int) -> list[list[str]]:
    """So many applications, and what a question may know of some of them. Raises what the database does."""
    for number in range(max(1, applications // 40_000)):
        for city in CITIES:
            for kind in PLACES:
                Institution.objects.create(name=f"T.C. {city} {kind} Müdürlüğü {number}")
    surnames = [stem + ending for ending in ENDINGS for stem in STEMS]
    random.Random(1).shuffle(surnames)  # noqa: S311 - no secret
    cursor.execute("SET session_replication_role = replica; SET synchronous_commit = off; SET work_mem = '256MB'")
    cursor.execute("CREATE TEMP TABLE names AS SELECT %s::text[] given, %s::text[] surname", [GIVEN, surnames])
    cursor.execute(
        "CREATE TEMP TABLE places AS SELECT array_agg(id ORDER BY sort_key) AS ids FROM institutions_institution"
    )
    cursor.execute(
        "CREATE FUNCTION pg_temp.folded(text) RETURNS text LANGUAGE sql AS"
        f" $$ SELECT lower(translate($1, '{FOLDING}', '{tr_fold(FOLDING)}')) $$"
    )
    cursor.execute(
        "INSERT INTO certificates_issuer (id, name, certificate, crl_url, created_at)"
        " VALUES (gen_random_uuid(), 'bench', '', '', now())"
    )
    sizes = {"persons": applications * 7 // 10, "applications": applications, "issued": applications * 8 // 10}
    cursor.execute(Path(__file__).with_name("registry_million.sql").read_text().format(**sizes))
    known = _known(cursor)
    cursor.execute("RESET session_replication_role; RESET synchronous_commit; RESET work_mem")
    cursor.execute("DROP TABLE a, p, b, names, places")
    cursor.execute(f"ANALYZE {', '.join(TABLES)}, institutions_institution, delivery_consignment")
    return known


def _set_indexes_aside(cursor: Any) -> list[str]:
    """Dropped while a million rows come in; returns how to make them again."""
    cursor.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s)"
        " AND NOT EXISTS (SELECT FROM pg_constraint WHERE conname = indexname) ORDER BY indexname",
        [TABLES],
    )
    found = cursor.fetchall()
    for name, _definition in found:
        cursor.execute(f'DROP INDEX "{name}"')
    return [definition for _name, definition in found]


def _known(cursor: Any) -> list[list[str]]:
    """Some of the people and their papers, given numbers that pass for real ones of the demo's range."""
    cursor.execute(
        "SELECT a.id, p.id, p.given_names, p.surname, p.phone, a.email, c.serial, c.card_serial, d.tracking_no,"
        " b.reference, i.name"
        " FROM applications_application a JOIN identity_person p ON p.id = a.person_id"
        " JOIN institutions_institution i ON i.id = a.institution_id"
        " JOIN delivery_parcel d ON d.application_id = a.id JOIN delivery_consignment b ON b.id = d.consignment_id"
        " JOIN certificates_certificate c ON c.card_order_id = d.order_id"
        " WHERE a.state = 'closed' ORDER BY md5(a.id::text) LIMIT %s",
        [KNOWN],
    )
    known = []
    for number, (application_id, person_id, *rest) in enumerate(cursor.fetchall()):
        reference, tckn = new_reference(), synthetic_tckn(number)
        cursor.execute("UPDATE applications_application SET reference = %s WHERE id = %s", [reference, application_id])
        cursor.execute("UPDATE identity_person SET tckn = %s WHERE id = %s", [tckn, person_id])
        known.append([reference, tckn, *rest])
    return known


def main(applications: int, filled: Path) -> None:
    """Fill, and write down what is known of whom; filled already, only what is new in the tables is made."""
    begun = time.perf_counter()
    call_command("migrate", verbosity=0, interactive=False)
    if filled.exists():
        kept = json.loads(filled.read_text())["applications"]
        sys.exit(f"{filled.parent} holds {kept:,} applications." if kept != applications else 0)
    call_command("createcachetable", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '512MB'")
        set_aside = _set_indexes_aside(cursor)
        known = fill(cursor, applications)
        for index in set_aside:
            cursor.execute(index)
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")
        database_roles.grant(cursor)
    filled.write_text(json.dumps({"applications": applications, "known": known}))
    print(f"filled in {time.perf_counter() - begun:.0f} s", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
