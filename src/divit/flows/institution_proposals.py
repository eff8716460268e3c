"""Öneri ve onay: what changes at an institution is put forward by one person and decided by another."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import translation

from divit.flows import programs
from divit.flows.notices import tell
from divit.identity import naming
from divit.identity import selectors as people
from divit.identity.models import Person
from divit.institutions import deputies, proposals, selectors
from divit.institutions.checks import Offered
from divit.institutions.contents import Appoint, Deputise, EndAppointment, NewContract, NewRule, read
from divit.institutions.lifecycle import Kind
from divit.institutions.models import Appointment, Proposal
from divit.institutions.words import capacity
from divit.kernel import clock
from divit.kernel.actors import Actor, Role
from divit.kernel.errors import NotFound
from divit.kernel.money import Money
from divit.kernel.tckn import Tckn
from divit.payments import selectors as payments
from divit.pki.profiles import HOLDER_PROFILES


def propose_appointment(
    institution_id: UUID,
    *,
    tckn: Tckn,
    given_names: str,
    surname: str,
    role: str,
    starts: date,
    ends: date | None,
    by: Actor,
) -> Proposal:
    """Somebody is to act for an institution; a person whom nobody knew is known from now on.

    Raises `Refused`, `Invalid` with the field, or `NotFound` for an institution that is not the actor's.
    """
    with transaction.atomic():
        person = naming.name_person(tckn=tckn, given_names=given_names, surname=surname, by=by)
        content = Appoint(person_id=person.pk, role=role, starts=starts, ends=ends)
        return proposals.propose(institution_id, content, offered=offered(), by=by)


def propose_deputy(
    institution_id: UUID, *, tckn: Tckn, given_names: str, surname: str, starts: date, ends: date, by: Actor
) -> Proposal:
    """Somebody is to act in the officer's stead on these days; the other officers hear that one of them is to decide.

    Raises as `propose_appointment` does.
    """
    office = selectors.office_of(by.id, institution_id=institution_id) if by.role is Role.OFFICER else None
    if office is None:
        raise NotFound("appointment")
    with transaction.atomic():
        person = naming.name_person(tckn=tckn, given_names=given_names, surname=surname, by=by)
        content = Deputise(appointment_id=office.pk, person_id=person.pk, role=office.role, starts=starts, ends=ends)
        row = proposals.propose(institution_id, content, offered=offered(), by=by)
        _tell_officers(row, "deputy_waits", but={by.id}, until=f"{row.decide_by:%d.%m.%Y}")
    return row


def take_back(institution_id: UUID, appointment_id: UUID, *, by: Actor) -> Appointment:
    """The officer alone ends what somebody does in their stead, at once; they and the other officers hear of it.

    Raises `Refused` or `NotFound`.
    """
    with transaction.atomic():
        row = deputies.take_back(institution_id, appointment_id, by=by)
        told = {"deputy": row.person.name, "officer": people.person(by.id).name}
        others = [one.person for one in selectors.officers_of(institution_id) if str(one.person_id) != by.id]
        for person in (row.person, *others):
            tell(
                person=person,
                notice="deputy_taken_back",
                subject=("appointment", str(row.pk)),
                dedupe=f"deputy_taken_back:{row.pk}:{person.pk}",
                institution=row.institution.name,
                **told,
            )
    return row


def propose_end(institution_id: UUID, appointment_id: UUID, *, ends: date, by: Actor) -> Proposal:
    """An appointment is to end with this day. Raises as `propose_appointment` does."""
    row = selectors.appointment(institution_id, appointment_id)
    content = EndAppointment(appointment_id=row.pk, role=row.role, ends=ends)
    return proposals.propose(institution_id, content, offered=offered(), by=by)


def propose_rule(
    institution_id: UUID,
    *,
    valid_from: date,
    form_target: str,
    pay_gate: str,
    born_state: str,
    profile: str,
    delivery: str,
    wet_form: bool,
    by: Actor,
) -> Proposal:
    """Applications are to go otherwise from a day on. Raises as `propose_appointment` does."""
    content = NewRule(
        valid_from=valid_from,
        form_target=form_target,
        pay_gate=pay_gate,
        born_state=born_state,
        profile=profile,
        delivery=delivery,
        wet_form=wet_form,
    )
    return proposals.propose(institution_id, content, offered=offered(), by=by)


def propose_contract(
    institution_id: UUID,
    *,
    number: str,
    starts: date,
    ends: date,
    quota: int,
    years: int,
    reader: str,
    prices: Mapping[str, Money],
    by: Actor,
) -> Proposal:
    """A contract with its own prices is to be concluded. Raises as `propose_appointment` does."""
    content = NewContract(
        number=number,
        starts=starts,
        ends=ends,
        quota=quota,
        years=years,
        reader=reader,
        prices={code: money.kurus for code, money in prices.items()},
    )
    return proposals.propose(institution_id, content, offered=offered(), by=by)


def carry_out(proposal_id: UUID, *, by: Actor) -> Proposal:
    """The second person agrees; whoever is appointed or no longer is hears of it. Raises `Refused`, `Invalid`."""
    with transaction.atomic():
        row = proposals.carry_out(proposal_id, offered=offered(), by=by)
        if row.kind == Kind.APPOINT:
            _tell_concerned(row, "appointment_begun")
        elif row.kind == Kind.DEPUTISE:
            _tell_concerned(row, "appointment_begun")
            proposer = row.proposed_by.partition(":")[2]
            _tell_officers(row, "deputy_named", but={by.id, proposer, str(row.person_id)})
        elif row.kind == Kind.END_APPOINTMENT:
            _tell_concerned(row, "appointment_ended")
            _tell_deputies(row)
            _tell_of_keys(row)
        _tell_proposer(row, "proposal_carried_out")
    return row


def refuse(proposal_id: UUID, *, reason: str, by: Actor) -> Proposal:
    """The second person does not agree; whoever put it forward reads why. Raises `Refused`."""
    with transaction.atomic():
        row = proposals.refuse(proposal_id, reason=reason, by=by)
        _tell_proposer(row, "proposal_refused", reason=reason)
    return row


def offered() -> Offered:
    """What can be agreed on today; where no price is known yet, no contract can be."""
    try:
        prices = frozenset(payments.prices_on(clock.today()).net)
    except NotFound:
        prices = frozenset()
    return Offered(prices=prices, profiles=frozenset(HOLDER_PROFILES))


def _tell_concerned(row: Proposal, notice: str) -> None:
    content = proposals.as_of(read(row.kind, row.content), clock.today())
    days = {"starts": getattr(content, "starts", None), "until": getattr(content, "ends", None)}
    _tell_appointed(row, people.person(str(row.person_id)), notice, whom=in_stead_of(row), **days)


def _tell_deputies(row: Proposal) -> None:
    """Whose officer's appointment ends acts no longer than that either."""
    content = read(row.kind, row.content)
    for one in selectors.deputies_of(content.appointment_id) if isinstance(content, EndAppointment) else ():
        whom = row.person.name if row.person else ""
        _tell_appointed(row, one.person, "appointment_ended", whom=whom, starts=one.starts, until=one.ends)


