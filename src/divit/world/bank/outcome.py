"""How a payment ends: charged or not, written in the books, and told to the shop, well or badly."""

import json
import secrets
import sqlite3
from dataclasses import dataclass

from divit.world.bank import books
from divit.world.bank.hashing import ver3
from divit.world.context import World
from divit.world.failures import take_within
from divit.world.registry import client


@dataclass(frozen=True)
class Outcome:
    """What the browser carries back; `browser` names what goes wrong with that."""

    approved: bool
    address: str
    fields: dict[str, str]
    browser: str | None


def kurus(fields: dict[str, str]) -> int:
    """The amount of a form in kuruş."""
    whole, _, rest = fields["amount"].partition(".")
    return int(whole) * 100 + int(rest.ljust(2, "0"))


def conclude(world: World, under_way: sqlite3.Row, *, authenticated: bool) -> Outcome | None:
    """End it once; None when somebody else already did. Charge, ledger line and callback are one transaction."""
    asked: dict[str, str] = json.loads(under_way["fields"])
    card = books.card(under_way["card"] or "")
    with world.store.write() as db:
        if not books.end(db, under_way["id"]):
            return None
        declined = take_within(db, "bank", "declined") if authenticated else None
        shop = client(db, "bank", under_way["client_id"])
        known = books.order(db, under_way["client_id"], asked["oid"])
        said = _decide(card, authenticated=authenticated, declined=bool(declined))
        if known is not None and known["status"] not in {"pending", "declined"}:
            # The order was already charged (or voided): it is never charged again.
            said = {"mdStatus": "1", "ProcReturnCode": "99", "Response": "Error", "ErrMsg": "Order already used"}
        elif card is not None:
            order = books.put_order(
                db,
                client_id=under_way["client_id"],
                oid=asked["oid"],
                kurus=kurus(asked),
                status="charged" if said["Response"] == "Approved" else "declined",
                card=books.masked(card.number),
                code=said["ProcReturnCode"],
            )
            said |= {"TransId": order["trans_id"], "AuthCode": order["auth_code"], "maskedCreditCard": order["card"]}
        approved = said["Response"] == "Approved"
        browser, callback, content = _faults(db, charged=approved)
        fields = _signed(asked, said, store_key=shop["secret"] if shop else "", fault=content)
        if asked.get("callbackUrl") and callback != "callback_lost" and browser != "error_500_after_charging":
            late = world.settings.late_seconds if callback == "callback_late" else 0
            for _time in range(2 if callback == "callback_twice" else 1):
                books.owe_callback(db, oid=asked["oid"], url=asked["callbackUrl"], fields=fields, after=late)
    return Outcome(approved, asked["okUrl"] if approved else asked["failUrl"], fields, browser)


def _faults(db: sqlite3.Connection, *, charged: bool) -> tuple[str | None, str | None, str | None]:
    if not charged:
        return None, None, None
    browser = take_within(db, "bank", "browser_closed", "error_500_after_charging")
    callback = take_within(db, "bank", "callback_lost", "callback_late", "callback_twice")
    content = take_within(db, "bank", "forged_hash", "wrong_amount")
    return browser, callback, content


def _decide(card: books.Card | None, *, authenticated: bool, declined: bool) -> dict[str, str]:
    if card is None or not authenticated:
        return {"mdStatus": "0", "ProcReturnCode": "99", "Response": "Declined", "ErrMsg": "Not authenticated"}
    if declined:
        return {"mdStatus": "1", "ProcReturnCode": "05", "Response": "Declined", "ErrMsg": "Genel red"}
    response = "Approved" if card.proc_return_code == "00" else "Declined"
    code = card.proc_return_code
    return {"mdStatus": card.md_status, "ProcReturnCode": code, "Response": response, "ErrMsg": card.error}


def _signed(asked: dict[str, str], said: dict[str, str], *, store_key: str, fault: str | None) -> dict[str, str]:
    """Everything that was asked and decided, with a fresh rnd and the hash over all of it."""
    fields = {name: value for name, value in asked.items() if name not in {"hash", "encoding"}}
    fields |= {"TransId": "", "AuthCode": ""} | said | {"rnd": secrets.token_hex(10), "HASH": ""}
    if fault == "wrong_amount":
        fields["amount"] = f"{(kurus(asked) + 100) / 100:.2f}"
    fields["HASH"] = ver3(fields, store_key)
    if fault == "forged_hash":
        fields["HASH"] = ver3(fields, "another key")
    return fields
