"""Sums as the bank and the invoice will have them."""

from datetime import date
from decimal import Decimal

import pytest

from divit.kernel.errors import Invalid
from divit.kernel.money import Money
from divit.payments.prices import PriceList


def price_list(rate: str, **net: str) -> PriceList:
    given = {code.replace("_", "-"): Money.lira(amount) for code, amount in net.items()}
    return PriceList(day=date(2026, 1, 1), net=given, vat_rate=Decimal(rate))


@pytest.mark.parametrize(("rate", "total"), [("18", "318.60"), ("20", "324.00")])
def test_the_basket_of_the_specification(rate: str, total: str) -> None:
    cost = price_list(rate, nes_3y="170.00", reader_mini="100.00").sum(["nes-3y", "reader-mini"])
    assert cost.net == Money.lira("270.00")
    assert cost.total == Money.lira(total)
    assert cost.total.kurus == int(Decimal(total) * 100)


def test_vat_is_rounded_half_up_on_each_line() -> None:
    cost = price_list("18", a="0.25", b="0.25").sum(["a", "b"])
    assert [line.vat.kurus for line in cost.lines] == [5, 5]  # 4.5 kuruş each: 5 + 5, not 9
    assert cost.total == Money(60)


def test_what_costs_nothing_leaves_no_line() -> None:
    cost = price_list("20", nes_3y="170.00", reader_none="0.00").sum(["nes-3y", "reader-none"])
    assert [line.code for line in cost.lines] == ["nes-3y"]


def test_what_has_no_price_is_not_sold() -> None:
    with pytest.raises(Invalid, match="price_unknown"):
        price_list("20", nes_3y="170.00").sum(["nes-9y"])