def _tell_appointed(row: Proposal, person: Person, notice: str, *, whom: str, **days: date | None) -> None:
    with translation.override(person.language):
        role = capacity(row.content["role"], in_stead_of=whom)
    facts = {name: day.strftime("%d.%m.%Y") if day else "–" for name, day in days.items()}
    facts |= {"role": role, "institution": row.institution.name}
    dedupe = f"{notice}:{row.pk}:{person.pk}"
    tell(person=person, notice=notice, subject=("proposal", str(row.pk)), dedupe=dedupe, **facts)


def in_stead_of(row: Proposal) -> str:
    """The name of the officer in whose stead somebody is to act, or is to act no more; empty for all others."""
    content = read(row.kind, row.content)
    if isinstance(content, Deputise):
        return _proposer(row).name
    if isinstance(content, EndAppointment):
        above = selectors.appointment(row.institution_id, content.appointment_id).deputises_for
        return above.person.name if above else ""
    return ""


def _tell_of_keys(row: Proposal) -> None:
    content = proposals.as_of(read(row.kind, row.content), clock.today())
    if isinstance(content, EndAppointment) and content.role == Role.OFFICER:
        programs.tell_of_keys(row.institution_id, str(row.person_id), until=content.ends)


def _tell_proposer(row: Proposal, notice: str, **facts: str) -> None:
    """An officer hears what became of the proposal; staff read it at their desk."""
    if row.proposed_by.partition(":")[0] != Role.OFFICER:
        return
    tell(
        person=_proposer(row),
        notice=notice,
        subject=("proposal", str(row.pk)),
        dedupe=f"{notice}:{row.pk}",
        institution=row.institution.name,
        **facts,
    )


def _tell_officers(row: Proposal, notice: str, *, but: set[str], **facts: str) -> None:
    """The officers who act in their own right hear of a deputy, of whose, and from when to when."""
    content = row.content
    days = {name: f"{date.fromisoformat(content[name]):%d.%m.%Y}" for name in ("starts", "ends")}
    for one in selectors.officers_of(row.institution_id):
        if one.deputises_for_id is None and str(one.person_id) not in but:
            tell(
                person=one.person,
                notice=notice,
                subject=("proposal", str(row.pk)),
                dedupe=f"{notice}:{row.pk}:{one.person_id}",
                institution=row.institution.name,
                deputy=row.person.name if row.person else "",
                officer=_proposer(row).name,
                **days,
                **facts,
            )


def _proposer(row: Proposal) -> Person:
    return people.person(row.proposed_by.partition(":")[2])
