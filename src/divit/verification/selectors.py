"""Reading one-time codes."""

from datetime import timedelta
from uuid import UUID

from django.db.models import Sum

from divit.kernel import clock
from divit.kernel.errors import NotFound
from divit.verification.codes import session_digest
from divit.verification.lifecycle import State
from divit.verification.models import PhoneCode


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
