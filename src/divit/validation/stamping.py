"""The desk where time-stamps are asked for: who may, whether the clock may be believed, and what it costs."""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from divit.kernel.errors import NeighbourFailed, Refused
from divit.pki.timestamps import ACCURACY, Asked, Authority, Declined, Refusal, refusal
from divit.validation import stamp_credentials
from divit.validation.clock_watch import ClockWatch
from divit.validation.last_stamp import LastStamp
from divit.validation.stamp_accounts import Account, Charge, StampAccounts, Unavailable
from divit.validation.stamp_credentials import Basic

_log = logging.getLogger(__name__)
_HEADERS = {"Content-Type": "application/timestamp-reply", "Cache-Control": "no-store"}
_WHO = {"WWW-Authenticate": 'Basic realm="time-stamps", charset="UTF-8"'}
_SETTLE_EVERY = 60.0
# For each refusal of the accounts the HTTP status and the words in the TimeStampResp: RFC 3161 has no bit for money,
# and calls what this party may not have «transaction not permitted» (badRequest).
_REFUSED = {
    "account_needed": (401, "an account is needed: HTTP Basic with its name and secret"),
    "no_credit": (402, "the account has no credit left"),
    "account_closed": (403, "the account is closed"),
    "proof_used": (403, "this identity header was used before"),
    "balance": (501, "the credit of an account is told by Credit-Left in each answer"),
}


@dataclass(frozen=True)
class Answer:
    """What goes back over HTTP; `body` is a TimeStampResp whatever the status."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class StampDesk:
    """Answers for one authority; `accounts` is None where stamps are open to all, and credentials then mean nothing.

    With accounts, or with a key that is not in this process, an answer waits for disk or device: call it in a thread,
    and read the clock there, since a time that waited for its turn would be older than the stamp claims.
    """

    def __init__(
        self, authority: Authority, *, watch: ClockWatch, last: LastStamp, accounts: StampAccounts | None = None
    ) -> None:
        self.authority = authority
        """May be replaced at any time, by one with a newer certificate."""
        self.waits = accounts is not None
        self._watch = watch
        self._last = last
        self._accounts = accounts
        self._settled_at = float("-inf")

    def answer(self, query: bytes, *, headers: Mapping[str, str], now: datetime) -> Answer:
        """The answer to whatever was sent, never an exception; header names in lower case, `now` just read.

        RFC 3161's own refusals come with status 200 (3.4), those of the account with one that says more.
        """
        began = time.monotonic()
        if "credit_req" in headers:
            return _refused("balance")
        try:
            asked = self.authority.read(query)
            if not self._watch.sane(now):
                raise Declined(Refusal.TIME_NOT_AVAILABLE)
            if self._accounts is None:
                return Answer(200, _HEADERS, self._stamp(asked, now=now))
            return self._charged(self._accounts, asked, headers=headers, now=now, began=began)
        except Declined as declined:
            return Answer(200, _HEADERS, refusal(declined.why))
        except (NeighbourFailed, Unavailable) as failed:
            _log.error("no time-stamp: %s", failed)
        except Refused as refused:
            if refused.code in _REFUSED:
                return _refused(refused.code)
            _log.error("no time-stamp: %s", refused.code)
        return Answer(200, _HEADERS, refusal(Refusal.SYSTEM_FAILURE))

    def ready(self, *, now: datetime) -> bool:
        """Whether a good request would be stamped now, credit aside."""
        return self.authority.certificate_begins <= now < self.authority.certificate_ends and self._watch.sane(now)

    def _charged(
        self, accounts: StampAccounts, asked: Asked, *, headers: Mapping[str, str], now: datetime, began: float
    ) -> Answer:
        """Charged before it is signed; not signed, not charged."""
        self._settle(accounts, now=now)
        account, proof = _who(accounts, asked, headers=headers)
        charge = accounts.charge(account, now=now, proof=proof)
        try:
            # Others may have been charged first: the stamp is of now, not of when it was asked for.
            stamped = self._stamp(asked, now=now + timedelta(seconds=time.monotonic() - began))
        except BaseException:
            accounts.give_back(charge)
            raise
        accounts.keep(charge)
        return Answer(200, {**_HEADERS, **_left(charge)}, stamped)

    def _stamp(self, asked: Asked, *, now: datetime) -> bytes:
        at = self._last.advance(now)
        if at is None:
            raise Declined(Refusal.TIME_NOT_AVAILABLE)
        return self.authority.stamp(asked, now=at)

    def _settle(self, accounts: StampAccounts, *, now: datetime) -> None:
        if time.monotonic() - self._settled_at >= _SETTLE_EVERY:
            self._settled_at = time.monotonic()
            if given_back := accounts.settle(now=now):
                _log.warning("%d stamps that were never signed are given back", given_back)


def open_desk(authority: Authority, *, state: Path, accounts_only: bool, needs_synced_clock: bool) -> StampDesk:
    """The desk of one worker; what workers share lies in the folder `state`."""
    return StampDesk(
        authority,
        watch=ClockWatch(accuracy=ACCURACY, needs_sync=needs_synced_clock),
        last=LastStamp(state / "tsa-last"),
        accounts=StampAccounts(state) if accounts_only else None,
    )


def _who(accounts: StampAccounts, asked: Asked, *, headers: Mapping[str, str]) -> tuple[Account, bytes | None]:
    """The account that asks, and what must not be used again."""
    given = stamp_credentials.read(headers)
    if isinstance(given, Basic):
        account = accounts.proven(given.name, given.secret)
        if account is not None:
            return account, None
    elif given is not None:
        found = accounts.secret_of(given.number)
        if found is not None and given.proves(found[1], asked=asked):
            return found[0], given.digest
    raise Refused("account_needed")


def _refused(code: str) -> Answer:
    status, words = _REFUSED[code]
    headers = {**_HEADERS, **(_WHO if status == 401 else {})}
    return Answer(status, headers, refusal(Refusal.BAD_REQUEST, text=words))


def _left(charge: Charge) -> dict[str, str]:
    return {} if charge.left is None else {"Credit-Left": str(charge.left)}
