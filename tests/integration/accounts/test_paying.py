"""An institution pays its statement: from its officer's desk or by its number, exactly once, and the books agree."""

from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr
from pytest_django import Settings

from divit import wiring
from divit.applications.models import Application
from divit.applications.reference import new_reference
from divit.flows import debt_query, institution_account, payment
from divit.identity.models import Person
from divit.institutions.models import Appointment, Institution
from divit.kernel import clock
from divit.kernel.actors import SYSTEM, Actor, Role
from divit.kernel.errors import Refused
from divit.kernel.money import Money
from divit.kernel.tckn import Vkn
from divit.notifications.models import Message
from divit.payments import accounts, billing, journal, selectors, services
from divit.payments.lifecycle import AttemptAct, ChargeAct
from divit.payments.models import Attempt, Bill, Charge, JournalEntry, JournalLine, Statement
from divit.payments.ports import HostedPage
from tests.contract.conftest import KEYS, RunningWorld
from tests.integration.accounts.conftest import VKN
from tests.integration.accounts.test_billing import at_once
from tests.integration.accounts.test_statements import at
from tests.integration.console.conftest import *  # noqa: F403
from tests.integration.console.conftest import log_in
from tests.integration.payments.conftest import CALLBACK, RETURN, Payer, bank, one_world, payer, world

__all__ = ["bank", "one_world", "payer", "world"]
pytestmark = pytest.mark.django_db(transaction=True)
VISITOR = Actor(role=Role.VISITOR, id="visitor")
TOTAL = 64_800


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(debt_query, "STEADY_SECONDS", 0.0)


@pytest.fixture
def wired(world: RunningWorld, settings: Settings) -> Iterator[None]:
    settings.DIVIT = settings.DIVIT.model_copy(
        update={
            "bank_url": f"{world.url}/bank/fim/est3Dgate",
            "bank_api_url": f"{world.url}/bank/fim/api",
            "bank_client_id": "190100000",
            "bank_store_key": SecretStr(KEYS.bank),
            "bank_api_user": "divit",
            "bank_api_password": SecretStr(KEYS.bank_password),
        }
    )
    wiring.bank.cache_clear()
    yield
    wiring.bank.cache_clear()


@pytest.fixture
def charge(ministry: Institution, billed: Callable[..., Bill]) -> Charge:
    with time_machine.travel(at(10), tick=False):
        billed(ministry)
        billed(ministry)
    with time_machine.travel(at(1, month=4), tick=False):
        institution_account.make_statements()
    return Charge.objects.get(statement__institution=ministry)


@pytest.fixture
def seat(make_person: Callable[..., Person], appoint: Callable[..., Appointment]) -> Callable[..., Client]:
    def make(institution: Institution, role: str = "officer") -> Client:
        person = make_person("Şule", "Yetkin")
        appoint(person, institution, role)
        return log_in(person)

    return make


def ask(reference: str, vkn: str = VKN, *, address: str = "192.0.2.1") -> list[Charge]:
    return debt_query.by_institution(reference=reference, vkn=Vkn(vkn), address=address, by=VISITOR)


def to_bank(client: Client, charge: Charge) -> HostedPage:
    answer = client.post(reverse("portal:to_bank", args=[charge.id]))
    form = BeautifulSoup(answer.content, "html.parser").select_one("form[data-go]")
    assert form is not None, answer.content.decode()
    fields = {str(i["name"]): str(i["value"]) for i in form.select("input[type=hidden]")}
    return HostedPage(url=str(form["action"]), fields=fields)


def test_a_statement_falls_due_as_one_charge(charge: Charge) -> None:
    assert (charge.state, charge.total, charge.net, charge.vat) == ("due", TOTAL, 54_000, 10_800)
    assert (charge.person, charge.application, charge.vat_rate) == (None, None, None)
    assert charge.lines == [
        {"code": "nes-3y", "net": 34_000, "vat": 6_800},
        {"code": "reader-mini", "net": 20_000, "vat": 4_000},
    ]
    assert charge.reference == charge.statement.reference  # type: ignore[union-attr]
    assert JournalEntry.objects.filter(kind="accrued").count() == 0  # the books know since it was billed


