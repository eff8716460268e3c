"""Tables of uploaded files, of their pages, and of the pages' sealed pictures."""

import uuid

from django.db import models
from django.db.models import Q

from divit.scans.lifecycle import State, UploadState


class Found(models.TextChoices):
    """What a page says of itself."""

    QR = "qr"  # reference and content token
    BARCODE = "barcode"  # reference alone
    NOTHING = "nothing"
    SEVERAL = "several"  # codes that do not belong together


class Upload(models.Model):
    """A file that came from a scanner or a telephone; the file itself is gone as soon as it is read."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_comment="kvkk: yok; opaque id; archive period")
    institution = models.ForeignKey(
        "institutions.Institution",
        null=True,
        on_delete=models.PROTECT,
        db_comment="kvkk: yok; at whose desk, none at the centre's; archive period",
    )
    state = models.CharField(max_length=7, default="reading", db_comment="kvkk: yok; law scan_upload; archive period")
    sha256 = models.CharField(max_length=64, db_comment="kvkk: yok; of the file; archive period")
    file_name = models.CharField(
        max_length=80, db_comment="kvkk: kimlik; as uploaded, digits hidden; two days, and while a page waits"
    )
    sealed = models.BinaryField(db_comment="kvkk: kimlik; the file itself, encrypted; until it is read")
    refusal = models.CharField(max_length=40, blank=True, db_comment="kvkk: yok; why it was refused; archive period")
    pages = models.PositiveSmallIntegerField(default=0, db_comment="kvkk: yok; pages with something; archive period")
    blank = models.PositiveSmallIntegerField(default=0, db_comment="kvkk: yok; empty pages; archive period")
    uploaded_by = models.CharField(max_length=90, db_comment="kvkk: kimlik; role and opaque id; archive period")
    uploaded_at = models.DateTimeField(db_comment="kvkk: yok; when; archive period")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "sha256"],
                condition=Q(state="reading"),
                nulls_distinct=False,
                name="scan_upload_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[str(state) for state in UploadState]), name="scan_upload_state_known"
            ),
            models.CheckConstraint(condition=Q(state="reading") | Q(sealed=b""), name="scan_upload_gone_once_read"),
        ]
        indexes = [models.Index(fields=["institution", "-uploaded_at"], name="scan_upload_of_institution")]


class Scan(models.Model):
    """One page: what its codes say, and, once the form was taken in, whose form it is."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_comment="kvkk: yok; opaque id; archive period")
    upload = models.ForeignKey(
        Upload, on_delete=models.PROTECT, related_name="scans", db_comment="kvkk: yok; from which; archive period"
    )
    institution = models.ForeignKey(
        "institutions.Institution",
        null=True,
        on_delete=models.PROTECT,
        db_comment="kvkk: yok; as its upload: each row has its own wall; archive period",
    )
    number = models.PositiveSmallIntegerField(db_comment="kvkk: yok; page of the file; archive period")
    state = models.CharField(max_length=9, default="waiting", db_comment="kvkk: yok; law scan; archive period")
    found = models.CharField(max_length=8, choices=Found.choices, db_comment="kvkk: yok; which code; archive period")
    reference = models.CharField(max_length=11, blank=True, db_comment="kvkk: yok; as the code says; archive period")
    token = models.CharField(max_length=16, blank=True, db_comment="kvkk: yok; as the QR code says; archive period")
    picture_sha256 = models.CharField(max_length=64, db_comment="kvkk: yok; of the picture; archive period")
    application = models.ForeignKey(
        "applications.Application",
        null=True,
        on_delete=models.PROTECT,
        db_comment="kvkk: yok; whose form it is, once taken in; archive period",
    )
    content_hash = models.CharField(
        max_length=64, blank=True, db_comment="kvkk: yok; what the form said when it was taken in; archive period"
    )
    decided_by = models.CharField(
        max_length=90, blank=True, db_comment="kvkk: kimlik; role and opaque id; archive period"
    )
    decided_at = models.DateTimeField(null=True, db_comment="kvkk: yok; when; archive period")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["upload", "number"], name="scan_page_once"),
            models.UniqueConstraint(
                fields=["application"], condition=Q(state="kept"), name="scan_one_kept_of_an_application"
            ),
            models.CheckConstraint(condition=Q(state__in=[str(state) for state in State]), name="scan_state_known"),
            models.CheckConstraint(
                condition=~Q(state="kept") | (Q(application__isnull=False) & ~Q(content_hash="")),
                name="scan_kept_of_somebody",
            ),
        ]
        indexes = [models.Index(fields=["institution"], condition=Q(state="waiting"), name="scan_waiting")]

    @property
    def person_id(self) -> uuid.UUID | None:
        """Whose form it is, once that is known: the ledger names them."""
        return self.application.person_id if self.application is not None else None


class Picture(models.Model):
    """What can be seen on a page, made anew and sealed; the row is deleted with the decision to discard."""

    scan = models.OneToOneField(
        Scan,
        primary_key=True,
        on_delete=models.PROTECT,
        db_comment="kvkk: yok; which; seven days, archive period once kept",
    )
    institution = models.ForeignKey(
        "institutions.Institution",
        null=True,
        on_delete=models.PROTECT,
        db_comment="kvkk: yok; as its scan; as its scan",
    )
    sealed = models.BinaryField(
        db_comment="kvkk: kimlik; the signed form as a picture, encrypted; seven days, archive period once kept"
    )
