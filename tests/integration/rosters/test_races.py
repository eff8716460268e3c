"""Two at once: approvers, withdrawers, uploaders, workers; nobody waits for ever and nothing is counted twice."""

from collections.abc import Callable

import pytest
from django.db import transaction

from divit.applications import selectors as applications
from divit.applications.models import Application
from divit.audit import ledger
from divit.flows import institution_paid_application, roster_approval, roster_invitation, roster_upload, withdrawal
from divit.identity.models import Person
from divit.institutions import selectors as institutions
from divit.institutions.models import Contract, QuotaDraw
from divit.kernel.actors import Actor, Role
from divit.kernel.errors import DivitError
from divit.notifications.models import Message
from divit.production.models import CardOrder
from divit.rosters.models import Request, Roster, Upload
from tests.fixtures_pki import holder_of
from tests.integration.applications.test_races import at_once
from tests.integration.rosters.conftest import Desk, csv, row_of
from tests.integration.rosters.test_approval import without_form

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = range(6)


def left(desk: Desk) -> int:
    return institutions.quota_left(desk.contract.id)


def refusals(results: list[object]) -> list[str]:
    return sorted(str(one) for one in results if isinstance(one, DivitError))


@pytest.mark.parametrize("_round", ROUNDS)
def test_two_approvers(
    desk: Desk, appoint: Callable[..., Actor], complete: Callable[..., Application], _round: int
) -> None:
    without_form(desk.institution)
    request = desk.invited()
    row = complete(request)
    second = appoint(desk.institution, Role.OFFICER)
    results = at_once(*[lambda by=by: roster_approval.approve(request.id, by=by) for by in (desk.approver, second)])
    assert refusals(results) == ["not_from_this_state"]
    assert left(desk) == 99
    assert CardOrder.objects.filter(application=row).count() == 1
    assert not list(ledger.verify())


@pytest.mark.parametrize("_round", ROUNDS)
def test_the_quotas_last_place(desk: Desk, appoint: Callable[..., Actor], _round: int) -> None:
    roster = desk.confirmed([row_of(50), row_of(51)])
    Contract.objects.update(quota=1)
    one, two = Request.objects.filter(roster=roster).order_by("number")
    results = at_once(
        lambda: roster_approval.approve(one.id, by=desk.approver),
        lambda: roster_approval.approve(two.id, by=desk.approver),
    )
    assert refusals(results) == ["quota_exhausted"]
    assert sorted(row.state for row in Request.objects.order_by("id")) == ["approved", "proposed"]


@pytest.mark.parametrize("_round", ROUNDS)
def test_approving_while_the_person_gives_up(desk: Desk, complete: Callable[..., Application], _round: int) -> None:
    without_form(desk.institution)
    request = desk.invited()
    row = complete(request)
    approved, gone = at_once(
        lambda: roster_approval.approve(request.id, by=desk.approver),
        lambda: withdrawal.withdraw(row.id, by=holder_of(row.person)),
    )
    assert not isinstance(gone, DivitError)
    request.refresh_from_db()
    order = CardOrder.objects.filter(application=row).first()
    assert (request.state, applications.application(row.id).state, left(desk)) == ("withdrawn", "withdrawn", 100)
    assert order is None or order.state == "cancelled"
    assert refusals([approved]) in ([], ["not_from_this_state"])


@pytest.mark.parametrize("_round", ROUNDS)
@pytest.mark.parametrize("begun", [False, True])
def test_approving_while_the_institution_takes_back(
    desk: Desk, complete: Callable[..., Application], begun: bool, _round: int
) -> None:
    without_form(desk.institution)
    request = desk.invited()
    row = complete(request) if begun else None
    approved, gone = at_once(
        lambda: roster_approval.approve(request.id, by=desk.approver),
        lambda: roster_approval.withdraw(request.id, reason="Neden", by=desk.uploader),
    )
    assert not isinstance(gone, DivitError)
    request.refresh_from_db()
    assert (request.state, left(desk)) == ("withdrawn", 100)
    assert row is None or applications.application(row.id).state == "withdrawn"
    assert refusals([approved]) in ([], ["not_from_this_state"])


