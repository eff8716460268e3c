"""Kişi ödemeli başvuru on the database: draft, submission, requirements, release; and what may not happen."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from divit.applications import selectors, services
from divit.applications.kinds import Kind
from divit.applications.lifecycle import State
from divit.applications.models import Application, Requirement
from divit.applications.steps import Step
from divit.audit import selectors as audit
from divit.certificates.models import Certificate
from divit.flows import form_receipt, release, revocation, self_paid_application, suspension
from divit.identity.models import Person
from divit.institutions.models import Institution, InstitutionRule
from divit.kernel import clock
from divit.kernel.actors import SYSTEM, Actor
from divit.kernel.errors import Invalid, NotFound, Refused
from divit.payments import selectors as payments
from divit.pki.reasons import Reason
from divit.production import selectors as production
from divit.verification.models import PhoneCode
from tests.fixtures_pki import holder_of
from tests.integration.applications.conftest import PLACES, TYPED, Way, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def ayse(make_person: Callable[..., Person]) -> Person:
    return make_person("Ayşe Işıl", "Öğüt", phone="+905051234567", email="ayse@okul.example")


def test_the_whole_way(
    way: Way,
    ayse: Person,
    ministry: Institution,
    representative_of: Callable[[Institution], Actor],
    pay: Callable[[Application], None],
) -> None:
    row = way.submitted(ayse, ministry)
    assert row.state == State.OPEN
    assert selectors.open_requirements(row) == ["fee_paid", "form_received"]
    charge = payments.charge_for(row.id)
    assert charge is not None
    assert (charge.net, charge.total) == (27000, 32400)  # facts/domain.md §6.5

    pay(row)
    assert selectors.open_requirements(row) == ["form_received"]
    assert production.order_of(row.id) is None

    representative = representative_of(ministry)
    assert form_receipt.take_in(row.id, by=representative)
    row.refresh_from_db()
    assert row.state == State.RELEASED
    order = production.order_of(row.id)
    assert order is not None
    assert (order.product, order.replaces) == ("nes-3y", False)
    assert {"application_submitted", "application_form_received", "application_released"} <= set(told(ayse))
    acts = {entry.act for entry in audit.entries_of("application", str(row.id))}
    assert {
        "application.begin",
        "application.submit",
        "application.requirement_closed",
        "application.form_received",
        "application.release",
    } <= acts


def test_taking_the_form_in_twice_is_taking_it_in_once(
    way: Way, ayse: Person, ministry: Institution, representative_of: Callable[[Institution], Actor]
) -> None:
    row = way.submitted(ayse, ministry)
    representative = representative_of(ministry)
    assert form_receipt.take_in(row.id, by=representative)
    assert not form_receipt.take_in(row.id, by=representative)
    assert len(selectors.form_visits(row)) == 1


def test_releasing_again_changes_nothing(
    way: Way,
    ayse: Person,
    ministry: Institution,
    representative_of: Callable[[Institution], Actor],
    pay: Callable[[Application], None],
) -> None:
    row = way.submitted(ayse, ministry)
    pay(row)
    form_receipt.take_in(row.id, by=representative_of(ministry))
    assert not release.advance(row.id)
    assert release.look_again() == 0


def test_pay_after_form(
    way: Way, ayse: Person, treasury: Institution, representative_of: Callable[[Institution], Actor]
) -> None:
    row = way.submitted(ayse, treasury)
    assert payments.charge_for(row.id) is None
    form_receipt.take_in(row.id, by=representative_of(treasury))
    charge = payments.charge_for(row.id)
    assert charge is not None
    assert charge.state == "due"
    assert selectors.open_requirements(row) == ["fee_paid"]
    assert "application_fee_due" in told(ayse)


def test_the_rule_of_the_day_of_submission_holds(
    way: Way, ayse: Person, ministry: Institution, representative_of: Callable[[Institution], Actor]
) -> None:
    row = way.submitted(ayse, ministry)
    Application.objects.filter(pk=row.pk).update(submitted_at=row.submitted_at - timedelta(days=3))  # type: ignore[operator]
    InstitutionRule.objects.create(
        institution=ministry,
        valid_from=clock.today(),
        form_target="institution",
        pay_gate="after_form",
        born_state="valid",
        profile="etsi-tr",
    )
    # The charge of the day of submission stands; the new rule would have made a second one.
    form_receipt.take_in(row.id, by=representative_of(ministry))
    assert selectors.open_requirements(row) == ["fee_paid"]


@pytest.mark.parametrize("missing", list(TYPED))
def test_nothing_is_submitted_with_a_part_missing(way: Way, ayse: Person, ministry: Institution, missing: Step) -> None:
    row = way.begin(ayse, ministry)
    way.fill(row)
    way.confirm(row)
    way.prove(row)
    row.refresh_from_db()
    Application.objects.filter(pk=row.pk).update(steps_done=[step for step in row.steps_done if step != missing])
    with pytest.raises(Refused, match="steps_missing"):
        way.submit(row)
    assert payments.charge_for(row.id) is None


def test_nothing_is_submitted_without_the_phone(way: Way, ayse: Person, ministry: Institution) -> None:
    row = way.begin(ayse, ministry)
    way.fill(row)
    way.confirm(row)
    with pytest.raises(Refused, match="phone_not_proven"):
        way.submit(row)


def test_a_proof_from_another_session_or_for_another_number_does_not_count(
    way: Way, ayse: Person, ministry: Institution
) -> None:
    row = way.begin(ayse, ministry)
    way.fill(row)
    way.confirm(row)
    way.prove(row, session="somebody-else")
    with pytest.raises(Refused, match="phone_not_proven"):
        way.submit(row)
    way.fill(row, phone="0505 765 43 21")
    way.confirm(row)
    with pytest.raises(Refused, match="phone_not_proven"):
        way.submit(row)


def test_submitted_twice_is_submitted_once(way: Way, ayse: Person, ministry: Institution) -> None:
    row = way.ready(ayse, ministry)
    way.submit(row)
    assert way.submit(row).state == State.OPEN
    assert Requirement.objects.filter(application=row).count() == 3


def test_a_part_with_a_mistake_is_not_done_and_nothing_of_it_is_kept(
    way: Way, ayse: Person, ministry: Institution
) -> None:
    row = way.begin(ayse, ministry)
    by = holder_of(ayse)
    typed = {"years": "9", "reader": "mini", "publish": "no"}
    wrong = self_paid_application.save_step(row.id, Step.CERTIFICATE, typed, addresses=PLACES, by=by)
    assert [error.code for error in wrong] == ["choice_unknown"]
    row.refresh_from_db()
    assert (row.reader, row.publish, row.steps_done) == ("", None, ["kurum-secimi"])


def test_going_back_keeps_what_is_right(way: Way, ayse: Person, ministry: Institution) -> None:
    row = way.begin(ayse, ministry)
    by = holder_of(ayse)
    typed = {"years": "", "reader": "mini", "publish": "yes"}
    self_paid_application.save_step(row.id, Step.CERTIFICATE, typed, addresses=PLACES, leaving=True, by=by)
    row.refresh_from_db()
    assert (row.years, row.reader, row.publish) == (None, "mini", True)
    assert "sertifika" not in row.steps_done


def test_steps_cannot_be_jumped(way: Way, ayse: Person, ministry: Institution) -> None:
    row = way.begin(ayse, ministry)
    by = holder_of(ayse)
    with pytest.raises(Refused, match="step_too_early"):
        self_paid_application.save_step(row.id, Step.DELIVERY, TYPED[Step.DELIVERY], addresses=PLACES, by=by)
    with pytest.raises(Refused, match="step_too_early"):
        self_paid_application.confirm(row.id, accepted=[], by=by)


def test_a_change_after_the_summary_needs_the_summary_again(way: Way, ayse: Person, ministry: Institution) -> None:
    row = way.ready(ayse, ministry)
    by = holder_of(ayse)
    self_paid_application.save_step(row.id, Step.WORKPLACE, TYPED[Step.WORKPLACE], addresses=PLACES, by=by)
    with pytest.raises(Refused, match="steps_missing"):
        way.submit(row)


def test_one_running_application_per_institution(
    way: Way, ayse: Person, ministry: Institution, treasury: Institution
) -> None:
    first = way.begin(ayse, ministry)
    with pytest.raises(Refused, match="application_already_running") as refusal:
        way.begin(ayse, ministry, Kind.FIRST)
    assert refusal.value.facts["application_id"] == str(first.id)
    other = way.begin(ayse, treasury)
    with pytest.raises(Refused, match="application_already_running"):
        self_paid_application.choose(other.id, institution_id=ministry.id, kind=Kind.OTHER, by=holder_of(ayse))


def test_a_new_draft_takes_over_the_earlier_answers(
    way: Way, ayse: Person, ministry: Institution, treasury: Institution
) -> None:
    way.submitted(ayse, ministry)
    row = way.begin(ayse, treasury)
    assert (row.years, row.street, row.unit, row.phone) == (3, "719. Sokak", "Bilgi İşlem", "+905051234567")
    assert row.publish is None  # consent is given anew
    assert row.steps_done == ["kurum-secimi"]  # and everything is looked at anew


def test_what_is_anothers_is_not_there(
    way: Way, ayse: Person, ministry: Institution, make_person: Callable[..., Person]
) -> None:
    row = way.ready(ayse, ministry)
    by = holder_of(make_person("Ömer", "Yıldız"))
    with pytest.raises(NotFound):
        self_paid_application.submit(row.id, by=by)
    with pytest.raises(NotFound):
        self_paid_application.save_step(row.id, Step.CERTIFICATE, {}, addresses=PLACES, by=by)
    with pytest.raises(NotFound):
        selectors.application_of(by.id, row.id)


def test_an_institution_that_cannot_be_chosen(way: Way, ayse: Person, ministry: Institution) -> None:
    Institution.objects.filter(pk=ministry.pk).update(active=False)
    with pytest.raises(Invalid, match="choice_unknown"):
        way.begin(ayse, ministry)


def test_lost_with_a_certificate_still_open_waits_until_it_is_closed(
    way: Way,
    ayse: Person,
    ministry: Institution,
    make_certificate: Callable[..., Certificate],
    representative_of: Callable[[Institution], Actor],
    pay: Callable[[Application], None],
) -> None:
    certificate = make_certificate(ayse, institution=ministry)
    row = way.submitted(ayse, ministry, Kind.LOST)
    assert row.accepted_serials == [certificate.serial]
    assert selectors.open_requirements(row) == ["fee_paid", "form_received", "no_certificate_open"]
    pay(row)
    form_receipt.take_in(row.id, by=representative_of(ministry))
    assert selectors.open_requirements(row) == ["no_certificate_open"]

    suspension.suspend(certificate.id, by=holder_of(ayse))
    assert release.look_again(person_id=ayse.id) == 1
    order = production.order_of(row.id)
    assert order is not None
    assert order.replaces


def test_a_requirement_that_was_met_opens_again_when_the_certificate_does(
    way: Way, ayse: Person, ministry: Institution, make_certificate: Callable[..., Certificate]
) -> None:
    certificate = make_certificate(ayse, institution=ministry)
    suspension.suspend(certificate.id, by=holder_of(ayse))
    row = way.submitted(ayse, ministry, Kind.LOST)
    assert "no_certificate_open" not in selectors.open_requirements(row)
    with transaction.atomic():
        assert services.reopen_requirement(
            services.locked(row.id), selectors.RequirementKind.NO_CERTIFICATE_OPEN, by=SYSTEM, why="test"
        )
    assert "no_certificate_open" in selectors.open_requirements(row)
    release.look_again()
    assert "no_certificate_open" not in selectors.open_requirements(row)


def test_the_list_must_be_accepted_as_it_is_now(
    way: Way, ayse: Person, ministry: Institution, make_certificate: Callable[..., Certificate]
) -> None:
    make_certificate(ayse, institution=ministry)
    row = way.begin(ayse, ministry, Kind.LOST)
    way.fill(row)
    with pytest.raises(Refused, match="closing_list_not_accepted"):
        self_paid_application.confirm(row.id, accepted=[], by=holder_of(ayse))
    way.confirm(row)
    way.prove(row)
    make_certificate(ayse, institution=ministry)
    with pytest.raises(Refused, match="closing_list_not_accepted"):
        way.submit(row)


def test_kinds_must_fit_what_the_person_holds(
    way: Way, ayse: Person, ministry: Institution, make_certificate: Callable[..., Certificate]
) -> None:
    with pytest.raises(Refused, match="nothing_to_replace"):
        way.begin(ayse, ministry, Kind.LOST)
    with pytest.raises(Refused, match="nothing_to_renew"):
        way.begin(ayse, ministry, Kind.RENEWAL)
    certificate = make_certificate(ayse, institution=ministry, until=clock.now() + timedelta(days=85))
    with pytest.raises(Refused, match="first_but_one_is_open"):
        way.begin(ayse, ministry, Kind.FIRST)
    row = way.ready(ayse, ministry, Kind.RENEWAL)
    revocation.revoke(certificate.id, reason=Reason.KEY_COMPROMISE, by=holder_of(ayse))
    with pytest.raises(Refused, match="kind_unfit"):
        way.submit(row)


def test_renewal_waits_for_its_window(
    way: Way,
    ayse: Person,
    ministry: Institution,
    make_certificate: Callable[..., Certificate],
    representative_of: Callable[[Institution], Actor],
    pay: Callable[[Application], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    certificate = make_certificate(ayse, institution=ministry, until=clock.now() + timedelta(days=85))
    row = way.submitted(ayse, ministry, Kind.RENEWAL)
    pay(row)
    form_receipt.take_in(row.id, by=representative_of(ministry))
    assert selectors.open_requirements(row) == ["renewal_window"]
    assert release.look_again() == 0
    ends = clock.local(certificate.not_after).date()
    monkeypatch.setattr(clock, "today", lambda: ends - timedelta(days=50))
    assert release.look_again() == 1


def test_contact_of_the_form_becomes_the_persons_and_the_old_one_hears_of_it(
    way: Way, ayse: Person, ministry: Institution
) -> None:
    Person.objects.filter(pk=ayse.pk).update(phone="+905059999999")
    ayse.refresh_from_db()
    row = way.submitted(ayse, ministry)
    ayse.refresh_from_db()
    assert ayse.phone == row.phone
    assert ayse.phone_proven_at is not None
    assert "application_changed_contact" in told(ayse)


def test_a_code_that_went_by_mail_proves_no_phone(way: Way, ayse: Person, ministry: Institution) -> None:
    """The operator failed, so the application goes on; the number still opens nothing."""
    row = way.begin(ayse, ministry)
    way.fill(row, phone="0505 765 43 21")
    way.confirm(row)
    way.prove(row)
    PhoneCode.objects.filter(person=ayse).update(channel="email", sent_to=ayse.email)
    row.refresh_from_db()
    assert way.submit(row).state == State.OPEN
    ayse.refresh_from_db()
    assert (ayse.phone, ayse.phone_proven_at) == ("+905057654321", None)


def test_the_database_keeps_what_was_submitted_complete(way: Way, ayse: Person, ministry: Institution) -> None:
    row = way.submitted(ayse, ministry)
    with pytest.raises(DatabaseError, match="application_complete_once_submitted"), transaction.atomic():
        Application.objects.filter(pk=row.pk).update(street="")
    with (
        pytest.raises(DatabaseError, match="a move needs an actor"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE applications_application SET state = 'released' WHERE id = %s", [row.pk])
    with pytest.raises(DatabaseError, match="nothing begins as"), transaction.atomic():
        Application.objects.create(
            reference="X",
            person=ayse,
            institution=ministry,
            kind="first",
            payer="person",
            state="open",
            lapses_on="2030-01-01",
        )


def test_amending_voids_the_printed_form(
    way: Way, ayse: Person, ministry: Institution, representative_of: Callable[[Institution], Actor]
) -> None:
    from divit.applications.content import mark

    row = way.submitted(ayse, ministry)
    printed = mark(row.reference, row.content_hash)
    typed = TYPED[Step.DELIVERY] | {"street": "720. Sokak"}
    by = holder_of(ayse)
    assert self_paid_application.amend(row.id, Step.DELIVERY, typed, addresses=PLACES, by=by) == []
    with pytest.raises(Refused, match="step_not_amendable"):
        self_paid_application.amend(row.id, Step.CONTACT, TYPED[Step.CONTACT], addresses=PLACES, by=by)
    representative = representative_of(ministry)
    with pytest.raises(Refused, match="form_out_of_date"):
        form_receipt.take_in(row.id, scanned=printed, by=representative)
    row.refresh_from_db()
    assert form_receipt.take_in(row.id, scanned=mark(row.reference, row.content_hash), by=representative)
    with pytest.raises(Refused, match="form_already_received"):
        self_paid_application.amend(row.id, Step.DELIVERY, TYPED[Step.DELIVERY], addresses=PLACES, by=by)


def test_amending_nothing_leaves_the_form_valid(way: Way, ayse: Person, ministry: Institution) -> None:
    row = way.submitted(ayse, ministry)
    self_paid_application.amend(row.id, Step.DELIVERY, TYPED[Step.DELIVERY], addresses=PLACES, by=holder_of(ayse))
    again = selectors.application(row.id)
    assert again.content_hash == row.content_hash


@pytest.mark.django_db(transaction=True)
def test_closing_the_certificate_releases_what_waited_for_it(
    way: Way,
    make_person: Callable[..., Person],
    ministry: Institution,
    make_certificate: Callable[..., Certificate],
    representative_of: Callable[[Institution], Actor],
    pay: Callable[[Application], None],
    run_jobs: Callable[..., int],
) -> None:
    ayse = make_person("Ayşe Işıl", "Öğüt", phone="+905051234567")
    certificate = make_certificate(ayse, institution=ministry)
    row = way.submitted(ayse, ministry, Kind.LOST)
    pay(row)
    form_receipt.take_in(row.id, by=representative_of(ministry))
    suspension.suspend(certificate.id, by=holder_of(ayse))
    from divit.worker import applications as jobs

    jobs.look_again_for_person(person_id=str(ayse.id))
    assert selectors.application(row.id).state == State.RELEASED
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name, args->>'person_id' FROM procrastinate_jobs")
        assert ("applications.look_again_for_person", str(ayse.id)) in cursor.fetchall()
