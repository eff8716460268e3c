"""Looking again finds what is not as it was stored, or not as the world is told; the registry settles it."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from divit.audit.models import Entry
from divit.certificates import findings
from divit.certificates.models import Certificate, Finding, Recheck
from divit.certificates.ports import CrlSeen, OcspSeen
from divit.flows import recheck, status_publication, suspension
from divit.identity.models import Person
from divit.kernel.errors import NeighbourFailed
from divit.pki.authority import Authority
from divit.pki.keystores import KeyStore
from divit.wiring import status_probe
from tests.fixtures_pki import holder_of

MakePerson = Callable[..., Person]
MakeCertificate = Callable[..., Certificate]


def tamper(sql: str, *arguments: object) -> None:
    """As somebody would who can do everything in the database, and leaves no trace there."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(f"UPDATE certificates_certificate SET {sql}", arguments)
        cursor.execute("SET session_replication_role = origin")


def whats() -> set[tuple[str, str]]:
    return set(Finding.objects.order_by("id").values_list("kind", "what"))


@pytest.mark.django_db
def test_every_stored_certificate_is_read_again(
    make_person: MakePerson, make_certificate: MakeCertificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recheck, "AT_ONCE", 2)
    people = [make_person() for _ in range(3)]
    made = sorted((make_certificate(one) for one in people), key=lambda one: one.pk)
    told = recheck.certificates(seconds=60, pkilint_every=1)
    assert (told.checked, told.found, told.whole) == (3, 0, True)
    assert (Recheck.objects.get().of_all, Recheck.objects.get().after) == (3, None)

    # A night that is too short goes on where it stopped.
    ticks = iter([0.0, 0.0, 99.0, 99.0])
    monkeypatch.setattr(recheck.time, "monotonic", lambda: next(ticks))
    assert recheck.certificates(seconds=60).checked == 2
    assert Recheck.objects.get().after == made[1].pk
    monkeypatch.undo()
    told = recheck.certificates(seconds=60)
    assert (told.checked, told.whole, Recheck.objects.get().of_all) == (1, True, 3)

    tamper("der = set_byte(der, length(der) - 1, get_byte(der, length(der) - 1) # 1) WHERE id = %s", made[0].pk)
    tamper("serial = upper(md5('x')), not_after = not_after + interval '1 day' WHERE id = %s", made[1].pk)
    tamper("der = (SELECT der FROM certificates_certificate WHERE id = %s) WHERE id = %s", made[1].pk, made[2].pk)
    found = recheck.certificates(seconds=60).found
    assert recheck.certificates(seconds=60).found == 0, "told once"
    assert {(one.certificate_id, one.what) for one in findings.unsettled()} >= {
        (made[0].pk, "its signature does not verify"),
        (made[1].pk, "its serial number is not the stored one"),
        (made[1].pk, "its validity is not the stored one"),
        (made[2].pk, "it is not what was stored to be signed"),
        (made[2].pk, "its digest is not the stored one"),
        (made[2].pk, "its serial number is not the stored one"),
    }
    assert Entry.objects.filter(act="finding.found", person_id=str(people[0].pk)).exists()
    with pytest.raises(CommandError, match=f"{found} findings wait"):
        call_command("recheck", seconds=60, stored_only=True)


@pytest.mark.django_db(transaction=True)
def test_what_the_world_is_told_is_held_against_the_database(
    make_person: MakePerson,
    make_certificate: MakeCertificate,
    authority: Authority,
    keystore: KeyStore,
    validation: str,
) -> None:
    _good, held, hidden = (make_certificate(make_person()) for _ in range(3))
    for one in (held, hidden):
        suspension.suspend(one.pk, by=holder_of(one.person))
    status_publication.publish(authority.id, keystore=keystore)
    eye = _Patient(status_probe(), list_of={held.serial, hidden.serial})
    told = recheck.published(probe=eye, seconds=60)
    assert (told.checked, told.whole, whats()) == (3, True, set())

    tamper("state = 'valid', hold_started_at = null, hold_cause = '', effective_at = null WHERE id = %s", hidden.pk)
    recheck.published(probe=eye, seconds=60)
    assert whats() == {
        ("list", "on the list, and not closed"),
        ("ocsp", "revoked certificateHold where good was due"),
    }
    assert recheck.published(probe=_Down(), seconds=60).found == 4


class _Patient:
    """The real probe, which first waits until the validation process tells of the last list."""

    def __init__(self, probe: Any, *, list_of: set[str]) -> None:
        self._probe, self._list_of = probe, list_of

    def crl(self, url: str) -> CrlSeen:
        while True:
            with suppress(NeighbourFailed):  # it has no list yet
                seen: CrlSeen = self._probe.crl(url)
                if seen.serials == self._list_of:
                    return seen

    def ocsp(self, **told: bytes) -> OcspSeen:
        seen: OcspSeen = self._probe.ocsp(**told)
        return seen


class _Down:
    """A validation service that does not answer."""

    def crl(self, url: str) -> CrlSeen:
        raise NeighbourFailed("crl", "down", outcome_known=True)

    def ocsp(self, **told: bytes) -> OcspSeen:
        raise NeighbourFailed("ocsp", "down", outcome_known=True)
