"""Reading programs: an institution's own, the one that shows a key or a token, and who holds its keys."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from divit.connections.lifecycle import State
from divit.connections.models import Key, Program, Token
from divit.connections.secrecy import digest_of
from divit.kernel import clock
from divit.kernel.errors import NotFound

# A call that was let in with a key may still be at work when that key has just ended.
_LONGEST_CALL = timedelta(minutes=1)


def programs_of(institution_id: UUID | str) -> list[Program]:
    """Every program of an institution, the newest first."""
    return list(Program.objects.filter(institution_id=institution_id).order_by("-asked_at", "id"))


def program_of(institution_id: UUID | str, program_id: UUID | str) -> Program:
    """An institution's own program. Raises `NotFound`, also for another institution's."""
    found = Program.objects.filter(institution_id=institution_id, pk=program_id)
    row = found.select_related("institution").first()
    if row is None:
        raise NotFound("program")
    return row


def stands(program_id: UUID | str, *, institution_id: UUID | str) -> bool:
    """Whether a program may act for this institution now."""
    return _standing(Program.objects.filter(pk=program_id, institution_id=institution_id)).exists()


def key_shown(program_id: UUID, secret: str) -> Key | None:
    """The key of a standing program that has this secret."""
    now = clock.now()
    found = Key.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now), program_id=program_id, digest=digest_of(secret))
    return _standing(found, through="program__").select_related("program__institution").first()


def token_shown(text: str) -> Token | None:
    """The token with this text that still opens something, with its program and institution; it ends with its key."""
    now = clock.now()
    found = Token.objects.filter(Q(key__ends_at=None) | Q(key__ends_at__gt=now), digest=digest_of(text))
    found = found.filter(expires_at__gt=now)
    return _standing(found, through="program__").select_related("program__institution").first()


def keys_of(program: Program) -> list[Key]:
    """The keys that open now, the newest first."""
    found = Key.objects.filter(Q(ends_at=None) | Q(ends_at__gt=clock.now()), program=program)
    return list(found.order_by("-made_at"))


def key_holders(program_id: UUID | str, *, at: datetime) -> frozenset[str]:
    """Opaque ids of the officers who were shown a key that opened at an instant: they could act as the program."""
    ended = Q(ends_at=None) | Q(ends_at__gt=at - _LONGEST_CALL)
    found = Key.objects.filter(ended, program_id=program_id, made_at__lte=at)
    return frozenset(made_by.partition(":")[2] for made_by in found.order_by("id").values_list("made_by", flat=True))


def _standing(rows: QuerySet, *, through: str = "") -> QuerySet:  # type: ignore[type-arg]
    wanted = {"state": State.OPEN, "ends__gte": clock.today(), "institution__active": True}
    return rows.filter(**{f"{through}{name}": value for name, value in wanted.items()})
