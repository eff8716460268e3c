"""kill -9 before every statement, around every commit and around the signature: before or after, never between."""

import json
import os
import signal
import uuid
from collections.abc import Callable
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from cryptography import x509
from django.db import connection, connections
from django.db.backends.postgresql.base import DatabaseWrapper

from divit.audit import ledger
from divit.certificates import lists
from divit.certificates.list_models import PublishedCrl
from divit.certificates.models import Certificate, Intent, PublishedStatus, StatusChange
from divit.flows import bulk_issuance, issuance, revocation, status_publication
from divit.identity.models import Person
from divit.kernel.actors import SYSTEM, Actor
from divit.pki.authority import Authority
from divit.pki.keystores import KeyStore
from divit.pki.reasons import Reason
from tests.fixtures_pki import holder_of, make_csr

pytestmark = pytest.mark.django_db(transaction=True)
_MOST_POINTS = 400


class CrashPoints:
    """Counts the places where a process may die; at the chosen one it does, without a goodbye."""

    def __init__(self, fatal: int) -> None:
        self._left = fatal

    def point(self) -> None:
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def around_statement(self, execute: Callable[..., Any], *arguments: Any) -> Any:
        self.point()
        return execute(*arguments)

    @contextmanager
    def watching(self) -> Any:
        commit = DatabaseWrapper._commit

        def dangerous(wrapper: DatabaseWrapper) -> None:
            self.point()
            commit(wrapper)
            self.point()

        with (
            mock.patch.object(DatabaseWrapper, "_commit", dangerous),
            connection.execute_wrapper(self.around_statement),
        ):
            yield


class NotingStore:
    """The real key store; what it was asked to sign is noted where no crash reaches it."""

    def __init__(self, store: KeyStore, *, notes: Path, points: CrashPoints) -> None:
        self._store, self._notes, self._points = store, notes, points

    def open(self, label: str) -> Any:
        key, outer = self._store.open(label), self

        class Key:
            public_key = key.public_key

            def __init__(self) -> None:
                self.label = label

            def sign(self, data: bytes, digest: Any) -> bytes:
                return self._noted(key.sign, data, digest)

            def sign_hashed(self, hashed: bytes, digest: Any) -> bytes:
                return self._noted(key.sign_hashed, hashed, digest)

            def _noted(self, sign: Any, data: bytes, digest: Any) -> bytes:
                outer._points.point()
                with outer._notes.open("a") as notes:
                    notes.write(data.hex() + "\n")
                    notes.flush()
                    os.fsync(notes.fileno())
                signature: bytes = sign(data, digest)
                outer._points.point()
                return signature

        return Key()


