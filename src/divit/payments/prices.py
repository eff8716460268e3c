"""What things cost on a day: prices, VAT, and sums as the bank and the invoice will have them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from divit.kernel.errors import Invalid
from divit.kernel.money import Money


@dataclass(frozen=True, kw_only=True)
class Line:
    """One thing with its price; VAT is rounded half up to the kuruş on each line."""

    code: str
    net: Money
    vat: Money

    @property
    def total(self) -> Money:
        """VAT included."""
        return self.net + self.vat


@dataclass(frozen=True, kw_only=True)
class Sum:
    """Lines and what they come to."""

    lines: tuple[Line, ...]
    vat_rate: Decimal

    @property
    def net(self) -> Money:
        """Before VAT."""
        return Money(sum(line.net.kurus for line in self.lines))

    @property
    def vat(self) -> Money:
        """The VAT."""
        return Money(sum(line.vat.kurus for line in self.lines))

    @property
    def total(self) -> Money:
        """VAT included."""
        return self.net + self.vat


@dataclass(frozen=True, kw_only=True)
class PriceList:
    """All prices of one day."""

    day: date
    net: Mapping[str, Money]
    vat_rate: Decimal

    def line(self, code: str) -> Line:
        """One thing; raises `Invalid("price_unknown")`."""
        if code not in self.net:
            raise Invalid("price_unknown", price=code)
        net = self.net[code]
        return Line(code=code, net=net, vat=net.percent(self.vat_rate))

    def under(self, agreed: Mapping[str, Money]) -> "PriceList":
        """The same day's prices for somebody who has agreed on others; what was not agreed on stays as listed."""
        return replace(self, net={**self.net, **agreed})

    def sum(self, codes: Iterable[str]) -> Sum:
        """Several things; those that cost nothing leave no line."""
        lines = tuple(line for line in map(self.line, codes) if line.net.kurus)
        return Sum(lines=lines, vat_rate=self.vat_rate)
