"""What is known, in memory: the status of every certificate, and the newest CRL of every authority."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from divit.pki.ocsp import Good, Revoked, Status
from divit.pki.reasons import Reason

_GOOD = Good()


@dataclass(frozen=True)
class StatusRow:
    """One row of the view `published_certificate_status`."""

    issuer_id: str
    serial: str
    status: str
    reason: str | None
    effective_at: datetime | None
    change_seq: int

    def read(self) -> Status:
        """Good, or revoked since when; anything else in the view is an error and must not pass for good."""
        if self.status == "good":
            return _GOOD
        if self.status != "revoked" or self.effective_at is None:
            raise ValueError(f"not a status: {self.status!r}")
        return Revoked(self.effective_at, Reason.from_text(self.reason or "unspecified"))


@dataclass(frozen=True)
class PublishedCrl:
    """One row of the view `published_crl`."""

    issuer_id: str
    number: int
    this_update: datetime
    next_update: datetime
    der: bytes


class StatusIndex:
    """Read by every answer, written by the one follower; `synced_at` is when it last agreed with the database.

    `followed` is whether the database is being followed at this moment.
    """

    def __init__(self) -> None:
        self.synced_at: datetime | None = None
        self.followed = False
        self.highest_change = 0
        self._statuses: dict[str, dict[int, Status]] = {}
        self._crls: dict[str, PublishedCrl] = {}

    def __len__(self) -> int:
        return sum(len(of_issuer) for of_issuer in self._statuses.values())

    def status_of(self, issuer_id: str, serial: int) -> Status:
        """None for a serial that was never issued."""
        return self._statuses.get(issuer_id, {}).get(serial)

    def apply(self, rows: Iterable[StatusRow]) -> None:
        """Take rows in, newer over older."""
        for row in rows:
            self._statuses.setdefault(row.issuer_id, {})[int(row.serial, 16)] = row.read()
            self.highest_change = max(self.highest_change, row.change_seq)

    def take_over(self, fresh: "StatusIndex") -> None:
        """Replace every status by what was freshly loaded, in one step; CRLs stay."""
        self._statuses = fresh._statuses
        self.highest_change = fresh.highest_change

    def crl(self, issuer_id: str) -> PublishedCrl | None:
        """The newest list of that authority."""
        return self._crls.get(issuer_id)

    def publish(self, crl: PublishedCrl) -> None:
        """Take a newer list; an older or equal number is never taken."""
        known = self._crls.get(crl.issuer_id)
        if known is None or crl.number > known.number:
            self._crls[crl.issuer_id] = crl
