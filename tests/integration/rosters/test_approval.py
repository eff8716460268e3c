"""Onay: four eyes, the quota, what follows for the person's application, and every way in which a request ends."""

from collections.abc import Callable

import pytest
from django.db import transaction

from divit.applications import selectors as applications
from divit.applications.kinds import Kind, Payer
from divit.applications.models import Application
from divit.applications.steps import Step
from divit.audit import ledger
from divit.flows import (
    application_status,
    form_receipt,
    institution_paid_application,
    release,
    roster_approval,
    roster_progress,
    self_paid_application,
    withdrawal,
)
from divit.flows.roster_progress import Stage, Waits
from divit.identity import selectors as people
from divit.identity.models import Person
from divit.institutions import selectors as institutions
from divit.institutions import services as institution_services
from divit.institutions.models import Appointment, Contract, Institution, InstitutionRule
from divit.kernel import clock
from divit.kernel.actors import SYSTEM, Actor, Role
from divit.kernel.errors import Invalid, NotFound, Refused
from divit.payments import selectors as payments
from divit.production import selectors as production
from divit.production import services as production_services
from divit.production.lifecycle import Act as OrderAct
from divit.rosters.models import Request
from tests.fixtures_pki import holder_of
from tests.integration.applications.conftest import PLACES, Way, told
from tests.integration.rosters.conftest import Desk, row_of

pytestmark = pytest.mark.django_db
PRODUCER = Actor(role=Role.PRODUCER, id="1")

Complete = Callable[[Request], Application]


def left(desk: Desk) -> int:
    return institutions.quota_left(desk.contract.id)


def state_of(request: Request) -> str:
    request.refresh_from_db()
    return request.state


def at_the_institution(desk: Desk) -> Actor:
    person = people.person(desk.uploader.id)
    institution_services.appoint(
        institution_id=desk.institution.id,
        person_id=person.id,
        role="representative",
        starts=clock.today(),
        by=SYSTEM,
    )
    return Actor(role=Role.REPRESENTATIVE, id=str(person.id), institution_id=str(desk.institution.id))


def without_form(institution: Institution) -> None:
    InstitutionRule.objects.create(
        institution=institution,
        valid_from=clock.today(),
        form_target="institution",
        pay_gate="before_form",
        born_state="valid",
        profile="etsi-tr",
        wet_form=False,
    )


def test_the_whole_way_without_a_form(desk: Desk, complete: Complete) -> None:
    without_form(desk.institution)
    request = desk.invited()
    row = complete(request)
    assert (row.payer, row.state, row.years, row.reader) == ("institution", "open", 2, "mini")
    assert applications.open_requirements(row) == ["approved"]
    assert payments.charge_for(row.id) is None
    desk.approve(request)
    row.refresh_from_db()
    assert row.state == "released"
    order = production.order_of(row.id)
    assert order is not None
    assert order.product == "nes-2y"
    closed = {one.kind: one.closed_by for one in applications.requirements_of(row)}
    assert closed["approved"] == str(desk.approver)
    assert left(desk) == 99
    assert {"invited_application_submitted", "invited_application_released"} <= set(told(row.person))
    request.refresh_from_db()
    assert (request.phone, request.email) == ("", "")
    assert not list(ledger.verify())


def test_where_the_rule_asks_for_a_form_it_is_asked_for(desk: Desk, complete: Complete) -> None:
    request = desk.invited()
    row = complete(request)
    desk.approve(request)
    assert applications.open_requirements(row) == ["form_received"]
    form_receipt.take_in(row.id, by=at_the_institution(desk))
    assert payments.charge_for(row.id) is None
    row.refresh_from_db()
    assert row.state == "released"


def test_approval_may_come_before_the_person_is_ready(desk: Desk, complete: Complete) -> None:
    without_form(desk.institution)
    request = desk.invited()
    desk.approve(request)
    row = complete(request)
    row.refresh_from_db()
    assert row.state == "released"


def test_whoever_uploaded_does_not_approve_in_any_role(desk: Desk, appoint: Callable[..., Actor]) -> None:
    request = desk.invited()
    with pytest.raises(Refused, match="uploader_may_not_approve"):
        roster_approval.approve(request.id, by=desk.uploader)
    representative = at_the_institution(desk)
    other = Request.objects.get(roster=desk.confirmed([row_of(51)], by=representative))
    with pytest.raises(Refused, match="uploader_may_not_approve"):
        roster_approval.approve(other.id, by=desk.uploader)
    with pytest.raises(NotFound):
        roster_approval.approve(other.id, by=representative)
    with pytest.raises(Refused, match="uploader_may_not_approve"):
        roster_approval.approve_all(other.roster_id, by=desk.uploader)
    assert left(desk) == 100


