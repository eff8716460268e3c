"""Accounts of the centre's staff: made by operators, with a second factor from the first moment and no password."""

from collections.abc import Iterable
from typing import Any, Literal

from allauth.account.models import EmailAddress
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from divit.audit import ledger
from divit.identity.models import StaffAccount
from divit.kernel.actors import Actor, Level, Role
from divit.kernel.errors import Invalid, NotFound, Refused

DESKS = (Role.REGISTRAR, Role.LIAISON, Role.PRODUCER, Role.INSPECTOR, Role.DISPATCHER, Role.AUDITOR)


@transaction.atomic
def create_staff(email: str, *, name: str, desks: Iterable[Role | str], by: Actor) -> tuple[StaffAccount, str]:
    """A new account and the `otpauth://` address of its second factor, which is told only now.

    Raises `Invalid("staff_email" | "staff_name" | "staff_desk")` or `Refused("staff_exists")`.
    """
    wanted = check_new(email, name=name, desks=desks)
    made = StaffAccount.objects.create_user(email=email, name=name.strip(), desks=wanted)
    EmailAddress.objects.create(user=made, email=made.email, verified=True, primary=True)
    _record(made, "staff.create", by=by, desks=wanted)
    return made, _second_factor(made)


def check_new(email: str, *, name: str, desks: Iterable[Role | str]) -> list[str]:
    """The desks in order, if such an account may be made. Raises what `create_staff` does."""
    wanted = check_desks(desks)
    try:
        validate_email(email)
    except ValidationError:
        raise Invalid("staff_email", field="email") from None
    if not name.strip():
        raise Invalid("staff_name", field="name")
    if StaffAccount.objects.filter(email__iexact=email).exists():
        raise Refused("staff_exists")
    return wanted


@transaction.atomic
def renew_second_factor(email: str, *, by: Actor) -> str:
    """After a lost phone: what was enrolled is void, as is whatever was opened with it; a new `otpauth://` address.

    Raises `NotFound`.
    """
    known = account(email)
    Authenticator.objects.filter(user=known).delete()
    end_sessions(known)
    _record(known, "staff.second_factor", by=by)
    return _second_factor(known)


@transaction.atomic
def set_desks(email: str, *, desks: Iterable[Role | str], by: Actor) -> None:
    """Who may do what; an empty list opens nothing. Raises `NotFound`."""
    known = account(email)
    known.desks = check_desks(desks)
    known.save(update_fields=["desks"])
    _record(known, "staff.desks", by=by, desks=known.desks)


@transaction.atomic
def close_account(email: str, *, by: Actor) -> None:
    """Somebody leaves: the account opens nothing from the next request on. Raises `NotFound`."""
    known = account(email)
    known.is_active = False
    known.save(update_fields=["is_active"])
    _record(known, "staff.close", by=by)


def end_sessions(account: StaffAccount) -> None:
    """Every browser in which this account is signed in is out from the next request on."""
    # Sessions are bound to a hash of the stored password: another one that nobody can use is enough.
    account.set_unusable_password()
    account.save(update_fields=["password"])


@transaction.atomic
def passed_first_step(account: StaffAccount, *, how: list[str], session: str) -> None:
    """The e-mail code or a passkey was right; a first step that no sign-in follows is worth a question."""
    _record(account, "staff.first_step", by=_themself(account, session), how=how)


@transaction.atomic
def turned_away(account: StaffAccount, *, session: str) -> None:
    """The account has no second factor, so that it opens nothing."""
    _record(account, "staff.turned_away", by=_themself(account, session))


@transaction.atomic
def signed_in(account: StaffAccount, *, how: list[str], session: str) -> None:
    """All steps were passed; the desks' acts that follow name the same session."""
    _record(account, "staff.sign_in", by=_themself(account, session), how=how)


@transaction.atomic
def signed_out(account: StaffAccount, *, session: str) -> None:
    """By their own wish."""
    _record(account, "staff.sign_out", by=_themself(account, session))


@transaction.atomic
def factor_changed(account: StaffAccount, change: Literal["added", "removed"], *, kind: str, session: str) -> None:
    """A second factor (`kind` as the package calls it) came or went, by the hand of whoever is signed in."""
    _record(account, f"staff.factor_{change}", by=_themself(account, session), kind=kind)


def _themself(account: StaffAccount, session: str) -> Actor:
    return Actor(role=Role.STAFF, id=str(account.pk), name=account.name, level=Level.LOW, session=session)


def account(email: str) -> StaffAccount:
    """The account, locked until the end of the transaction. Raises `NotFound`."""
    found = StaffAccount.objects.select_for_update(no_key=True).filter(email__iexact=email).first()
    if found is None:
        raise NotFound("staff account")
    return found


def check_desks(desks: Iterable[Role | str]) -> list[str]:
    """Each once and in order. Raises `Invalid("staff_desk")`."""
    try:
        wanted = {Role(desk) for desk in desks}
    except ValueError:
        raise Invalid("staff_desk", field="desks") from None
    if not wanted <= set(DESKS):
        raise Invalid("staff_desk", field="desks")
    return sorted(str(desk) for desk in wanted)


def _second_factor(account: StaffAccount) -> str:
    secret = generate_totp_secret()
    TOTP.activate(account, secret)
    return str(get_adapter().build_totp_url(account, secret))


def _record(account: StaffAccount, act: str, *, by: Actor, **facts: Any) -> None:
    ledger.record(by=by, act=act, subject=("staff", str(account.pk)), **facts)
