"""Statements of what a serial number was at a past instant: put together from the acts, kept, and sealed once."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from divit.audit import ledger
from divit.certificates import history, reading
from divit.certificates.history import Change, Period, Said, Verdict
from divit.certificates.lifecycle import IntentState, State
from divit.certificates.models import Certificate, Intent, Issuer, PastStatus, StatusChange
from divit.kernel import clock
from divit.kernel.actors import Actor
from divit.kernel.errors import NotFound
from divit.kernel.serials import Serial
from divit.pki.reasons import Reason

FORMAT = "divit.past-status/1"
Audience = PastStatus.Audience


@dataclass(frozen=True, kw_only=True)
class Found:
    """What is known of a serial number, as of one moment of the database."""

    issuer: Issuer
    serial: Serial
    certificate: Certificate | None
    intent: Intent | None
    """Its signature was begun; whether a certificate came of it, `certificate` tells."""
    changes: list[StatusChange]

    @property
    def change_seq(self) -> int:
        """The last that happened to it; 0 for a number that was never used."""
        if self.changes:
            return self.changes[-1].change_seq
        return self.intent.change_seq if self.intent is not None else 0


def issuers() -> list[Issuer]:
    """Every authority whose numbers may be asked about, the newest first."""
    return list(Issuer.objects.order_by("-created_at", "id"))


def issuer(issuer_id: UUID) -> Issuer:
    """By id. Raises `NotFound`."""
    found = Issuer.objects.filter(pk=issuer_id).first()
    if found is None:
        raise NotFound("issuer")
    return found


def look_up(issuer: Issuer, serial: Serial) -> Found:
    """Inside a transaction of its own, which waits for acts that are being written, so that none is passed over."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(5070, 1)")
    certificate = Certificate.objects.filter(issuer=issuer, serial=serial.hex).first()
    begun = Intent.objects.filter(issuer=issuer, serial=serial.hex, signing_began_at__isnull=False).first()
    changes = StatusChange.objects.filter(certificate=certificate).order_by("change_seq") if certificate else []
    return Found(issuer=issuer, serial=serial, certificate=certificate, intent=begun, changes=list(changes))


def describe(found: Found, *, at: datetime, as_of: datetime) -> dict[str, Any]:
    """The statement as data (JSON), without a name in it: instants in UTC and whole seconds."""
    run = history.periods(_changes(found.changes))
    given_up = found.intent is not None and found.intent.state == IntentState.ABANDONED
    if found.certificate is not None:
        bounds = (found.certificate.not_before, found.certificate.not_after)
        verdict = history.verdict(run, at=at, not_before=bounds[0], not_after=bounds[1])
    else:
        bounds = None
        verdict = Verdict.GIVEN_UP if given_up else Verdict.NOT_YET if found.intent else Verdict.NEVER_ISSUED
    authority = bytes(found.issuer.certificate)
    return {
        "format": FORMAT,
        "issuer": {"subject": reading.subject_of(authority), "sha256": hashlib.sha256(authority).hexdigest()},
        "serial": found.serial.hex,
        "at": _told(at),
        "as_of": _told(as_of),
        "verdict": verdict.value,
        "not_before": _told(bounds[0]) if bounds else None,
        "not_after": _told(bounds[1]) if bounds else None,
        "published_then": _said(history.said_then(run, at=at) or _before_issue(found, at=at)),
        "published_now": _said(history.said_now(run, at=at) or _before_issue(found, at=at)),
        "periods": [_period(one) for one in run],
    }


def keep(
    found: Found, *, at: datetime, audience: Audience, language: str, content: dict[str, Any], by: Actor
) -> tuple[PastStatus, bool]:
    """The statement that answers, and whether it is new; the same question meets the same row until the next act."""
    row, new = PastStatus.objects.get_or_create(
        issuer=found.issuer,
        serial=found.serial.hex,
        at=at,
        audience=audience,
        language=language,
        change_seq=found.change_seq,
        defaults={"certificate": found.certificate, "content": content, "asked_at": clock.now()},
    )
    if new:
        person_id = str(found.certificate.person_id) if found.certificate else ""
        ledger.record(
            by=by,
            act="certificate.past_status_asked",
            subject=("certificate", str(found.certificate.pk)) if found.certificate else ("past_status", str(row.pk)),
            person_id=person_id,
            past_status=str(row.pk),
            at=_told(at),
            audience=str(audience),
        )
    return row, new


def seal(row: PastStatus, *, pdf: bytes, by: Actor) -> bool:
    """Keep the sealed document, unless somebody was faster; whether this one is the one that is kept."""
    sealed = PastStatus.objects.filter(pk=row.pk, sealed_at__isnull=True).update(pdf=pdf, sealed_at=clock.now())
    if sealed:
        ledger.record(
            by=by,
            act="certificate.receipt_sealed",
            subject=("certificate", str(row.certificate_id)) if row.certificate_id else ("past_status", str(row.pk)),
            person_id=str(row.certificate.person_id) if row.certificate else "",
            past_status=str(row.pk),
            sha256=hashlib.sha256(pdf).hexdigest(),
        )
    return bool(sealed)


def statement(row_id: UUID, *, audience: Audience | None = None, person_id: UUID | None = None) -> PastStatus:
    """By id, for those who may see it: of one audience, and where a person asks, of that person's certificate.

    Raises `NotFound`.
    """
    rows = PastStatus.objects.select_related("issuer", "certificate").filter(pk=row_id)
    if audience is not None:
        rows = rows.filter(audience=audience)
    if person_id is not None:
        rows = rows.filter(certificate__person_id=person_id)
    found = rows.first()
    if found is None:
        raise NotFound("past status")
    return found


def acts_of(row: PastStatus) -> list[StatusChange]:
    """The acts that the statement knows of, oldest first."""
    changes = StatusChange.objects.filter(certificate=row.certificate_id, change_seq__lte=row.change_seq)
    return list(changes.order_by("change_seq"))


def unsealed(*, older_than: timedelta) -> list[UUID]:
    """Statements that should have been sealed by now."""
    waiting = PastStatus.objects.filter(sealed_at__isnull=True, asked_at__lt=clock.now() - older_than)
    return list(waiting.order_by("asked_at").values_list("id", flat=True))


def _changes(rows: Iterable[StatusChange]) -> list[Change]:
    return [Change(state=State(row.state), at=row.at, reason=row.reason, effective_at=row.effective_at) for row in rows]


def _before_issue(found: Found, *, at: datetime) -> Said | None:
    """From the moment at which its signature was begun a number without a certificate is published as not valid."""
    began = found.intent.signing_began_at if found.intent is not None else None
    if found.intent is None or began is None or at < history.whole(began):
        return None
    given_up_at = found.intent.abandoned_at
    over = given_up_at is not None and at >= history.whole(given_up_at)
    reason = Reason.CESSATION_OF_OPERATION if over else Reason.CERTIFICATE_HOLD
    return Said(status="revoked", reason=reason.text, since=history.whole(began))


def _period(one: Period) -> dict[str, Any]:
    return {
        "state": one.state.value,
        "begins": _told(one.begins),
        "ends": _told(one.ends) if one.ends else None,
        "reason": one.reason,
        "since": _told(one.since) if one.since else None,
    }


def _said(said: Said | None) -> dict[str, Any] | None:
    if said is None:
        return None
    return {"status": said.status, "reason": said.reason, "since": _told(said.since) if said.since else None}


def _told(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
