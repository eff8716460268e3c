"""Money in Turkish lira, counted in whole kuruş."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal


@dataclass(frozen=True, order=True)
class Money:
    """An amount in kuruş (1 TL = 100 kuruş); never a float."""

    kurus: int

    @classmethod
    def lira(cls, amount: str | int | Decimal) -> "Money":
        """From lira; more than two decimals are an error, not a rounding."""
        kurus = Decimal(amount) * 100
        if kurus != kurus.to_integral_value():
            raise ValueError(f"not a whole number of kuruş: {amount}")
        return cls(int(kurus))

    def __add__(self, other: "Money") -> "Money":
        return Money(self.kurus + other.kurus)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.kurus - other.kurus)

    def __neg__(self) -> "Money":
        return Money(-self.kurus)

    def __mul__(self, times: int) -> "Money":
        return Money(self.kurus * times)

    def percent(self, rate: Decimal) -> "Money":
        """`rate` per cent of it, rounded half up to the kuruş."""
        return Money(int((self.kurus * rate / 100).quantize(Decimal(1), ROUND_HALF_UP)))

    @property
    def as_lira(self) -> Decimal:
        """In lira, with two decimals."""
        return (Decimal(self.kurus) / 100).quantize(Decimal("0.01"))

    @property
    def plain(self) -> str:
        """For wires: `1204.50`."""
        return f"{self.as_lira:.2f}"

    @property
    def tr(self) -> str:
        """For people: `1.204,50 TL`."""
        text = f"{self.as_lira:,.2f}"
        return text.translate(str.maketrans(",.", ".,")) + " TL"

    def __str__(self) -> str:
        return self.tr
