"""Changes of who may, asked for by one operator and carried out when another confirms (promise 13)."""

from collections.abc import Iterable

from django.db import transaction

from divit.audit import moves
from divit.audit import selectors as audit
from divit.identity import staff
from divit.identity.lifecycle import STAFF_CHANGE, Act, Facts, State
from divit.identity.models import StaffAccount, StaffChange
from divit.kernel import clock
from divit.kernel.actors import Actor, Role
from divit.kernel.errors import NotFound, Refused

Kind = StaffChange.Kind
_OVERTAKES: dict[str, str] = {Kind.DESKS: "staff.desks", Kind.SECOND_FACTOR: "staff.second_factor"}


@transaction.atomic
def ask_for_account(email: str, *, name: str, desks: Iterable[Role | str], by: Actor) -> StaffChange:
    """A new account; raises what `staff.create_staff` would."""
    wanted = staff.check_new(email, name=name, desks=desks)
    return _asked(Kind.ADD, email=email, name=name.strip(), desks=wanted, by=by)


@transaction.atomic
def ask_for_second_factor(email: str, *, by: Actor) -> StaffChange:
    """After a lost phone. Raises `NotFound`, `Refused("staff_closed")`."""
    return _asked(Kind.SECOND_FACTOR, email=_open(staff.account(email)).email, by=by)


@transaction.atomic
def ask_for_desks(email: str, *, desks: Iterable[Role | str], by: Actor) -> StaffChange | None:
    """Other desks; None when they only become fewer, which is done at once.

    Raises `NotFound`, `Invalid`, `Refused("staff_closed")`.
    """
    account, wanted = staff.account(email), staff.check_desks(desks)
    if set(wanted) <= set(account.desks):
        staff.set_desks(email, desks=wanted, by=by)
        return None
    return _asked(Kind.DESKS, email=_open(account).email, desks=wanted, before=account.desks, by=by)


@transaction.atomic
def confirm(number: int, *, by: Actor) -> str:
    """Make it true; the `otpauth://` address of a second factor that came with it, told only now, or nothing.

    Raises `NotFound`, `Refused("second_operator_needed" | "staff_change_too_old" | "staff_change_overtaken" |
    "not_from_this_state")`, and whatever stands in the way of the change itself by now.
    """
    change = _decided(number, Act.CONFIRM, by=by)
    if change.kind == Kind.ADD:
        return staff.create_staff(change.email, name=change.name, desks=change.desks, by=by)[1]
    if change.kind == Kind.SECOND_FACTOR:
        return staff.renew_second_factor(change.email, by=by)
    staff.set_desks(change.email, desks=change.desks, by=by)
    return ""


@transaction.atomic
def withdraw(number: int, *, by: Actor) -> None:
    """It is not wanted any more. Raises `NotFound`, `Refused`."""
    _decided(number, Act.WITHDRAW, by=by)


def waiting() -> list[StaffChange]:
    """What waits for a second operator, oldest first."""
    return list(StaffChange.objects.filter(state=State.ASKED).order_by("pk"))


def _open(account: StaffAccount) -> StaffAccount:
    """Nobody opens a closed account again, so nothing is asked for it."""
    if not account.is_active:
        raise Refused("staff_closed")
    return account


def _asked(
    kind: str, *, email: str, name: str = "", desks: Iterable[str] = (), before: Iterable[str] = (), by: Actor
) -> StaffChange:
    change = StaffChange.objects.create(
        kind=kind,
        email=email,
        name=name,
        desks=list(desks),
        desks_before=list(before),
        asked_by=by.id,
        asked_at=clock.now(),
    )
    moves.born(change, law=STAFF_CHANGE, by=by, note={"kind": kind, "desks": change.desks})
    return change


def _decided(number: int, act: Act, *, by: Actor) -> StaffChange:
    change = StaffChange.objects.select_for_update(no_key=True).filter(pk=number).first()
    if change is None:
        raise NotFound("staff change")
    now = clock.now()
    facts = Facts(
        acting=by.id,
        asked_by=change.asked_by,
        days_old=(now - change.asked_at).days,
        overtaken=_overtaken(change),
    )
    moves.move(change, act, law=STAFF_CHANGE, by=by, facts=facts, changes={"decided_by": by.id, "decided_at": now})
    return change


def _overtaken(change: StaffChange) -> bool:
    """On a locked change: whether its account is another one than when it was asked for; the account is locked too."""
    if change.kind == Kind.ADD:
        return False
    account = staff.account(change.email)
    # By what happened, not by how things stand alone: a desk that was given and taken away is taken away.
    happened = audit.happened_since(
        _OVERTAKES[change.kind],
        subject=("staff", str(account.pk)),
        since=(STAFF_CHANGE.name, str(change.pk)),
    )
    other_desks = change.kind == Kind.DESKS and set(account.desks) != set(change.desks_before)
    return not account.is_active or happened or other_desks
