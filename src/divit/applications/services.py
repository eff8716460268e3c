"""The only writer of applications: drafts and their steps, requirements, and every move of their state."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from divit.applications import content, parts, steps
from divit.applications.addresses import Addresses
from divit.applications.deadlines import deadlines_on
from divit.applications.kinds import Holdings, Kind, Payer, rule_for, unfit, will_be_revoked
from divit.applications.lifecycle import LAW, RUNNING, Act, Facts, State
from divit.applications.models import Application, FormVisit, Requirement
from divit.applications.parts import AddressKind
from divit.applications.reference import new_reference
from divit.applications.requirements import RULE_OF, Awaits, Case, RequirementKind, check_closer, required
from divit.applications.steps import Step
from divit.audit import ledger, moves
from divit.kernel import clock
from divit.kernel.actors import Actor
from divit.kernel.errors import Invalid, NotFound, Refused
from divit.kernel.writing import line

# What a new draft may take over from an earlier application of the same person (WCAG 3.3.7).
PREFILLED = (
    *(
        name
        for step in (Step.CERTIFICATE, Step.CONTACT, Step.WORKPLACE, Step.DELIVERY)
        for name in steps.RULE_OF[step].fields
        if name != "publish"  # consent is given anew each time
    ),
    "postal_code",
)


def locked(application_id: UUID | str) -> Application:
    """The application, locked to the end of the transaction. Raises `NotFound`."""
    row = Application.objects.select_for_update(of=("self",), no_key=True).filter(pk=application_id).first()
    if row is None:
        raise NotFound
    return row


def begin(
    *,
    person_id: UUID,
    institution_id: UUID,
    kind: Kind,
    prefill: Mapping[str, object],
    payer: Payer = Payer.PERSON,
    by: Actor,
) -> Application:
    """A new draft.

    Raises `Refused("application_already_running", application_id=…)`: one per person and institution (T10).
    """
    today = clock.today()
    taken_over = {name: prefill[name] for name in PREFILLED if name in prefill}
    try:
        with transaction.atomic():
            row = Application.objects.create(
                **taken_over,
                reference=new_reference(),
                person_id=person_id,
                institution_id=institution_id,
                kind=kind,
                payer=payer,
                steps_done=[Step.INSTITUTION],
                lapses_on=deadlines_on(today).draft_until(today),
            )
    except IntegrityError as wrong:
        raise _already_running(wrong, person_id=person_id, institution_id=institution_id) from wrong
    moves.born(row, law=LAW, by=by, note={"kind": str(kind), "reference": row.reference})
    return row


def _already_running(wrong: IntegrityError, *, person_id: UUID, institution_id: UUID) -> Exception:
    if "application_one_running" not in str(wrong):
        return wrong
    other = Application.objects.filter(person_id=person_id, institution_id=institution_id, state__in=RUNNING).first()
    return Refused("application_already_running", application_id=str(other.id) if other else "")


def choose(row: Application, *, institution_id: UUID, kind: Kind) -> None:
    """Choose institution and kind of a locked draft anew. Raises `Refused("fixed_by_institution")`."""
    _only_a_draft(row)
    if row.payer == Payer.INSTITUTION:
        raise Refused("fixed_by_institution")
    if (row.institution_id, row.kind) == (institution_id, kind):
        return
    person_id = row.person_id
    row.institution_id, row.kind = institution_id, kind
    row.accepted_serials, row.accepted_at = [], None
    try:
        with transaction.atomic():
            _save(row, ["institution_id", "kind", "accepted_serials", "accepted_at"], step=Step.INSTITUTION)
    except IntegrityError as wrong:
        raise _already_running(wrong, person_id=person_id, institution_id=institution_id) from wrong


def settle_delivery(row: Application, *, to_representative: bool) -> None:
    """Fill in the delivery part of a locked draft where the institution has its cards sent to its representative.

    Where it has not (any more), a part that was filled in like this is asked for again.
    """
    _only_a_draft(row)
    settled = Step.DELIVERY in row.steps_done if to_representative else True
    if to_representative == row.goes_to_representative and settled:  # an earlier answer taken over is not yet settled
        return
    columns = (*steps.RULE_OF[Step.DELIVERY].fields, "postal_code")
    for name in columns:
        setattr(row, name, "")
    row.address_kind = AddressKind.REPRESENTATIVE if to_representative else ""
    if not to_representative:
        row.steps_done = [step for step in row.steps_done if step != Step.DELIVERY]
    _save(row, columns, step=Step.DELIVERY if to_representative else None)


def save_part(
    row: Application, step: Step, typed: Mapping[str, str], *, addresses: Addresses, leaving: bool = False
) -> list[Invalid]:
    """Keep what was typed into one part of a locked draft; returns what could not be understood.

    Only a part without mistakes is done. When `leaving` (back to an earlier page) what is right is kept all the same.
    """
    _only_a_draft(row)
    if not steps.reachable(step, row.steps_done):
        raise Refused("step_too_early")
    _not_fixed(row, step)
    fixed = steps.FIXED_BY_INSTITUTION if row.payer == Payer.INSTITUTION else frozenset()
    understood, wrong = parts.read(step, typed, addresses=addresses, fixed=fixed)
    if wrong and not leaving:
        return wrong
    for name, value in understood.items():
        setattr(row, name, value)
    _save(row, list(understood), step=None if wrong else step)
    return wrong


def _not_fixed(row: Application, step: Step) -> None:
    if step is Step.DELIVERY and row.goes_to_representative:
        raise Refused("delivery_fixed_by_institution")


def _save(row: Application, columns: Iterable[str], *, step: Step | None) -> None:
    today = clock.today()
    if step is not None:
        row.steps_done = list(steps.after_saving(step, row.steps_done))
    row.saved_at = clock.now()
    row.lapses_on, row.reminders = deadlines_on(today).draft_until(today), 0
    row.save(update_fields=[*columns, "steps_done", "saved_at", "lapses_on", "reminders"])


def confirm_summary(row: Application, *, held: Holdings, accepted: Iterable[str], by: Actor) -> None:
    """The person has read the summary of a locked draft and accepted which certificates production will revoke.

    Raises `Refused("closing_list_not_accepted")` when the list shown is no longer the list.
    """
    _only_a_draft(row)
    if not steps.reachable(Step.SUMMARY, row.steps_done):
        raise Refused("step_too_early")
    listed = will_be_revoked(Kind(row.kind), held)
    if tuple(sorted(accepted)) != listed:
        raise Refused("closing_list_not_accepted")
    row.accepted_serials, row.accepted_at = list(listed), clock.now()
    _save(row, ["accepted_serials", "accepted_at"], step=Step.SUMMARY)
    ledger.record(
        by=by,
        act="application.summary_confirmed",
        subject=("application", str(row.id)),
        person_id=str(row.person_id),
        serials=list(listed),
    )


def _only_a_draft(row: Application) -> None:
    if row.state != State.DRAFT:
        raise Refused("application_already_submitted")


@dataclass(frozen=True, kw_only=True)
class PhoneProof:
    """That a code sent to the phone of the form came back: which code, and which number it went to.

    `reached` is False when the operator failed and the code went to the e-mail given before instead.
    """

    code_id: str
    phone: str
    reached: bool = True


def submit(row: Application, *, held: Holdings, proof: PhoneProof | None, wet_form: bool, by: Actor) -> None:
    """Send a locked draft off: its requirements are written down, the phone's is closed by the code."""
    kind = Kind(row.kind)
    facts = Facts(
        steps_left=bool(steps.missing(row.steps_done)),
        kind_fits=unfit(kind, held) is None,
        list_accepted=row.accepted_at is not None and tuple(row.accepted_serials) == will_be_revoked(kind, held),
        phone_proven=proof is not None and proof.phone == row.phone,
    )
    today = clock.today()
    carry_out(
        row,
        Act.SUBMIT,
        by=by,
        facts=facts,
        changes={
            "submitted_at": clock.now(),
            "lapses_on": deadlines_on(today).open_until(today),
            "reminders": 0,
            "content_hash": content.content_hash(vars(row)),
        },
        note={"transfer": True} if held.transfer else None,
    )
    waits = held.transfer is not None and rule_for(kind, held).months_left is not None
    case = Case(kind=kind, payer=Payer(row.payer), wet_form=wet_form, transfer_waits=waits)
    Requirement.objects.bulk_create(Requirement(application=row, kind=wanted) for wanted in required(case))
    if proof is not None:
        close_requirement(row, RequirementKind.PHONE_PROVEN, by=by, proof=f"phone_code:{proof.code_id}")


