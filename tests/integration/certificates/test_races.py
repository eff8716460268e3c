"""Two acts at once on one certificate: one after the other, and revocation wins."""

import threading
import uuid
from collections.abc import Callable
from functools import partial

import pytest
from django.db import connection, transaction

from divit.audit import ledger
from divit.certificates.models import Certificate, Intent, PublishedStatus, StatusChange
from divit.flows import bulk_issuance, issuance, phone_proof, reinstatement, revocation, suspension
from divit.identity import services as people
from divit.identity.models import Person
from divit.institutions.models import Institution
from divit.kernel.actors import SYSTEM, Actor
from divit.kernel.errors import Refused
from divit.pki.keystores import KeyStore
from divit.pki.reasons import Reason
from tests.fixtures_pki import holder_of, make_csr

pytestmark = pytest.mark.django_db(transaction=True)
_ROUNDS = 12
Act = Callable[[Certificate, Actor], object]


def revoke(certificate: Certificate, by: Actor) -> object:
    return revocation.revoke(certificate.pk, reason=Reason.KEY_COMPROMISE, by=by)


def suspend(certificate: Certificate, by: Actor) -> object:
    return suspension.suspend(certificate.pk, by=by)


def reinstate(certificate: Certificate, by: Actor) -> object:
    return reinstatement.reinstate(certificate.pk, by=by, fresh_login=True)


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Run all of them from one barrier; the outcomes in order."""
    barrier = threading.Barrier(len(acts))
    outcomes = [""] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        try:
            connection.ensure_connection()
            barrier.wait()
            act()
            outcomes[place] = "done"
        except Refused as refusal:
            outcomes[place] = refusal.code
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place, act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@pytest.mark.parametrize(
    ("held", "left", "right"),
    [(True, revoke, reinstate), (False, revoke, revoke), (False, suspend, revoke), (False, suspend, suspend)],
)
def test_two_at_once(
    held: bool,
    left: Act,
    right: Act,
    make_person: Callable[..., Person],
    make_certificate: Callable[..., Certificate],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(phone_proof, "fresh_proof", lambda **_: True)
    for _round in range(_ROUNDS):
        certificate = make_certificate(make_person())
        by = holder_of(certificate.person)
        if held:
            suspend(certificate, by)
        before = StatusChange.objects.filter(certificate=certificate).count()
        outcomes = at_once(partial(left, certificate, by), partial(right, certificate, by))
        certificate.refresh_from_db()
        changes = StatusChange.objects.filter(certificate=certificate).count() - before
        assert changes == outcomes.count("done") >= 1
        assert set(outcomes) <= {"done", "not_from_this_state"}
        if revoke in (left, right):
            assert certificate.state == "revoked"
            assert PublishedStatus.objects.get(serial=certificate.serial).reason == "keyCompromise"
    assert list(ledger.verify()) == []


def test_the_same_intent_at_two_signers(
    make_person: Callable[..., Person], make_certificate: Callable[..., Certificate], keystore: KeyStore
) -> None:
    person = make_person()
    for _round in range(4):
        made = make_certificate(person)
        earlier = Certificate.objects.count()
        intent = _begin_another(person, made.institution)
        outcomes = at_once(*[partial(issuance.complete, intent.pk, keystore=keystore)] * 2)
        assert outcomes == ["done", "done"]
        assert Certificate.objects.count() == earlier + 1


def test_many_intents_at_two_signers_of_two_lanes(
    make_person: Callable[..., Person],
    make_certificate: Callable[..., Certificate],
    keystore: KeyStore,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    person = make_person()
    made = make_certificate(person)
    monkeypatch.setattr(bulk_issuance, "AT_ONCE", 3)
    for _round in range(2):
        begun = [_begin_another(person, made.institution) for _ in range(12)]
        drain = partial(bulk_issuance.complete_waiting, keystore=keystore, lanes=2)
        assert at_once(drain, drain, partial(revoke, made, holder_of(person)))[:2] == ["done", "done"]
        for intent in begun:
            assert StatusChange.objects.filter(certificate__intent=intent).count() == 1
    assert list(ledger.verify()) == []


def test_a_replacement_and_a_revocation_by_the_holder(
    make_person: Callable[..., Person], make_certificate: Callable[..., Certificate], keystore: KeyStore
) -> None:
    for _round in range(4):
        person = make_person()
        old = make_certificate(person)
        intent = _begin_another(person, old.institution, replaces=True)
        outcomes = at_once(
            partial(issuance.complete, intent.pk, keystore=keystore), partial(revoke, old, holder_of(person))
        )
        old.refresh_from_db()
        assert outcomes[0] == "done"
        assert old.state == "revoked"
        assert old.reason == ("keyCompromise" if outcomes[1] == "done" else "superseded")


def _begin_another(person: Person, institution: Institution, *, replaces: bool = False) -> Intent:
    order = uuid.uuid4()
    return issuance.begin(
        card_order_id=order,
        person=person,
        institution_id=institution.pk,
        profile="etsi-tr",
        csr_der=make_csr(str(order)),
        card_serial="1234567890123456",
        validity_years=1,
        publish=False,
        replaces=replaces,
        by=SYSTEM,
    )


def test_a_change_of_the_holders_data_does_not_lock_out_the_closing_of_a_certificate(
    make_person: Callable[..., Person],
) -> None:
    """An act holds the ledger's lock and points at the person (notices); whoever changes the person holds that row and
    asks for the ledger's lock. The row must stay open to being pointed at, or the two would wait for each other."""
    person = make_person()
    change = threading.Thread(target=_change_language, args=(person,))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(5070, 1)")
        change.start()
        waiting = 0
        while change.is_alive() and not waiting:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
            (waiting,) = cursor.fetchone()
        cursor.execute("SELECT FROM identity_person WHERE id = %s FOR KEY SHARE NOWAIT", [person.pk])
    change.join()
    person.refresh_from_db()
    assert person.language == "en"


def _change_language(person: Person) -> None:
    try:
        people.choose_language(person, language="en", by=holder_of(person))
    finally:
        connection.close()
