"""Tables of the issuing authority, of intents to issue, of certificates, and of what the world has been told."""

import uuid

from django.db import models
from django.db.models import F, Q

import divit.certificates.list_models  # noqa: F401 - Django looks for tables here
from divit.certificates.lifecycle import AskState, HoldCause, IntentState, ServiceState, State


class Issuer(models.Model):
    """An issuing authority as the ceremony left it; the id follows from its public key."""

    id = models.UUIDField(primary_key=True, db_comment="kvkk: yok; derived from the public key; kept for ever")
    name = models.CharField(max_length=40, db_comment="kvkk: yok; as in the address of its list; kept for ever")
    certificate = models.BinaryField(db_comment="kvkk: yok; DER of its certificate; kept for ever")
    crl_url = models.CharField(max_length=200, db_comment="kvkk: yok; where its list is fetched; kept for ever")
    created_at = models.DateTimeField(auto_now_add=True, db_comment="kvkk: yok; first seen; kept for ever")


class Intent(models.Model):
    """One certificate that is to be made: serial and to-be-signed bytes stand here before any key is used."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_comment="kvkk: yok; opaque id; archive period")
    state = models.CharField(
        max_length=10, default=IntentState.RESERVED, editable=False, db_comment="kvkk: yok; how far; archive period"
    )
    card_order_id = models.UUIDField(db_comment="kvkk: yok; order of the card; archive period")
    challenge = models.CharField(
        max_length=64, unique=True, db_comment="kvkk: yok; what the card's request proves possession over; archive"
    )
    issuer = models.ForeignKey(Issuer, on_delete=models.PROTECT, db_comment="kvkk: yok; who signs; archive period")
    person = models.ForeignKey(
        "identity.Person", on_delete=models.PROTECT, db_comment="kvkk: kimlik; the holder; archive period"
    )
    institution = models.ForeignKey(
        "institutions.Institution", on_delete=models.PROTECT, db_comment="kvkk: kimlik; of whom; archive period"
    )
    profile = models.CharField(max_length=40, db_comment="kvkk: yok; layout and its version; archive period")
    serial = models.CharField(max_length=40, db_comment="kvkk: kimlik; upper-case hex; archive period")
    tbs = models.BinaryField(db_comment="kvkk: kimlik; to-be-signed certificate, DER; archive period")
    tbs_sha256 = models.CharField(max_length=64, db_comment="kvkk: yok; its digest, hex; archive period")
    csr = models.BinaryField(db_comment="kvkk: yok; proof of possession, PKCS#10 DER; archive period")
    card_serial = models.CharField(max_length=32, db_comment="kvkk: kimlik; number of the card; archive period")
    not_before = models.DateTimeField(db_comment="kvkk: yok; start of validity; archive period")
    not_after = models.DateTimeField(db_comment="kvkk: yok; end of validity; archive period")
    publish = models.BooleanField(db_comment="kvkk: yok; holder agreed to the public directory; archive period")
    replaces = models.BooleanField(db_comment="kvkk: yok; earlier ones of the institution end; archive period")
    born_state = models.CharField(max_length=10, db_comment="kvkk: yok; valid or suspended; archive period")
    lint_findings = models.JSONField(default=list, db_comment="kvkk: yok; notes of the lints; archive period")
    created_at = models.DateTimeField(db_comment="kvkk: yok; when reserved; archive period")
    signing_began_at = models.DateTimeField(null=True, db_comment="kvkk: yok; key may be used from; archive period")
    abandoned_at = models.DateTimeField(null=True, db_comment="kvkk: yok; when given up; archive period")
    batch_id = models.UUIDField(null=True, db_comment="kvkk: yok; what was signed together; archive period")
    judged_at = models.DateTimeField(null=True, db_comment="kvkk: yok; when pkilint found nothing; archive period")
    change_seq = models.BigIntegerField(default=0, db_comment="kvkk: yok; place among status changes; archive period")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["issuer", "serial"], name="intent_serial_once"),
            models.UniqueConstraint(
                fields=["card_order_id"],
                condition=Q(state__in=[IntentState.RESERVED, IntentState.LINTED, IntentState.SIGNING]),
                name="intent_one_open_per_order",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[IntentState.SIGNING, IntentState.SIGNED]) | Q(signing_began_at__isnull=False),
                name="intent_signing_has_time",
            ),
            models.CheckConstraint(
                condition=Q(state=IntentState.ABANDONED, abandoned_at__isnull=False)
                | (~Q(state=IntentState.ABANDONED) & Q(abandoned_at__isnull=True)),
                name="intent_abandoned_has_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["created_at"],
                condition=Q(state__in=[IntentState.RESERVED, IntentState.LINTED, IntentState.SIGNING]),
                name="intent_open",
            ),
            models.Index(fields=["change_seq"], name="intent_by_change"),
            models.Index(fields=["batch_id"], condition=Q(batch_id__isnull=False), name="intent_of_batch"),
            models.Index(
                fields=["batch_id"], condition=Q(batch_id__isnull=False, judged_at__isnull=True), name="intent_unjudged"
            ),
            # The few that are published beside the certificates.
            models.Index(
                fields=["issuer", "change_seq"],
                condition=Q(state=IntentState.SIGNING) | Q(state=IntentState.ABANDONED, signing_began_at__isnull=False),
                name="intent_published",
            ),
        ]


class Certificate(models.Model):
    """A qualified certificate; `effective_at` is the time that OCSP and the list give for its not being good."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_comment="kvkk: yok; opaque id; archive period")
    state = models.CharField(
        max_length=10, default=State.VALID, editable=False, db_comment="kvkk: yok; state in law; archive period"
    )
    intent = models.OneToOneField(Intent, on_delete=models.PROTECT, db_comment="kvkk: yok; plan of it; archive period")
    card_order_id = models.UUIDField(db_comment="kvkk: yok; order of the card; archive period")
    issuer = models.ForeignKey(
        Issuer, on_delete=models.PROTECT, related_name="+", db_comment="kvkk: yok; who signed; archive period"
    )
    person = models.ForeignKey(
        "identity.Person", on_delete=models.PROTECT, db_comment="kvkk: kimlik; the holder; archive period"
    )
    institution = models.ForeignKey(
        "institutions.Institution", on_delete=models.PROTECT, db_comment="kvkk: kimlik; of whom; archive period"
    )
    serial = models.CharField(max_length=40, db_comment="kvkk: kimlik; upper-case hex; archive period")
    der = models.BinaryField(db_comment="kvkk: kimlik; the certificate, DER; archive period")
    holder_name = models.CharField(max_length=130, db_comment="kvkk: kimlik; name in the certificate; archive period")
    profile = models.CharField(max_length=40, db_comment="kvkk: yok; layout and its version; archive period")
    card_serial = models.CharField(max_length=32, db_comment="kvkk: kimlik; number of the card; archive period")
    not_before = models.DateTimeField(db_comment="kvkk: yok; start of validity; archive period")
    not_after = models.DateTimeField(db_comment="kvkk: yok; end of validity; archive period")
    publish = models.BooleanField(db_comment="kvkk: yok; in the public directory; archive period")
    issued_at = models.DateTimeField(db_comment="kvkk: yok; when it began to stand; archive period")
    reason = models.CharField(
        max_length=24, blank=True, default="", db_comment="kvkk: yok; RFC 5280 reason of revocation; archive period"
    )
    hold_cause = models.CharField(
        max_length=12, blank=True, default="", db_comment="kvkk: yok; whose wish the hold is; archive period"
    )
    hold_started_at = models.DateTimeField(null=True, db_comment="kvkk: yok; start of the latest hold; archive period")
    revoked_at = models.DateTimeField(null=True, db_comment="kvkk: yok; time of the revoking act; archive period")
    effective_at = models.DateTimeField(null=True, db_comment="kvkk: yok; time that is published; archive period")
    change_seq = models.BigIntegerField(default=0, db_comment="kvkk: yok; place among status changes; archive period")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["issuer", "serial"], name="certificate_serial_once"),
            models.UniqueConstraint(
                fields=["card_order_id"], condition=~Q(state=State.REVOKED), name="certificate_one_standing_per_order"
            ),
            models.CheckConstraint(
                condition=Q(state=State.VALID, reason="", hold_cause="")
                & Q(hold_started_at__isnull=True, revoked_at__isnull=True, effective_at__isnull=True)
                | Q(state=State.SUSPENDED, reason="", hold_cause__in=list(HoldCause), revoked_at__isnull=True)
                & Q(hold_started_at__isnull=False, effective_at=F("hold_started_at"))
                | Q(state=State.REVOKED, revoked_at__isnull=False, effective_at__isnull=False)
                & ~Q(reason__in=["", "certificateHold"]),
                name="certificate_state_has_its_facts",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True)
                | (Q(revoked_at__gte=F("issued_at")) & Q(effective_at__gte=F("issued_at"))),
                name="certificate_never_revoked_before_issued",
            ),
        ]
        indexes = [
            models.Index(fields=["person", "-not_after"], name="certificate_of_person"),
            models.Index(
                fields=["institution", "not_after"],
                condition=~Q(state=State.REVOKED),
                name="certificate_of_institution",
            ),
            models.Index(fields=["institution", "-issued_at", "-id"], name="certificate_newest"),
            models.Index(fields=["not_after"], condition=~Q(state=State.REVOKED), name="certificate_by_end"),
            models.Index(fields=["serial"], name="certificate_by_serial"),
            models.Index(fields=["card_serial"], name="certificate_by_card"),
            # Validation asks twice a second what changed since a number.
            models.Index(fields=["change_seq"], name="certificate_by_change"),
        ]


