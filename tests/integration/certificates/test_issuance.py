"""Exactly one certificate per card order, as it was stored, and the replaced ones end in the same transaction."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.db import connection, transaction

from divit.certificates import intents, selectors
from divit.certificates.lifecycle import IntentAct, IntentState, State
from divit.certificates.models import Certificate, Intent, PublishedStatus
from divit.flows import issuance, revocation
from divit.identity.models import Person
from divit.institutions.models import Institution
from divit.kernel.actors import SYSTEM
from divit.kernel.errors import Invalid, NeighbourFailed, Refused
from divit.pki import issuance as pki
from divit.pki.authority import Authority
from divit.pki.keystores import KeyStore
from tests.fixtures_pki import make_csr

MakePerson = Callable[..., Person]
MakeCertificate = Callable[..., Certificate]
RunJobs = Callable[[str], None]


@pytest.fixture
def institution(db: None) -> Institution:
    return Institution.objects.create(name="T.C. Deneme Bakanlığı")


@pytest.fixture
def begin(authority: Authority, institution: Institution, make_person: MakePerson) -> Callable[..., Intent]:
    person = make_person()

    def begun(order: uuid.UUID, **more: Any) -> Intent:
        challenge = more.get("challenge", str(order))
        arguments: dict[str, Any] = {
            "card_order_id": order,
            "person": person,
            "institution_id": institution.pk,
            "profile": "etsi-tr",
            "csr_der": make_csr(challenge),
            "card_serial": "1234567890123456",
            "validity_years": 1,
            "publish": True,
            "replaces": False,
            "by": SYSTEM,
        }
        return issuance.begin(**{**arguments, **more})

    return begun


@pytest.mark.django_db
def test_nothing_is_published_before_the_key_is_used(begin: Callable[..., Intent]) -> None:
    intent = begin(uuid.uuid4())
    assert intent.state == IntentState.LINTED
    assert not PublishedStatus.objects.filter(serial=intent.serial).exists()
    assert not Certificate.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_signer_finishes_what_was_begun(begin: Callable[..., Intent], run_jobs: RunJobs) -> None:
    intent = begin(uuid.uuid4())
    run_jobs("signing")
    certificate = Certificate.objects.get(intent=intent)
    parsed = x509.load_der_x509_certificate(bytes(certificate.der))
    assert parsed.tbs_certificate_bytes == bytes(intent.tbs)
    assert f"{parsed.serial_number:032X}" == certificate.serial == intent.serial
    assert certificate.holder_name == intent.person.name
    assert certificate.state == State.VALID
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'production.certificate_issued'"
            " AND args->>'certificate_id' = %s AND args->>'card_order_id' = %s",
            [str(certificate.pk), str(intent.card_order_id)],
        )
        assert cursor.fetchone() == (1,)


@pytest.mark.django_db
def test_asking_twice_gives_the_same(begin: Callable[..., Intent], keystore: KeyStore) -> None:
    order = uuid.uuid4()
    intent = begin(order)
    assert begin(order).pk == intent.pk
    once, again = issuance.complete(intent.pk, keystore=keystore), issuance.complete(intent.pk, keystore=keystore)
    assert once.pk == again.pk
    assert begin(order).pk == intent.pk
    assert Certificate.objects.count() == 1


@pytest.mark.django_db
def test_one_order_one_certificate(begin: Callable[..., Intent], keystore: KeyStore) -> None:
    order = uuid.uuid4()
    intent = begin(order, challenge=f"{order}-1")
    with pytest.raises(Refused, match="issuance_under_way"):
        begin(order, challenge=f"{order}-2")
    certificate = issuance.complete(intent.pk, keystore=keystore)
    with pytest.raises(Refused, match="certificate_already_issued"):
        begin(order, challenge=f"{order}-2")
    revocation.revoke_spoiled(certificate.pk, by=SYSTEM)
    second = issuance.complete(begin(order, challenge=f"{order}-2").pk, keystore=keystore)
    assert selectors.standing_of_order(order) == second


@pytest.mark.django_db
def test_a_replacement_ends_all_of_the_same_institution_and_no_other(
    make_certificate: MakeCertificate, make_person: MakePerson, institution: Institution
) -> None:
    person, other_person = make_person(), make_person("Veli", "Çınar")
    elsewhere = Institution.objects.create(name="T.C. Başka Bakanlık")
    first = make_certificate(person, institution=institution)
    second = make_certificate(person, institution=institution, born_state=State.SUSPENDED)
    foreign = make_certificate(person, institution=elsewhere)
    stranger = make_certificate(other_person, institution=institution)
    new = make_certificate(person, institution=institution, replaces=True)
    states = {c.pk: (c.state, c.reason) for c in Certificate.objects.all()}
    assert states == {
        first.pk: ("revoked", "superseded"),
        second.pk: ("revoked", "superseded"),
        foreign.pk: ("valid", ""),
        stranger.pk: ("valid", ""),
        new.pk: ("valid", ""),
    }
    assert selectors.open_certificates(person.pk, institution.pk) == [new]


@pytest.mark.django_db
def test_a_begun_signature_has_a_status_that_nobody_may_rely_on(begin: Callable[..., Intent]) -> None:
    intent = begin(uuid.uuid4())
    with transaction.atomic():
        intents.carry_out(intents.lock(intent.pk), IntentAct.BEGIN_SIGNING, by=SYSTEM)
    row = PublishedStatus.objects.get(serial=intent.serial)
    assert (row.status, row.reason) == ("revoked", "certificateHold")
    issuance.abandon(intent.pk, by=SYSTEM)
    row.refresh_from_db()
    assert (row.status, row.reason) == ("revoked", "cessationOfOperation")


@pytest.mark.django_db
def test_what_was_given_up_is_never_signed(begin: Callable[..., Intent], keystore: KeyStore) -> None:
    intent = begin(uuid.uuid4())
    issuance.abandon(intent.pk, by=SYSTEM)
    with pytest.raises(Refused, match="intent_not_to_be_signed"):
        issuance.complete(intent.pk, keystore=keystore)
    assert not Certificate.objects.exists()


class _OtherKeyStore:
    """A store whose key is not the authority's."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP384R1())

    def open(self, label: str) -> "_OtherKeyStore":
        return self

    label = "issuing"

    @property
    def public_key(self) -> ec.EllipticCurvePublicKey:
        return self._key.public_key()

    def sign(self, data: bytes, digest: hashes.HashAlgorithm) -> bytes:
        return self._key.sign(data, ec.ECDSA(digest))


