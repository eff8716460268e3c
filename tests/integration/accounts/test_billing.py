"""What an institution pays for is billed once, when it is produced, at its contract's prices and the day's VAT."""

import threading
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from divit.applications.models import Application
from divit.audit import ledger
from divit.audit.models import Entry
from divit.certificates.models import Certificate
from divit.flows import card_production, institution_account
from divit.institutions.models import Contract, Institution
from divit.kernel import clock
from divit.kernel.actors import SYSTEM
from divit.kernel.errors import Invalid, Refused
from divit.payments.models import Bill, Charge, JournalEntry, JournalLine, Price, VatRate
from divit.production.models import CardOrder
from tests.fixtures_cards import PRODUCER, ScriptedStation

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("pin_recipient")]
Order = Callable[..., CardOrder]
Jobs = Callable[..., None]


def produced(order: CardOrder, run_jobs: Jobs) -> CardOrder:
    card_production.take(order.pk, by=PRODUCER)
    run_jobs()
    order.refresh_from_db()
    return order


def test_a_produced_certificate_is_billed_at_the_list_price(
    make_order: Order, ministry: Institution, station: ScriptedStation, run_jobs: Jobs
) -> None:
    order = produced(make_order(institution=_ruled(ministry), payer="institution"), run_jobs)
    bill = Bill.objects.get(application=order.application_id)
    assert (bill.institution_id, bill.contract_id, bill.net, bill.vat, bill.total) == (
        ministry.pk,
        None,
        27_000,
        5_400,
        32_400,
    )
    entry = JournalEntry.objects.get(bill=bill)
    lines = dict(JournalLine.objects.filter(entry=entry).order_by("id").values_list("account", "amount"))
    assert lines == {"revenue": -27_000, "vat": -5_400, "receivable": 32_400}
    assert Charge.objects.count() == 0
    assert Entry.objects.filter(act="bill.begin", subject_id=str(bill.pk), person_id="").count() == 1
    assert list(ledger.verify()) == []


def test_a_person_who_pays_leaves_the_institutions_account_alone(
    make_order: Order, station: ScriptedStation, run_jobs: Jobs
) -> None:
    assert produced(make_order(), run_jobs).state == "produced"
    assert Bill.objects.count() == 0


def test_a_spoiled_card_that_is_made_again_is_not_billed_again(
    make_order: Order, ministry: Institution, station: ScriptedStation, run_jobs: Jobs
) -> None:
    order = produced(make_order(institution=_ruled(ministry), payer="institution"), run_jobs)
    card_production.spoil(order.pk, why="damaged", by=PRODUCER)
    card_production.requeue(order.pk, by=PRODUCER)
    assert produced(order, run_jobs).state == "produced"
    assert Certificate.objects.filter(card_order_id=order.pk).count() == 2
    assert Bill.objects.filter(application=order.application_id).count() == 1


def test_what_was_agreed_on_comes_before_the_list(
    make_order: Order,
    ministry: Institution,
    contract: Callable[..., Contract],
    station: ScriptedStation,
    run_jobs: Jobs,
) -> None:
    agreed = contract(_ruled(ministry), nes_3y="120.50")
    order = produced(make_order(institution=ministry, payer="institution"), run_jobs)
    bill = Bill.objects.get(application=order.application_id)
    assert bill.contract_id == agreed.pk
    assert [(line["code"], line["net"]) for line in bill.lines] == [("nes-3y", 12_050), ("reader-mini", 10_000)]
    assert bill.total == 22_050 + 4_410


def test_what_costs_nothing_is_billed_and_leaves_the_books_alone(
    make_application: Callable[..., Application], ministry: Institution, contract: Callable[..., Contract]
) -> None:
    contract(ministry, nes_3y="0", reader_mini="0")
    row = make_application(institution=ministry, payer="institution")
    with transaction.atomic():
        institution_account.bill(row, by=SYSTEM)
    assert Bill.objects.get(application=row).total == 0
    assert JournalEntry.objects.count() == 0


