"""Reading one-time codes."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Max, Min, Sum

from divit.kernel import clock
from divit.kernel.errors import NotFound
from divit.verification.codes import session_digest
from divit.verification.lifecycle import State
from divit.verification.models import Channel, PhoneCode


def code_of_person(code_id: UUID | str, *, person_id: UUID | str, session: str) -> PhoneCode:
    """A code of this person in this session; `NotFound` for anybody else's."""
    try:
        return PhoneCode.objects.get(id=code_id, person_id=person_id, session_digest=session_digest(session))
    except PhoneCode.DoesNotExist:
        raise NotFound from None


def to_send(code_id: UUID | str) -> PhoneCode | None:
    """A code with its person, for sending it."""
    return PhoneCode.objects.select_related("person").filter(pk=code_id).first()


def live_code(*, person_id: UUID | str, purpose: str, subject_id: str, session: str) -> PhoneCode | None:
    """The code that is waiting for its answer, if there is one."""
    return PhoneCode.objects.filter(
        person_id=person_id,
        purpose=purpose,
        subject_id=subject_id,
        session_digest=session_digest(session),
        state=State.SENT,
        expires_at__gt=clock.now(),
    ).first()


def latest_proof(
    *, person_id: UUID | str, purpose: str, subject_id: str, session: str, within_minutes: int
) -> PhoneCode | None:
    """The newest code proven in this session for exactly this act; its `channel` and `sent_to` say what was proven."""
    return (
        PhoneCode.objects.filter(
            person_id=person_id,
            purpose=purpose,
            subject_id=subject_id,
            session_digest=session_digest(session),
            state=State.PROVEN,
            proven_at__gte=clock.now() - timedelta(minutes=within_minutes),
        )
        .order_by("-proven_at")
        .first()
    )


def channel_failures(person_id: UUID | str, *, minutes: int = 60) -> int:
    """How often sending an SMS to this person has failed lately."""
    since = clock.now() - timedelta(minutes=minutes)
    found = PhoneCode.objects.filter(person_id=person_id, channel="sms", created_at__gte=since)
    return int(found.aggregate(total=Sum("failures"))["total"] or 0)


def not_taken(*, since: datetime) -> tuple[int, datetime | None]:
    """How many codes that lived after an instant the SMS operator has not taken, and when the first of them was made.

    Those of before the last that it did take count no more: it works again.
    """
    # By state and end, for which there is an index; a code lives for minutes.
    sent = PhoneCode.objects.filter(state__in=list(State), expires_at__gte=since, channel=Channel.SMS)
    taken = sent.aggregate(last=Max("handed_over_at"))["last"]
    missed = sent.filter(failures__gt=0, handed_over_at__isnull=True)
    if taken is not None:
        missed = missed.filter(created_at__gt=taken)
    told = missed.aggregate(count=Count("id"), oldest=Min("created_at"))
    return told["count"], told["oldest"]