def test_only_todays_officers_of_the_institution_approve(
    desk: Desk, treasury: Institution, appoint: Callable[..., Actor]
) -> None:
    request = desk.invited()
    stranger = appoint(treasury, Role.OFFICER)
    pretending = Actor(role=Role.OFFICER, id=stranger.id, institution_id=str(desk.institution.id))
    for by in (stranger, pretending, holder_of(request.person)):
        for act in (
            lambda by=by: roster_approval.approve(request.id, by=by),
            lambda by=by: roster_approval.refuse(request.id, reason="Neden", by=by),
            lambda by=by: roster_approval.withdraw(request.id, reason="Neden", by=by),
            lambda by=by: roster_approval.approve_all(request.roster_id, by=by),
        ):
            with pytest.raises(NotFound):
                act()
    Appointment.objects.filter(person_id=desk.approver.id).delete()
    with pytest.raises(NotFound):
        desk.approve(request)
    assert state_of(request) == "proposed"


def test_the_quota_is_a_limit(desk: Desk) -> None:
    roster = desk.confirmed([row_of(50), row_of(51), row_of(52)])
    Contract.objects.update(quota=2)
    outcome = roster_approval.approve_all(roster.id, by=desk.approver)
    assert outcome is not None
    assert (outcome.done, outcome.counts) == (2, {"quota_exhausted": 1})
    assert sorted(one.state for one in Request.objects.order_by("id")) == ["approved", "approved", "proposed"]
    assert left(desk) == 0


def test_some_are_approved_and_some_refused(desk: Desk) -> None:
    roster = desk.confirmed([row_of(50), row_of(51), row_of(52)])
    one, two, three = Request.objects.filter(roster=roster).order_by("number")
    assert roster_approval.approve_some([one.id], by=desk.approver).done == 1
    assert roster_approval.refuse_some([two.id, one.id], reason="Kurumdan ayrıldı.", by=desk.approver).done == 1
    assert [state_of(row) for row in (one, two, three)] == ["approved", "refused", "proposed"]
    assert two.ending == "Kurumdan ayrıldı."
    assert left(desk) == 99


def test_many_are_approved_by_the_worker(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roster_approval, "AT_ONCE", 2)
    roster = desk.confirmed([row_of(number) for number in range(50, 55)])
    assert roster_approval.approve_all(roster.id, by=desk.approver) is None
    for _job in range(3):
        roster_approval.carry_on_approving(roster.id, officer_id=desk.approver.id, level=2)
    assert {one.state for one in Request.objects.order_by("id")} == {"approved"}
    assert left(desk) == 95


def test_the_worker_stops_when_the_officers_appointment_has_ended(desk: Desk) -> None:
    roster = desk.confirmed([row_of(50)])
    Appointment.objects.filter(person_id=desk.approver.id).delete()
    roster_approval.carry_on_approving(roster.id, officer_id=desk.approver.id, level=2)
    assert {one.state for one in Request.objects.order_by("id")} == {"proposed"}


@pytest.mark.parametrize("submitted", [False, True])
def test_a_refusal_ends_what_was_begun_and_says_why(
    desk: Desk, begin: Complete, complete: Complete, submitted: bool
) -> None:
    request = desk.invited()
    row = complete(request) if submitted else begin(request)
    with pytest.raises(Invalid, match="text_strange"):
        roster_approval.refuse(request.id, reason="<b>", by=desk.approver)
    roster_approval.refuse(request.id, reason="Görev yeri değişti.", by=desk.approver)
    row.refresh_from_db()
    assert (row.state, row.ending) == ("rejected", "Görev yeri değişti.")
    assert (state_of(request), request.ending) == ("refused", "Görev yeri değişti.")
    assert "institution_request_refused" in told(row.person)
    status = application_status.status(row.person_id, row.id, by=holder_of(row.person))
    assert status.stages[-1].said == "Görev yeri değişti."
    with pytest.raises(Refused, match="not_from_this_state"):
        desk.approve(request)


def test_a_refusal_is_possible_after_the_form_came(desk: Desk, complete: Complete) -> None:
    request = desk.invited()
    row = complete(request)
    form_receipt.take_in(row.id, by=at_the_institution(desk))
    roster_approval.refuse(request.id, reason="Görev yeri değişti.", by=desk.approver)
    row.refresh_from_db()
    assert row.state == "rejected"


def test_the_institution_takes_back_until_production(desk: Desk, complete: Complete) -> None:
    without_form(desk.institution)
    request = desk.invited()
    row = complete(request)
    desk.approve(request)
    roster_approval.withdraw(request.id, reason="İhtiyaç kalmadı.", by=desk.uploader)
    row.refresh_from_db()
    assert (row.state, row.ending) == ("withdrawn", "İhtiyaç kalmadı.")
    order = production.order_of(row.id)
    assert order is not None
    assert order.state == "cancelled"
    assert (state_of(request), left(desk)) == ("withdrawn", 100)
    assert "institution_request_withdrawn" in told(row.person)
    assert "application_withdrawn" not in told(row.person)
    stage = application_status.status(row.person_id, row.id, by=holder_of(row.person)).stages[-1]
    assert (stage.what, stage.said) == ("called_off", "İhtiyaç kalmadı.")