class ServiceCertificate(models.Model):
    """A certificate that an authority gave to a service of its own: OCSP, time-stamps, seal."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_comment="kvkk: yok; opaque id; kept for ever")
    state = models.CharField(
        max_length=10, default=ServiceState.VALID, editable=False, db_comment="kvkk: yok; state in law; kept for ever"
    )
    issuer = models.ForeignKey(
        Issuer, on_delete=models.PROTECT, related_name="+", db_comment="kvkk: yok; who signed; kept for ever"
    )
    name = models.CharField(max_length=40, db_comment="kvkk: yok; as in the ceremony's transcript; kept for ever")
    serial = models.CharField(max_length=40, db_comment="kvkk: yok; upper-case hex; kept for ever")
    der = models.BinaryField(db_comment="kvkk: yok; the certificate, DER; kept for ever")
    not_after = models.DateTimeField(db_comment="kvkk: yok; end of validity; kept for ever")
    reason = models.CharField(
        max_length=24, blank=True, default="", db_comment="kvkk: yok; RFC 5280 reason of revocation; kept for ever"
    )
    revoked_at = models.DateTimeField(null=True, db_comment="kvkk: yok; time of the revoking act; kept for ever")
    change_seq = models.BigIntegerField(default=0, db_comment="kvkk: yok; place among status changes; kept for ever")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["issuer", "serial"], name="service_serial_once"),
            models.CheckConstraint(
                condition=Q(state=ServiceState.VALID, reason="", revoked_at__isnull=True)
                | Q(state=ServiceState.REVOKED, revoked_at__isnull=False) & ~Q(reason__in=["", "certificateHold"]),
                name="service_state_has_its_facts",
            ),
        ]


class StatusChange(models.Model):
    """One act on one certificate, as the person can show it: from these rows its state at any past time follows."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_comment="kvkk: yok; opaque id; archive period")
    certificate = models.ForeignKey(
        Certificate, on_delete=models.PROTECT, related_name="status_changes", db_comment="kvkk: yok; of which; archive"
    )
    act = models.CharField(max_length=10, db_comment="kvkk: yok; issue, suspend, reinstate, revoke; archive period")
    state = models.CharField(max_length=10, db_comment="kvkk: yok; state after it; archive period")
    reason = models.CharField(max_length=24, blank=True, db_comment="kvkk: yok; RFC 5280 reason; archive period")
    effective_at = models.DateTimeField(null=True, db_comment="kvkk: yok; time that is published; archive period")
    at = models.DateTimeField(db_comment="kvkk: yok; time of the act; archive period")
    by_role = models.CharField(max_length=20, db_comment="kvkk: yok; in which capacity; archive period")
    by_id = models.CharField(max_length=64, db_comment="kvkk: kimlik; opaque id of the actor; archive period")
    by_name = models.CharField(max_length=130, db_comment="kvkk: kimlik; name as shown; archive period")
    said = models.CharField(
        max_length=120, blank=True, default="", db_comment="kvkk: kimlik; why, in the actor's words; archive period"
    )
    change_seq = models.BigIntegerField(unique=True, db_comment="kvkk: yok; place among status changes; archive period")

    class Meta:
        indexes = [models.Index(fields=["certificate", "-change_seq"], name="change_of_certificate")]


