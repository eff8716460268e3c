"""Programlar: an institution's software is let in by two officers, proves itself by a key, and is shut out by one.

What it may do once it is in stands in the laws, in the rows of Role.PROGRAM.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db import transaction

from divit.connections import selectors, services
from divit.connections.lifecycle import Act
from divit.connections.models import Program, Token
from divit.connections.scopes import Scope
from divit.flows import rate_limits
from divit.flows.notices import tell
from divit.flows.officers import is_officer
from divit.identity import selectors as people
from divit.institutions import selectors as institutions
from divit.institutions.limits import limits_on
from divit.kernel import clock
from divit.kernel.actors import Actor, Role
from divit.kernel.errors import NotFound, Refused


def ask(*, name: str, scopes: Iterable[str], ends: date, by: Actor) -> Program:
    """A program is asked for; the other officers hear that one of them is to decide.

    Raises `NotFound`, `Invalid` with the field, or `Refused("program_name_taken")`.
    """
    institution_id = _own(by)
    today = clock.today()
    decide_by = limits_on(today).proposal_until(today)
    with transaction.atomic():
        row = services.ask(institution_id, name=name, scopes=scopes, ends=ends, decide_by=decide_by, by=by)
        _tell_officers(row, "program_waits", but=by.id, until=f"{decide_by:%d.%m.%Y}")
    return row


def confirm(program_id: UUID, *, by: Actor) -> None:
    """The second officer agrees; from now on a key may be made. Raises `NotFound` or `Refused`."""
    with transaction.atomic():
        row = services.locked(_own(by), program_id)
        services.decide(row, Act.CONFIRM, by=by)
        _tell_asker(row, "program_confirmed")


def refuse(program_id: UUID, *, reason: str, by: Actor) -> None:
    """The second officer does not agree; who asked reads why. Raises `NotFound`, `Invalid` or `Refused`."""
    with transaction.atomic():
        row = services.locked(_own(by), program_id)
        services.decide(row, Act.REFUSE, reason=reason, by=by)
        _tell_asker(row, "program_refused", reason=row.reason)


def withdraw(program_id: UUID, *, by: Actor) -> None:
    """Who asked takes it back. Raises `NotFound` or `Refused`."""
    with transaction.atomic():
        services.decide(services.locked(_own(by), program_id), Act.WITHDRAW, by=by)


def renew_key(program_id: UUID, *, at_once: bool, by: Actor) -> str:
    """A new key, told this once; the other officers hear that there is one. `at_once`: no older key opens any more.

    Raises `NotFound`, or `Refused`: `no_officer_left_to_approve` while both keys would open, and what the law says.
    """
    with transaction.atomic():
        row = services.locked(_own(by), program_id)
        text = services.renew_key(row, at_once=at_once, by=by)
        if not at_once and _nobody_left(row, by=by):
            raise Refused("no_officer_left_to_approve")
        _tell_officers(row, "program_key_made", but=by.id, who=by.name)
    return text


def _nobody_left(row: Program, *, by: Actor) -> bool:
    """Whether the older keys' holders are all the other officers: a list that comes meanwhile would wait for nobody."""
    if Scope.ROSTERS_WRITE not in row.scopes:
        return False
    holders = {by.id, *selectors.key_holders(row.pk, at=clock.now())}
    return bool(_left_beside(row, {by.id})) and not _left_beside(row, holders)


def _left_beside(row: Program, holders: Iterable[str]) -> set[str]:
    """The officers who neither hold a key nor are one pair of eyes with somebody who does."""
    tied = {
        one
        for holder in holders
        for one in institutions.tied_by_deputation(holder, institution_id=row.institution_id, on=clock.today())
    }
    return {str(one.person_id) for one in institutions.officers_of(row.institution_id)} - tied - set(holders)


