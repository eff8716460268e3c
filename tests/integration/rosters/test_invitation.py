"""Davet: who hears where, what of a person stays untouched, and what became of a row that no longer fits."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from divit.applications.steps import Step
from divit.audit import ledger
from divit.audit import selectors as audit
from divit.flows import institution_paid_application, roster_invitation, roster_upload
from divit.identity import services as identity
from divit.identity.models import Person
from divit.institutions import selectors as institutions
from divit.institutions.models import InstitutionRule
from divit.kernel.errors import NotFound, Refused
from divit.notifications.models import Message
from divit.rosters import selectors
from divit.rosters.models import Request, Roster, Upload
from tests.factories.people import identity as identity_of
from tests.fixtures_pki import holder_of
from tests.integration.applications.conftest import Way, told
from tests.integration.rosters.conftest import Desk, row_of

pytestmark = pytest.mark.django_db


def test_each_accepted_row_becomes_a_request(desk: Desk) -> None:
    roster = desk.confirmed([row_of(50), row_of(51, given_names="İlgi")])
    assert roster.state == "taken_in"
    rows = list(selectors.requests_in(roster))
    assert [(one.number, one.name, one.state) for one in rows] == [
        (2, "Ayşe Sınama", "proposed"),
        (3, "İlgi Sınama", "proposed"),
    ]
    assert {one.institution_id for one in rows} == {desk.institution.id}
    assert not list(ledger.verify())


def test_a_person_whom_nobody_knew_is_named_without_contact_data(desk: Desk) -> None:
    person = desk.invited().person
    assert (person.name, person.phone, person.email, person.phone_proven_at) == ("Ayşe Sınama", "", "", None)
    assert person.search_key == "ayse sinama"
    acts = {entry.act for entry in audit.entries_about(str(person.id))}
    assert {"person.named", "request.begin"} <= acts


def test_the_invitation_goes_to_the_lists_addresses(desk: Desk) -> None:
    request = desk.invited(50)
    sent = {(one.channel, one.address) for one in Message.objects.filter(subject_id=str(request.id))}
    assert sent == {("sms", "+905059000050"), ("email", "calisan50@kurum.example")}
    for message in Message.objects.filter(subject_id=str(request.id)):
        assert "Sınama" not in message.text
        assert request.person.tckn not in message.text


def test_a_lists_contact_data_never_replaces_a_persons_own(desk: Desk, make_person: Callable[..., Person]) -> None:
    known = make_person("Gerçek", "Adı", phone="+905051112233", email="kendi@posta.example")
    before = (known.given_names, known.surname, known.phone, known.email, known.phone_proven_at)
    roster = desk.confirmed([(known.tckn, *row_of(50)[1:])])
    request = Request.objects.get(roster=roster)
    known.refresh_from_db()
    assert (known.given_names, known.surname, known.phone, known.email, known.phone_proven_at) == before
    assert request.name == "Ayşe Sınama"
    addresses = {one.address for one in Message.objects.filter(person=known)}
    assert addresses == {"+905051112233", "kendi@posta.example", "+905059000050", "calisan50@kurum.example"}
    begun = institution_paid_application.start(request.id, person=known, by=holder_of(known))
    assert (begun.phone, begun.email) == ("+905051112233", "kendi@posta.example")


def test_the_login_gateway_says_how_somebody_is_called(desk: Desk, system: Any) -> None:
    request = desk.invited(50)
    seen = identity.recognise(
        identity_of(request.person.tckn, given_names="AYŞE IŞIL", surname="SINAMA"),  # type: ignore[arg-type]
        by=system,
    )
    assert seen.id == request.person_id
    assert seen.name == "AYŞE IŞIL SINAMA"
    assert institution_paid_application.invitations(seen.id) == [request]


def test_a_row_that_no_longer_fits_is_passed_over_and_named(
    desk: Desk, way: Way, make_person: Callable[..., Person]
) -> None:
    quick = make_person()
    roster = desk.upload([row_of(50), (quick.tckn, *row_of(51)[1:])])
    way.begin(quick, desk.institution)
    roster_upload.confirm(roster.id, by=desk.uploader)
    roster.refresh_from_db()
    assert roster.skipped == [3]
    assert Request.objects.count() == 1
    assert told(quick) == []


def test_two_lists_with_one_person_ask_once(desk: Desk) -> None:
    first = desk.upload([row_of(50)])
    second = desk.upload([row_of(50), row_of(51)])
    for roster in (first, second):
        roster_upload.confirm(roster.id, by=desk.uploader)
    second.refresh_from_db()
    assert second.skipped == [2]
    assert Request.objects.count() == 2


def test_a_worker_may_die_between_batches(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roster_invitation, "BATCH", 2)
    roster = desk.upload([row_of(number) for number in range(50, 55)])
    roster_upload.confirm(roster.id, by=desk.uploader)
    assert Request.objects.count() == 0  # more than one batch: the worker's
    assert not roster_invitation.take_in(roster.id)
    assert (Request.objects.count(), Upload.objects.count()) == (2, 1)
    assert roster_invitation.resume() == 1
    while not roster_invitation.take_in(roster.id):
        pass
    assert roster_invitation.take_in(roster.id)
    assert Request.objects.count() == 5
    assert {one.state for one in Roster.objects.order_by("id")} == {"taken_in"}
    assert Message.objects.filter(notice="institution_invitation").count() == 10
    assert not Upload.objects.exists()


def test_those_who_may_approve_hear_of_it_and_the_uploader_does_not(desk: Desk) -> None:
    desk.invited()
    told_to = {str(one.person_id) for one in Message.objects.filter(notice="roster_waits_for_approval")}
    assert told_to == {desk.approver.id}


def test_reminders_then_the_end(desk: Desk) -> None:
    request = desk.invited()
    desk.approve(request)
    assert institutions.quota_left(desk.contract.id) == 99
    last = request.expires_on
    seen = []
    for days in range(40, -2, -1):
        day = last - timedelta(days=days)
        done = roster_invitation.remind_and_expire(today=day)
        if done != (0, 0):
            seen.append((days, done))
    assert seen == [(30, (1, 0)), (14, (1, 0)), (3, (1, 0)), (-1, (0, 1))]
    request.refresh_from_db()
    assert (request.state, request.phone, request.email) == ("expired", "", "")
    assert institutions.quota_left(desk.contract.id) == 100
    assert told(request.person)[-1] == "institution_request_expired"
    with pytest.raises(Refused, match="invitation_ended"):
        institution_paid_application.start(request.id, person=request.person, by=holder_of(request.person))


def test_what_was_begun_lives_by_its_own_time(desk: Desk, begin: Callable[..., Any]) -> None:
    request = desk.invited()
    begin(request)
    assert roster_invitation.remind_and_expire(today=request.expires_on + timedelta(days=1)) == (0, 0)


def test_an_invitation_is_its_persons_alone(desk: Desk, make_person: Callable[..., Person]) -> None:
    request = desk.invited()
    stranger = make_person()
    assert institution_paid_application.invitations(stranger.id) == []
    for act in (
        lambda: institution_paid_application.invitation(stranger.id, request.id),
        lambda: institution_paid_application.start(request.id, person=stranger, by=holder_of(stranger)),
        lambda: institution_paid_application.decline(request.id, by=holder_of(stranger)),
    ):
        with pytest.raises(NotFound):
            act()


def test_declining_frees_the_place(desk: Desk) -> None:
    request = desk.invited()
    desk.approve(request)
    institution_paid_application.decline(request.id, by=holder_of(request.person))
    request.refresh_from_db()
    assert (request.state, request.phone) == ("withdrawn", "")
    assert institutions.quota_left(desk.contract.id) == 100


def test_somebody_with_a_running_application_is_told_where_it_is(desk: Desk, way: Way) -> None:
    request = desk.invited()
    own = way.begin(request.person, desk.institution)
    with pytest.raises(Refused) as refused:
        institution_paid_application.start(request.id, person=request.person, by=holder_of(request.person))
    assert (refused.value.code, refused.value.facts["application_id"]) == ("application_already_running", str(own.id))
    request.refresh_from_db()
    assert (request.state, request.application_id) == ("proposed", None)


def test_where_cards_travel_together_the_invited_person_is_asked_for_no_address(desk: Desk) -> None:
    request = desk.invited()
    InstitutionRule.objects.filter(institution=desk.institution).update(delivery="representative")
    begun = institution_paid_application.start(request.id, person=request.person, by=holder_of(request.person))
    assert begun.goes_to_representative
    assert Step.DELIVERY in begun.steps_done
