"""One more revocation, and the list that tells it, in a process of its own: run by crl.py."""

import json
import resource
import time

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection, transaction  # noqa: E402

from divit.certificates import authorities, next_list, services  # noqa: E402
from divit.flows import status_publication  # noqa: E402
from divit.pki import crl_frame  # noqa: E402
from divit.pki.keystores import open_keystore  # noqa: E402

# The act alone, without person, law and ledger: what is measured begins after it.
REVOKE = """
UPDATE certificates_certificate SET state = 'revoked', reason = 'keyCompromise', revoked_at = now(),
    effective_at = now(), change_seq = nextval('certificate_change_seq')
WHERE id = (SELECT id FROM certificates_certificate WHERE state = 'valid' ORDER BY id LIMIT 1)
"""


def peak() -> float:
    """Megabytes that this process had at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def revoke() -> None:
    """One that was valid."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(REVOKE)
        assert cursor.rowcount == 1


if __name__ == "__main__":
    authority = authorities.current()
    chosen = settings.DIVIT
    keystore = open_keystore(chosen.keystore, secret=chosen.keystore_secret_file.read_text())
    key = keystore.open(authority.key_label)
    issuer = services.issuer_of(authority)
    revoke()
    base = peak()
    begun = time.perf_counter()
    with next_list.Blocks() as blocks:
        made = status_publication.drafted(authority, issuer, into=blocks)
        assert made is not None
        sealed = crl_frame.sign(made.frame, made.draft.hashed, size=made.draft.size, key=key)
        signed, signed_peak = time.perf_counter() - begun, peak()
    # What was signed is let go: publishing begins again from the database.
    begun, worked = time.perf_counter(), time.process_time()
    assert status_publication.publish(issuer.id, keystore=keystore) is not None
    figures = {
        "base": base,
        "signed": signed,
        "signed_peak": signed_peak,
        "published": time.perf_counter() - begun,
        "published_peak": peak(),
        "processor": time.process_time() - worked,
    }
    print(json.dumps(figures))
