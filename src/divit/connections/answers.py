"""Calls that are made once however often they are sent (idempotency keys): what was answered is kept for a day."""

import hashlib
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from divit.connections.models import Answer
from divit.kernel import clock
from divit.kernel.errors import Invalid, Refused

KEPT = timedelta(days=1)
# A process that has not answered by then is gone: the acts behind a call may be done twice and are done once.
_GONE_AFTER = timedelta(minutes=5)


@transaction.atomic
def begin(program_id: UUID, *, key: str, call: bytes) -> Answer:
    """The call's row: with a `status` it was answered before, without one the caller answers it now.

    Raises `Refused("call_under_way")`, or `Invalid("idempotency_key_of_another_call")`.
    """
    now, digest = clock.now(), hashlib.sha256(call).hexdigest()
    named = {"program_id": program_id, "key": hashlib.sha256(key.encode()).hexdigest()}
    made = Answer.objects.bulk_create([Answer(**named, call=digest, begun_at=now)], ignore_conflicts=True)[0]
    row = Answer.objects.select_for_update(of=("self",), no_key=True).filter(**named).first()
    if row is None:  # let go of in this very moment: there is nothing to answer with, nor a call to wait for
        raise Refused("call_under_way")
    if row.call != digest:
        raise Invalid("idempotency_key_of_another_call", field="Idempotency-Key")
    if row.status is None and row.begun_at != made.begun_at:
        if now - row.begun_at < _GONE_AFTER:
            raise Refused("call_under_way")
        row.begun_at = now
        row.save(update_fields=["begun_at"])
    return row


def keep(row: Answer, *, status: int, body: bytes) -> None:
    """What was answered is answered again from now on.

    Raises `Refused("call_under_way")` when it took so long that the call is being answered elsewhere.
    """
    if not _own(row).update(status=status, body=body):
        raise Refused("call_under_way")


def let_go(row: Answer) -> None:
    """Nothing was done: the same call may be tried again."""
    _own(row).delete()


def _own(row: Answer) -> QuerySet[Answer]:
    """The row, unless another process has taken the call over."""
    return Answer.objects.filter(pk=row.pk, status=None, begun_at=row.begun_at)


def forget() -> int:
    """Destroy what is older than a day; returns how many."""
    return Answer.objects.filter(begun_at__lt=clock.now() - KEPT).delete()[0]
