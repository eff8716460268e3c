"""What the registry desk asks of deliveries: whose a parcel is, and which came back."""

from uuid import UUID

from django.db.models import Count, Q, QuerySet

from divit.delivery.lifecycle import State
from divit.delivery.models import Consignment, Parcel


def addressees(number: str) -> QuerySet[Parcel, UUID]:
    """To whom the parcel with this tracking number is on its way."""
    found = Parcel.objects.filter(tracking_no=number).exclude(tracking_no="").order_by()
    return found.values_list("person_id", flat=True)


def owners_in_box(number: str) -> QuerySet[Parcel, UUID]:
    """Whose cards lie in the box with this tracking number, or with this number on it."""
    # Asked one after the other: nearly every number is that of no box, and then no parcel needs to be read.
    boxes = Consignment.objects.filter(Q(tracking_no=number) & ~Q(tracking_no="") | Q(reference=number)).order_by("id")
    found = Parcel.objects.filter(consignment_id__in=list(boxes.values_list("id", flat=True)[:2])).order_by()
    return found.values_list("person_id", flat=True)


def parcels_of(person_id: UUID) -> list[Parcel]:
    """Every parcel of a person, newest first."""
    return list(Parcel.objects.filter(person_id=person_id).order_by("-packed_at", "id"))


def returned(*, institution_id: UUID | None = None) -> QuerySet[Parcel]:
    """Parcels that came back and lie here, the longest ago first."""
    found = Parcel.objects.filter(state=State.RETURNED)
    if institution_id:
        found = found.filter(application__institution_id=institution_id)
    return found.select_related("application__person", "application__institution").order_by("changed_at", "id")


def returned_by_institution() -> dict[UUID, int]:
    """How many parcels came back and lie here."""
    found = Parcel.objects.filter(state=State.RETURNED).order_by("application__institution_id")
    return dict(found.values_list("application__institution_id").annotate(n=Count("id")))
