"""An institution that pays, its contract, and certificates that were billed to it."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from django.db import transaction

from divit.applications.models import Application
from divit.institutions.models import Contract, ContractPrice, Institution
from divit.kernel import clock
from divit.kernel.actors import SYSTEM
from divit.kernel.money import Money
from divit.payments import billing, selectors
from divit.payments.models import Bill, JournalEntry
from divit.payments.services import load_reference_data as load_prices
from tests.fixtures_cards import *  # noqa: F403
from tests.fixtures_pki import *  # noqa: F403

VKN = "4540536920"


@pytest.fixture(autouse=True)
def _books_balance_after_every_test(db: None) -> Iterator[None]:
    load_prices()
    yield
    unbalanced = JournalEntry.objects.raw(
        "SELECT entry_id AS id FROM payments_journalline GROUP BY entry_id HAVING sum(amount) <> 0"
    )
    assert list(unbalanced) == []
    balances = selectors.balances()
    assert sum(money.kurus for money in balances.values()) == 0
    bills = Bill.objects.order_by("id")
    owed = sum(balances[account].kurus for account in ("receivable", "bank", "to_return"))
    assert owed == sum(one.total for one in bills)
    assert balances["revenue"].kurus == -sum(one.net for one in bills)
    assert balances["vat"].kurus == -sum(one.vat for one in bills)


@pytest.fixture
def contract() -> Callable[..., Contract]:
    """A contract in force from a month ago on."""

    def make(institution: Institution, *, starts: date | None = None, **prices: str) -> Contract:
        first = starts or clock.today() - timedelta(days=31)
        row = Contract.objects.create(
            institution=institution,
            number="2026/7",
            starts=first,
            ends=first + timedelta(days=365),
            quota=10,
            years=3,
            reader="mini",
        )
        for code, net in prices.items():
            ContractPrice.objects.create(contract=row, code=code.replace("_", "-"), net=Money.lira(net).kurus)
        return row

    return make


@pytest.fixture
def billed(make_application: Callable[..., Application]) -> Callable[..., Bill]:
    """One more certificate on an institution's account, now."""

    def make(institution: Institution, **more: str) -> Bill:
        row = make_application(institution=institution, payer="institution", **more)
        with transaction.atomic():
            return billing.bill(
                institution_id=institution.pk,
                application_id=row.pk,
                contract_id=None,
                agreed={},
                lines=["nes-3y", "reader-mini"],
                by=SYSTEM,
            )

    return make


@pytest.fixture
def ministry(db: None) -> Institution:
    return Institution.objects.create(name="T.C. Hesap Bakanlığı", vkn=VKN)
