"""The service's side of issuance.py: one role of it in one process, told what to do when all are ready.

python bench/issuance_service.py prepare | begin N | sign N | single N | wait SECONDS | sample N FOLDER
"""

import json
import resource
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

django.setup()

from cryptography import x509  # noqa: E402
from cryptography.hazmat.primitives import hashes  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import ec  # noqa: E402
from cryptography.hazmat.primitives.serialization import Encoding  # noqa: E402
from cryptography.x509.oid import AttributeOID, NameOID  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402

from divit import wiring  # noqa: E402
from divit.audit import ledger  # noqa: E402
from divit.certificates import authorities, services  # noqa: E402
from divit.certificates.models import Certificate  # noqa: E402
from divit.cli import database_roles  # noqa: E402
from divit.cli.demo_people import synthetic_tckn  # noqa: E402
from divit.flows import bulk_issuance, issuance  # noqa: E402
from divit.identity.models import Person  # noqa: E402
from divit.institutions.models import Institution  # noqa: E402
from divit.kernel import clock  # noqa: E402
from divit.kernel.actors import SYSTEM  # noqa: E402

PROFILE = "etsi-tr"


def prepare() -> None:
    """Tables, laws, roles, the authority's row, an institution and its invented people."""
    call_command("migrate", verbosity=0, interactive=False)
    with connection.cursor() as cursor:
        database_roles.grant(cursor)
    with transaction.atomic():
        services.issuer_of(authorities.current())
    Institution.objects.create(name="T.C. Örnek Bakanlığı")
    for number in range(100):
        Person.objects.create(
            tckn=synthetic_tckn(number),
            given_names="Ayşe Işıl",
            surname="Öztürk-Çağlar",
            birth_date=clock.today().replace(year=1984),
            birth_place="Isparta",
            email=f"kisi{number}@example.org",
            phone=f"+9050500000{number:02d}",
            phone_proven_at=clock.now(),
        )


def _request(challenge: str) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "card")])
    request = x509.CertificateSigningRequestBuilder().subject_name(name)
    request = request.add_attribute(AttributeOID.CHALLENGE_PASSWORD, challenge.encode())
    return request.sign(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256()).public_bytes(Encoding.DER)


def _wishes(count: int) -> list[dict[str, Any]]:
    people = list(Person.objects.order_by("tckn"))
    institution = Institution.objects.order_by("id")[0]
    wishes = []
    for number in range(count):
        order = uuid.uuid4()
        wishes.append(
            {
                "card_order_id": order,
                "person": people[number % len(people)],
                "institution_id": institution.pk,
                "profile": PROFILE,
                "csr_der": _request(str(order)),
                "card_serial": f"{order.int % 10**16:016d}",
                "validity_years": 3,
                "publish": False,
            }
        )
    return wishes


def _warm() -> None:
    """What a process loads with the first certificate, a worker that runs for weeks has loaded long ago."""
    bulk_issuance.begin_all([bulk_issuance.Wish(**one) for one in _wishes(20)], by=SYSTEM)


def begin(count: int) -> Callable[[], int]:
    """What the worker does: thousands of proven keys become stored intents."""
    wishes = [bulk_issuance.Wish(**one) for one in _wishes(count)]
    _warm()

    def run() -> int:
        begun = bulk_issuance.begin_all(wishes, by=SYSTEM)
        if begun.refused:
            raise SystemExit(f"refused: {begun.refused[0][1]}")
        return len(begun.intents)

    return run


def sign(count: int) -> Callable[[], int]:
    """What the signer does, until so many certificates stand."""
    keystore = wiring.keystore()
    _warm()
    bulk_issuance.complete_waiting(keystore=keystore, lanes=2)

    def run() -> int:
        made = 0
        while made < count:
            some = bulk_issuance.complete_waiting(keystore=keystore, lanes=2)
            made += some
            if not some:
                time.sleep(0.005)
        return made

    return run


def single(count: int) -> Callable[[], int]:
    """One after the other, each judged by pkilint before it is signed, each in its own durable transactions."""
    wishes, keystore = _wishes(count), wiring.keystore()
    for wish in _wishes(2):
        issuance.complete(issuance.begin(**wish, replaces=False, by=SYSTEM).pk, keystore=keystore)

    def run() -> int:
        for wish in wishes:
            intent = issuance.begin(**wish, replaces=False, by=SYSTEM)
            issuance.complete(intent.pk, keystore=keystore)
        return count

    return run


def wait(seconds: float) -> Callable[[], list[float]]:
    """Somebody else's act in the same seconds: how long each entry in the ledger takes, ten a second."""
    connection.ensure_connection()

    def run() -> list[float]:
        waits = []
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            begun = time.monotonic()
            with transaction.atomic():
                ledger.record(by=SYSTEM, act="bench.waits", subject=("bench", "1"))
            waits.append((time.monotonic() - begun) * 1000)
            time.sleep(0.1)
        return waits

    return run


def sample(count: int, folder: str) -> None:
    """Some of the certificates, for others to verify."""
    for number, row in enumerate(Certificate.objects.order_by("?")[:count]):
        Path(folder, f"{number}.der").write_bytes(bytes(row.der))


def main(role: str, *told: str) -> None:
    """Get ready, say so, wait for the word, do it, and tell what came of it."""
    if role == "prepare":
        return prepare()
    if role == "sample":
        return sample(int(told[0]), told[1])
    roles: dict[str, Callable[[int], Callable[[], Any]]] = {
        "begin": begin,
        "sign": sign,
        "single": single,
        "wait": wait,
    }
    run = roles[role](int(told[0]))
    print("ready", flush=True)
    sys.stdin.readline()
    before = resource.getrusage(resource.RUSAGE_SELF)
    came = run()
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(json.dumps({"came": came, "cpu": cpu}), flush=True)
    return None


if __name__ == "__main__":
    main(*sys.argv[1:])
