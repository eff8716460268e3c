"""Suspending, reinstating and revoking: what the database, the ledger, the views and the person see of it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from divit.audit import ledger
from divit.audit import selectors as audit
from divit.certificates import selectors
from divit.certificates.lifecycle import Act, State
from divit.certificates.models import Certificate, PublishedStatus, StatusChange
from divit.flows import phone_proof, reinstatement, revocation, suspension
from divit.identity.models import Person
from divit.kernel import clock
from divit.kernel.actors import Actor, Role
from divit.kernel.errors import NotFound, Refused
from divit.pki.reasons import Reason
from divit.verification.models import PhoneCode
from tests.fixtures_pki import holder_of

pytestmark = pytest.mark.django_db

MakePerson = Callable[..., Person]
MakeCertificate = Callable[..., Certificate]


def published(certificate: Certificate) -> tuple[str, str | None, Any]:
    row = PublishedStatus.objects.get(serial=certificate.serial)
    return row.status, row.reason, row.effective_at


@pytest.fixture
def certificate(make_person: MakePerson, make_certificate: MakeCertificate) -> Certificate:
    return make_certificate(make_person())


@pytest.fixture
def holder(certificate: Certificate) -> Actor:
    return holder_of(certificate.person)


@pytest.fixture
def proven_phone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The code page is tested where it lives; here its outcome is enough."""
    monkeypatch.setattr(phone_proof, "fresh_proof", lambda **_: True)


def test_a_new_certificate_is_good(certificate: Certificate) -> None:
    assert certificate.state == State.VALID
    assert published(certificate) == ("good", None, None)


def test_suspended_is_published_with_the_time_of_the_act(certificate: Certificate, holder: Actor) -> None:
    before = clock.now()
    change = suspension.suspend(certificate.pk, by=holder)
    certificate.refresh_from_db()
    assert certificate.state == State.SUSPENDED
    assert published(certificate) == ("revoked", "certificateHold", change.at)
    assert before <= change.at <= clock.now()
    entry = audit.entries_of("certificate", str(certificate.pk))[0]
    assert (entry.act, entry.role, entry.actor_id) == ("certificate.suspend", "holder", holder.id)
    assert list(ledger.verify()) == []


def test_every_act_orders_a_list_a_look_and_a_notice(certificate: Certificate, holder: Actor) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
        suspension.suspend(certificate.pk, by=holder)
        cursor.execute("SELECT task_name, queue_name FROM procrastinate_jobs")
        waiting = set(cursor.fetchall())
    assert {("certificates.publish_crl", "signing"), ("certificates.observe", "default")} <= waiting
    assert ("notifications.deliver", "default") in waiting


def test_reinstated_is_good_again(certificate: Certificate, holder: Actor, proven_phone: None) -> None:
    suspension.suspend(certificate.pk, by=holder)
    reinstatement.reinstate(certificate.pk, by=holder, fresh_login=True)
    certificate.refresh_from_db()
    assert certificate.state == State.VALID
    assert published(certificate) == ("good", None, None)