def close_requirement(row: Application, kind: str, *, by: Actor, proof: str) -> bool:
    """Close one requirement of a locked application; False when it was closed already or is not required.

    Raises `Refused("not_your_requirement")`, or `Refused("application_not_open")` when it no longer waits for anything.
    """
    wanted = RequirementKind(kind)
    check_closer(wanted, by.role)
    if row.state != State.OPEN:
        raise Refused("application_not_open")
    closed = Requirement.objects.filter(application=row, kind=wanted, closed_at=None).update(
        closed_at=clock.now(), closed_by=str(by), proof=proof
    )
    if closed:
        _record_requirement(row, wanted, "requirement_closed", by=by, proof=proof)
    return bool(closed)


def reopen_requirement(row: Application, kind: RequirementKind, *, by: Actor, why: str) -> bool:
    """Open again what is only observed (a certificate was reinstated before production)."""
    reopened = (
        Requirement.objects.filter(application=row, kind=kind)
        .exclude(closed_at=None)
        .update(closed_at=None, closed_by="", proof="")
    )
    if reopened:
        _record_requirement(row, kind, "requirement_reopened", by=by, why=why)
    return bool(reopened)


def _record_requirement(row: Application, kind: RequirementKind, act: str, *, by: Actor, **facts: str) -> None:
    ledger.record(
        by=by,
        act=f"application.{act}",
        subject=("application", str(row.id)),
        person_id=str(row.person_id),
        requirement=str(kind),
        **facts,
    )


