"""A deputy approves in an officer's stead: in their name, four eyes kept, and not a moment longer than they may."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.urls import reverse

from divit.audit import ledger
from divit.audit import selectors as audit
from divit.flows import institution_proposals, roster_approval
from divit.flows.officers import officer_today
from divit.identity.models import Person
from divit.institutions import services as institutions
from divit.institutions.models import Appointment, QuotaDraw
from divit.kernel import clock
from divit.kernel.actors import SYSTEM, Actor, Level, Role
from divit.kernel.errors import DivitError, NotFound, Refused
from divit.notifications.models import Message
from divit.rosters.lifecycle import Act
from tests.integration.applications.test_races import at_once
from tests.integration.console.conftest import log_in
from tests.integration.rosters.conftest import Desk, row_of

pytestmark = pytest.mark.django_db(transaction=True)
_MEETING = ("request.approve", "appointment.take_back")


@pytest.fixture
def deputy(desk: Desk, make_person: Callable[..., Person]) -> Actor:
    """Somebody who deputises for the desk's approver."""
    own = Appointment.objects.get(person_id=desk.approver.id)
    person = make_person("Çağla", "Vekil")
    today = clock.today()
    institutions.appoint(
        institution_id=desk.institution.id,
        person_id=person.id,
        role="officer",
        starts=today,
        ends=today + timedelta(days=20),
        deputises_for=own.id,
        by=SYSTEM,
    )
    found = officer_today(str(person.id), institution_id=desk.institution.id, level=Level.SUBSTANTIAL)
    assert found is not None
    return found


def test_a_deputy_approves_in_the_officers_stead(desk: Desk, deputy: Actor, appoint: Callable[..., Actor]) -> None:
    request = desk.invited()
    roster_approval.approve(request.id, by=deputy)
    request.refresh_from_db()
    assert (request.state, request.decided_by) == ("approved", str(deputy))
    entry = next(one for one in audit.entries_about(str(request.person_id)) if one.act == "request.approve")
    assert (entry.actor_id, entry.facts["deputising_for"]) == (deputy.id, desk.approver.id)
    begun = next(one for one in audit.entries_of("request", str(request.id)) if one.act == "request.begin")
    assert "deputising_for" not in begun.facts
    where = {"institution_id": desk.institution.pk, "request_id": request.pk}
    for who in (deputy, desk.uploader):
        answer = log_in(Person.objects.get(pk=who.id)).get(reverse("console:roster_request", kwargs=where))
        assert "Çağla Vekil (Şule Yetkin adına vekâleten)" in answer.content.decode()

    by_officer = desk.confirmed([row_of(51)], by=desk.approver)
    by_deputy = desk.confirmed([row_of(52)], by=deputy)
    for roster, by, code in (
        (by_officer, deputy, "deputation_may_not_approve"),
        (by_deputy, desk.approver, "deputation_may_not_approve"),
        (by_deputy, deputy, "uploader_may_not_approve"),
        (by_officer, desk.approver, "uploader_may_not_approve"),
    ):
        (one,) = roster.requests.all()
        with pytest.raises(Refused, match=code):
            roster_approval.approve(one.id, by=by)
        with pytest.raises(Refused, match=code):
            roster_approval.approve_all(roster.id, by=by)
        assert Act.APPROVE not in roster_approval.acts_open_to(one, by=by)
        browser = log_in(Person.objects.get(pk=by.id))
        for page, of in (("roster", {"roster_id": roster.pk}), ("roster_request", {"request_id": one.pk})):
            answer = browser.get(reverse(f"console:{page}", kwargs={"institution_id": desk.institution.pk, **of}))
            assert 'value="approve' not in answer.content.decode()
            assert ("aranızda vekâlet var" in answer.content.decode()) == code.startswith("deputation")
    # Only who may approve them hears that they wait.
    waits = Message.objects.filter(notice="roster_waits_for_approval", dedupe__contains=str(by_deputy.pk))
    assert {str(one) for one in waits.values_list("person_id", flat=True)} == {desk.uploader.id}
    # What was uploaded in the time of the deputation stays a matter for a third, also when that is over.
    Appointment.objects.filter(person_id=deputy.id).update(state="standing", ends=clock.today())
    (one,) = by_deputy.requests.all()
    roster_approval.approve(one.id, by=desk.uploader)
    (one,) = by_officer.requests.all()
    roster_approval.approve(one.id, by=appoint(desk.institution, Role.OFFICER))


@pytest.mark.parametrize("_round", range(4))
def test_taken_back_while_approving(desk: Desk, deputy: Actor, _round: int) -> None:
    """Either it was approved before, or it is not approved at all."""
    request = desk.invited()
    row = Appointment.objects.get(person_id=deputy.id)
    approved, taken = at_once(
        lambda: roster_approval.approve(request.id, by=deputy),
        lambda: institution_proposals.take_back(desk.institution.id, row.id, by=desk.approver),
    )
    assert not isinstance(taken, DivitError)
    request.refresh_from_db()
    acts = [one.act for one in reversed(audit.latest(limit=50)) if one.act in _MEETING]
    if isinstance(approved, DivitError):
        assert isinstance(approved, NotFound)
        assert (request.state, QuotaDraw.objects.count()) == ("proposed", 0)
        assert acts == ["appointment.take_back"]
    else:
        assert (request.state, acts) == ("approved", ["request.approve", "appointment.take_back"])
    with pytest.raises(NotFound):
        roster_approval.refuse(request.id, reason="Neden", by=deputy)
    assert not list(ledger.verify())
