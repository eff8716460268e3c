"""Certificates of people who left: closed one by one and many at once, told, recorded, confined to the institution."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from divit.applications.models import Application
from divit.audit import ledger
from divit.audit import selectors as audit
from divit.certificates import selectors
from divit.certificates.models import Certificate, PublishedStatus
from divit.flows import card_production, form_receipt, leavers, phone_proof, reinstatement, renewal, suspension
from divit.flows.leavers import How, Leave, Outcome
from divit.identity.models import Person
from divit.institutions.models import Appointment, Institution
from divit.kernel import clock
from divit.kernel.actors import SYSTEM, Actor, Role
from divit.kernel.errors import Invalid, NotFound, Refused
from divit.notifications.models import Message
from divit.notifications.texts.notice import LONGEST_SMS
from divit.payments import selectors as payments
from divit.payments import services as payment_services
from divit.payments.lifecycle import AttemptAct
from divit.production import selectors as production
from tests.fixtures_cards import PRODUCER
from tests.fixtures_pki import holder_of, synthetic_tckn
from tests.integration.applications.conftest import Way, told

pytestmark = pytest.mark.django_db
MakePerson = Callable[..., Person]
MakeCertificate = Callable[..., Certificate]
LEFT = Leave(reason="Kurumdan ayrıldı", last_day=date(2026, 11, 20))


@pytest.fixture
def officer(ministry: Institution, officer_of: Callable[..., Actor]) -> Actor:
    return officer_of(ministry)


@pytest.fixture
def certificate(ayse: Person, ministry: Institution, make_certificate: MakeCertificate) -> Certificate:
    return make_certificate(ayse, institution=ministry)


@pytest.fixture
def proven_phone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The code page is tested where it lives; here its outcome is enough."""
    monkeypatch.setattr(phone_proof, "fresh_proof", lambda **_: True)


def _close(rows: Iterable[Certificate], how: How, *, by: Actor, reject: Iterable[Any] = ()) -> list[Outcome]:
    return leavers.close(leavers.chosen([row.pk for row in rows], by=by), how=how, said=LEFT, reject=reject, by=by)


@pytest.mark.parametrize(
    ("how", "state", "reason"),
    [(How.SUSPEND, "suspended", "certificateHold"), (How.REVOKE, "revoked", "affiliationChanged")],
)
def test_closed_told_and_recorded(certificate: Certificate, officer: Actor, how: How, state: str, reason: str) -> None:
    before = clock.now()
    (outcome,) = _close([certificate], how, by=officer)
    assert outcome.refusal is None
    certificate.refresh_from_db()
    assert certificate.state == state
    published = PublishedStatus.objects.get(serial=certificate.serial)
    assert published.reason == reason
    # The last working day is told, never taken for the time of the act.
    assert published.effective_at is not None
    assert before <= published.effective_at <= clock.now()
    newest = audit.entries_of("certificate", str(certificate.pk))[0]
    assert (newest.role, newest.actor_id) == ("officer", officer.id)
    assert newest.facts["said"] == LEFT.reason
    assert newest.facts["last_day"] == "2026-11-20"
    change = selectors.changes_of(certificate)[-1]
    assert (change.by_role, change.by_name, change.said) == ("officer", officer.name, LEFT.reason)
    assert list(ledger.verify()) == []


@pytest.mark.parametrize("how", How)
@pytest.mark.parametrize(
    ("language", "who", "wrong", "day"),
    [
        ("tr", "Kim yaptı: kurumunuzun yetkilisi", "yanlışlık", "Son çalışma günü: 20.11.2026"),
        ("en", "Who did it:", "mistake", "Last working day: 20.11.2026"),
    ],
)
def test_the_holder_reads_who_why_and_what_to_do(
    certificate: Certificate, officer: Actor, how: How, language: str, who: str, wrong: str, day: str
) -> None:
    Person.objects.filter(pk=certificate.person_id).update(language=language)
    _close([certificate], how, by=officer)
    named = f"certificate_{'suspended' if how is How.SUSPEND else 'revoked'}_by_institution"
    messages = {message.channel: message.text for message in Message.objects.filter(notice=named)}
    assert set(messages) == {"sms", "email"}
    for words in (who, officer.name, LEFT.reason, wrong, day, certificate.institution.name):
        assert words in messages["email"]
    assert "ayrildi" in messages["sms"]
    assert len(messages["sms"]) <= LONGEST_SMS
    assert certificate.person.tckn not in messages["email"] + messages["sms"]


