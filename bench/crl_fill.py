"""Fills the database of crl.py with so many revoked certificates, and publishes the first list."""

import json
import resource
import sys
import time
from pathlib import Path

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402

from divit import wiring  # noqa: E402
from divit.certificates import authorities, services  # noqa: E402
from divit.cli.demo_people import synthetic_tckn  # noqa: E402
from divit.flows import status_publication  # noqa: E402
from divit.identity.models import Person  # noqa: E402
from divit.institutions.models import Institution  # noqa: E402
from divit.kernel import clock  # noqa: E402
from divit.pki import ceremony  # noqa: E402

PLAN = Path(__file__).parents[1] / "ops/ceremony/demo.yaml"
GOOD = 100
"""So many more are valid: each run revokes one of them."""
ROWS = """
CREATE TEMP TABLE one AS SELECT i, gen_random_uuid() AS id, gen_random_uuid() AS card_order,
    upper(to_hex(4 + i % 4) || substr(md5('s' || i), 1, 31)) AS serial, now() - i % 1000 * interval '1 hour' AS at,
    i <= {size} AS closed,
    (ARRAY['keyCompromise', 'superseded', 'affiliationChanged', 'unspecified'])[1 + i % 4] AS reason
FROM generate_series(1, {size} + {good}) AS i;
INSERT INTO certificates_intent (id, state, card_order_id, challenge, issuer_id, person_id, institution_id, profile,
    serial, tbs, tbs_sha256, csr, card_serial, not_before, not_after, publish, replaces, born_state, lint_findings,
    created_at, signing_began_at, abandoned_at, change_seq)
SELECT id, 'signed', card_order, md5(i::text), '{issuer}', '{person}', '{institution}', 'etsi-tr', serial, '', '', '',
    '', at - interval '1 year', at + interval '2 years', false, false, 'valid', '[]', at, at, NULL, i FROM one;
INSERT INTO certificates_certificate (id, state, intent_id, card_order_id, issuer_id, person_id, institution_id, serial,
    der, holder_name, profile, card_serial, not_before, not_after, publish, issued_at, reason, hold_cause,
    hold_started_at, revoked_at, effective_at, change_seq)
SELECT id, CASE WHEN closed THEN 'revoked' ELSE 'valid' END, id, card_order, '{issuer}', '{person}', '{institution}',
    serial, decode(repeat(md5(i::text), 34), 'hex'), '', 'etsi-tr', '', at - interval '1 year', at + interval '2 years',
    false, at - interval '1 year', CASE WHEN closed THEN reason ELSE '' END, '', NULL, CASE WHEN closed THEN at END,
    CASE WHEN closed THEN at END, {size} + {good} + i FROM one;
SELECT setval('certificate_change_seq', 2 * ({size} + {good}));
"""


def hold_ceremony() -> None:
    """An authority whose keys lie in files."""
    keys = wiring.keystore()
    plan = ceremony.load_plan(PLAN, validation_url="http://127.0.0.1:8001")
    stores = ceremony.Stores(root=keys, issuing=keys, validation=keys)
    ceremony.perform(plan, stores=stores, out=settings.DIVIT.ca, now=clock.now())


def fill(size: int) -> None:
    """Nothing of it happened, so triggers rest."""
    issuer = services.issuer_of(authorities.current())
    person = Person.objects.create(
        tckn=synthetic_tckn(1), given_names="Deneme", surname="Kişi", birth_date=clock.today().replace(year=1980),
        birth_place="Isparta", email="kisi@example.org", phone="+905050000001",
    )  # fmt: skip
    institution = Institution.objects.create(name="T.C. Örnek Bakanlığı")
    told = {"size": size, "good": GOOD, "issuer": issuer.pk, "person": person.pk, "institution": institution.pk}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica; SET LOCAL synchronous_commit = off")
        cursor.execute(ROWS.format(**told))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE certificates_certificate, certificates_intent")


def timed(act: object) -> float:
    """Seconds."""
    begun = time.perf_counter()
    act()  # type: ignore[operator]
    return time.perf_counter() - begun


if __name__ == "__main__":
    call_command("migrate", verbosity=0)
    hold_ceremony()
    fill(int(sys.argv[1]))
    keystore, issuer_id = wiring.keystore(), authorities.current().id
    first = timed(lambda: status_publication.publish(issuer_id, keystore=keystore))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    compared = timed(status_publication.compare)
    print(json.dumps({"first": first, "first_peak": peak, "compared": compared}))
