"""Reading scans: those of one desk, the one that is kept of an application, and what the clock must look at."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from divit.kernel.errors import NotFound
from divit.scans.lifecycle import State, UploadState
from divit.scans.models import Picture, Scan, Upload


def upload(upload_id: UUID | str) -> Upload:
    """Any uploaded file, with its content, for jobs. Raises `NotFound`."""
    row = Upload.objects.filter(pk=upload_id).first()
    if row is None:
        raise NotFound
    return row


def _at(institution_id: UUID | str | None) -> Q:
    """A desk's own rows; the centre's belong to no institution."""
    return Q(institution_id=institution_id) if institution_id else Q(institution_id=None)


def uploads_of(institution_id: UUID | str | None, *, since: datetime, limit: int = 20) -> list[Upload]:
    """The latest files of a desk (the centre's: None) without their content, newest first."""
    found = Upload.objects.defer("sealed").filter(_at(institution_id), uploaded_at__gte=since)
    return list(found.order_by("-uploaded_at", "id")[:limit])


def unread_of(institution_id: UUID | str | None) -> int:
    """How many files of a desk wait to be read."""
    return Upload.objects.filter(_at(institution_id), state=UploadState.READING).count()


def known_content(institution_id: UUID | str | None, sha256: str) -> Upload | None:
    """The file that this very content came as before, while it is read or as long as no page of it is thrown away."""
    found = Upload.objects.defer("sealed").filter(_at(institution_id), sha256=sha256)
    reading = found.filter(state=UploadState.READING)
    standing = found.filter(state=UploadState.READ).exclude(scans__state=State.DISCARDED)
    return reading.order_by("id").first() or standing.order_by("uploaded_at", "id").first()


def waiting_at(institution_id: UUID | str | None) -> QuerySet[Scan]:
    """The pages that wait on a desk, in the order in which they came."""
    found = Scan.objects.filter(_at(institution_id), state=State.WAITING)
    return found.select_related("upload").defer("upload__sealed").order_by("upload__uploaded_at", "upload_id", "number")


def scan(scan_id: UUID | str) -> Scan:
    """One page that is not thrown away. Raises `NotFound`."""
    found = Scan.objects.filter(pk=scan_id).exclude(state=State.DISCARDED)
    row = found.select_related("upload", "application__person").defer("upload__sealed").first()
    if row is None:
        raise NotFound
    return row


def kept_of(application_id: UUID | str) -> Scan | None:
    """The scan that is kept of an application's form, if there is one."""
    found = Scan.objects.filter(application_id=application_id, state=State.KEPT)
    return found.select_related("upload").defer("upload__sealed").first()


def sealed_picture(row: Scan) -> bytes:
    """Raises `NotFound` once it is destroyed."""
    found = Picture.objects.filter(pk=row.pk).first()
    if found is None:
        raise NotFound
    return bytes(found.sealed)


def unread() -> list[UUID]:
    """Files that wait to be read, the longest waiting first."""
    found = Upload.objects.filter(state=UploadState.READING)
    return list(found.order_by("uploaded_at", "id").values_list("id", flat=True))


def forgotten(*, before: datetime) -> list[UUID]:
    """Pages that nobody has decided on since before this instant."""
    found = Scan.objects.filter(state=State.WAITING, upload__uploaded_at__lt=before)
    return list(found.order_by("upload__uploaded_at", "id").values_list("id", flat=True))


def never_read(*, before: datetime) -> list[UUID]:
    """Files that came before this instant and still wait to be read."""
    found = Upload.objects.filter(state=UploadState.READING, uploaded_at__lt=before)
    return list(found.order_by("uploaded_at", "id").values_list("id", flat=True))
