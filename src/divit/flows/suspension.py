"""Askıya Alma: a certificate is closed for the time being; the least proof is enough."""

from uuid import UUID

from django.db import transaction

from divit.certificates import services
from divit.certificates.lifecycle import Act, HoldCause
from divit.certificates.models import StatusChange
from divit.flows import status_publication
from divit.flows.status_publication import Why
from divit.kernel import clock
from divit.kernel.actors import Actor, Role
from divit.pki.reasons import Reason


def suspend(
    certificate_id: UUID, *, by: Actor, caller_proven: bool = False, for_cause: bool = False, why: Why | None = None
) -> StatusChange:
    """Close until reinstated or revoked; `caller_proven`: staff act for a caller who proved to be the holder,
    `for_cause`: staff act on the centre's own account, and the holder cannot lift it; `why`: what an institution says.

    Raises `NotFound` (also for what is somebody else's) and `Refused`.
    """
    why = why or Why(notice="certificate_suspended")
    with transaction.atomic():
        certificate = services.lock(certificate_id, by=by)
        facts = services.facts_of(
            certificate,
            by=by,
            now=clock.now(),
            reason=Reason.CERTIFICATE_HOLD,
            hold_cause=_cause(by, for_cause=for_cause),
            caller_proven=caller_proven,
        )
        change = services.carry_out(certificate, Act.SUSPEND, by=by, facts=facts, said=why.said, note=why.note)
        status_publication.announce(change, notice=why.notice, **why.facts)
    return change


def _cause(by: Actor, *, for_cause: bool) -> HoldCause:
    if by.role in (Role.OFFICER, Role.PROGRAM):
        return HoldCause.INSTITUTION
    return HoldCause.CENTRE if for_cause and by.role is Role.REGISTRAR else HoldCause.HOLDER
