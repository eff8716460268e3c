"""Askıdan İndirme: a suspended certificate is opened again, after more proof than closing it took."""

from uuid import UUID

from django.db import transaction

from divit.certificates import services
from divit.certificates.lifecycle import Act
from divit.certificates.models import StatusChange
from divit.flows import phone_proof, status_publication
from divit.flows.status_publication import Why
from divit.kernel import clock
from divit.kernel.actors import Actor, Role

PURPOSE = "reinstate"
PROOF_MINUTES = 10


def phone_is_proven(certificate_id: UUID, *, by: Actor) -> bool:
    """Whether the holder typed, in this session and for this certificate, the code sent to the proven phone."""
    return by.role is Role.HOLDER and phone_proof.fresh_proof(
        person_id=UUID(by.id),
        purpose=PURPOSE,
        subject_id=str(certificate_id),
        session=by.session,
        within_minutes=PROOF_MINUTES,
    )


def reinstate(
    certificate_id: UUID, *, by: Actor, fresh_login: bool, second: Actor | None = None, why: Why | None = None
) -> StatusChange:
    """Open again. `fresh_login` is what the edge knows of the login; the phone proof is looked up here. `second` is
    the member of staff who agrees with the one who acts; the ledger names both. `why`: what they say of it.

    Raises `NotFound` (also for what is somebody else's) and `Refused`.
    """
    why = why or Why(notice="certificate_reinstated")
    with transaction.atomic():
        certificate = services.lock(certificate_id, by=by)
        facts = services.facts_of(
            certificate,
            by=by,
            now=clock.now(),
            step_up=fresh_login and phone_is_proven(certificate_id, by=by),
            second_person=second is not None and second.role is Role.REGISTRAR and second.id != by.id,
        )
        change = services.carry_out(
            certificate, Act.REINSTATE, by=by, facts=facts, with_whom=second, said=why.said, note=why.note
        )
        status_publication.announce(change, notice=why.notice, **why.facts)
    return change