def test_a_charge_is_for_a_person_or_for_a_statement(
    charge: Charge, make_application: Callable[..., Application]
) -> None:
    row = make_application()
    same = {"lines": [], "net": 1, "vat": 0, "total": 1, "accrued_at": clock.now()}
    for owed in (
        {},
        {"statement": charge.statement},
        {"application": row, "vat_rate": 20},
        {"person": row.person, "application": row, "statement": charge.statement, "vat_rate": 20},
        {"person": row.person, "application": row},
    ):
        with pytest.raises(DatabaseError, match="payments_"), transaction.atomic():
            Charge.objects.create(**same, **owed)


def test_it_is_found_by_its_number_and_the_tax_number(charge: Charge) -> None:
    assert ask(charge.reference) == [charge]
    assert ask(charge.reference, "1234567890") == []
    assert ask(new_reference()) == []


def test_every_miss_asks_the_database_the_same(charge: Charge, make_application: Callable[..., Application]) -> None:
    asked = []
    application = Application.objects.exclude(payer="person").order_by("id")[0]
    misses = [(new_reference(), VKN), (charge.reference, "1234567890"), (application.reference, "1234567890")]
    for number, (reference, vkn) in enumerate(misses):
        with CaptureQueriesContext(connection) as caught:
            assert ask(reference, vkn, address=f"192.0.2.{number}") == []
        asked.append([query["sql"].split(" WHERE ")[0] for query in caught if query["sql"].startswith("SELECT")])
    assert asked[0] == asked[1] == asked[2]


@pytest.mark.usefixtures("wired")
def test_one_click_at_the_officers_desk(
    charge: Charge, seat: Callable[..., Client], payer: Payer, ministry: Institution
) -> None:
    officer = seat(ministry)
    page = reverse("console:officer_statement", args=[ministry.pk, charge.statement_id])
    assert reverse("portal:to_bank", args=[charge.id]) in officer.get(page).content.decode()
    payer.hear(payer.at_bank(to_bank(officer, charge)))
    attempt = Attempt.objects.get(charge=charge)
    payment.inquire(attempt.id, bank=wiring.bank())
    charge.refresh_from_db()
    assert charge.state == "paid"
    assert payer.charges(charge) == [("charge", TOTAL)]
    balances = selectors.balances()
    assert (balances["bank"].kurus, balances["receivable"].kurus) == (TOTAL, 0)
    told = officer.get(page).content.decode()
    assert "Bu özetin tutarı ödendi." in told
    assert reverse("portal:to_bank", args=[charge.id]) not in told
    result = officer.get(reverse("portal:payment_result", args=[attempt.id])).content.decode()
    assert f"{charge.reference} numaralı hesap özetine işlendi" in result
    assert page in result
    receipt = officer.get(reverse("portal:payment_receipt", args=[charge.id]))
    assert receipt.headers["Content-Type"] == "application/pdf"
    assert {message.notice for message in Message.objects.order_by("id")} == {"statement_payment_received"}
    assert ask(charge.reference) == []


@pytest.mark.usefixtures("wired")
def test_by_its_number_without_signing_in(charge: Charge, payer: Payer) -> None:
    browser = Client()
    asked = browser.post(
        f"{reverse('portal:debt')}?tip=tuzel", {"vkn": VKN, "reference": charge.reference}, follow=True
    )
    shown = asked.content.decode()
    assert "648,00 TL" in shown
    assert charge.reference in shown
    assert "T.C. Hesap" not in shown
    payer.hear(payer.at_bank(to_bank(browser, charge)))
    payment.inquire(Attempt.objects.get(charge=charge).id, bank=wiring.bank())
    charge.refresh_from_db()
    assert charge.state == "paid"
    assert browser.get(reverse("portal:payment_receipt", args=[charge.id])).status_code == 200


