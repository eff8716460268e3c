"""«O anda geçerli miydi?»: what a certificate was at a past instant, answered at once and sealed soon after.

The state then is settled once and for all, so the same question gets the same document, until something happens to the
certificate; the document says as of when it speaks.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from divit.certificates import authorities, past_status, past_status_paper, sealing, selectors
from divit.certificates.models import Issuer, PastStatus
from divit.certificates.past_status import Audience
from divit.certificates.ports import Timestamps
from divit.flows import rate_limits
from divit.flows.jobs import later
from divit.kernel import clock
from divit.kernel.actors import SYSTEM, Actor, Role
from divit.kernel.errors import NotFound, Refused
from divit.kernel.serials import Serial
from divit.pki import delegates
from divit.pki.keystores.base import KeyStore

# An act may be dated a minute before its transaction began (sql/status.sql), and takes a moment to be written: what is
# older than this is settled.
SETTLED = timedelta(minutes=2)
SEALED_WITHIN = timedelta(minutes=5)


def ask_about_own(certificate_id: UUID, *, at: datetime, language: str, by: Actor) -> PastStatus:
    """A person asks about their own certificate.

    Raises `NotFound` (also for what is somebody else's) and `Refused` (`past_status_in_future`, `past_status_too_soon`,
    `past_statuses_too_many`).
    """
    certificate = selectors.certificate_of(UUID(by.id), certificate_id)
    serial = Serial.from_hex(certificate.serial)
    limits = rate_limits.past_status_limits(of=f"person {by.id}")
    issuer = past_status.issuer(certificate.issuer_id)
    return _answer(issuer, serial, at=at, audience=Audience.OWN, language=language, limits=limits, by=by)


def ask_at_desk(issuer_id: UUID, serial: Serial, *, at: datetime, language: str, by: Actor) -> PastStatus:
    """The registry asks about any number. Raises `NotFound` for anybody else, and `Refused` as above."""
    if by.role is not Role.REGISTRAR:
        raise NotFound("registry")
    limits = rate_limits.past_status_limits(of=f"staff {by.id}")
    issuer = past_status.issuer(issuer_id)
    return _answer(issuer, serial, at=at, audience=Audience.DESK, language=language, limits=limits, by=by)


def ask_as_anybody(
    issuer_id: UUID, serial: Serial, *, at: datetime, language: str, address: str, proven: bool, by: Actor
) -> PastStatus:
    """A relying party asks about a number that stands in a certificate in their hands; `proven`: their browser worked
    for it. Raises `NotFound` for an authority that is not ours, and `Refused` as above.
    """
    issuer = past_status.issuer(issuer_id)
    limits = rate_limits.public_status_limits(address=address, proven=proven)
    return _answer(issuer, serial, at=at, audience=Audience.PUBLIC, language=language, limits=limits, by=by)


def seal(row_id: UUID, *, keystore: KeyStore, timestamps: Timestamps) -> None:
    """Write, seal and keep it; sealed already, nothing happens. Raises `NeighbourFailed` to be tried again."""
    row = past_status.statement(row_id)
    if row.sealed_at is not None:
        return
    authority = authorities.current()
    certificate = authority.certificate_of("seal")
    sealed = sealing.seal(
        past_status_paper.pdf(row, test=authority.record.test),
        key=delegates.key_of(certificate, store=keystore, prefix="seal"),
        certificate=certificate,
        chain=[authority.certificate, authority.root],
        timestamps=timestamps,
        reason="Divit past status",
    )
    with transaction.atomic():
        past_status.seal(row, pdf=sealed, by=SYSTEM)


def watch() -> None:
    """Every minute: statements that should be sealed by now are asked for again."""
    for row_id in past_status.unsealed(older_than=SEALED_WITHIN):
        with transaction.atomic():
            _seal_soon(row_id)


def _answer(
    issuer: Issuer,
    serial: Serial,
    *,
    at: datetime,
    audience: Audience,
    language: str,
    limits: list[rate_limits.Limit],
    by: Actor,
) -> PastStatus:
    now = clock.now()
    if at > now - SETTLED:
        raise Refused("past_status_in_future" if at > now else "past_status_too_soon")
    rate_limits.take(limits, code="past_statuses_too_many")
    at = at.replace(microsecond=0)
    # Read and written in two transactions: who holds the ledger's lock with others must not ask for it alone.
    with transaction.atomic():
        found = past_status.look_up(issuer, serial)
    content = past_status.describe(found, at=at, as_of=now)
    with transaction.atomic():
        row, new = past_status.keep(found, at=at, audience=audience, language=language, content=content, by=by)
        if new:
            _seal_soon(row.pk)
    return row


def _seal_soon(row_id: UUID) -> None:
    name = f"past-status:{row_id}"
    later("certificates.seal_past_status", queue="signing", lock=name, queueing_lock=name, row_id=str(row_id))
