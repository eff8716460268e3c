"""Thousands at once: the same guarantees as for one, asked of the law and told in the ledger one by one."""

import shutil
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from django.db import DatabaseError, connection, transaction

from divit.audit import ledger
from divit.audit.models import Entry, History
from divit.audit.moves import move_all
from divit.certificates import findings, intents, selectors
from divit.certificates.lifecycle import INTENT_LAW, IntentAct, IntentFacts, IntentState, State
from divit.certificates.models import Certificate, Finding, Intent, PublishedStatus, StatusChange
from divit.flows import bulk_issuance, issuance, judgement
from divit.flows.bulk_issuance import Wish
from divit.identity.models import Person
from divit.institutions.models import Institution
from divit.kernel import clock
from divit.kernel.actors import SYSTEM, Actor, Role
from divit.kernel.errors import Refused
from divit.pki.authority import Authority
from divit.pki.keystores import KeyStore
from tests.fixtures_pki import make_csr

pytestmark = pytest.mark.django_db
REGISTRAR = Actor(role=Role.REGISTRAR, id="77", name="Kadriye Kayıt")


@pytest.fixture
def wish(authority: Authority, make_person: Callable[..., Person]) -> Callable[..., Wish]:
    person = make_person()
    institution = Institution.objects.create(name="T.C. Toplu Bakanlık")

    def make(**more: Any) -> Wish:
        order = uuid.uuid4()
        told: dict[str, Any] = {
            "card_order_id": order,
            "person": person,
            "institution_id": institution.pk,
            "profile": "etsi-tr",
            "csr_der": make_csr(more.get("challenge", str(order))),
            "card_serial": "1234567890123456",
            "validity_years": 1,
            "publish": False,
        }
        return Wish(**{**told, **more})

    return make


def test_many_become_certificates_and_each_has_its_own_entries(
    wish: Callable[..., Wish], keystore: KeyStore, authority: Authority
) -> None:
    good = [wish() for _ in range(3)] + [wish(born_state=State.SUSPENDED)]
    bad = wish(csr_der=make_csr("another challenge"))
    begun = bulk_issuance.begin_all(
        [*good, bad, wish(card_order_id=good[0].card_order_id, challenge="second")], by=SYSTEM
    )
    assert [intent.card_order_id for intent in begun.intents] == [one.card_order_id for one in good]
    assert [str(refusal) for _, refusal in begun.refused] == ["csr_wrong_challenge", "issuance_under_way"]
    assert bulk_issuance.begin_all(good, by=SYSTEM) == bulk_issuance.Begun()
    assert not PublishedStatus.objects.exists()

    assert bulk_issuance.complete_waiting(keystore=keystore) == 4
    assert bulk_issuance.complete_waiting(keystore=keystore) == 0
    issuer = x509.load_der_x509_certificate(authority.certificate)
    for intent in Intent.objects.order_by("created_at"):
        made = x509.load_der_x509_certificate(bytes(intent.certificate.der))
        made.verify_directly_issued_by(issuer)
        assert made.tbs_certificate_bytes == bytes(intent.tbs)
        assert (intent.state, intent.judged_at) == (IntentState.SIGNED, None)
        assert intent.certificate.holder_name == intent.person.name
        acts = Entry.objects.filter(subject_id=str(intent.pk)).order_by("seq").values_list("act", flat=True)
        assert [act.partition(".")[2] for act in acts] == ["begin", "begin_signing", "sign"]
        assert Entry.objects.get(subject_id=str(intent.certificate.pk)).person_id == str(intent.person_id)
        moves = History.objects.filter(row_id=str(intent.pk)).order_by("id").values_list("target", flat=True)
        assert list(moves) == ["linted", "signing", "signed"]
        change = StatusChange.objects.get(certificate=intent.certificate)
        assert change.change_seq == intent.certificate.change_seq
    held = Certificate.objects.get(card_order_id=good[3].card_order_id)
    assert (held.state, held.hold_cause, held.effective_at) == ("suspended", "birth", held.hold_started_at)
    statuses = PublishedStatus.objects.order_by("status").values_list("status", "reason")
    assert list(statuses) == [("good", None)] * 3 + [("revoked", "certificateHold")]
    assert list(ledger.verify()) == []


def test_nothing_is_handed_out_before_pkilint_has_passed_it(
    wish: Callable[..., Wish], keystore: KeyStore, settings: Any, tmp_path: Path
) -> None:
    bulk_issuance.begin_all([wish() for _ in range(3)], by=SYSTEM)
    bulk_issuance.complete_waiting(keystore=keystore)
    batch_id = Intent.objects.order_by("id")[0].batch_id
    assert batch_id is not None
    certificates = list(Certificate.objects.order_by("change_seq"))
    with _as_a_real_authority(settings, tmp_path):
        # The addresses are of this machine: only a test authority may have such.
        assert not judgement.follow_batch(batch_id)
        assert not judgement.judge(batch_id)
    assert not any(selectors.may_be_handed_out(one.pk) for one in certificates)
    assert Finding.objects.filter(kind="pkilint").count() == 3
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'production.certificate_issued'")
        assert cursor.fetchone() == (3,)
    assert findings.waiting_batches(begun_before=clock.now()) == []
    # Two were found right after all by a later version of the lint; one was not.
    Finding.objects.exclude(certificate=certificates[0]).delete()
    judgement.settle(Finding.objects.get().pk, said="Kart bozuk olarak işaretlendi", by=REGISTRAR)
    assert [selectors.may_be_handed_out(one.pk) for one in certificates] == [False, True, True]
    with pytest.raises(Refused, match="already_settled"):
        judgement.settle(Finding.objects.get().pk, said="Bir daha", by=REGISTRAR)
    assert Certificate.objects.filter(state="valid").count() == 3, "no machine closes a certificate"


