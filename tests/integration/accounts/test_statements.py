"""The monthly statement: once a month, complete, true, and only for the eyes of its own institution."""

import io
import subprocess
from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from divit.audit import ledger
from divit.flows import institution_account
from divit.identity.models import Person
from divit.institutions import services as institutions
from divit.institutions.models import Appointment, Contract, Institution
from divit.kernel import clock
from divit.kernel.actors import SYSTEM, Role
from divit.payments.models import Bill, Statement, StatementLine
from divit.worker import payments as jobs
from tests.integration.accounts.test_billing import at_once
from tests.integration.console.conftest import *  # noqa: F403
from tests.integration.console.conftest import log_in

pytestmark = pytest.mark.django_db(transaction=True)
Billed = Callable[..., Bill]
TOTAL = 32_400


def at(day: int, month: int = 3, hour: int = 12, minute: int = 0, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=clock.ISTANBUL)


@pytest.fixture
def march(ministry: Institution, billed: Billed, contract: Callable[..., Contract]) -> Institution:
    """Two certificates in March, one in the last minute of it; one in the first of April."""
    agreed = contract(ministry, starts=date(2026, 2, 1))
    for instant in (at(10), at(31, hour=23, minute=59), at(1, month=4, hour=0, minute=0)):
        with time_machine.travel(instant, tick=False), transaction.atomic():
            institutions.draw_quota(agreed.pk, request_id=uuid4(), by=SYSTEM)
            billed(ministry)
    return ministry


def months() -> list[tuple[date, int, int]]:
    return list(Statement.objects.order_by("month").values_list("month", "count", "total"))


def test_the_month_before_is_told_on_the_first(march: Institution) -> None:
    with time_machine.travel(at(31, hour=23), tick=False):
        assert institution_account.make_statements() == 0
    with time_machine.travel(at(1, month=4, hour=3, minute=40), tick=False):
        jobs.make_statements(0)
        row = Statement.objects.get(month=date(2026, 3, 1))
        assert (row.count, row.total, row.net, row.vat) == (2, 2 * TOTAL, 54_000, 10_800)
        assert (row.quota_drawn, row.quota_left) == (2, 8)
        told = months()
        jobs.make_statements(0)
        assert months() == told
    assert StatementLine.objects.count() == 2
    assert list(ledger.verify()) == []


def test_a_run_that_comes_late_makes_every_month_that_it_missed(march: Institution) -> None:
    with time_machine.travel(at(17, month=6), tick=False):
        assert institution_account.make_statements() == 3
        assert institution_account.make_statements() == 0
    assert months() == [
        (date(2026, 3, 1), 2, 2 * TOTAL),
        (date(2026, 4, 1), 1, TOTAL),
        (date(2026, 5, 1), 0, 0),
    ]
    drawn = Statement.objects.order_by("month").values_list("quota_drawn", flat=True)
    assert list(drawn) == [2, 3, 3]


def test_what_was_still_being_written_when_the_month_was_told_comes_with_the_next(
    march: Institution, billed: Billed
) -> None:
    with time_machine.travel(at(1, month=4, hour=3), tick=False):
        institution_account.make_statements()
    with time_machine.travel(at(31, hour=23, minute=59), tick=False):
        late = billed(march)
    with time_machine.travel(at(1, month=5, hour=3), tick=False):
        institution_account.make_statements()
    assert late.line.statement.month == date(2026, 4, 1)
    assert months() == [(date(2026, 3, 1), 2, 2 * TOTAL), (date(2026, 4, 1), 2, 2 * TOTAL)]


@pytest.mark.parametrize("_round", range(4))
def test_two_workers_at_the_same_moment(march: Institution, _round: int) -> None:
    with time_machine.travel(at(3, month=5), tick=False):
        assert at_once(*[institution_account.make_statements] * 3) == ["done"] * 3
    assert months() == [(date(2026, 3, 1), 2, 2 * TOTAL), (date(2026, 4, 1), 1, TOTAL)]
    assert StatementLine.objects.count() == 3


def test_without_contract_and_bills_there_is_nothing_to_tell(ministry: Institution) -> None:
    assert institution_account.make_statements() == 0


