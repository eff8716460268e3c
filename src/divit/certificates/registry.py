"""What the registry desk asks of certificates: whose a number is, and which end soon."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from divit.certificates.lifecycle import AskState, State
from divit.certificates.models import Certificate, Reinstatement
from divit.kernel import clock
from divit.kernel.errors import NotFound
from divit.kernel.serials import Serial


def holders_by_serial(serial: Serial) -> QuerySet[Certificate, UUID]:
    """Whose certificate has this serial number; two issuers may use the same."""
    return Certificate.objects.filter(serial=serial.hex).order_by().values_list("person_id", flat=True)


def holders_by_card(card_serial: str) -> QuerySet[Certificate, UUID]:
    """Whose certificate is on the card with this number."""
    found = Certificate.objects.filter(card_serial=card_serial).order_by()
    return found.values_list("person_id", flat=True)


def holders(person_ids: Iterable[UUID]) -> set[UUID]:
    """Those of these people who have a certificate, whatever its state."""
    found = Certificate.objects.filter(person_id__in=list(person_ids)).order_by("person_id")
    return set(found.values_list("person_id", flat=True))


def newest_of(person_ids: Iterable[UUID]) -> dict[UUID, Certificate]:
    """By person the certificate that was issued last."""
    found = Certificate.objects.filter(person_id__in=list(person_ids)).defer("der")
    return {row.person_id: row for row in found.order_by("person_id", "-issued_at", "id").distinct("person_id")}


def certificates_of(person_id: UUID) -> list[Certificate]:
    """One person's, the newest first, with the institutions."""
    found = Certificate.objects.filter(person_id=person_id).select_related("institution").defer("der")
    return list(found.order_by("-issued_at", "id"))


def ending(*, until: date, institution_id: UUID | None = None) -> QuerySet[Certificate]:
    """Valid or suspended certificates whose last day is not after `until`, the first to end first."""
    found = Certificate.objects.filter(not_after__gt=clock.now(), not_after__lt=clock.end_of(until))
    found = found.exclude(state=State.REVOKED)
    if institution_id:
        found = found.filter(institution_id=institution_id)
    return found.select_related("person", "institution").defer("der").order_by("not_after", "id")


@dataclass(frozen=True, kw_only=True)
class Total:
    """How many unexpired certificates of one institution stand in which way."""

    valid: int
    suspended: int
    ending: int


def totals(*, until: date) -> dict[UUID, Total]:
    """By institution; `ending` are those whose last day is not after `until`."""
    standing = Certificate.objects.filter(not_after__gt=clock.now()).exclude(state=State.REVOKED)
    counted = standing.order_by("institution_id").values("institution_id")
    counted = counted.annotate(
        valid=Count("id", filter=Q(state=State.VALID)),
        suspended=Count("id", filter=Q(state=State.SUSPENDED)),
        ending=Count("id", filter=Q(not_after__lt=clock.end_of(until))),
    )
    return {
        row["institution_id"]: Total(valid=row["valid"], suspended=row["suspended"], ending=row["ending"])
        for row in counted
    }


def _asks() -> QuerySet[Reinstatement]:
    return Reinstatement.objects.select_related("certificate__person", "certificate__institution")


def asked(ask_id: UUID) -> Reinstatement:
    """One wish to open a certificate. Raises `NotFound`."""
    found = _asks().filter(pk=ask_id).first()
    if found is None:
        raise NotFound("reinstatement")
    return found


def open_asks() -> list[Reinstatement]:
    """The wishes that wait for a second person, the oldest first."""
    return list(_asks().filter(state=AskState.ASKED).order_by("asked_at", "id"))


def decided_asks(*, limit: int = 20) -> list[Reinstatement]:
    """The latest that were decided, whatever became of them."""
    return list(_asks().exclude(state=AskState.ASKED).order_by("-asked_at", "id")[:limit])


def open_ask_about(certificate_id: UUID) -> Reinstatement | None:
    """The wish that waits for this certificate."""
    return _asks().filter(certificate_id=certificate_id, state=AskState.ASKED).first()
