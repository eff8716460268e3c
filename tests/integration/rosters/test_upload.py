"""Liste yükleme: what is kept and for how long, who may see it, and that the same file twice changes nothing."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from divit.audit import selectors as audit
from divit.certificates.models import Certificate
from divit.flows import roster_approval, roster_closed, roster_invitation, roster_upload
from divit.identity.models import Person
from divit.institutions.models import Contract, Institution
from divit.kernel import clock
from divit.kernel.actors import Actor, Role
from divit.kernel.errors import Invalid, NotFound, Refused
from divit.notifications.models import Message
from divit.rosters import reading, selectors, services
from divit.rosters.models import Request, Roster, Upload
from tests.integration.applications.conftest import Way
from tests.integration.rosters.conftest import Desk, csv, row_of, xlsx

pytestmark = pytest.mark.django_db

BAD = ("10000000000", "Ali1", "", "123", "yok", "Birim", "Memur", "Uydurma")


def codes(roster: Roster) -> set[str]:
    return {fault.code for fault in selectors.faults(roster)}


def test_all_faults_are_shown_at_once_and_nobody_hears(desk: Desk) -> None:
    roster = desk.upload([row_of(50), BAD, row_of(51)])
    assert (roster.state, roster.lines, roster.accepted, roster.faulty) == ("checked", 3, 2, 1)
    assert codes(roster) >= {"roster_tckn_wrong", "roster_surname_missing", "roster_kind_unknown"}
    assert not Request.objects.exists()
    assert not Message.objects.exists()
    assert not Person.objects.filter(tckn=row_of(50)[0]).exists()


def test_an_xlsx_is_read_as_well(desk: Desk) -> None:
    roster, new = roster_upload.upload(xlsx([row_of(50)]), file_name="liste.xlsx", by=desk.uploader)
    assert new
    assert roster.accepted == 1


def test_what_is_no_list_leaves_nothing(desk: Desk) -> None:
    with pytest.raises(Invalid, match="roster_other_kind"):
        roster_upload.upload(b"%PDF-1.7 ...", file_name="liste.xlsx", by=desk.uploader)
    assert not Roster.objects.exists()


def test_without_a_contract_nothing_can_be_asked_for(desk: Desk) -> None:
    Contract.objects.update(ends=clock.today() - timedelta(days=1))
    with pytest.raises(Refused, match="contract_missing"):
        desk.upload([row_of(50)])


def test_the_same_file_twice_changes_nothing(desk: Desk) -> None:
    first = desk.confirmed([row_of(50), BAD])
    told = Message.objects.count()
    again, new = roster_upload.upload(csv([row_of(50), BAD]), file_name="baska-ad.csv", by=desk.approver)
    assert not new
    assert again.id == first.id
    roster_upload.confirm(again.id, by=desk.approver)
    assert Request.objects.count() == 1
    assert Message.objects.count() == told


@pytest.mark.parametrize("expired", [True, False])
def test_the_same_file_asks_anew_once_nothing_of_it_stands(desk: Desk, expired: bool) -> None:
    rows = [row_of(50), row_of(51)]
    first = desk.confirmed(rows)
    one, two = Request.objects.filter(roster=first).order_by("number")
    if expired:
        roster_invitation.remind_and_expire(today=one.expires_on + timedelta(days=1))
    else:
        roster_approval.refuse(one.id, reason="Neden", by=desk.approver)
        assert desk.upload(rows).id == first.id
        roster_approval.refuse(two.id, reason="Neden", by=desk.approver)
    again, new = roster_upload.upload(csv(rows), file_name="liste.csv", by=desk.uploader)
    assert new
    assert (again.state, again.accepted) == ("checked", 2)
    assert desk.upload(rows).id == again.id
    roster_upload.confirm(again.id, by=desk.uploader)
    assert Request.objects.filter(roster=again, state="proposed").count() == 2
    assert desk.upload(rows).id == again.id


def test_who_looked_before_the_other_tab_was_done_makes_no_second_list(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = desk.confirmed([row_of(50)])
    content = csv([row_of(50)])
    seen = iter([None])
    real = services.known_content
    monkeypatch.setattr(services, "known_content", lambda *whose: next(seen, real(*whose)))
    row, new = services.open_roster(
        institution_id=desk.institution.id,
        content=content,
        sha256=first.sha256,
        file_name="liste.csv",
        lines=1,
        by=desk.approver,
    )
    assert (row.id, new) == (first.id, False)
    assert Roster.objects.get() == first


def test_another_institution_may_have_the_same_file(
    desk: Desk, treasury: Institution, appoint: Callable[..., Actor]
) -> None:
    desk.upload([row_of(50)])
    today = clock.today()
    Contract.objects.create(institution=treasury, number="1", starts=today, ends=today, quota=5, years=3, reader="none")
    other, new = roster_upload.upload(
        csv([row_of(50)]), file_name="liste.csv", by=appoint(treasury, Role.REPRESENTATIVE)
    )
    assert new
    assert other.institution_id == treasury.id


def test_of_faulty_rows_nothing_is_kept_after_confirmation(desk: Desk) -> None:
    roster = desk.upload([row_of(50), BAD])
    assert b"Ali1" in selectors.content_of(roster)
    roster_upload.confirm(roster.id, by=desk.uploader)
    assert not Upload.objects.exists()
    with pytest.raises(NotFound):
        roster_upload.corrected(roster.id, say=str, by=desk.uploader)


def test_a_list_that_nobody_confirms_is_destroyed_within_a_day(desk: Desk) -> None:
    roster = desk.upload([row_of(50)])
    assert roster_upload.forget(now=clock.now() + timedelta(hours=23)) == 0
    assert roster_upload.forget(now=clock.now() + timedelta(hours=25)) == 1
    assert not Upload.objects.exists()
    with pytest.raises(NotFound):
        selectors.roster_of(desk.institution.id, roster.id)
    # And the same file may come again.
    assert desk.upload([row_of(50)]).state == "checked"


def test_giving_up_destroys_at_once(desk: Desk) -> None:
    roster = desk.upload([row_of(50)])
    roster_upload.discard(roster.id, by=desk.uploader)
    assert not Upload.objects.exists()
    with pytest.raises(NotFound):
        roster_upload.confirm(roster.id, by=desk.uploader)


def test_the_corrected_file_can_be_uploaded_again(desk: Desk) -> None:
    wrong = list(row_of(51))
    wrong[3] = "12"
    roster = desk.upload([row_of(50), wrong])
    content = roster_upload.corrected(roster.id, say=lambda fault: fault.code, by=desk.uploader)
    sheet = reading.read(content, file_name="duzeltilecek.xlsx")
    assert [line.cells["tckn"] for line in sheet.lines] == [row_of(51)[0]]  # type: ignore[index]


def test_another_institutions_list_is_not_there(
    desk: Desk, treasury: Institution, appoint: Callable[..., Actor]
) -> None:
    roster = desk.upload([row_of(50), BAD])
    stranger = appoint(treasury, Role.OFFICER)
    for act in (
        lambda: roster_upload.confirm(roster.id, by=stranger),
        lambda: roster_upload.discard(roster.id, by=stranger),
        lambda: roster_upload.corrected(roster.id, say=str, by=stranger),
    ):
        with pytest.raises(NotFound):
            act()
    roster.refresh_from_db()
    assert roster.state == "checked"


def test_the_file_name_is_kept_without_anybodys_number(desk: Desk) -> None:
    roster, _new = roster_upload.upload(
        csv([row_of(50)]), file_name="C:\\listeler\\10000000146 Ayşe.csv", by=desk.uploader
    )
    assert roster.file_name == "••• Ayşe.csv"


def test_what_happened_here_before_is_told_and_the_person_can_read_that_it_was(
    desk: Desk,
    way: Way,
    make_person: Callable[..., Person],
    make_certificate: Callable[..., Certificate],
    treasury: Institution,
) -> None:
    applying, holding, elsewhere = make_person(), make_person(), make_person()
    way.begin(applying, desk.institution)
    make_certificate(holding, institution=desk.institution)
    make_certificate(elsewhere, institution=treasury)
    rows = [(one.tckn, *row_of(50 + place)[1:]) for place, one in enumerate((applying, holding, elsewhere))]
    roster = desk.upload(rows)
    assert codes(roster) == {"person_has_running_application", "person_has_open_certificate"}
    assert roster.accepted == 1
    purposes = [entry.facts.get("purpose") for entry in audit.entries_about(str(holding.id))]
    assert "roster_check" in purposes
    assert "roster_check" not in [entry.facts.get("purpose") for entry in audit.entries_about(str(elsewhere.id))]


def test_rows_beyond_the_quota_are_not_accepted(desk: Desk) -> None:
    Contract.objects.update(quota=1)
    roster = desk.upload([row_of(50), row_of(51)])
    assert roster.accepted == 1
    assert "roster_row_beyond_quota" in codes(roster)


def _waiting() -> list[str]:
    jobs = ProcrastinateJob.objects.filter(task_name="rosters.check", status="todo")
    return [job.args["roster_id"] for job in jobs]


def test_a_process_that_dies_before_it_has_checked_leaves_a_job(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as dying:
        dying.setattr(roster_closed, "closed_to", _die)
        with pytest.raises(SystemExit):
            desk.upload([row_of(50)])
    roster = Roster.objects.get()
    assert roster.state == "checking"
    assert _waiting() == [str(roster.id)]
    # One that got lost with a queue is put back, and one that waits is enough.
    assert roster_upload.resume() == 1
    assert _waiting() == [str(roster.id)]
    ProcrastinateJob.objects.all().delete()
    assert roster_upload.resume() == 1
    assert _waiting() == [str(roster.id)]
    roster_upload.check(roster.id)
    roster.refresh_from_db()
    assert (roster.state, roster.accepted) == ("checked", 1)
    assert roster_upload.resume() == 0


def _die(*_arguments: object) -> None:
    raise SystemExit


def test_a_contract_that_ends_before_the_check_destroys_the_list(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roster_upload, "AT_ONCE", 0)
    roster = desk.upload([row_of(50)])
    today = clock.today()
    Contract.objects.update(starts=today - timedelta(days=30), ends=today - timedelta(days=1))
    roster_upload.check(roster.id)
    roster.refresh_from_db()
    assert roster.state == "discarded"
    assert not Upload.objects.exists()


def test_a_long_list_is_checked_by_the_worker(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roster_upload, "AT_ONCE", 1)
    roster = desk.upload([row_of(50), row_of(51)])
    assert roster.state == "checking"
    roster_upload.check(roster.id)
    roster_upload.check(roster.id)
    roster.refresh_from_db()
    assert (roster.state, roster.accepted) == ("checked", 2)
