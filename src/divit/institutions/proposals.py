"""The only writer of proposals: put forward by one person, decided by another, carried out in the same transaction."""

from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction

from divit.audit import ledger, moves
from divit.institutions import selectors, services
from divit.institutions.checks import Offered, check
from divit.institutions.contents import Appoint, Content, Deputise, EndAppointment, NewContract, NewRule, read
from divit.institutions.lifecycle import PROPOSAL, Act, Facts, Kind, State, may_propose
from divit.institutions.limits import limits_on
from divit.institutions.models import Appointment, Contract, ContractPrice, Institution, InstitutionRule, Proposal
from divit.kernel import clock
from divit.kernel.actors import SYSTEM, Actor, Role
from divit.kernel.errors import NotFound, Refused


@transaction.atomic
def propose(institution_id: UUID, content: Content, *, offered: Offered, by: Actor) -> Proposal:
    """Put a change forward. Raises `Refused`, `Invalid` with the field, or `NotFound` for what is not the actor's."""
    _must_act_for(institution_id, by=by)
    if by.deputises_for:
        raise Refused("deputy_changes_no_appointment")
    if not may_propose(by.role, kind=content.kind, capacity=_capacity(content)):
        raise Refused("not_yours_to_propose")
    today = clock.today()
    check(content, institution_id=institution_id, on=today, offered=offered)
    try:
        with transaction.atomic():
            row = Proposal.objects.create(
                institution_id=institution_id,
                kind=content.kind,
                content=content.kept(),
                person_id=_concerned(content),
                proposed_by=str(by),
                proposed_at=clock.now(),
                decide_by=limits_on(today).proposal_until(today),
            )
    except IntegrityError as wrong:
        raise Refused("already_proposed") from wrong
    moves.born(row, law=PROPOSAL, by=by, note={"institution_id": str(institution_id), "kind": str(content.kind)})
    return row


@transaction.atomic
def carry_out(proposal_id: UUID, *, offered: Offered, by: Actor) -> Proposal:
    """The second person agrees: what was put forward is checked again and done. Raises as `propose` does."""
    row = _locked(proposal_id, by=by)
    facts = facts_of(row, by=by)
    PROPOSAL.decide(Act.CARRY_OUT, role=by.role, state=State(row.state), facts=facts)
    content = as_of(read(row.kind, row.content), clock.today())
    check(content, institution_id=row.institution_id, on=clock.today(), offered=offered)
    made = _apply(row, content, by=by)
    _move(row, Act.CARRY_OUT, facts=facts, by=by, made=made)
    return row


@transaction.atomic
def refuse(proposal_id: UUID, *, reason: str, by: Actor) -> Proposal:
    """The second person does not agree, and says why. Raises `Refused` or `NotFound`."""
    row = _locked(proposal_id, by=by)
    _move(row, Act.REFUSE, facts=facts_of(row, by=by), by=by, reason=reason)
    return row


@transaction.atomic
def withdraw(proposal_id: UUID, *, by: Actor) -> Proposal:
    """Whoever put it forward takes it back. Raises `Refused` or `NotFound`."""
    row = _locked(proposal_id, by=by)
    _move(row, Act.WITHDRAW, facts=facts_of(row, by=by), by=by)
    return row


def expire(*, by: Actor = SYSTEM) -> int:
    """Close what nobody decided on in time; returns how many."""
    waiting = Proposal.objects.filter(state=State.PROPOSED, decide_by__lt=clock.today()).order_by("proposed_at", "id")
    return sum(_expire(proposal_id, by=by) for proposal_id in waiting.values_list("id", flat=True))


@transaction.atomic
def _expire(proposal_id: UUID, *, by: Actor) -> bool:
    row = Proposal.objects.select_for_update(of=("self",), no_key=True).get(pk=proposal_id)
    facts = facts_of(row, by=by)
    if not PROPOSAL.allows(Act.EXPIRE, role=by.role, state=State(row.state), facts=facts):
        return False
    _move(row, Act.EXPIRE, facts=facts, by=by)
    return True


def facts_of(row: Proposal, *, by: Actor) -> Facts:
    """What the law looks at."""
    return Facts(
        proposed_by=row.proposed_by.partition(":")[2],
        acting=by.id,
        concerns=str(row.person_id or ""),
        kind=Kind(row.kind),
        capacity=str(row.content.get("role", "")),
        time_is_up=clock.today() > row.decide_by,
        deputy=bool(by.deputises_for),
    )


