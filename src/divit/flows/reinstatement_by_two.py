"""Askıdan İndirme, merkezde: one registrar asks that a certificate be opened again, another agrees or declines."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction

from divit.certificates import asking, registry, services
from divit.certificates.lifecycle import ASK_LAW, LAW, Act, AskAct, AskFacts, AskState, Facts, State
from divit.certificates.models import Certificate, Reinstatement, StatusChange
from divit.flows.jobs import each
from divit.flows.leavers import reason_in_words
from divit.flows.reinstatement import reinstate
from divit.flows.status_publication import Why
from divit.identity import selectors as people
from divit.kernel import clock
from divit.kernel.actors import SYSTEM, Actor, Level, Role
from divit.kernel.errors import NotFound, Refused

STANDS = timedelta(days=7)


def may_be_asked(certificate: Certificate, *, by: Actor) -> bool:
    """Whether the certificate's law would let two of the registry open it now."""
    return LAW.allows(Act.REINSTATE, role=by.role, state=State(certificate.state), facts=_facts(certificate, by=by))


def ask(certificate_id: UUID, *, reason: str, by: Actor) -> Reinstatement:
    """Say why it should be opened; the holder reads these words when it is.

    Raises `Invalid` with the field, `Refused` (also what the certificate's law says), `NotFound` for others than the
    registry.
    """
    _registry(by)
    said = reason_in_words(reason)
    with transaction.atomic():
        certificate = services.lock(certificate_id, by=by)
        LAW.decide(Act.REINSTATE, role=by.role, state=State(certificate.state), facts=_facts(certificate, by=by))
        return asking.ask(certificate, reason=said, by=by)


def agree(ask_id: UUID, *, by: Actor) -> StatusChange:
    """The second person opens it, in one transaction with the decision. Raises `Refused` and `NotFound`."""
    _registry(by)
    with transaction.atomic():
        row = asking.lock(ask_id)
        first = _asker(row)
        asking.decide(row, AskAct.AGREE, by=by, facts=_ask_facts(row, by=by, first=first))
        if first is None:
            raise Refused("asker_left_the_desk")
        why = Why(notice="certificate_reinstated_by_centre", said=row.reason, facts={"reason": row.reason})
        return reinstate(row.certificate_id, by=by, fresh_login=False, second=first, why=why)


def decline(ask_id: UUID, *, answer: str, by: Actor) -> None:
    """The second person says why not; the certificate stays as it is. Raises `Invalid`, `Refused`, `NotFound`."""
    _registry(by)
    said = reason_in_words(answer)
    with transaction.atomic():
        row = asking.lock(ask_id)
        asking.decide(row, AskAct.DECLINE, by=by, facts=_ask_facts(row, by=by, first=None), answer=said)


def take_back(ask_id: UUID, *, by: Actor) -> None:
    """Who asked no longer wishes it. Raises `Refused` and `NotFound`."""
    _registry(by)
    with transaction.atomic():
        row = asking.lock(ask_id)
        asking.decide(row, AskAct.TAKE_BACK, by=by, facts=_ask_facts(row, by=by, first=None))


def open_to(row: Reinstatement, *, by: Actor) -> frozenset[AskAct]:
    """What the buttons are drawn from."""
    facts = _ask_facts(row, by=by, first=_asker(row))
    return frozenset(AskAct(act) for act in ASK_LAW.open_to(role=by.role, state=AskState(row.state), facts=facts))


def lapse() -> None:
    """Wishes about a suspension that is over, or that nobody decided in time, are void."""
    each([known.pk for known in registry.open_asks()], _lapse)


def _lapse(ask_id: UUID) -> None:
    with transaction.atomic():
        row = asking.lock(ask_id)
        facts = _ask_facts(row, by=SYSTEM, first=None)
        if ASK_LAW.allows(AskAct.LAPSE, role=SYSTEM.role, state=AskState(row.state), facts=facts):
            asking.decide(row, AskAct.LAPSE, by=SYSTEM, facts=facts)


def _facts(certificate: Certificate, *, by: Actor) -> Facts:
    return services.facts_of(certificate, by=by, now=clock.now(), second_person=True)


def _ask_facts(row: Reinstatement, *, by: Actor, first: Actor | None) -> AskFacts:
    certificate = row.certificate
    return AskFacts(
        own=row.asked_by == by.id,
        asker_at_desk=first is not None,
        hold_stands=certificate.state == State.SUSPENDED and certificate.hold_started_at == row.hold_started_at,
        overdue=clock.now() - row.asked_at > STANDS,
    )


def _asker(row: Reinstatement) -> Actor | None:
    """Who asked, as somebody who may still act at the registry; asked anew, because accounts end."""
    try:
        account = people.staff_account(int(row.asked_by))
    except NotFound:
        return None
    if not account.is_active or Role.REGISTRAR not in account.desks:
        return None
    return Actor(role=Role.REGISTRAR, id=row.asked_by, name=row.asked_by_name, level=Level.HIGH)


def _registry(by: Actor) -> None:
    if by.role is not Role.REGISTRAR:
        raise NotFound("registry")