def test_not_once_production_has_begun(desk: Desk, complete: Complete) -> None:
    without_form(desk.institution)
    request = desk.invited()
    row = complete(request)
    desk.approve(request)
    order = production.order_of(row.id)
    assert order is not None
    with transaction.atomic():
        production_services.carry_out(production_services.locked(order.id), OrderAct.TAKE, by=PRODUCER, now=clock.now())
    with pytest.raises(Refused, match="request_in_production"):
        roster_approval.withdraw(request.id, reason="İhtiyaç kalmadı.", by=desk.approver)
    assert (state_of(request), left(desk)) == ("approved", 99)


def test_an_invitation_can_be_taken_back(desk: Desk) -> None:
    request = desk.invited()
    roster_approval.withdraw(request.id, reason="Yanlış liste.", by=desk.uploader)
    assert state_of(request) == "withdrawn"
    assert institution_paid_application.invitations(request.person_id) == []
    assert desk.confirmed([row_of(50, given_names="Ayşe Nur")]).skipped == []


@pytest.mark.parametrize("approved", [False, True])
@pytest.mark.parametrize("submitted", [False, True])
def test_a_person_who_gives_up_frees_the_place(
    desk: Desk, begin: Complete, complete: Complete, approved: bool, submitted: bool
) -> None:
    request = desk.invited()
    row = complete(request) if submitted else begin(request)
    if approved:
        desk.approve(request)
    withdrawal.withdraw(row.id, by=holder_of(row.person))
    assert (state_of(request), left(desk)) == ("withdrawn", 100)
    assert not list(ledger.verify())


def test_an_application_that_lapses_frees_the_place(desk: Desk, complete: Complete) -> None:
    request = desk.invited()
    row = complete(request)
    desk.approve(request)
    withdrawal.remind_and_lapse(today=row.lapses_on)
    assert told(row.person)[-1] == "invited_application_waits"
    withdrawal.remind_and_lapse(today=row.lapses_on.replace(year=row.lapses_on.year + 1))
    row.refresh_from_db()
    assert row.state == "lapsed"
    assert (state_of(request), left(desk)) == ("expired", 100)


def test_an_application_whose_form_is_refused_frees_the_place(desk: Desk, complete: Complete) -> None:
    request = desk.invited()
    row = complete(request)
    desk.approve(request)
    form_receipt.reject(row.id, reason="Bu kişi kurumda çalışmıyor.", by=at_the_institution(desk))
    assert (state_of(request), left(desk)) == ("refused", 100)


def test_what_the_institution_fixed_cannot_be_chosen(desk: Desk, begin: Complete, treasury: Institution) -> None:
    row = begin(desk.invited())
    by = holder_of(row.person)
    typed = {"years": "3", "reader": "none", "publish": "yes"}
    assert self_paid_application.save_step(row.id, Step.CERTIFICATE, typed, addresses=PLACES, by=by) == []
    row.refresh_from_db()
    assert (row.years, row.reader, row.publish) == (2, "mini", True)
    assert (row.unit, row.job_title, row.phone) == ("Bilgi İşlem Şubesi", "Öğretmen", "+905059000050")
    with pytest.raises(Refused, match="fixed_by_institution"):
        self_paid_application.choose(row.id, institution_id=treasury.id, kind=Kind.OTHER, by=by)


def test_begun_twice_it_is_begun_once(desk: Desk, begin: Complete) -> None:
    request = desk.invited()
    assert begin(request).id == begin(request).id
    assert Application.objects.count() == 1


def test_an_officer_ends_nothing_that_a_person_pays_for(
    desk: Desk, way: Way, make_person: Callable[..., Person]
) -> None:
    row = way.submitted(make_person(), desk.institution)
    assert row.payer == Payer.PERSON
    with pytest.raises(Refused, match="not_paid_by_institution"):
        withdrawal.call_off(row.id, reason="Neden", by=desk.approver)
    row.refresh_from_db()
    assert row.state == "open"


def test_progress_says_where_each_is_and_who_is_waited_for(desk: Desk, complete: Complete, begin: Complete) -> None:
    roster = desk.confirmed([row_of(number) for number in range(50, 54)])
    invited, begun, sent, refused = Request.objects.filter(roster=roster).order_by("number")
    begin(begun)
    row = complete(sent)
    roster_approval.refuse(refused.id, reason="Neden", by=desk.approver)
    rows = list(Request.objects.filter(roster=roster).order_by("number"))
    progress = roster_progress.of_requests(rows)
    assert [progress[one.id].stage for one in rows] == [
        Stage.INVITED,
        Stage.BEGUN,
        Stage.WAITING_FOR_FORM,
        Stage.ENDED,
    ]
    assert progress[sent.id].waits == (Waits.PERSON, Waits.REPRESENTATIVE, Waits.OFFICER)
    assert roster_progress.totals([roster.id])[roster.id][Stage.INVITED] == 1
    form_receipt.take_in(row.id, by=at_the_institution(desk))
    sent.refresh_from_db()
    assert roster_progress.of_requests([sent])[sent.id].waits == (Waits.OFFICER,)
    desk.approve(sent)
    sent.refresh_from_db()
    assert not release.advance(row.id)
    assert roster_progress.of_requests([sent])[sent.id].stage is Stage.IN_PRODUCTION
    assert invited.application_id is None