def test_a_statement_is_never_changed_and_never_lies(march: Institution) -> None:
    with time_machine.travel(at(1, month=4), tick=False):
        institution_account.make_statements()
    for act in (
        lambda: Statement.objects.update(count=9),
        lambda: StatementLine.objects.all()._raw_delete("default"),
        lambda: _statement(march, net=100, total=100),
        lambda: _statement(march, count=1),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()
    with pytest.raises(DatabaseError, match="not what its lines"):
        _with_a_foreign_line(Bill.objects.get(line=None))


@transaction.atomic
def _with_a_foreign_line(bill: Bill) -> None:
    other = Institution.objects.create(name="T.C. Başka Kurum")
    row = _statement(other, count=1, net=bill.net, vat=bill.vat, total=bill.total)
    StatementLine.objects.create(statement=row, bill=bill)


def _statement(institution: Institution, **more: int) -> Statement:
    columns: dict[str, Any] = {"count": 0, "net": 0, "vat": 0, "total": 0, **more}
    return Statement.objects.create(
        institution=institution, month=date(2020, 1, 1), reference="X", made_at=clock.now(), **columns
    )


@pytest.fixture
def told(march: Institution) -> Statement:
    with time_machine.travel(at(1, month=4), tick=False):
        institution_account.make_statements()
    return Statement.objects.get(month=date(2026, 3, 1))


@pytest.fixture
def officer(ministry: Institution, make_person: Callable[..., Person], appoint: Callable[..., Appointment]) -> Client:
    person = make_person("Şule", "Yetkin")
    appoint(person, ministry, "officer")
    return log_in(person)


PAGES = ("statement", "statement_pdf", "statement_xlsx")


def address(page: str, told: Statement, institution: Institution | None = None) -> str:
    where = institution or told.institution
    return reverse(f"console:{page}", kwargs={"institution_id": where.pk, "statement_id": told.pk})


def test_the_officer_reads_it_and_finds_no_person_in_it(told: Statement, officer: Client) -> None:
    desk = officer.get(reverse("console:officer", kwargs={"institution_id": told.institution_id}))
    account = reverse("console:officer_account", kwargs={"institution_id": told.institution_id})
    assert account in desk.content.decode()
    shown = officer.get(account).content.decode()
    assert "Mart 2026" in shown
    assert "648,00 TL" in shown
    assert "324,00 TL" in shown  # the one in April
    page = officer.get(address("officer_statement", told)).content.decode()
    bills = list(Bill.objects.filter(line__statement=told).select_related("application__person"))
    for bill in bills:
        assert bill.application.reference in page
        assert bill.application.person.surname not in page
        assert bill.application.person.tckn not in page
    for said in ("10/03/2026", "31/03/2026", "108,00 TL", "648,00 TL", "2026/7", "KDV (%20)"):
        assert said in page, said


def test_nobody_else_finds_it(
    told: Statement, make_person: Callable[..., Person], appoint: Callable[..., Appointment]
) -> None:
    person = make_person()
    elsewhere = Institution.objects.create(name="T.C. Başka Kurum")
    appoint(person, elsewhere, "officer")
    client = log_in(person)
    for page in PAGES:
        assert client.get(address(f"officer_{page}", told)).status_code == 404
        assert client.get(address(f"officer_{page}", told, elsewhere)).status_code == 404
        assert Client().get(address(f"officer_{page}", told)).status_code == 302
    account = reverse("console:officer_account", kwargs={"institution_id": told.institution_id})
    assert client.get(account).status_code == 404
    representative = make_person()
    appoint(representative, told.institution, "representative")
    assert log_in(representative).get(account).status_code == 404


def test_the_centre_reads_any(told: Statement, at_desk: Callable[..., Client]) -> None:
    client = at_desk(Role.LIAISON)
    elsewhere = Institution.objects.create(name="T.C. Başka Kurum")
    for page in PAGES:
        assert client.get(address(f"institution_{page}", told)).status_code == 200
        assert client.get(address(f"institution_{page}", told, elsewhere)).status_code == 404
        assert at_desk(Role.REGISTRAR).get(address(f"institution_{page}", told)).status_code == 404


@pytest.mark.parametrize(("language", "title"), [("tr", "Hesap özeti"), ("en", "Statement of account")])
def test_one_tagged_document(told: Statement, officer: Client, tmp_path: Any, language: str, title: str) -> None:
    officer.cookies["divit-language"] = language
    answer = officer.get(address("officer_statement_pdf", told), headers={"accept-language": language})
    assert answer.headers["Content-Type"] == "application/pdf"
    assert "divit-hesap-ozeti-2026-03.pdf" in answer.headers["Content-Disposition"]
    assert b"pdfuaid" in answer.content
    assert b"/StructTreeRoot" in answer.content
    (tmp_path / "statement.pdf").write_bytes(answer.content)
    text = subprocess.run(
        ["pdftotext", "-layout", str(tmp_path / "statement.pdf"), "-"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert title in text
    for said in (told.reference, "T.C. Hesap Bakanlığı", "648,00 TL", "2026/7"):
        assert said in text


def test_the_table_holds_texts_and_numbers_and_no_formula(march: Institution, officer: Client) -> None:
    Institution.objects.filter(pk=march.pk).update(name='=HYPERLINK("http://kotu.example";"T.C. Hesap")')
    Contract.objects.filter(institution=march).update(number="@SUM(A1)_x0041_")
    with time_machine.travel(at(1, month=4), tick=False):
        institution_account.make_statements()
    told = Statement.objects.get(month=date(2026, 3, 1))
    answer = officer.get(address("officer_statement_xlsx", told))
    sheet = load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s", "n"}
    said = [cell.value for cell in cells]
    assert '=HYPERLINK("http://kotu.example";"T.C. Hesap")' in said
    assert "@SUM(A1)_x005F_x0041_" in said  # as other programs unpack it: «@SUM(A1)_x0041_»
    assert {270, 54, 324, 540, 108, 648} <= {value for value in said if not isinstance(value, str)}


def test_a_long_statement_is_as_dear_as_a_short_one(told: Statement, officer: Client, billed: Billed) -> None:
    with time_machine.travel(at(20, month=4), tick=False):
        for _ in range(5):
            billed(told.institution)
    with time_machine.travel(at(1, month=5), tick=False):
        institution_account.make_statements()
    long = Statement.objects.get(month=date(2026, 4, 1))
    assert (long.count, told.count) == (6, 2)
    counted = [_queries(officer, address("officer_statement", one)) for one in (told, long)]
    assert counted[0] == counted[1]


def _queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as caught:
        assert client.get(path).status_code == 200
    return len(caught)
