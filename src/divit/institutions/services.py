"""The only writer of institutions, their rules, their appointments and the places of their quota."""

from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml
from django.db import IntegrityError, transaction

from divit.audit import ledger
from divit.institutions import checks
from divit.institutions.lifecycle import AppointmentState
from divit.institutions.models import Appointment, Contract, Institution, InstitutionRule, QuotaDraw
from divit.institutions.selectors import quota_left
from divit.kernel import clock
from divit.kernel.actors import SYSTEM, Actor
from divit.kernel.errors import NotFound, Refused
from divit.kernel.tckn import Vkn
from divit.kernel.turkish import nfc

REFERENCE = Path(__file__).parent / "reference" / "institutions.yaml"
_RULE_FIELDS = ("form_target", "pay_gate", "born_state", "profile", "delivery", "wet_form")


@transaction.atomic
def load_reference_data(*, by: Actor = SYSTEM, path: Path = REFERENCE) -> int:
    """Bring institutions and rules up to the reviewed file; what the file does not name stays. Returns changes."""
    told = yaml.safe_load(path.read_text(encoding="utf-8"))
    entries = {nfc(entry["name"]): entry for entry in told["institutions"]}
    known = set(Institution.objects.filter(name__in=entries).order_by("name").values_list("name", flat=True))
    missing = [entry for name, entry in entries.items() if name not in known]
    for entry in missing:
        Institution.objects.create(name=nfc(entry["name"]), vkn=str(Vkn(entry["vkn"])) if entry.get("vkn") else "")
    changes = len(missing) + _set_rules(entries, told)
    if changes:
        ledger.record(by=by, act="institution.reference_loaded", subject=("institutions", path.name), changes=changes)
    return changes


def _set_rules(entries: dict[str, dict[str, Any]], told: dict[str, Any]) -> int:
    institutions = Institution.objects.filter(name__in=entries).order_by("name")
    known = {(row.institution_id, row.valid_from): row for row in InstitutionRule.objects.order_by("valid_from")}
    missing = []
    for institution in institutions:
        for rule in entries[institution.name].get("rules", told["rules"]):
            full = told["defaults"] | rule
            wanted = {name: full[name] for name in _RULE_FIELDS}
            checks.rule_values(wanted)
            row = known.get((institution.pk, full["valid_from"]))
            if row is None:
                missing.append(InstitutionRule(institution=institution, valid_from=full["valid_from"], **wanted))
            elif any(getattr(row, name) != value for name, value in wanted.items()):
                # A rule in force has already decided cases: a change of mind is a new rule with its own date.
                raise Refused("rule_already_in_force", institution=institution.name, valid_from=str(full["valid_from"]))
    return len(InstitutionRule.objects.bulk_create(missing))


@transaction.atomic
def appoint(
    *,
    institution_id: UUID,
    person_id: UUID,
    role: str,
    starts: date,
    ends: date | None = None,
    deputises_for: UUID | None = None,
    proposed_by: str = "",
    by: Actor,
) -> Appointment:
    """Let a person act for an institution: when a proposal is carried out, or by SYSTEM (a demo's people).

    `deputises_for`: the officer's appointment in whose stead.

    Raises `Refused("already_appointed")`.
    """
    checks.appointment(role=role, starts=starts, ends=ends)
    try:
        with transaction.atomic():
            row = Appointment.objects.create(
                institution_id=institution_id,
                person_id=person_id,
                role=role,
                starts=starts,
                ends=ends,
                deputises_for_id=deputises_for,
                proposed_by=proposed_by,
                appointed_by=str(by),
            )
    except IntegrityError as wrong:
        raise Refused("already_appointed") from wrong
    ledger.record(
        by=by,
        act="appointment.begin",
        subject=("appointment", str(row.id)),
        person_id=str(person_id),
        institution_id=str(institution_id),
        role=role,
        starts=str(starts),
        ends=str(ends or ""),
        proposed_by=proposed_by,
        **({"deputises_for": str(deputises_for)} if deputises_for else {}),
    )
    return row


@transaction.atomic
def end_appointment(appointment: Appointment, *, on: date | None = None, by: Actor) -> None:
    """After this day (today when not said) the person no longer acts for the institution, and nobody in their stead.

    When a proposal is carried out, or by SYSTEM. Raises `Refused("appointment_already_ended")`.
    """
    row = Appointment.objects.select_for_update(of=("self",), no_key=True).get(pk=appointment.pk)
    last = on or clock.today()
    if row.ends is not None and row.ends <= last:
        raise Refused("appointment_already_ended")
    row.ends = max(last, row.starts)
    row.save(update_fields=["ends"])
    ledger.record(
        by=by,
        act="appointment.end",
        subject=("appointment", str(row.id)),
        person_id=str(row.person_id),
        ends=str(row.ends),
    )
    # Only a deputy's has one of an officer above it, so this goes one step down and no further.
    for deputy in row.deputies.filter(state=AppointmentState.STANDING, ends__gt=row.ends).order_by("id"):
        end_appointment(deputy, on=row.ends, by=by)


def draw_quota(contract_id: UUID | str, *, request_id: UUID, by: Actor) -> None:
    """Take one place for a request; asked twice for one request it is taken once.

    The contract's row is locked until the caller's transaction ends, so that the last place goes to one alone.
    Raises `NotFound`, `Refused("contract_not_in_force")`, `Refused("quota_exhausted", left=…)`, and
    `Refused("quota_given_back")` for a request whose place has been given back.
    """
    contract = _locked(contract_id)
    earlier = QuotaDraw.objects.filter(request_id=request_id).order_by("id").first()
    if earlier is not None:
        if earlier.returned_at is not None or earlier.contract_id != contract.id:
            raise Refused("quota_given_back")
        return
    if not contract.starts <= clock.today() <= contract.ends:
        raise Refused("contract_not_in_force", number=contract.number)
    left = quota_left(contract.id)
    if left < 1:
        raise Refused("quota_exhausted", left=left)
    QuotaDraw.objects.create(contract=contract, request_id=request_id, drawn_at=clock.now())
    _tell(contract, "contract.quota_drawn", request_id=request_id, by=by)


def return_quota(request_id: UUID, *, by: Actor) -> None:
    """Give a request's place back; one that has none, or has given it back, changes nothing."""
    draw = QuotaDraw.objects.filter(request_id=request_id).order_by("id").first()
    if draw is None:
        return
    contract = _locked(draw.contract_id)
    given = QuotaDraw.objects.filter(request_id=request_id, returned_at__isnull=True).update(returned_at=clock.now())
    if given:
        _tell(contract, "contract.quota_returned", request_id=request_id, by=by)


def hold(institution_id: UUID) -> None:
    """The institution's row, locked until the caller's transaction ends: what is done once is done by one alone.

    Raises `NotFound`.
    """
    if Institution.objects.select_for_update(no_key=True).filter(id=institution_id).first() is None:
        raise NotFound


def _locked(contract_id: UUID | str) -> Contract:
    contract = Contract.objects.select_for_update(of=("self",), no_key=True).filter(id=contract_id).first()
    if contract is None:
        raise NotFound
    return contract


def _tell(contract: Contract, act: str, *, request_id: UUID, by: Actor) -> None:
    ledger.record(
        by=by,
        act=act,
        subject=("contract", str(contract.id)),
        institution_id=str(contract.institution_id),
        request=str(request_id),
    )