class Reinstatement(models.Model):
    """One member of staff asks that a suspended certificate be opened again; another agrees or declines."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_comment="kvkk: yok; opaque id; archive period")
    certificate = models.ForeignKey(
        Certificate, on_delete=models.PROTECT, related_name="+", db_comment="kvkk: yok; which one; archive period"
    )
    state = models.CharField(
        max_length=10, default=AskState.ASKED, editable=False, db_comment="kvkk: yok; state in law; archive period"
    )
    hold_started_at = models.DateTimeField(db_comment="kvkk: yok; the suspension that is meant; archive period")
    reason = models.CharField(max_length=120, db_comment="kvkk: kimlik; why, in the asker's words; archive period")
    asked_by = models.CharField(max_length=64, db_comment="kvkk: kimlik; staff id of who asked; archive period")
    asked_by_name = models.CharField(max_length=130, db_comment="kvkk: kimlik; name as shown; archive period")
    asked_at = models.DateTimeField(db_comment="kvkk: yok; when; archive period")
    answer = models.CharField(
        max_length=120, blank=True, default="", db_comment="kvkk: kimlik; why it was declined; archive period"
    )
    decided_by = models.CharField(
        max_length=64, blank=True, default="", db_comment="kvkk: kimlik; staff id of who decided; archive period"
    )
    decided_by_name = models.CharField(
        max_length=130, blank=True, default="", db_comment="kvkk: kimlik; name as shown; archive period"
    )
    decided_at = models.DateTimeField(null=True, db_comment="kvkk: yok; when; archive period")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["certificate"], condition=Q(state=AskState.ASKED), name="reinstatement_one_open"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[AskState.AGREED, AskState.DECLINED])
                | (~Q(decided_by="") & ~Q(decided_by=F("asked_by"))),
                name="reinstatement_two_persons",
            ),
            models.CheckConstraint(
                condition=Q(state=AskState.ASKED, decided_at__isnull=True)
                | (~Q(state=AskState.ASKED) & Q(decided_at__isnull=False)),
                name="reinstatement_decided_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state=AskState.DECLINED) | ~Q(answer=""), name="reinstatement_declined_with_words"
            ),
        ]
        indexes = [models.Index(fields=["-asked_at"], name="reinstatement_newest")]

    @property
    def person_id(self) -> uuid.UUID:
        """Whom it concerns: the holder."""
        return self.certificate.person_id


class StatusEvidence(models.Model):
    """What was seen from outside after a status change: an OCSP answer, or a list."""

    class Source(models.TextChoices):
        """Where it was seen."""

        OCSP = "ocsp"
        CRL = "crl"

    change = models.ForeignKey(
        StatusChange, on_delete=models.PROTECT, related_name="evidence", db_comment="kvkk: yok; of which act; archive"
    )
    source = models.CharField(max_length=4, choices=Source.choices, db_comment="kvkk: yok; where seen; archive period")
    status = models.CharField(max_length=8, db_comment="kvkk: yok; good or revoked; archive period")
    said_at = models.DateTimeField(db_comment="kvkk: yok; producedAt or thisUpdate; archive period")
    seen_at = models.DateTimeField(db_comment="kvkk: yok; when we saw it; archive period")
    crl_number = models.BigIntegerField(null=True, db_comment="kvkk: yok; of the list; archive period")
    digest = models.CharField(max_length=64, db_comment="kvkk: yok; SHA-256 of what was seen, hex; archive period")
    der = models.BinaryField(db_comment="kvkk: yok; OCSP response, DER; empty for a list; archive period")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["change", "source"], name="evidence_once")]


class StatusReceipt(models.Model):
    """The sealed and time-stamped statement of one act; `pdf` is empty until the signer has sealed it."""

    change = models.OneToOneField(
        StatusChange, on_delete=models.PROTECT, related_name="receipt", db_comment="kvkk: yok; of which act; archive"
    )
    language = models.CharField(max_length=2, db_comment="kvkk: yok; its language; archive period")
    pdf = models.BinaryField(null=True, db_comment="kvkk: kimlik; PAdES-B-T document; archive period")
    sealed_at = models.DateTimeField(null=True, db_comment="kvkk: yok; when sealed; archive period")


class PastStatus(models.Model):
    """A sealed statement of what one serial number was at a past instant; `content` is what is said, once and for all.

    Asked again the same row answers, until something happens to the certificate (`change_seq` tells its last act).
    """

    class Audience(models.TextChoices):
        """Who asked: the sealed document of relying parties names nobody."""

        OWN = "own"
        DESK = "desk"
        PUBLIC = "public"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_comment="kvkk: yok; opaque id; archive period")
    issuer = models.ForeignKey(
        Issuer, on_delete=models.PROTECT, related_name="+", db_comment="kvkk: yok; whose number; archive period"
    )
    serial = models.CharField(max_length=40, db_comment="kvkk: kimlik; the number asked about, hex; archive period")
    certificate = models.ForeignKey(
        Certificate,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_comment="kvkk: yok; which one, where there is one; archive period",
    )
    at = models.DateTimeField(db_comment="kvkk: yok; the instant asked about; archive period")
    audience = models.CharField(
        max_length=6, choices=Audience.choices, db_comment="kvkk: yok; who asked: own, desk, public; archive period"
    )
    language = models.CharField(max_length=2, db_comment="kvkk: yok; of the document; archive period")
    change_seq = models.BigIntegerField(db_comment="kvkk: yok; last act that it knows of; archive period")
    content = models.JSONField(db_comment="kvkk: yok; answer and periods, without names; archive period")
    asked_at = models.DateTimeField(db_comment="kvkk: yok; when first asked; archive period")
    pdf = models.BinaryField(null=True, db_comment="kvkk: kimlik; PAdES-B-T document; archive period")
    sealed_at = models.DateTimeField(null=True, db_comment="kvkk: yok; when sealed; archive period")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["issuer", "serial", "at", "audience", "language", "change_seq"], name="past_status_once"
            ),
            models.CheckConstraint(
                condition=Q(pdf__isnull=True, sealed_at__isnull=True) | Q(pdf__isnull=False, sealed_at__isnull=False),
                name="past_status_sealed_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["asked_at"], condition=Q(sealed_at__isnull=True), name="past_status_unsealed"),
            models.Index(fields=["certificate"], name="past_status_of"),
        ]


class Finding(models.Model):
    """Something that is not as it must be, found by looking again; it waits until a member of staff has settled it."""

    class Kind(models.TextChoices):
        """Who found it."""

        PKILINT = "pkilint"
        PROFILE = "profile"
        OCSP = "ocsp"
        LIST = "list"

    kind = models.CharField(max_length=7, choices=Kind.choices, db_comment="kvkk: yok; who found it; archive period")
    certificate = models.ForeignKey(
        Certificate,
        null=True,
        on_delete=models.PROTECT,
        related_name="findings",
        db_comment="kvkk: yok; of which; archive",
    )
    serial = models.CharField(
        max_length=40, blank=True, db_comment="kvkk: kimlik; of which, where it is not ours; archive period"
    )
    what = models.CharField(max_length=300, db_comment="kvkk: yok; what was found, as the lint says it; archive period")
    found_at = models.DateTimeField(db_comment="kvkk: yok; when first seen; archive period")
    settled_at = models.DateTimeField(null=True, db_comment="kvkk: yok; when it was settled; archive period")
    settled_by = models.CharField(
        max_length=64, blank=True, default="", db_comment="kvkk: kimlik; staff id of who settled it; archive period"
    )
    settled_by_name = models.CharField(
        max_length=130, blank=True, default="", db_comment="kvkk: kimlik; name as shown; archive period"
    )
    said = models.CharField(
        max_length=120, blank=True, default="", db_comment="kvkk: kimlik; what came of it, in words; archive period"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "certificate", "serial", "what"],
                condition=Q(settled_at__isnull=True),
                nulls_distinct=False,
                name="finding_open_once",
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True) | (~Q(settled_by="") & ~Q(said="")), name="finding_settled_by_whom"
            ),
        ]
        indexes = [models.Index(fields=["-found_at"], name="finding_newest")]


class Recheck(models.Model):
    """How far the present round over all certificates has come: one row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, db_comment="kvkk: yok; always 1")
    after = models.UUIDField(null=True, db_comment="kvkk: yok; last certificate that was looked at; overwritten")
    began_at = models.DateTimeField(db_comment="kvkk: yok; when the round began; overwritten")
    checked = models.BigIntegerField(default=0, db_comment="kvkk: yok; how many in this round; overwritten")
    finished_at = models.DateTimeField(null=True, db_comment="kvkk: yok; end of the last whole round; overwritten")
    of_all = models.BigIntegerField(default=0, db_comment="kvkk: yok; how many in the last whole round; overwritten")


class PublishedStatus(models.Model):
    """The view that validation reads: every serial whose signature was begun, and what may be said of it."""

    issuer = models.ForeignKey(Issuer, on_delete=models.DO_NOTHING)
    serial = models.CharField(max_length=40, primary_key=True)
    status = models.CharField(max_length=7)
    reason = models.CharField(max_length=24, null=True)
    effective_at = models.DateTimeField(null=True)
    not_after = models.DateTimeField()
    change_seq = models.BigIntegerField()

    class Meta:
        managed = False
        db_table = "published_certificate_status"
