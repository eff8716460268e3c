"""What must be closed before an application goes to production: one row per requirement, with its own closing rule."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from divit.applications.kinds import RULES, Kind, Payer
from divit.kernel.actors import Role
from divit.kernel.errors import Refused


class RequirementKind(StrEnum):
    """What an application may have to wait for."""

    PHONE_PROVEN = "phone_proven"
    FEE_PAID = "fee_paid"
    INSTITUTION_APPROVED = "approved"
    FORM_RECEIVED = "form_received"
    NO_CERTIFICATE_OPEN = "no_certificate_open"
    RENEWAL_WINDOW = "renewal_window"


class Awaits(StrEnum):
    """Who is waited for while a requirement is open."""

    PERSON = "person"
    INSTITUTION = "institution"
    CLOCK = "clock"


@dataclass(frozen=True, kw_only=True)
class Case:
    """What decides which requirements an application has."""

    kind: Kind
    payer: Payer
    wet_form: bool
    transfer_waits: bool = False  # the rule of transfers lets a kind wait that otherwise would not


@dataclass(frozen=True, kw_only=True)
class RequirementRule:
    """When a requirement applies, who may close it, and whom it waits for."""

    kind: RequirementKind
    applies: Callable[[Case], bool]
    closed_by: frozenset[Role]
    awaits: Awaits


RULE_OF = {
    rule.kind: rule
    for rule in (
        RequirementRule(
            kind=RequirementKind.PHONE_PROVEN,
            applies=lambda case: True,
            closed_by=frozenset({Role.HOLDER}),
            awaits=Awaits.PERSON,
        ),
        RequirementRule(
            kind=RequirementKind.FEE_PAID,
            applies=lambda case: case.payer is Payer.PERSON,
            closed_by=frozenset({Role.BANK, Role.SYSTEM}),
            awaits=Awaits.PERSON,
        ),
        RequirementRule(
            # The officer's approval; the system writes it down where it was given before the person was ready.
            kind=RequirementKind.INSTITUTION_APPROVED,
            applies=lambda case: case.payer is Payer.INSTITUTION,
            closed_by=frozenset({Role.OFFICER, Role.SYSTEM}),
            awaits=Awaits.INSTITUTION,
        ),
        RequirementRule(
            kind=RequirementKind.FORM_RECEIVED,
            applies=lambda case: case.wet_form,
            closed_by=frozenset({Role.REPRESENTATIVE, Role.REGISTRAR}),
            awaits=Awaits.INSTITUTION,
        ),
        RequirementRule(
            kind=RequirementKind.NO_CERTIFICATE_OPEN,
            applies=lambda case: RULES[case.kind].closed_first,
            closed_by=frozenset({Role.SYSTEM}),
            awaits=Awaits.PERSON,
        ),
        RequirementRule(
            kind=RequirementKind.RENEWAL_WINDOW,
            applies=lambda case: RULES[case.kind].months_left is not None or case.transfer_waits,
            closed_by=frozenset({Role.SYSTEM}),
            awaits=Awaits.CLOCK,
        ),
    )
}

# These are not promises but observations: they are looked at again at the moment of release.
OBSERVED = frozenset({RequirementKind.NO_CERTIFICATE_OPEN, RequirementKind.RENEWAL_WINDOW})


def required(case: Case) -> tuple[RequirementKind, ...]:
    """The requirements of such an application, in the order in which people meet them."""
    return tuple(rule.kind for rule in RULE_OF.values() if rule.applies(case))


def check_closer(kind: RequirementKind, role: Role) -> None:
    """Raises `Refused("not_your_requirement")` when this role may not close it."""
    if role not in RULE_OF[kind].closed_by:
        raise Refused("not_your_requirement", requirement=str(kind))


def left(rows: Iterable[tuple[str, bool]]) -> tuple[RequirementKind, ...]:
    """Of (kind, closed) pairs those still open."""
    return tuple(RequirementKind(kind) for kind, closed in rows if not closed)