def acts_open_to(row: Proposal, *, by: Actor) -> list[Act]:
    """What the buttons are drawn from."""
    return [Act(act) for act in PROPOSAL.open_to(role=by.role, state=State(row.state), facts=facts_of(row, by=by))]


def as_of(content: Content, day: date) -> Content:
    """What a decision on this day means: nothing takes effect before it was decided."""
    if isinstance(content, Appoint | Deputise) and content.starts < day:
        return content.model_copy(update={"starts": day})
    if isinstance(content, EndAppointment) and content.ends < day:
        return content.model_copy(update={"ends": day})
    return content


def _locked(proposal_id: UUID, *, by: Actor) -> Proposal:
    """The proposal, with all decisions of its institution waiting behind: two of them may not meet in one day."""
    found = Proposal.objects.filter(pk=proposal_id).order_by("id").first()
    if found is None:
        raise NotFound("proposal")
    _must_act_for(found.institution_id, by=by)
    Institution.objects.select_for_update(of=("self",), no_key=True).get(pk=found.institution_id)
    return Proposal.objects.select_for_update(of=("self",), no_key=True).get(pk=proposal_id)


def _must_act_for(institution_id: UUID, *, by: Actor) -> None:
    """An officer acts for the own institution alone, and as long as the appointment lasts: asked anew each time."""
    if by.role is Role.LIAISON:
        return
    if by.institution_id != str(institution_id) or not selectors.acts_as_officer(by):
        raise NotFound("institution")


def _move(row: Proposal, act: Act, *, facts: Facts, by: Actor, reason: str = "", made: str = "") -> None:
    changes = {"decided_by": str(by), "decided_at": clock.now(), "reason": reason}
    note = {"institution_id": str(row.institution_id), "kind": row.kind} | ({"made": made} if made else {})
    moves.move(row, act, law=PROPOSAL, by=by, facts=facts, changes=changes, note=note)


def _capacity(content: Content) -> str:
    return str(getattr(content, "role", ""))


def _concerned(content: Content) -> UUID | None:
    if isinstance(content, Appoint | Deputise):
        return content.person_id
    if isinstance(content, EndAppointment):
        return Appointment.objects.get(pk=content.appointment_id).person_id
    return None


def _apply(row: Proposal, content: Content, *, by: Actor) -> str:
    """Do it; the id of what has come of it."""
    if isinstance(content, Appoint | Deputise):
        return _appoint(row, content, by=by)
    if isinstance(content, EndAppointment):
        ended = Appointment.objects.get(pk=content.appointment_id)
        services.end_appointment(ended, on=content.ends, by=by)
        return str(ended.pk)
    if isinstance(content, NewRule):
        return _set_rule(row, content, by=by)
    if isinstance(content, NewContract):
        return _conclude(row, content, by=by)
    raise NotFound("proposal")


def _appoint(row: Proposal, content: Appoint | Deputise, *, by: Actor) -> str:
    made = services.appoint(
        institution_id=row.institution_id,
        person_id=content.person_id,
        role=content.role,
        starts=content.starts,
        ends=content.ends,
        deputises_for=content.appointment_id if isinstance(content, Deputise) else None,
        proposed_by=row.proposed_by,
        by=by,
    )
    return str(made.pk)


def _set_rule(row: Proposal, content: NewRule, *, by: Actor) -> str:
    rule = InstitutionRule.objects.create(institution_id=row.institution_id, **content.model_dump())
    ledger.record(
        by=by,
        act="institution.rule_set",
        subject=("institution", str(row.institution_id)),
        proposed_by=row.proposed_by,
        **content.kept(),
    )
    return str(rule.pk)


def _conclude(row: Proposal, content: NewContract, *, by: Actor) -> str:
    contract = Contract.objects.create(institution_id=row.institution_id, **content.model_dump(exclude={"prices"}))
    ContractPrice.objects.bulk_create(
        ContractPrice(contract=contract, code=code, net=net) for code, net in sorted(content.prices.items())
    )
    ledger.record(
        by=by,
        act="institution.contract_concluded",
        subject=("contract", str(contract.pk)),
        institution_id=str(row.institution_id),
        proposed_by=row.proposed_by,
        **content.kept(),
    )
    return str(contract.pk)