def amend(row: Application, step: Step, typed: Mapping[str, str], *, addresses: Addresses, by: Actor) -> list[Invalid]:
    """Change workplace or delivery of a locked, submitted application; a form printed before is void from now on."""
    if step not in steps.AMENDABLE:
        raise Refused("step_not_amendable")
    _not_fixed(row, step)
    understood, wrong = parts.read(step, typed, addresses=addresses)
    if wrong:
        return wrong
    changes = {name: value for name, value in understood.items() if getattr(row, name) != value}
    if changes:
        digest = content.content_hash({**vars(row), **changes})
        note = {"fields": sorted(changes)}
        changed = {**changes, "content_hash": digest, "saved_at": clock.now()}
        carry_out(row, Act.AMEND, by=by, facts=Facts(form_in=form_is_in(row)), changes=changed, note=note)
    return []


def form_is_in(row: Application) -> bool:
    """Whether the signed form has been taken in."""
    return FormVisit.objects.filter(application=row, outcome=FormVisit.Outcome.RECEIVED).exists()


def take_form_in(row: Application, *, printed: str | None, by: Actor) -> bool:
    """The signed form of a locked application is here; False when it was taken in already.

    `printed` is the content token scanned from it: `Refused("form_out_of_date")` when the application changed since.
    """
    if form_is_in(row):
        return False
    if printed is not None and printed != content.token_of(row.content_hash):
        raise Refused("form_out_of_date")
    visit = _visit(row, FormVisit.Outcome.RECEIVED, by=by)
    return close_requirement(row, RequirementKind.FORM_RECEIVED, by=by, proof=f"form:{visit.id}")


def return_form(row: Application, *, reason: str, by: Actor) -> None:
    """Give the form of a locked application back with a reason in words."""
    said = line(reason, field="reason", longest=300)
    carry_out(row, Act.RETURN_FORM, by=by, facts=Facts(form_in=form_is_in(row)), note={"reason": said})
    _visit(row, FormVisit.Outcome.RETURNED, by=by, reason=said)


def reject(row: Application, *, reason: str, by: Actor) -> None:
    """Refuse a locked application for good, with a reason in words."""
    said = line(reason, field="reason", longest=300)
    facts = Facts(form_in=form_is_in(row), institution_pays=row.payer == Payer.INSTITUTION)
    carry_out(row, Act.REJECT, by=by, facts=facts, changes={"ending": said}, note={"reason": said})


def dismiss(row: Application, *, reason: str, in_production: bool, by: Actor) -> None:
    """End a locked application of somebody who left the institution, with a reason in words."""
    said = line(reason, field="reason", longest=300)
    facts = Facts(in_production=in_production)
    carry_out(row, Act.DISMISS, by=by, facts=facts, changes={"ending": said}, note={"reason": said})


def _visit(row: Application, outcome: FormVisit.Outcome, *, by: Actor, reason: str = "") -> FormVisit:
    visit = FormVisit.objects.create(
        application=row, outcome=outcome, reason=reason, content_hash=row.content_hash, at=clock.now(), by=str(by)
    )
    ledger.record(
        by=by,
        act=f"application.form_{outcome}",
        subject=("application", str(row.id)),
        person_id=str(row.person_id),
        content_hash=row.content_hash,
    )
    return visit


def carry_out(
    row: Application,
    act: Act,
    *,
    by: Actor,
    facts: Facts | None = None,
    changes: dict[str, object] | None = None,
    note: dict[str, Any] | None = None,
) -> None:
    """Do one act on a locked application; the law is asked, the trigger checks, the ledger remembers."""
    moves.move(row, act, law=LAW, by=by, facts=facts or Facts(), changes=changes, note=note)


def release(row: Application, *, by: Actor) -> None:
    """Hand a locked application to production; refused while a requirement is open."""
    waiting = Requirement.objects.filter(application=row, closed_at=None).exists()
    carry_out(row, Act.RELEASE, by=by, facts=Facts(requirements_left=waiting))


def withdraw(row: Application, *, in_production: bool, reason: str = "", by: Actor) -> None:
    """End a locked application before production; an institution says why, and the person reads it."""
    facts = Facts(in_production=in_production, institution_pays=row.payer == Payer.INSTITUTION)
    said = {"ending": line(reason, field="reason", longest=300)} if reason else {}
    carry_out(row, Act.WITHDRAW, by=by, facts=facts, changes={**said}, note={"reason": reason} if reason else {})


def lapse(row: Application, *, today: date, by: Actor) -> None:
    """End a locked application whose time is over."""
    facts = Facts(deadline_passed=today > row.lapses_on, clock_alone_awaited=clock_alone_awaited(row))
    carry_out(row, Act.LAPSE, by=by, facts=facts)


def clock_alone_awaited(row: Application) -> bool:
    """Whether a submitted application has nothing left but to wait for its day (a renewal that was made early)."""
    left = Requirement.objects.filter(application=row, closed_at=None).values_list("kind", flat=True)
    return row.submitted_at is not None and {RULE_OF[RequirementKind(kind)].awaits for kind in left} == {Awaits.CLOCK}


def count_reminder(row: Application, *, sent: int) -> None:
    """Remember how many reminders a locked application has had."""
    row.reminders = sent
    row.save(update_fields=["reminders"])