def dies(act: Callable[[CrashPoints], object], *, at: int) -> bool:
    """Run the act in a child that is killed at its at-th point; False when it came through alive."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        points = CrashPoints(at)
        failed = True
        try:
            connection.ensure_connection()
            with points.watching():
                act(points)
            failed = False
        finally:
            os._exit(int(failed))
    _pid, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return True
    assert os.WEXITSTATUS(status) == 0, "the act itself failed"
    return False


def waiting(task: str, **arguments: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT args FROM procrastinate_jobs WHERE task_name = %s", [task])
        found = [row[0] if isinstance(row[0], dict) else json.loads(row[0]) for row in cursor.fetchall()]
    return sum(all(one.get(name) == value for name, value in arguments.items()) for one in found)


@pytest.fixture
def one_order(make_person: Callable[..., Person], make_certificate: Callable[..., Certificate]) -> Callable[..., Any]:
    """An earlier certificate, and an intent that will replace it."""
    person = make_person()
    institution = make_certificate(person).institution

    def order() -> tuple[Certificate, Intent]:
        old = make_certificate(person, institution=institution, replaces=True)
        card_order = uuid.uuid4()
        intent = issuance.begin(
            card_order_id=card_order,
            person=person,
            institution_id=institution.pk,
            profile="etsi-tr",
            csr_der=make_csr(str(card_order)),
            card_serial="1234567890123456",
            validity_years=1,
            publish=False,
            replaces=True,
            by=SYSTEM,
        )
        return old, intent

    return order


def test_exactly_one_certificate_whenever_the_signer_dies(
    one_order: Callable[..., tuple[Certificate, Intent]], keystore: KeyStore, tmp_path: Path
) -> None:
    for at in range(1, _MOST_POINTS):
        old, intent = one_order()
        notes = tmp_path / f"{at}"

        def sign(points: CrashPoints, intent: Intent = intent, notes: Path = notes) -> object:
            store = NotingStore(keystore, notes=notes, points=points)
            return issuance.complete(intent.pk, keystore=store)  # type: ignore[arg-type]

        died = dies(sign, at=at)
        intent.refresh_from_db()
        stands = Certificate.objects.filter(intent=intent).exists()
        old.refresh_from_db()
        assert stands == (old.state == "revoked"), f"half an issuance after point {at}"
        if notes.exists():
            assert PublishedStatus.objects.filter(serial=intent.serial).exists(), "a signed serial without a status"
        certificate = issuance.complete(intent.pk, keystore=keystore)
        old.refresh_from_db()
        assert (old.state, old.reason) == ("revoked", "superseded")
        assert Certificate.objects.filter(card_order_id=intent.card_order_id).count() == 1
        assert PublishedStatus.objects.get(serial=intent.serial).status == "good"
        assert StatusChange.objects.filter(certificate=certificate).count() == 1
        assert waiting("production.certificate_issued", certificate_id=str(certificate.pk)) == 1
        signed = set(notes.read_text().split()) if notes.exists() else set()
        assert signed <= {bytes(intent.tbs).hex()}
        if not died:
            break
    else:
        raise AssertionError("it never came through alive")
    assert at > 20
    assert list(ledger.verify()) == []


def _bulk(person: Person, institution_id: uuid.UUID, *, count: int) -> list[bulk_issuance.Wish]:
    orders = [uuid.uuid4() for _ in range(count)]
    return [
        bulk_issuance.Wish(
            card_order_id=order,
            person=person,
            institution_id=institution_id,
            profile="etsi-tr",
            csr_der=make_csr(str(order)),
            card_serial="1234567890123456",
            validity_years=1,
            publish=False,
        )
        for order in orders
    ]


def test_all_or_nothing_of_a_batch_whenever_its_signer_dies(
    make_person: Callable[..., Person],
    make_certificate: Callable[..., Certificate],
    keystore: KeyStore,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    person = make_person()
    institution_id = make_certificate(person).institution_id
    monkeypatch.setattr(issuance, "FINISHED_WITHIN", timedelta(0))  # whoever began them is known to be gone
    for at in range(1, _MOST_POINTS):
        wishes = _bulk(person, institution_id, count=2)
        orders = [wish.card_order_id for wish in wishes]
        bulk_issuance.begin_all(wishes, by=SYSTEM)
        notes = tmp_path / f"{at}"

        def sign(points: CrashPoints, notes: Path = notes) -> object:
            store = NotingStore(keystore, notes=notes, points=points)
            return bulk_issuance.complete_waiting(keystore=store)  # type: ignore[arg-type]

        died = dies(sign, at=at)
        made = list(Intent.objects.filter(card_order_id__in=orders).order_by("created_at"))
        stand = Certificate.objects.filter(card_order_id__in=orders)
        assert stand.count() in (0, 2), f"half a batch after point {at}"
        if notes.exists():
            assert PublishedStatus.objects.filter(serial__in=[one.serial for one in made]).count() == 2
        bulk_issuance.complete_waiting(keystore=keystore)
        assert {bytes(one.intent.tbs) for one in stand} == {bytes(one.tbs) for one in made}
        assert StatusChange.objects.filter(certificate__in=stand).count() == stand.count() == 2
        assert PublishedStatus.objects.filter(serial__in=[one.serial for one in made], status="good").count() == 2
        batches = set(Intent.objects.filter(card_order_id__in=orders).values_list("batch_id", flat=True))
        assert [waiting("certificates.follow_batch", batch_id=str(one)) for one in batches] == [1]
        assert set(notes.read_text().split() if notes.exists() else []) <= {bytes(one.tbs).hex() for one in made}
        if not died:
            break
    else:
        raise AssertionError("it never came through alive")
    assert at > 15
    assert list(ledger.verify()) == []


def test_thousands_are_stored_or_not_whenever_the_worker_dies(
    make_person: Callable[..., Person], make_certificate: Callable[..., Certificate]
) -> None:
    person = make_person()
    institution_id = make_certificate(person).institution_id
    for at in range(1, _MOST_POINTS):
        wishes = _bulk(person, institution_id, count=2)
        died = dies(lambda _points, wishes=wishes: bulk_issuance.begin_all(wishes, by=SYSTEM), at=at)  # type: ignore[misc]
        known = Intent.objects.filter(card_order_id__in=[wish.card_order_id for wish in wishes])
        stored = {one.pk: bytes(one.tbs) for one in known}
        assert len(stored) in (0, 2)
        begun = bulk_issuance.begin_all(wishes, by=SYSTEM)
        assert len(begun.intents) == 2 - len(stored)
        if stored:
            assert {one.pk: bytes(one.tbs) for one in known} == stored
        if not died:
            break
    else:
        raise AssertionError("it never came through alive")
    assert at > 5
    assert list(ledger.verify()) == []


def test_revoked_or_not_whenever_the_web_dies(
    make_person: Callable[..., Person], make_certificate: Callable[..., Certificate]
) -> None:
    person = make_person()
    for at in range(1, _MOST_POINTS):
        certificate = make_certificate(person)
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs")
        by = holder_of(person)

        def revoke(_points: CrashPoints, pk: uuid.UUID = certificate.pk, by: Actor = by) -> object:
            return revocation.revoke(pk, reason=Reason.KEY_COMPROMISE, by=by)

        died = dies(revoke, at=at)
        certificate.refresh_from_db()
        revoked = certificate.state == "revoked"
        assert PublishedStatus.objects.get(serial=certificate.serial).status == ("revoked" if revoked else "good")
        changes = StatusChange.objects.filter(certificate=certificate, act="revoke")
        assert changes.count() == int(revoked)
        assert waiting("certificates.publish_crl") == int(revoked)
        assert waiting("certificates.observe", change_id=str(getattr(changes.first(), "pk", ""))) == int(revoked)
        if not died:
            assert revoked
            break
    else:
        raise AssertionError("it never came through alive")
    assert at > 10
    assert list(ledger.verify()) == []


def test_lists_whenever_the_signer_dies(
    authority: Authority,
    keystore: KeyStore,
    make_person: Callable[..., Person],
    make_certificate: Callable[..., Certificate],
    tmp_path: Path,
) -> None:
    person = make_person()
    for at in range(1, _MOST_POINTS):
        certificate = make_certificate(person)
        revocation.revoke(certificate.pk, reason=Reason.KEY_COMPROMISE, by=holder_of(person))

        def publish(points: CrashPoints, at: int = at) -> object:
            store = NotingStore(keystore, notes=tmp_path / str(at), points=points)
            return status_publication.publish(authority.id, keystore=store)  # type: ignore[arg-type]

        died = dies(publish, at=at)
        if PublishedCrl.objects.exists():
            assert x509.load_der_x509_crl(lists.whole(certificate.issuer)), "half a list"
            status_publication.compare()
        status_publication.publish(authority.id, keystore=keystore)
        newest = PublishedCrl.objects.order_by("-number")[0]
        assert newest.entries == PublishedStatus.objects.exclude(status="good").count()
        if not died:
            break
    else:
        raise AssertionError("it never came through alive")
    assert at > 5