def test_prices_and_rate_are_those_of_the_day(
    billed: Callable[..., Bill], ministry: Institution, make_application: Callable[..., Application]
) -> None:
    first = billed(ministry)
    today = clock.today()
    VatRate.objects.create(percent=Decimal("10"), valid_from=today)
    VatRate.objects.create(percent=Decimal("40"), valid_from=today + timedelta(days=1))
    Price.objects.filter(code="nes-3y").update(valid_until=today)
    Price.objects.create(code="nes-3y", net=50_000, valid_from=today)
    second = billed(ministry)
    first.refresh_from_db()
    assert (first.vat_rate, first.total) == (Decimal("20"), 32_400)
    assert (second.vat_rate, second.net, second.vat) == (Decimal("10"), 60_000, 6_000)


def test_without_a_price_nothing_is_produced_and_with_one_it_goes_on(
    make_order: Order, ministry: Institution, station: ScriptedStation, run_jobs: Jobs
) -> None:
    Price.objects.filter(code="nes-3y").delete()
    order = produced(make_order(institution=_ruled(ministry), payer="institution"), run_jobs)
    assert (order.state, order.application.state) == ("certifying", "released")
    with pytest.raises(Invalid, match="price_unknown"):
        card_production.issued(order.pk, Certificate.objects.get(card_order_id=order.pk).pk)
    Price.objects.create(code="nes-3y", net=17_000, valid_from=clock.today())
    card_production.issued(order.pk, Certificate.objects.get(card_order_id=order.pk).pk)
    run_jobs()
    order.refresh_from_db()
    assert order.state == "produced"
    assert Bill.objects.count() == 1


@pytest.mark.parametrize("_round", range(4))
def test_the_signers_word_heard_twice_at_once(
    make_order: Order, ministry: Institution, station: ScriptedStation, run_jobs: Jobs, _round: int
) -> None:
    order = make_order(institution=_ruled(ministry), payer="institution")
    card_production.take(order.pk, by=PRODUCER)
    run_jobs("default")
    run_jobs("signing")
    certificate = Certificate.objects.get(card_order_id=order.pk)
    assert Bill.objects.count() == 0
    assert at_once(*[lambda: card_production.issued(order.pk, certificate.pk)] * 3) == ["done"] * 3
    assert Bill.objects.filter(application=order.application_id).count() == 1


def test_the_database_keeps_a_second_bill_out(
    make_application: Callable[..., Application], ministry: Institution
) -> None:
    row = make_application(institution=ministry, payer="institution")

    def bill() -> None:
        with transaction.atomic():
            institution_account.bill(row, by=SYSTEM)

    assert sorted(at_once(bill, bill)) == ["billed_before", "done"]
    assert JournalEntry.objects.filter(kind="billed").count() == 1


def test_a_bill_is_never_changed(billed: Callable[..., Bill], ministry: Institution) -> None:
    bill = billed(ministry)
    for act in (lambda: Bill.objects.update(net=1), lambda: Bill.objects.all()._raw_delete("default")):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()
    with pytest.raises(DatabaseError, match="payments_booked_for_one"), transaction.atomic():
        JournalEntry.objects.create(kind="billed", at=clock.now())
    assert Bill.objects.get() == bill


def _ruled(institution: Institution) -> Institution:
    institution.rules.create(
        valid_from=clock.today() - timedelta(days=400),
        form_target="institution",
        pay_gate="before_form",
        born_state="valid",
        profile="etsi-tr",
    )
    return institution


def at_once(*acts: Callable[[], Any]) -> list[str]:
    """Run all of them from one barrier, each on its own connection; the outcomes in order."""
    barrier = threading.Barrier(len(acts))
    outcomes = [""] * len(acts)

    def run(place: int, act: Callable[[], Any]) -> None:
        try:
            connection.ensure_connection()
            barrier.wait()
            act()
            outcomes[place] = "done"
        except Refused as refusal:
            outcomes[place] = refusal.code
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place, act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes
