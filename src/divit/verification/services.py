"""The only writers of one-time codes."""

import uuid
from datetime import timedelta

from django.db import transaction
from django.db.models import F

from divit.audit.moves import born, move
from divit.kernel import clock
from divit.kernel.actors import SYSTEM, Actor
from divit.kernel.errors import NotFound
from divit.verification import codes
from divit.verification.lifecycle import LAW, LIFETIME_SECONDS, TRIES, Act, Facts, State
from divit.verification.models import PhoneCode


def create(
    *, person_id: uuid.UUID, channel: str, sent_to: str, purpose: str, subject_id: str, session: str, by: Actor
) -> PhoneCode:
    """A new code, in place of one that may still be waiting for the same act."""
    earlier = PhoneCode.objects.select_for_update(of=("self",), no_key=True).filter(
        person_id=person_id, purpose=purpose, subject_id=subject_id, state=State.SENT
    )
    for old in earlier:
        carry_out(old, Act.REPLACE, by=by)
    now, code_id = clock.now(), uuid.uuid4()
    digest = codes.bound(
        codes.code_of(code_id),
        code_id=code_id,
        sent_to=sent_to,
        purpose=purpose,
        subject_id=subject_id,
        session=session,
    )
    code = PhoneCode.objects.create(
        id=code_id,
        person_id=person_id,
        channel=channel,
        sent_to=sent_to,
        purpose=purpose,
        subject_id=subject_id,
        session_digest=codes.session_digest(session),
        digest=digest,
        created_at=now,
        expires_at=now + timedelta(seconds=LIFETIME_SECONDS),
    )
    born(code, law=LAW, by=by, note={"purpose": purpose, "channel": channel})
    return code


def carry_out(code: PhoneCode, act: Act, *, by: Actor, matches: bool = False) -> None:
    """Do one act of the law on a locked code."""
    now = clock.now()
    facts = Facts(now=now, expires_at=code.expires_at, tries=code.tries, matches=matches)
    changes: dict[str, object] = {"proven_at": now} if act == Act.PROVE else {}
    move(code, act, law=LAW, by=by, facts=facts, changes=changes)


def count_try(code: PhoneCode) -> int | None:
    """Count one answer, in a transaction of its own and before anything is compared.

    Returns which try it is (1, 2, 3), or None when the code takes no answer any more. A process that dies after
    this has still used up the try.
    """
    with transaction.atomic(durable=True):
        counted = PhoneCode.objects.filter(
            pk=code.pk, state=State.SENT, tries__lt=TRIES, expires_at__gt=clock.now()
        ).update(tries=F("tries") + 1)
        if not counted:
            return None
        return PhoneCode.objects.values_list("tries", flat=True).get(pk=code.pk)


def locked(code_id: uuid.UUID | str) -> PhoneCode:
    """The row, locked for the rest of the transaction."""
    try:
        return PhoneCode.objects.select_for_update(of=("self",), no_key=True).get(pk=code_id)
    except PhoneCode.DoesNotExist:
        raise NotFound from None


def note_handed_over(code: PhoneCode) -> None:
    """The operator has taken the message."""
    PhoneCode.objects.filter(pk=code.pk).update(handed_over_at=clock.now())


def note_failure(code: PhoneCode) -> None:
    """The operator has not taken the message, or did not say so."""
    PhoneCode.objects.filter(pk=code.pk).update(failures=F("failures") + 1)


def expire_overdue(*, at_most: int = 500) -> int:
    """Let the clock end the codes whose time is over; returns how many."""
    with transaction.atomic():
        overdue = PhoneCode.objects.select_for_update(of=("self",), skip_locked=True, no_key=True).filter(
            state=State.SENT, expires_at__lte=clock.now()
        )
        found = list(overdue.order_by("expires_at")[:at_most])
        for code in found:
            carry_out(code, Act.EXPIRE, by=SYSTEM)
    return len(found)


def destroy_before_days(days: int = 90) -> int:
    """Destroy codes past their retention; returns how many. The ledger keeps that they were."""
    since = clock.now() - timedelta(days=days)
    return PhoneCode.objects.filter(created_at__lt=since).exclude(state=State.SENT).delete()[0]