def _as_a_real_authority(settings: Any, folder: Path) -> Any:
    copy = folder / "ca"
    shutil.copytree(settings.DIVIT.ca, copy)
    record = copy / "authority.json"
    record.write_text(
        record.read_text().replace('"test": true', '"test": false').replace('"test":true', '"test":false')
    )

    class Standing:
        def __enter__(self) -> None:
            self.before = settings.DIVIT
            settings.DIVIT = settings.DIVIT.model_copy(update={"ca_dir": copy})

        def __exit__(self, *_: object) -> None:
            settings.DIVIT = self.before

    return Standing()


def test_the_judgement_lets_them_go(wish: Callable[..., Wish], keystore: KeyStore) -> None:
    bulk_issuance.begin_all([wish() for _ in range(2)], by=SYSTEM)
    bulk_issuance.complete_waiting(keystore=keystore)
    (batch_id,) = findings.waiting_batches(begun_before=clock.now())
    assert judgement.follow_batch(batch_id)
    assert all(selectors.may_be_handed_out(one.pk) for one in Certificate.objects.order_by("id"))
    assert findings.waiting_batches(begun_before=clock.now()) == []
    assert Entry.objects.filter(act="issuance_batch.judged").count() == 1


def test_where_many_wait_the_job_of_one_finishes_all(
    wish: Callable[..., Wish], keystore: KeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk_issuance, "MANY", 3)
    asked = []
    for number in range(3):
        one = wish(replaces=number == 2)
        told = {
            name: getattr(one, name) for name in ("card_order_id", "person", "institution_id", "profile", "csr_der")
        }
        told |= {name: getattr(one, name) for name in ("card_serial", "validity_years", "publish", "replaces")}
        asked.append(issuance.begin(**told, by=SYSTEM, one_of_many=number == 1))
    bulk_issuance.complete(asked[0].pk, keystore=keystore)
    assert Certificate.objects.count() == 1, "two that end nothing are not many"
    bulk_issuance.begin_all([wish(), wish()], by=SYSTEM)
    bulk_issuance.complete(asked[2].pk, keystore=keystore)
    assert Certificate.objects.count() == 5
    # What one alone was made of has been judged before; in the batch only what was stored so.
    judged = Intent.objects.order_by("created_at").values_list("judged_at", flat=True)
    assert [at is not None for at in judged] == [True, False, True, False, False]


def test_what_is_no_longer_fit_is_given_up_and_the_rest_goes_on(wish: Callable[..., Wish], keystore: KeyStore) -> None:
    spoiled, good = bulk_issuance.begin_all([wish(), wish()], by=SYSTEM).intents
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE certificates_intent SET profile = 'etsi-tr@0' WHERE id = %s", [spoiled.pk])
        cursor.execute("SET session_replication_role = origin")
    assert bulk_issuance.complete_waiting(keystore=keystore) == 1
    spoiled.refresh_from_db()
    good.refresh_from_db()
    assert (spoiled.state, good.state) == ("abandoned", "signed")
    assert PublishedStatus.objects.get(serial=spoiled.serial).reason == "cessationOfOperation"


def test_a_set_moves_only_as_the_law_says(wish: Callable[..., Wish]) -> None:
    rows = bulk_issuance.begin_all([wish(), wish()], by=SYSTEM).intents
    told: dict[str, Any] = {"law": INTENT_LAW, "by": SYSTEM, "note": lambda _: {}}
    fit: Callable[[Any], IntentFacts] = lambda _: IntentFacts()  # noqa: E731
    with transaction.atomic(), pytest.raises(Refused, match="not_from_this_state"):
        move_all(rows, IntentAct.SIGN, facts=fit, **told)
    with transaction.atomic(), pytest.raises(Refused, match="not_your_act"):
        move_all(rows, IntentAct.BEGIN_SIGNING, facts=fit, **{**told, "by": REGISTRAR})
    intents.begin_signing_all(rows, by=SYSTEM)
    unlike = {rows[0].pk: IntentFacts(), rows[1].pk: IntentFacts(signed_as_stored=False)}
    with transaction.atomic(), pytest.raises(Refused, match="signed_something_else"):
        move_all(rows, IntentAct.SIGN, facts=lambda row: unlike[row.pk], **told)
    rows[1].state = IntentState.LINTED  # as if read before somebody else moved it
    with pytest.raises(Refused, match="changed_meanwhile"), transaction.atomic():
        move_all(rows[1:], IntentAct.BEGIN_SIGNING, facts=fit, changes={"signing_began_at": clock.now()}, **told)
    with pytest.raises(DatabaseError, match="a move needs an actor"), transaction.atomic():
        Intent.objects.filter(pk=rows[0].pk).update(state=IntentState.SIGNED)
    assert set(Intent.objects.order_by("id").values_list("state", flat=True)) == {"signing"}