def test_a_long_reason_still_fits_a_short_message(certificate: Certificate, officer: Actor) -> None:
    said = leavers.leave(reason="ğ" * leavers.LONGEST_REASON, last_day=None)
    leavers.close(leavers.chosen([certificate.pk], by=officer), how=How.REVOKE, said=said, by=officer)
    sms = Message.objects.get(notice="certificate_revoked_by_institution", channel="sms")
    assert len(sms.text) <= LONGEST_SMS


@pytest.mark.parametrize(
    ("reason", "last_day", "code"),
    [
        ("", None, "text_required"),
        ("x" * 121, None, "text_too_long"),
        ("Ayrıldı <b>", None, "text_strange"),
        (f"{synthetic_tckn(3)} ayrıldı", None, "reason_tells_a_number"),
        ("Ayrıldı", timedelta(days=-367), "last_day_implausible"),
        ("Ayrıldı", timedelta(days=367), "last_day_implausible"),
    ],
)
def test_what_is_not_understood_is_refused(reason: str, last_day: timedelta | None, code: str) -> None:
    with pytest.raises(Invalid, match=code):
        leavers.leave(reason=reason, last_day=last_day and clock.today() + last_day)
    assert leavers.leave(reason=" Görev no 12345678901 ", last_day=clock.today()).reason == "Görev no 12345678901"


def test_many_at_once_and_the_page_can_tell_which(
    ministry: Institution, officer: Actor, make_person: MakePerson, make_certificate: MakeCertificate
) -> None:
    rows = [make_certificate(make_person(surname=f"Kişi{letter}"), institution=ministry) for letter in "abcd"]
    suspension.suspend(rows[1].pk, by=holder_of(rows[1].person))
    _close([rows[2]], How.REVOKE, by=officer)
    by_id = {one.leaver.certificate.pk: one.refusal for one in _close(rows, How.SUSPEND, by=officer)}
    codes = [by_id[row.pk].code if by_id[row.pk] else None for row in rows]  # type: ignore[union-attr]
    assert codes == [None, "already_suspended", "already_revoked", None]