@pytest.mark.django_db
def test_another_key_signs_nothing(begin: Callable[..., Intent]) -> None:
    intent = begin(uuid.uuid4())
    with pytest.raises(Refused):
        issuance.complete(intent.pk, keystore=_OtherKeyStore())  # type: ignore[arg-type]
    intent.refresh_from_db()
    assert intent.state == IntentState.SIGNING
    assert not Certificate.objects.exists()


class _BrokenStore:
    """A device that does not answer the first time, like one that is being restarted."""

    def __init__(self, store: KeyStore) -> None:
        self._store, self.calls = store, 0

    def open(self, label: str) -> Any:
        self.calls += 1
        if self.calls == 1:
            raise NeighbourFailed("keystore", "down", outcome_known=False)
        return self._store.open(label)


@pytest.mark.django_db
def test_a_key_store_that_was_down_is_asked_again(begin: Callable[..., Intent], keystore: KeyStore) -> None:
    intent, broken = begin(uuid.uuid4()), _BrokenStore(keystore)
    with pytest.raises(NeighbourFailed):
        issuance.complete(intent.pk, keystore=broken)  # type: ignore[arg-type]
    assert issuance.complete(intent.pk, keystore=broken).serial == intent.serial  # type: ignore[arg-type]


@pytest.mark.django_db
def test_a_foreign_proof_is_refused(begin: Callable[..., Intent]) -> None:
    with pytest.raises(Invalid, match="csr_wrong_challenge"):
        begin(uuid.uuid4(), csr_der=make_csr("another order"))
    assert not Intent.objects.exists()


@pytest.mark.django_db
def test_a_name_that_no_certificate_may_carry_is_refused(begin: Callable[..., Intent], make_person: MakePerson) -> None:
    with pytest.raises(Invalid, match="name_letter"):
        begin(uuid.uuid4(), person=make_person("Аyşe", "Gökçe"))


@pytest.mark.django_db
def test_what_a_lint_objects_to_is_not_stored(begin: Callable[..., Intent], monkeypatch: pytest.MonkeyPatch) -> None:
    def objects(prepared: pki.Prepared) -> pki.Linted:
        raise Refused("lint_failed", findings=["something"])

    monkeypatch.setattr(pki, "lint", objects)
    with pytest.raises(Refused, match="lint_failed"):
        begin(uuid.uuid4())
    assert not Intent.objects.exists()


@pytest.mark.django_db
def test_the_watch_asks_again_for_what_is_unfinished(
    begin: Callable[..., Intent], monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(uuid.uuid4())
    monkeypatch.setattr(issuance, "FINISHED_WITHIN", -issuance.FINISHED_WITHIN)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
        issuance.watch()
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'certificates.complete_issuance'")
        assert cursor.fetchone() == (1,)