def tell_of_keys(institution_id: UUID, person_id: UUID | str, *, until: date) -> None:
    """An officer leaves: the others hear which programs' keys that person was shown. In the caller's transaction."""
    for row in selectors.programs_of(institution_id):
        made_by = f"{Role.OFFICER}:{person_id}"
        if selectors.stands(row.pk, institution_id=institution_id) and any(
            key.made_by == made_by for key in selectors.keys_of(row)
        ):
            who = people.person(str(person_id)).name
            _tell_officers(row, "program_key_holder_leaves", but=str(person_id), who=who, until=f"{until:%d.%m.%Y}")


def close(program_id: UUID, *, by: Actor) -> None:
    """The program is shut out at once; the other officers hear of it. Raises `NotFound` or `Refused`."""
    with transaction.atomic():
        row = services.locked(_own(by), program_id)
        services.close(row, by=by)
        _tell_officers(row, "program_closed", but=by.id, who=by.name)


@dataclass(frozen=True, kw_only=True)
class Granted:
    """An access token, told this once (RFC 6749 5.1); `seconds` is how long it opens."""

    token: str = field(repr=False)
    scopes: tuple[Scope, ...]
    seconds: int


def grant(client_id: str, secret: str, *, scopes: Iterable[str], address: str) -> Granted:
    """Client credentials (RFC 6749 4.4): a token for as many of its permissions as are asked for, all for none.

    Raises `Refused`: `client_not_known` for whatever is wrong with id, key or program, `scope_not_yours`, or
    `program_calls_too_often`.
    """
    rate_limits.take(rate_limits.token_limits(client_id=client_id, address=address), code="program_calls_too_often")
    try:
        key = selectors.key_shown(UUID(client_id), secret)
    except ValueError:
        key = None
    if key is None:
        raise Refused("client_not_known")
    own, wanted = {Scope(one) for one in key.program.scopes if one in set(Scope)}, set(scopes)
    if not wanted <= own:
        raise Refused("scope_not_yours")
    given = tuple(scope for scope in Scope if scope in (wanted or own))
    token = services.give_token(key, scopes=given, by=actor_of(key.program))
    return Granted(token=token, scopes=given, seconds=int(services.TOKEN_LIFE.total_seconds()))


def shown(token: str) -> Token | None:
    """What a bearer of this token may do; None when it opens nothing (any more)."""
    return selectors.token_shown(token)


def count_closings(many: int, *, by: Actor) -> None:
    """Before a program suspends so many certificates: all of them are counted, or none.

    Raises `Refused("too_many_leavers", most=…)`.
    """
    limit = rate_limits.closing_limit(by.id)
    with transaction.atomic():
        if not all(rate_limits.spend(limit).granted for _one in range(many)):
            raise Refused("too_many_leavers", most=limit.most)


def actor_of(program: Program, *, session: str = "") -> Actor:
    """The program acting for its institution."""
    return Actor(
        role=Role.PROGRAM,
        id=str(program.pk),
        name=program.name,
        institution_id=str(program.institution_id),
        session=session,
    )


def _own(by: Actor) -> str:
    if by.institution_id is None or not is_officer(by):
        raise NotFound("appointment")
    return by.institution_id


def _tell_officers(row: Program, notice: str, *, but: str, **facts: str) -> None:
    for appointment in institutions.officers_of(row.institution_id):
        asked_in_vain = notice == "program_waits" and appointment.deputises_for_id is not None
        if str(appointment.person_id) != but and not asked_in_vain:
            tell(
                person=appointment.person,
                notice=notice,
                subject=("program", str(row.pk)),
                dedupe=f"{notice}:{row.pk}:{appointment.person_id}:{clock.now():%Y%m%d%H%M%S}",
                institution=appointment.institution.name,
                program=row.name,
                **facts,
            )


def _tell_asker(row: Program, notice: str, **facts: str) -> None:
    tell(
        person=people.person(row.asked_by.partition(":")[2]),
        notice=notice,
        subject=("program", str(row.pk)),
        dedupe=f"{notice}:{row.pk}",
        institution=institutions.institution(row.institution_id).name,
        program=row.name,
        **facts,
    )
