"""Sertifikamı İptal Et: a certificate is closed for good; no neighbour is needed for it, and none can hinder it."""

from uuid import UUID

from django.db import transaction

from divit.certificates import services
from divit.certificates.lifecycle import Act, State
from divit.certificates.models import Certificate, StatusChange
from divit.flows import status_publication
from divit.flows.status_publication import Why
from divit.kernel import clock
from divit.kernel.actors import SYSTEM, Actor
from divit.pki.reasons import Reason


def revoke(certificate_id: UUID, *, reason: Reason, by: Actor, why: Why | None = None) -> StatusChange:
    """Close for good, from now on and never from earlier; `why`: what an institution says.

    Raises `NotFound` (also for what is somebody else's) and `Refused`.
    """
    with transaction.atomic():
        certificate = services.lock(certificate_id, by=by)
        return _revoke(certificate, reason=reason, by=by, why=why or Why(notice="certificate_revoked"))


def revoke_spoiled(certificate_id: UUID, *, by: Actor, notice: str = "certificate_spoiled") -> None:
    """The card broke or was lost before it was handed over: its certificate ends, another card is made.

    `by` gave the card up. What its holder has closed in the meantime is closed.
    """
    with transaction.atomic():
        certificate = services.lock(certificate_id, by=SYSTEM)
        if certificate.state == State.REVOKED:
            return
        reason = Reason.CESSATION_OF_OPERATION
        revoke_locked(certificate, reason=reason, by=SYSTEM, with_whom=by, notice=notice)


def revoke_locked(
    certificate: Certificate, *, reason: Reason, by: Actor, notice: str, with_whom: Actor | None = None
) -> StatusChange:
    """The same inside the transaction of a larger act, on a certificate that the caller has locked."""
    return _revoke(certificate, reason=reason, by=by, why=Why(notice=notice), with_whom=with_whom)


def _revoke(
    certificate: Certificate, *, reason: Reason, by: Actor, why: Why, with_whom: Actor | None = None
) -> StatusChange:
    facts = services.facts_of(certificate, by=by, now=clock.now(), reason=reason)
    change = services.carry_out(
        certificate, Act.REVOKE, by=by, facts=facts, with_whom=with_whom, said=why.said, note=why.note
    )
    status_publication.announce(change, notice=why.notice, **why.facts)
    return change