@pytest.mark.usefixtures("wired")
def test_nobody_else_pays_or_sees_it(charge: Charge, seat: Callable[..., Client], ministry: Institution) -> None:
    elsewhere = Institution.objects.create(name="T.C. Başka Kurum")
    own = to_bank(seat(ministry), charge)
    assert own.fields
    attempt = Attempt.objects.get(charge=charge)
    for client in (seat(elsewhere), seat(ministry, "representative"), seat(ministry, "viewer"), Client()):
        assert client.post(reverse("portal:to_bank", args=[charge.id])).status_code == 404
        assert client.get(reverse("portal:payment_result", args=[attempt.id])).status_code == 404
        assert client.get(reverse("portal:payment_receipt", args=[charge.id])).status_code == 404


@pytest.mark.usefixtures("wired")
def test_two_officers_at_once_have_one_order(charge: Charge, payer: Payer) -> None:
    def begin() -> None:
        payment.begin(charge.id, by=VISITOR, bank=payer.bank, language="tr", return_url=RETURN, callback_url=CALLBACK)

    assert at_once(begin, begin) == ["done", "done"]
    assert Attempt.objects.filter(charge=charge).count() == 1


@pytest.mark.usefixtures("wired")
def test_paid_it_is_not_paid_again(charge: Charge, payer: Payer) -> None:
    first = payment.begin(
        charge.id, by=VISITOR, bank=payer.bank, language="tr", return_url=RETURN, callback_url=CALLBACK
    )
    payer.hear(payer.at_bank(first.page))
    payment.inquire(first.attempt.id, bank=payer.bank)
    with pytest.raises(Refused, match="charge_paid"):
        payment.begin(charge.id, by=VISITOR, bank=payer.bank, language="tr", return_url=RETURN, callback_url=CALLBACK)


_PRICES = st.integers(min_value=0, max_value=10**9)
_RATES = st.decimals(min_value=0, max_value=99, places=2)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    bought=st.lists(st.tuples(_PRICES, _PRICES), min_size=1, max_size=4),
    rate=_RATES,
    ending=st.sampled_from(["open", "paid", "turned_away", "returned"]),
)
def test_whatever_happens_the_journal_balances(
    bought: list[tuple[int, int]],
    rate: Decimal,
    ending: str,
    ministry: Institution,
    make_application: Callable[..., Application],
) -> None:
    with transaction.atomic():
        services.VatRate.objects.update_or_create(valid_from=clock.today(), defaults={"percent": rate})
        for certificate, reader in bought:
            billing.bill(
                institution_id=ministry.pk,
                application_id=make_application(institution=ministry, payer="institution").pk,
                contract_id=None,
                agreed={"nes-3y": Money(certificate), "reader-mini": Money(reader)},
                lines=["nes-3y", "reader-mini"],
                by=SYSTEM,
            )
        row = billing.make_statement(
            ministry.pk, month=accounts.month_of(clock.now()), reference=new_reference(), quota=None, by=SYSTEM
        )
        assert row is not None
        assert row.net == sum(certificate + reader for certificate, reader in bought)
        if row.total:
            _end(row, ending)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        sums: dict[int, int] = {}
        for line in JournalLine.objects.order_by("id"):
            sums[line.entry_id] = sums.get(line.entry_id, 0) + line.amount  # type: ignore[attr-defined]
        assert set(sums.values()) <= {0}
        assert sum(money.kurus for money in selectors.balances().values()) == 0
        owed = 0 if ending == "paid" else row.total
        assert selectors.balances()["receivable"].kurus == owed
        transaction.set_rollback(True)


def _end(row: Statement, ending: str) -> None:
    charge = services.locked_charge(Charge.objects.get(statement=row).pk)
    if ending == "open":
        return
    attempt = services.open_attempt(charge, by=SYSTEM)
    if ending == "paid":
        services.move_attempt(attempt, AttemptAct.APPROVE, by=SYSTEM, in_books=charge.amount)
        services.move_charge(charge, ChargeAct.PAY, by=SYSTEM, received=charge.amount)
        journal.paid(charge, attempt)
        return
    services.move_attempt(attempt, AttemptAct.TURN_AWAY, by=SYSTEM, in_books=charge.amount, reason="already_paid")
    journal.turned_away(attempt, taken=charge.total)
    if ending == "returned":
        services.move_attempt(attempt, AttemptAct.CONFIRM_RETURN, by=SYSTEM, taken_back=True)
        journal.returned(attempt)