def test_reinstating_needs_both_proofs(
    certificate: Certificate, holder: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    suspension.suspend(certificate.pk, by=holder)
    with pytest.raises(Refused, match="step_up_missing"):
        reinstatement.reinstate(certificate.pk, by=holder, fresh_login=True)
    assert not PhoneCode.objects.exists()
    monkeypatch.setattr(phone_proof, "fresh_proof", lambda **_: True)
    with pytest.raises(Refused, match="step_up_missing"):
        reinstatement.reinstate(certificate.pk, by=holder, fresh_login=False)


def test_revoked_for_good(certificate: Certificate, holder: Actor, proven_phone: None) -> None:
    change = revocation.revoke(certificate.pk, reason=Reason.KEY_COMPROMISE, by=holder)
    certificate.refresh_from_db()
    assert (certificate.state, certificate.reason, certificate.revoked_at) == ("revoked", "keyCompromise", change.at)
    assert published(certificate) == ("revoked", "keyCompromise", change.at)
    for act in (
        lambda: suspension.suspend(certificate.pk, by=holder),
        lambda: reinstatement.reinstate(certificate.pk, by=holder, fresh_login=True),
        lambda: revocation.revoke(certificate.pk, reason=Reason.KEY_COMPROMISE, by=holder),
    ):
        with pytest.raises(Refused, match="not_from_this_state"):
            act()


@pytest.mark.parametrize("which", ["hold", "act"])
def test_a_hold_that_becomes_final_keeps_both_times(
    certificate: Certificate, holder: Actor, settings: Any, which: str
) -> None:
    settings.DIVIT = settings.DIVIT.model_copy(update={"revocation_date": which})
    held = suspension.suspend(certificate.pk, by=holder)
    ended = revocation.revoke(certificate.pk, reason=Reason.KEY_COMPROMISE, by=holder)
    certificate.refresh_from_db()
    assert (certificate.hold_started_at, certificate.revoked_at) == (held.at, ended.at)
    assert published(certificate) == ("revoked", "keyCompromise", held.at if which == "hold" else ended.at)


def test_state_at_any_past_time(certificate: Certificate, holder: Actor, proven_phone: None) -> None:
    suspension.suspend(certificate.pk, by=holder)
    reinstatement.reinstate(certificate.pk, by=holder, fresh_login=True)
    revocation.revoke(certificate.pk, reason=Reason.CESSATION_OF_OPERATION, by=holder)
    changes = selectors.changes_of(certificate)
    assert [change.act for change in changes] == ["issue", "suspend", "reinstate", "revoke"]
    at = [selectors.status_at(certificate, change.at) for change in changes]
    assert at == [State.VALID, State.SUSPENDED, State.VALID, State.REVOKED]
    assert selectors.status_at(certificate, changes[1].at - timedelta(microseconds=1)) is State.VALID
    assert selectors.status_at(certificate, changes[0].at - timedelta(microseconds=1)) is None


def test_somebody_elses_certificate_is_not_there(certificate: Certificate, make_person: MakePerson) -> None:
    stranger = holder_of(make_person("Kötü", "Niyetli"))
    entries = len(audit.entries_of("certificate", str(certificate.pk)))
    with pytest.raises(NotFound):
        suspension.suspend(certificate.pk, by=stranger)
    with pytest.raises(NotFound):
        revocation.revoke(certificate.pk, reason=Reason.KEY_COMPROMISE, by=stranger)
    with pytest.raises(NotFound):
        selectors.certificate_of(stranger.id, certificate.pk)  # type: ignore[arg-type]
    assert len(audit.entries_of("certificate", str(certificate.pk))) == entries


def test_an_officer_reaches_only_the_own_institution(certificate: Certificate, proven_phone: None) -> None:
    foreign = Actor(role=Role.OFFICER, id="o1", institution_id="00000000-0000-0000-0000-000000000001")
    nowhere = Actor(role=Role.OFFICER, id="o1")
    own = Actor(role=Role.OFFICER, id="o1", institution_id=str(certificate.institution_id))
    for actor in (foreign, nowhere):
        with pytest.raises(NotFound):
            suspension.suspend(certificate.pk, by=actor)
    suspension.suspend(certificate.pk, by=own)
    with pytest.raises(Refused, match="suspended_by_someone_else_for_cause"):
        reinstatement.reinstate(certificate.pk, by=holder_of(certificate.person), fresh_login=True)


def test_staff_suspends_for_a_caller_who_proved_themselves(certificate: Certificate, proven_phone: None) -> None:
    desk = Actor(role=Role.REGISTRAR, id="7", name="Masa")
    with pytest.raises(Refused, match="caller_not_proven"):
        suspension.suspend(certificate.pk, by=desk)
    suspension.suspend(certificate.pk, by=desk, caller_proven=True)
    reinstatement.reinstate(certificate.pk, by=holder_of(certificate.person), fresh_login=True)


def test_no_single_member_of_staff_opens_a_certificate(certificate: Certificate, holder: Actor) -> None:
    desk, colleague = Actor(role=Role.REGISTRAR, id="7"), Actor(role=Role.REGISTRAR, id="8")
    suspension.suspend(certificate.pk, by=holder)
    for second in (None, desk, Actor(role=Role.PRODUCER, id="9"), holder):
        with pytest.raises(Refused, match="second_person_missing"):
            reinstatement.reinstate(certificate.pk, by=desk, fresh_login=True, second=second)
    reinstatement.reinstate(certificate.pk, by=desk, fresh_login=True, second=colleague)
    newest = audit.entries_of("certificate", str(certificate.pk))[0]
    assert (newest.actor_id, newest.facts["with"]) == ("7", "registrar:8")


def test_who_gave_a_card_up_stands_in_the_ledger(certificate: Certificate) -> None:
    revocation.revoke_spoiled(certificate.pk, by=Actor(role=Role.INSPECTOR, id="12"))
    newest = audit.entries_of("certificate", str(certificate.pk))[0]
    assert (newest.act, newest.role, newest.facts["with"]) == ("certificate.revoke", "system", "inspector:12")


def test_no_act_is_dated_before_the_one_that_it_follows(
    certificate: Certificate, holder: Actor, proven_phone: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clocks of two machines differ by half a minute; the second one closes what the first one opened."""
    suspension.suspend(certificate.pk, by=holder)
    now = clock.now
    monkeypatch.setattr(clock, "now", lambda: now() + timedelta(seconds=30))
    opened = reinstatement.reinstate(certificate.pk, by=holder, fresh_login=True)
    monkeypatch.setattr(clock, "now", now)
    closed = suspension.suspend(certificate.pk, by=holder)
    assert closed.at == closed.effective_at == opened.at
    assert selectors.status_at(certificate, opened.at) is State.SUSPENDED


def test_a_certificate_born_on_hold_waits_for_its_holder(
    make_person: MakePerson, make_certificate: MakeCertificate, proven_phone: None
) -> None:
    certificate = make_certificate(make_person(), born_state=State.SUSPENDED)
    assert published(certificate)[:2] == ("revoked", "certificateHold")
    reinstatement.reinstate(certificate.pk, by=holder_of(certificate.person), fresh_login=True)
    assert published(certificate)[0] == "good"


def test_buttons_are_drawn_from_the_law(certificate: Certificate, holder: Actor) -> None:
    assert selectors.acts_open_to(certificate, by=holder) == [Act.SUSPEND, Act.REVOKE]
    suspension.suspend(certificate.pk, by=holder)
    certificate.refresh_from_db()
    assert selectors.acts_open_to(certificate, by=holder) == [Act.REINSTATE, Act.REVOKE]


def test_changes_are_numbered_in_order(certificate: Certificate, holder: Actor) -> None:
    suspension.suspend(certificate.pk, by=holder)
    revocation.revoke(certificate.pk, reason=Reason.KEY_COMPROMISE, by=holder)
    numbers = [change.change_seq for change in StatusChange.objects.order_by("at")]
    assert numbers == sorted(set(numbers))