@pytest.mark.parametrize("_round", ROUNDS)
def test_approving_while_the_person_begins(desk: Desk, _round: int) -> None:
    request = desk.invited()
    by = holder_of(request.person)
    results = at_once(
        lambda: roster_approval.approve(request.id, by=desk.approver),
        lambda: institution_paid_application.start(request.id, person=request.person, by=by),
        lambda: institution_paid_application.start(request.id, person=request.person, by=by),
    )
    assert refusals(results) == []
    request.refresh_from_db()
    assert request.state == "approved"
    assert Application.objects.count() == 1


@pytest.mark.parametrize("_round", ROUNDS)
def test_refusing_while_the_person_submits(
    desk: Desk, way: object, begin: Callable[..., Application], complete: Callable[..., Application], _round: int
) -> None:
    from divit.flows import self_paid_application

    request = desk.invited()
    row = begin(request)
    way.fill(row)  # type: ignore[attr-defined]
    way.confirm(row)  # type: ignore[attr-defined]
    way.prove(row)  # type: ignore[attr-defined]
    results = at_once(
        lambda: self_paid_application.submit(row.id, by=holder_of(row.person)),
        lambda: roster_approval.refuse(request.id, reason="Neden", by=desk.approver),
    )
    assert not isinstance(results[1], DivitError)
    assert applications.application(row.id).state == "rejected"
    request.refresh_from_db()
    assert request.state == "refused"


@pytest.mark.parametrize("_round", ROUNDS)
def test_one_file_in_two_tabs(desk: Desk, _round: int) -> None:
    content = csv([row_of(50), row_of(51)])
    results = at_once(
        *[
            lambda by=by: roster_upload.upload(content, file_name="liste.csv", by=by)
            for by in (desk.uploader, desk.approver, desk.uploader)
        ]
    )
    assert refusals(results) == []
    roster = Roster.objects.get()
    at_once(*[lambda by=by: roster_upload.confirm(roster.id, by=by) for by in (desk.uploader, desk.approver)])
    assert Request.objects.count() == 2
    assert Message.objects.filter(notice="institution_invitation").count() == 4


@pytest.mark.parametrize("_round", ROUNDS)
def test_two_lists_with_the_same_people(desk: Desk, _round: int) -> None:
    """In opposite order, so that they would wait for each other if they could."""
    rows = [row_of(number) for number in range(50, 70)]
    one, two = desk.upload(rows), desk.upload(rows[::-1])
    results = at_once(*[lambda row=row: roster_upload.confirm(row.id, by=desk.uploader) for row in (one, two)])
    assert refusals(results) == []
    assert Request.objects.count() == 20
    assert Person.objects.filter(surname="Sınama").count() == 20
    assert Message.objects.filter(notice="institution_invitation").count() == 40
    assert not list(ledger.verify())


def test_a_worker_that_dies_leaves_nothing_half_done(
    desk: Desk, run_jobs: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Confirmed, and the web process is gone before anybody was invited: the job stands in the same transaction."""
    roster = desk.upload([row_of(50)])

    def dies(_roster_id: object) -> bool:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(roster_invitation, "take_in", dies)
        with pytest.raises(SystemExit):
            roster_upload.confirm(roster.id, by=desk.uploader)
    assert Request.objects.count() == 0
    with transaction.atomic():
        roster_invitation.take_in(roster.id)
        transaction.set_rollback(True)
    assert (Request.objects.count(), Upload.objects.count()) == (0, 1)
    # The addresses of the simulated operators are not configured here: the invitations stay queued.
    from procrastinate.contrib.django.models import ProcrastinateJob

    waiting = set(ProcrastinateJob.objects.order_by("id").values_list("task_name", flat=True))
    assert "rosters.take_in" in waiting
    roster_invitation.take_in(roster.id)
    assert Request.objects.count() == 1
    assert QuotaDraw.objects.count() == 0
