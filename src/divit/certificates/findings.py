"""What looking again has found, and what became of it; the writers expect an open transaction."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F, QuerySet

from divit.audit import ledger
from divit.certificates.models import Certificate, Finding, Intent, Recheck
from divit.kernel import clock
from divit.kernel.actors import Actor
from divit.kernel.errors import NotFound, Refused

MOST_SHOWN = 200
Kind = Finding.Kind


@dataclass(frozen=True, kw_only=True)
class Found:
    """One thing that is not as it must be; `serial` where there is no certificate of ours to point at."""

    kind: Kind
    what: str
    certificate: Certificate | None = None
    serial: str = ""


def record(found: Iterable[Found], *, by: Actor) -> list[Finding]:
    """Keep what is new, with its entry in the ledger; what is open already is told once."""
    now = clock.now()
    new = []
    for one in found:
        row, is_new = Finding.objects.get_or_create(
            kind=one.kind,
            certificate=one.certificate,
            serial=one.serial,
            what=one.what[:300],
            settled_at=None,
            defaults={"found_at": now},
        )
        if is_new:
            _tell(row, "found", by=by, what=row.what)
            new.append(row)
    return new


def settle(finding_id: int, *, said: str, by: Actor) -> Finding:
    """A member of staff says what came of it. Raises `NotFound`, `Refused("already_settled")`."""
    row = Finding.objects.select_for_update(of=("self",), no_key=True).filter(pk=finding_id).first()
    if row is None:
        raise NotFound("finding")
    if row.settled_at is not None:
        raise Refused("already_settled")
    row.settled_at, row.settled_by, row.settled_by_name, row.said = clock.now(), by.id, by.name, said
    row.save(update_fields=["settled_at", "settled_by", "settled_by_name", "said"])
    _tell(row, "settled", by=by, said=said)
    return row


def _tell(row: Finding, act: str, *, by: Actor, **facts: str) -> None:
    certificate = row.certificate
    ledger.record(
        by=by,
        act=f"finding.{act}",
        subject=("certificate", str(certificate.pk)) if certificate else ("finding", str(row.pk)),
        person_id=str(certificate.person_id) if certificate else "",
        kind=row.kind,
        serial=certificate.serial if certificate else row.serial,
        **facts,
    )


def unsettled() -> list[Finding]:
    """What waits for somebody, the newest first."""
    return list(_rows().filter(settled_at__isnull=True).order_by("-found_at", "-id")[:MOST_SHOWN])


def settled() -> list[Finding]:
    """What became of the latest."""
    return list(_rows().filter(settled_at__isnull=False).order_by("-settled_at", "-id")[:20])


def finding(finding_id: int) -> Finding:
    """One of them. Raises `NotFound`."""
    row = _rows().filter(pk=finding_id).first()
    if row is None:
        raise NotFound("finding")
    return row


def how_many() -> int:
    """How many wait for somebody."""
    return Finding.objects.filter(settled_at__isnull=True).count()


def _rows() -> QuerySet[Finding]:
    return Finding.objects.select_related("certificate__intent")


def unjudged(batch_id: UUID) -> list[Intent]:
    """What was signed together and pkilint has not passed."""
    rows = Intent.objects.filter(batch_id=batch_id, judged_at__isnull=True, certificate__isnull=False)
    return list(rows.select_related("certificate").defer("csr", "certificate__der").order_by("created_at", "id"))


def pass_all(intents: Iterable[Intent], *, batch_id: UUID, by: Actor) -> None:
    """pkilint found nothing in these: they may be handed out."""
    ids = [intent.pk for intent in intents]
    passed = Intent.objects.filter(pk__in=ids, judged_at__isnull=True).update(judged_at=clock.now())
    if passed:
        subject = ("issuance_batch", str(batch_id))
        ledger.record(by=by, act="issuance_batch.judged", subject=subject, passed=passed)


def held_back(batch_id: UUID) -> list[Intent]:
    """Of a batch in which nothing is open any more those without an objection of their own."""
    of_batch = Finding.objects.filter(kind=Kind.PKILINT, certificate__intent__batch_id=batch_id)
    if of_batch.filter(settled_at__isnull=True).exists():
        return []
    objected = set(of_batch.order_by("id").values_list("certificate__intent_id", flat=True))
    return [intent for intent in unjudged(batch_id) if intent.pk not in objected]


def waiting_batches(*, begun_before: datetime) -> list[UUID]:
    """Batches that should have been judged by now, those left out in which something open was found."""
    questioned = Finding.objects.filter(kind=Kind.PKILINT, settled_at__isnull=True, certificate__isnull=False)
    rows = Intent.objects.filter(
        batch_id__isnull=False,
        judged_at__isnull=True,
        signing_began_at__lt=begun_before,
        certificate__isnull=False,
        certificate__findings__isnull=True,
    ).exclude(batch_id__in=questioned.order_by().values("certificate__intent__batch_id"))
    found = rows.order_by("batch_id").values_list("batch_id", flat=True).distinct()
    return [batch_id for batch_id in found if batch_id is not None]


def round_now() -> Recheck:
    """How far the round over all certificates has come."""
    row, _new = Recheck.objects.get_or_create(pk=1, defaults={"began_at": clock.now()})
    return row


def round_so_far() -> Recheck | None:
    """The same for a page: None before the first night."""
    return Recheck.objects.filter(pk=1).first()


def next_certificates(after: UUID | None, *, count: int) -> list[Certificate]:
    """The certificates that come after this one, whatever their state."""
    rows = Certificate.objects.select_related("intent", "issuer").defer("intent__csr").order_by("id")
    return list((rows if after is None else rows.filter(pk__gt=after))[:count])


def went_on(row: Recheck, *, after: UUID | None, checked: int) -> None:
    """So many more were looked at; without `after` the round is over and the next begins."""
    if after is not None:
        Recheck.objects.filter(pk=row.pk).update(after=after, checked=F("checked") + checked)
        return
    now = clock.now()
    Recheck.objects.filter(pk=row.pk).update(
        after=None, began_at=now, checked=0, finished_at=now, of_all=F("checked") + checked
    )
