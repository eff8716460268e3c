"""The client of a NestPay bank: page, callback, inquiry, void, refund."""

import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from divit.adapters.bounded_http import BOUNDS, Bounds, Wire
from divit.adapters.virtual_pos import cc5
from divit.adapters.virtual_pos.ver3 import hash_holds, ver3_hash
from divit.kernel.errors import Invalid, NeighbourFailed
from divit.kernel.money import Money
from divit.payments.ports import BankRecord, Callback, HostedPage, PaymentRequest

_LIRA = "949"
# Of our own making, so an answer that says otherwise is not about a payment of ours.
_FIXED = {"storetype": "3d_pay_hosting", "islemtipi": "Auth", "currency": _LIRA, "hashAlgorithm": "ver3"}
_NEEDED = frozenset({"clientid", "oid", "amount", "mdStatus", "Response", "ProcReturnCode", "rnd", "HASH", *_FIXED})
_MOST_FIELDS, _LONGEST_NAME, _LONGEST = 100, 100, 2_000

# What a bank calls the state of an order (ORDERSTATUS=QUERY). Anything else, "R" (technical cancellation
# needed) included, leaves us waiting.
_STATES: dict[str, Literal["approved", "declined", "pending", "voided"]] = {
    "A": "approved",
    "C": "approved",
    "S": "approved",
    "D": "declined",
    "ERR": "declined",
    "CNCL": "voided",
    "V": "voided",
}


@dataclass(frozen=True, kw_only=True)
class NestPay:
    """Implements `payments.ports.Bank`."""

    gate_url: str
    api_url: str
    client_id: str
    store_key: str = field(repr=False)
    api_user: str
    api_password: str = field(repr=False)
    bounds: Bounds = BOUNDS

    def page(self, attempt: PaymentRequest) -> HostedPage:
        """The signed form; ASCII only, so that no two encodings of it can differ."""
        if not re.fullmatch(r"[A-Za-z0-9-]{1,64}", attempt.order_id):
            raise ValueError("an order id is made of ASCII letters, digits and dashes, 64 at most")
        if attempt.amount.kurus <= 0:
            raise ValueError("there is nothing to pay")
        fields = {
            "clientid": self.client_id,
            "oid": attempt.order_id,
            "amount": attempt.amount.plain,
            "okUrl": attempt.return_url,
            "failUrl": attempt.return_url,
            "callbackUrl": attempt.callback_url,
            "rnd": secrets.token_hex(16),
            "lang": attempt.language,
            "taksit": "",
            **_FIXED,
        }
        return HostedPage(url=self.gate_url, fields=fields | {"hash": ver3_hash(fields, self.store_key)})

    def read_callback(self, fields: Mapping[str, str] | Iterable[tuple[str, str]]) -> Callback:
        """Read what the bank, or the browser, brings: the hash first, then our own list of fields."""
        given = self._proven(list(fields.items()) if isinstance(fields, Mapping) else list(fields))
        amount = _money(given["amount"])
        if amount is None:
            raise Invalid("forged_callback")
        approved = (given["mdStatus"], given["ProcReturnCode"], given["Response"]) == ("1", "00", "Approved")
        return Callback(
            order_id=given["oid"],
            amount=amount,
            currency=given["currency"],
            md_status=given["mdStatus"],
            response=given["Response"],
            proc_return_code=given["ProcReturnCode"],
            transaction_id=given.get("TransId", ""),
            approved=approved and bool(given.get("TransId")),
        )

    def _proven(self, pairs: list[tuple[str, str]]) -> dict[str, str]:
        given = dict(pairs)
        once = len({name.casefold() for name, _value in pairs}) == len(pairs)  # ascii
        too_long = any(len(name) > _LONGEST_NAME or len(value) > _LONGEST for name, value in pairs)
        if not once or too_long or len(pairs) > _MOST_FIELDS:
            raise Invalid("forged_callback")
        if not hash_holds(given, self.store_key) or not given.keys() >= _NEEDED:
            raise Invalid("forged_callback")
        ours = _FIXED | {"clientid": self.client_id}
        if any(given[name] != value for name, value in ours.items()):
            raise Invalid("forged_callback")
        return given

    def inquire(self, order_id: str) -> BankRecord:
        """The bank's books decide; what cannot be understood is an error and never a guess."""
        said = self._ask({"OrderId": order_id}, extra={"ORDERSTATUS": "QUERY"}, only_asks=True)
        state = said.get("Extra.TRANS_STAT", "")
        if not state:
            if said.get("ErrMsg", "").casefold().startswith("no record found"):  # ascii
                return BankRecord(order_id=order_id, status="unknown_order")
            raise NeighbourFailed("bank", "refused", outcome_known=True)
        kurus = said.get("Extra.ORIG_TRANS_AMT", "")
        if said.get("OrderId") != order_id or not re.fullmatch(r"[0-9]{1,12}", kurus):
            raise NeighbourFailed("bank", "garbage", outcome_known=True)
        status = _STATES.get(state, "pending")
        # A sale that was credited afterwards keeps its state; the kind of its last movement tells.
        if status == "approved" and said.get("Extra.CHARGE_TYPE_CD") == "C":
            status = "voided"
        return BankRecord(
            order_id=order_id,
            status=status,
            amount=Money(int(kurus)),
            transaction_id=said.get("TransId", ""),
            md_status=said.get("Extra.MDSTATUS", ""),
        )

    def void(self, order_id: str) -> None:
        """Undo a charge before the bank's end of day."""
        self._give_back({"Type": "Void", "OrderId": order_id})

    def refund(self, order_id: str, amount: Money) -> None:
        """Give back after the end of day."""
        self._give_back({"Type": "Credit", "OrderId": order_id, "Total": amount.plain, "Currency": _LIRA})

    def _give_back(self, wish: dict[str, str]) -> None:
        said = self._ask(wish, only_asks=False)
        if (said.get("Response"), said.get("ProcReturnCode")) != ("Approved", "00"):
            raise NeighbourFailed("bank", "refused", outcome_known=True)

    def _ask(self, wish: dict[str, str], *, only_asks: bool, extra: dict[str, str] | None = None) -> dict[str, str]:
        who = {"Name": self.api_user, "Password": self.api_password, "ClientId": self.client_id}
        wire = Wire(neighbour="bank", bounds=self.bounds)
        answer = wire.send(
            "POST", self.api_url, form={"DATA": cc5.request(who | wish, extra=extra)}, only_asks=only_asks
        )
        try:
            said = cc5.response(answer.content)
        except cc5.Malformed as problem:
            raise wire.garbage(outcome_known=only_asks) from problem
        if "ProcReturnCode" not in said:
            raise wire.garbage(outcome_known=only_asks)
        return said


def _money(text: str) -> Money | None:
    found = re.fullmatch(r"([0-9]{1,9})(?:[.,]([0-9]{1,2}))?", text)
    return Money(int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))) if found else None
