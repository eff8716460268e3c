"""The only writer of wishes to open a suspended certificate; each function expects an open transaction."""

from uuid import UUID

from divit.audit.moves import born, move
from divit.certificates.lifecycle import ASK_LAW, AskAct, AskFacts, AskState, State
from divit.certificates.models import Certificate, Reinstatement
from divit.kernel import clock
from divit.kernel.actors import Actor
from divit.kernel.errors import NotFound, Refused


def ask(certificate: Certificate, *, reason: str, by: Actor) -> Reinstatement:
    """A wish about the suspension that stands, of a certificate that the caller has locked.

    Raises `Refused` with `already_asked`, or `hold_is_over` when it is not suspended.
    """
    if certificate.state != State.SUSPENDED or certificate.hold_started_at is None:
        raise Refused("hold_is_over")
    if Reinstatement.objects.filter(certificate=certificate, state=AskState.ASKED).exists():
        raise Refused("already_asked")
    row = Reinstatement.objects.create(
        certificate=certificate,
        hold_started_at=certificate.hold_started_at,
        reason=reason,
        asked_by=by.id,
        asked_by_name=by.name,
        asked_at=clock.now(),
    )
    born(row, law=ASK_LAW, by=by, note={"serial": certificate.serial, "said": reason})
    return row


def lock(ask_id: UUID) -> Reinstatement:
    """The wish and, before it, its certificate, both locked: whoever else acts on either waits. Raises `NotFound`."""
    known = Reinstatement.objects.filter(pk=ask_id).first()
    if known is None:
        raise NotFound("reinstatement")
    Certificate.objects.select_for_update(of=("self",), no_key=True).get(pk=known.certificate_id)
    found = Reinstatement.objects.select_for_update(of=("self",), no_key=True).select_related("certificate__person")
    return found.get(pk=ask_id)


def decide(row: Reinstatement, act: AskAct, *, by: Actor, facts: AskFacts, answer: str = "") -> None:
    """One act on a locked wish. Raises `Refused`."""
    changes: dict[str, object] = {
        "decided_by": by.id,
        "decided_by_name": by.name,
        "decided_at": clock.now(),
        "answer": answer,
    }
    note = {"serial": row.certificate.serial, "asked_by": row.asked_by, **({"said": answer} if answer else {})}
    move(row, act, law=ASK_LAW, by=by, facts=facts, changes=changes, note=note)
