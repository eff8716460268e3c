"""The only writer of programs, their keys and their tokens; each expects to be called for one institution's actor."""

from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from divit.audit import ledger, moves
from divit.connections.lifecycle import PROGRAM, Act, Facts, State
from divit.connections.models import Key, Program, Token
from divit.connections.scopes import Scope, known
from divit.connections.secrecy import new_key, new_token
from divit.kernel import clock
from divit.kernel.actors import SYSTEM, Actor
from divit.kernel.errors import Invalid, NotFound, Refused
from divit.kernel.writing import line

LONGEST_LIFE = timedelta(days=366)
LONGEST_NAME = 60
LONGEST_REASON = 300
# The old key opens for this long beside a new one, so that a program is changed over without a gap.
OVERLAP = timedelta(hours=24)
TOKEN_LIFE = timedelta(minutes=15)


@transaction.atomic
def ask(
    institution_id: UUID | str, *, name: str, scopes: Iterable[str], ends: date, decide_by: date, by: Actor
) -> Program:
    """A program is asked for; it opens nothing before another officer confirms it.

    Raises `Invalid` with the field, or `Refused` with `program_name_taken` or `program_not_by_deputy`.
    """
    if by.deputises_for:
        raise Refused("program_not_by_deputy")
    said = line(name, field="name", longest=LONGEST_NAME)
    wanted = known(scopes)
    if not wanted:
        raise Invalid("scopes_missing", field="scopes")
    today = clock.today()
    if not today <= ends <= today + LONGEST_LIFE:
        raise Invalid("program_ends_out_of_range", field="ends", latest=today + LONGEST_LIFE)
    try:
        with transaction.atomic():
            row = Program.objects.create(
                institution_id=institution_id,
                name=said,
                scopes=[str(scope) for scope in wanted],
                ends=ends,
                asked_by=str(by),
                asked_at=clock.now(),
                decide_by=decide_by,
            )
    except IntegrityError as wrong:
        raise Refused("program_name_taken") from wrong
    note = {"institution_id": str(institution_id), "scopes": row.scopes, "ends": str(ends)}
    moves.born(row, law=PROGRAM, by=by, note=note)
    return row


def locked(institution_id: UUID | str, program_id: UUID | str) -> Program:
    """The institution's own program, locked to the end of the transaction. Raises `NotFound`."""
    rows = Program.objects.select_for_update(of=("self",), no_key=True)
    row = rows.filter(pk=program_id, institution_id=institution_id).first()
    if row is None:
        raise NotFound("program")
    return row


def decide(row: Program, act: Act, *, reason: str = "", by: Actor) -> None:
    """Confirm, refuse, withdraw or expire a locked program. Raises `Refused`, or `Invalid` for a reason that cannot
    be kept."""
    said = line(reason, field="reason", longest=LONGEST_REASON) if act is Act.REFUSE else ""
    _move(row, act, by=by, changes={"decided_by": str(by), "decided_at": clock.now(), "reason": said})


def close(row: Program, *, by: Actor) -> None:
    """From this moment on a locked program opens nothing: neither with its key nor with a token it holds."""
    _move(row, Act.CLOSE, by=by, changes={"closed_by": str(by), "closed_at": clock.now()})
    Token.objects.filter(program=row).delete()


def renew_key(row: Program, *, at_once: bool, by: Actor) -> str:
    """A new secret for a locked program, told this once. The older ones open for a day more, or no longer."""
    now = clock.now()
    _move(row, Act.RENEW_KEY, by=by, changes={}, note={"at_once": at_once})
    still = Key.objects.filter(
        Q(ends_at=None) | Q(ends_at__gt=now + (timedelta() if at_once else OVERLAP)), program=row
    )
    still.update(ends_at=now if at_once else now + OVERLAP)
    if at_once:
        Token.objects.filter(program=row).delete()
    made = new_key()
    Key.objects.create(program=row, digest=made.digest, made_by=str(by), made_at=now)
    return made.text


@transaction.atomic
def give_token(key: Key, *, scopes: Iterable[Scope], by: Actor) -> str:
    """A token for a key that was shown; told this once. The ledger says that it was given, and for what."""
    made, now = new_token(), clock.now()
    told = [str(scope) for scope in scopes]
    Token.objects.create(
        key=key, program_id=key.program_id, digest=made.digest, scopes=told, expires_at=now + TOKEN_LIFE
    )
    Program.objects.filter(pk=key.program_id).update(last_seen_at=now)
    ledger.record(by=by, act="program.token_given", subject=("program", str(key.program_id)), scopes=told)
    return made.text


def expire(*, by: Actor = SYSTEM) -> int:
    """Close what nobody decided on in time; returns how many."""
    waiting = Program.objects.filter(state=State.PROPOSED, decide_by__lt=clock.today()).order_by("asked_at", "id")
    return sum(_expire(*one, by=by) for one in waiting.values_list("institution_id", "id"))


@transaction.atomic
def _expire(institution_id: UUID, program_id: UUID, *, by: Actor) -> bool:
    row = locked(institution_id, program_id)
    if not PROGRAM.allows(Act.EXPIRE, role=by.role, state=State(row.state), facts=facts_of(row, by=by)):
        return False
    decide(row, Act.EXPIRE, by=by)
    return True


def forget_tokens() -> int:
    """Destroy the tokens that opened nothing for a day; returns how many."""
    return Token.objects.filter(expires_at__lt=clock.now() - timedelta(days=1)).delete()[0]


def facts_of(row: Program, *, by: Actor) -> Facts:
    """What the law looks at."""
    today = clock.today()
    return Facts(
        asked_by=row.asked_by.partition(":")[2],
        acting=by.id,
        time_is_up=today > row.decide_by,
        last_day_over=today > row.ends,
        deputy=bool(by.deputises_for),
    )


def acts_open_to(row: Program, *, by: Actor) -> frozenset[Act]:
    """What the buttons are drawn from."""
    return frozenset(
        Act(act) for act in PROGRAM.open_to(role=by.role, state=State(row.state), facts=facts_of(row, by=by))
    )


def _move(
    row: Program, act: Act, *, by: Actor, changes: dict[str, object], note: dict[str, object] | None = None
) -> None:
    told = {"institution_id": str(row.institution_id), **(note or {})}
    moves.move(row, act, law=PROGRAM, by=by, facts=facts_of(row, by=by), changes=changes, note=told)
