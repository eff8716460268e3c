"""What the registry desk asks of deliveries: whose a parcel is, and which came back."""

from uuid import UUID

from django.db.models import Count, QuerySet

from divit.delivery.lifecycle import State
from divit.delivery.models import Parcel


def addressees(tracking_no: str) -> QuerySet[Parcel, UUID]:
    """To whom the parcel with this number is on its way."""
    found = Parcel.objects.filter(tracking_no=tracking_no).exclude(tracking_no="").order_by("person_id")
    return found.values_list("person_id", flat=True)


def parcels_of(person_id: UUID) -> list[Parcel]:
    """Every parcel of a person, newest first."""
    return list(Parcel.objects.filter(person_id=person_id).order_by("-packed_at", "id"))


def returned(*, institution_id: UUID | None = None) -> QuerySet[Parcel]:
    """Parcels that came back and lie here, the longest ago first."""
    found = Parcel.objects.filter(state=State.RETURNED)
    if institution_id:
        found = found.filter(application__institution_id=institution_id)
    return found.select_related("person", "application__institution").order_by("changed_at", "id")


def returned_by_institution() -> dict[UUID, int]:
    """How many parcels came back and lie here."""
    found = Parcel.objects.filter(state=State.RETURNED).order_by("application__institution_id")
    return dict(found.values_list("application__institution_id").annotate(n=Count("id")))
