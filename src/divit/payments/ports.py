"""What payments needs from outside: a bank with a hosted 3-D Secure page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from divit.kernel.money import Money


@dataclass(frozen=True, kw_only=True)
class PaymentRequest:
    """One attempt to pay: the bank returns the browser to `return_url` and tells the server at `callback_url`."""

    order_id: str
    amount: Money
    return_url: str
    callback_url: str
    language: Literal["tr", "en"] = "tr"


@dataclass(frozen=True, kw_only=True)
class HostedPage:
    """The form that takes the browser to the bank: POST `fields` to `url`."""

    url: str
    fields: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Callback:
    """What the bank says of an order, its hash already proven; `approved` leaves order and amount to be compared."""

    order_id: str
    amount: Money
    currency: str
    md_status: str
    response: str
    proc_return_code: str
    transaction_id: str
    approved: bool


@dataclass(frozen=True, kw_only=True)
class BankRecord:
    """What the bank's own books say of an order; `md_status` (1: full 3-D Secure) is empty where they do not say it."""

    order_id: str
    status: Literal["approved", "declined", "unknown_order", "pending", "voided"]
    amount: Money | None = None
    transaction_id: str = ""
    md_status: str = ""


class Bank(Protocol):
    """A virtual POS."""

    def page(self, attempt: PaymentRequest) -> HostedPage:
        """The signed form for the bank's hosted page; makes no call."""

    def read_callback(self, fields: Mapping[str, str] | Iterable[tuple[str, str]]) -> Callback:
        """Check the hash and read; `Invalid("forged_callback")` otherwise. Give pairs, so that doubles are seen."""

    def inquire(self, order_id: str) -> BankRecord:
        """Ask the bank's books. Raises `NeighbourFailed`; asking changes nothing there."""

    def void(self, order_id: str) -> None:
        """Undo a charge of today; `NeighbourFailed(how="refused")` when the bank says no."""

    def refund(self, order_id: str, amount: Money) -> None:
        """Give back (part of) a settled charge; `NeighbourFailed(how="refused")` when the bank says no."""