def test_one_that_cannot_be_written_holds_up_none(
    ministry: Institution,
    officer: Actor,
    make_person: MakePerson,
    make_certificate: MakeCertificate,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = [make_certificate(make_person(), institution=ministry) for _ in range(3)]
    revoke = leavers.revocation.revoke

    def sometimes(certificate_id: Any, **more: Any) -> Any:
        if certificate_id == rows[1].pk:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT 1/0")
        return revoke(certificate_id, **more)

    monkeypatch.setattr(leavers.revocation, "revoke", sometimes)
    by_id = {one.leaver.certificate.pk: one.refusal for one in _close(rows, How.REVOKE, by=officer)}
    assert [by_id[row.pk] and by_id[row.pk].code for row in rows] == [None, "could_not_be_written", None]  # type: ignore[union-attr]
    states = [Certificate.objects.get(pk=row.pk).state for row in rows]
    assert states == ["revoked", "valid", "revoked"]


class TestOnlyTheOwnInstitution:
    """An officer neither sees nor closes what is another institution's, and an ended appointment opens nothing."""

    def test_finding(
        self,
        ayse: Person,
        ministry: Institution,
        treasury: Institution,
        officer_of: Callable[..., Actor],
        make_certificate: MakeCertificate,
    ) -> None:
        ours, theirs = (make_certificate(ayse, institution=one) for one in (ministry, treasury))
        for institution, row in ((ministry, ours), (treasury, theirs)):
            by = officer_of(institution)
            assert [one.pk for one in leavers.find("", by=by)] == [row.pk]
            assert [one.pk for one in leavers.find("isil ogut", by=by)] == [row.pk]
            assert not leavers.find("Kimse Yok", by=by)

    def test_closing(self, certificate: Certificate, treasury: Institution, officer_of: Callable[..., Actor]) -> None:
        stranger = officer_of(treasury)
        with pytest.raises(NotFound):
            leavers.chosen([certificate.pk], by=stranger)
        with pytest.raises(NotFound):
            leavers.chosen([uuid4()], by=stranger)
        with pytest.raises(NotFound):
            leavers.waive(certificate.pk, said=LEFT, by=stranger)
        own = leavers.chosen([certificate.pk], by=officer_of(certificate.institution))
        with pytest.raises(NotFound):
            leavers.close(own, how=How.REVOKE, said=LEFT, by=stranger)
        certificate.refresh_from_db()
        assert certificate.state == "valid"

    def test_by_nobody_else(self, certificate: Certificate, ministry: Institution, officer: Actor) -> None:
        Appointment.objects.filter(person_id=officer.id).update(starts=date(2020, 1, 1), ends=date(2020, 2, 1))
        for by in (
            officer,
            holder_of(certificate.person),
            Actor(role=Role.REPRESENTATIVE, id=officer.id, institution_id=str(ministry.id)),
            Actor(role=Role.OFFICER, id=officer.id),
            Actor(role=Role.REGISTRAR, id="7"),
        ):
            for look in (
                lambda by=by: leavers.find("", by=by),
                lambda by=by: leavers.chosen([certificate.pk], by=by),
                lambda by=by: leavers.waive(certificate.pk, said=LEFT, by=by),
                lambda by=by: renewal.ending_soon(by=by),
            ):
                with pytest.raises(NotFound):
                    look()

    def test_an_application_of_another_institution_stays(
        self,
        ayse: Person,
        certificate: Certificate,
        officer: Actor,
        treasury: Institution,
        way: Way,
    ) -> None:
        row = way.submitted(ayse, treasury)
        (one,) = leavers.chosen([certificate.pk], by=officer)
        assert one.application is None
        with pytest.raises(NotFound):
            leavers.reject(row.id, said=LEFT, by=officer)
        _close([certificate], How.REVOKE, by=officer, reject=[row.id])
        row.refresh_from_db()
        assert row.state == "open"


class TestAHoldForCause:
    """What the institution suspended, the holder does not open alone; and how it is put right."""

    def test_the_holder_waits_for_the_institution(
        self, certificate: Certificate, officer: Actor, proven_phone: None
    ) -> None:
        holder = holder_of(certificate.person)
        _close([certificate], How.SUSPEND, by=officer)
        with pytest.raises(Refused, match="suspended_by_someone_else_for_cause"):
            reinstatement.reinstate(certificate.pk, by=holder, fresh_login=True)
        started = Certificate.objects.get(pk=certificate.pk).hold_started_at
        leavers.waive(certificate.pk, said=Leave(reason="Ayrılmadı"), by=officer)
        certificate.refresh_from_db()
        # Nothing that the world is told has changed.
        assert (certificate.state, certificate.hold_cause, certificate.hold_started_at) == (
            "suspended", "holder", started,
        )  # fmt: skip
        assert PublishedStatus.objects.get(serial=certificate.serial).reason == "certificateHold"
        newest = audit.entries_of("certificate", str(certificate.pk))[0]
        assert (newest.act, newest.facts["said"]) == ("certificate.waive", "Ayrılmadı")
        assert told(certificate.person)[-1] == "certificate_cause_waived"
        reinstatement.reinstate(certificate.pk, by=holder, fresh_login=True)
        certificate.refresh_from_db()
        assert certificate.state == "valid"

    def test_only_where_it_is_the_institutions(self, certificate: Certificate, officer: Actor) -> None:
        with pytest.raises(Refused, match="not_from_this_state"):
            leavers.waive(certificate.pk, said=LEFT, by=officer)
        suspension.suspend(certificate.pk, by=holder_of(certificate.person))
        with pytest.raises(Refused, match="not_held_for_the_institution"):
            leavers.waive(certificate.pk, said=LEFT, by=officer)

    def test_not_for_oneself(
        self, ministry: Institution, officer: Actor, officer_of: Callable[..., Actor], make_certificate: MakeCertificate
    ) -> None:
        own = make_certificate(Person.objects.get(pk=officer.id), institution=ministry)
        colleague = officer_of(ministry, "Çelik")
        _close([own], How.SUSPEND, by=colleague)
        assert not leavers.may_waive(Certificate.objects.get(pk=own.pk), by=officer)
        with pytest.raises(Refused, match="waived_for_oneself"):
            leavers.waive(own.pk, said=LEFT, by=officer)
        leavers.waive(own.pk, said=LEFT, by=colleague)

    def test_the_database_knows_no_other_way(self, certificate: Certificate, officer: Actor) -> None:
        _close([certificate], How.SUSPEND, by=officer)
        with pytest.raises(DatabaseError, match="a status changes by an act"):
            Certificate.objects.filter(pk=certificate.pk).update(hold_cause="holder")


def _paid_at_the_bank(row: Application) -> None:
    """The attempt whose money the charge will have: what goes back is this."""
    with transaction.atomic():
        charge = payments.charge_for(row.id)
        assert charge is not None
        attempt = payment_services.open_attempt(charge, by=holder_of(row.person))
        payment_services.move_attempt(attempt, AttemptAct.APPROVE, by=SYSTEM, in_books=charge.amount)


class TestApplications:
    """What a leaver has sent off at the institution ends with a reason and the money back, until a card is in hand."""

    def test_is_shown_and_rejected_on_wish(
        self, ayse: Person, certificate: Certificate, officer: Actor, ministry: Institution, way: Way
    ) -> None:
        row = way.submitted(ayse, ministry)
        (one,) = leavers.chosen([certificate.pk], by=officer)
        assert one.application == row
        (outcome,) = _close([certificate], How.REVOKE, by=officer)
        row.refresh_from_db()
        assert (row.state, outcome.application_rejected) == ("open", False)
        leavers.reject(row.id, said=LEFT, by=officer)
        row.refresh_from_db()
        assert (row.state, row.ending) == ("rejected", LEFT.reason)
        assert "application_rejected" in told(ayse)

    def test_a_draft_is_nobodys_business(
        self, ayse: Person, certificate: Certificate, officer: Actor, ministry: Institution, way: Way
    ) -> None:
        row = way.begin(ayse, ministry)
        (one,) = leavers.chosen([certificate.pk], by=officer)
        assert one.application is None
        with pytest.raises(NotFound):
            leavers.reject(row.id, said=LEFT, by=officer)

    def test_paid_signed_and_released_it_comes_out_of_the_queue(
        self,
        ayse: Person,
        certificate: Certificate,
        officer: Actor,
        ministry: Institution,
        way: Way,
        pay: Callable[[Application], None],
        representative_of: Callable[[Institution], Actor],
    ) -> None:
        row = way.submitted(ayse, ministry)
        _paid_at_the_bank(row)
        pay(row)
        form_receipt.take_in(row.id, by=representative_of(ministry))
        (outcome,) = _close([certificate], How.REVOKE, by=officer, reject=[row.id])
        assert (outcome.application_rejected, outcome.application_refusal) == (True, None)
        row.refresh_from_db()
        order, charge = production.order_of(row.id), payments.charge_for(row.id)
        assert order is not None
        assert charge is not None
        assert (row.state, order.state, charge.state) == ("rejected", "cancelled", "refunded")
        # Another officer with the same list open: it has ended, which is not the same as begun production.
        with pytest.raises(Refused, match="not_from_this_state"):
            leavers.reject(row.id, said=LEFT, by=officer)

    def test_not_once_a_card_is_in_hand(
        self,
        ayse: Person,
        certificate: Certificate,
        officer: Actor,
        ministry: Institution,
        way: Way,
        pay: Callable[[Application], None],
        representative_of: Callable[[Institution], Actor],
    ) -> None:
        row = way.submitted(ayse, ministry)
        pay(row)
        form_receipt.take_in(row.id, by=representative_of(ministry))
        order = production.order_of(row.id)
        assert order is not None
        card_production.take(order.pk, by=PRODUCER)
        (outcome,) = _close([certificate], How.REVOKE, by=officer, reject=[row.id])
        assert outcome.refusal is None
        assert outcome.application_refusal is not None
        assert outcome.application_refusal.code == "production_has_begun"
        row.refresh_from_db()
        assert row.state == "released"

    def test_with_two_certificates_it_is_rejected_once(
        self,
        ayse: Person,
        certificate: Certificate,
        officer: Actor,
        ministry: Institution,
        way: Way,
        make_certificate: MakeCertificate,
    ) -> None:
        other = make_certificate(ayse, institution=ministry)
        row = way.submitted(ayse, ministry)
        outcomes = _close([certificate, other], How.SUSPEND, by=officer, reject=[row.id])
        assert [one.refusal for one in outcomes] == [None, None]
        assert sum(one.application_rejected for one in outcomes) == 1
        assert not any(one.application_refusal for one in outcomes)


def test_what_ends_soon_is_listed_with_the_state_of_its_renewal(
    ministry: Institution,
    officer: Actor,
    make_person: MakePerson,
    make_certificate: MakeCertificate,
    way: Way,
) -> None:
    def ending(surname: str, days: int) -> Certificate:
        return make_certificate(
            make_person(surname=surname), institution=ministry, until=clock.now() + timedelta(days=days)
        )

    plain, held, applied, renewed = (ending(name, days) for name, days in zip("ABCD", (80, 10, 20, 30), strict=True))
    ending("Uzak", 95)
    suspension.suspend(held.pk, by=holder_of(held.person))
    way.submitted(applied.person, ministry)
    make_certificate(renewed.person, institution=ministry)
    rows = renewal.with_state(renewal.ending_soon(by=officer))
    assert [(one.certificate.pk, str(one.stands)) for one in rows] == [
        (held.pk, "on_hold"),
        (applied.pk, "under_way"),
        (renewed.pk, "renewed"),
        (plain.pk, "not_begun"),
    ]
    assert [one.days_left for one in rows] == [10, 20, 30, 80]
