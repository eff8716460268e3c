"""The only writers of certificates and of what is said about them; each expects an open transaction."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection

from divit.audit import ledger
from divit.audit.moves import born, move
from divit.certificates.lifecycle import LAW, Act, Facts, HoldCause, State
from divit.certificates.models import (
    Certificate,
    Intent,
    Issuer,
    StatusChange,
    StatusEvidence,
    StatusReceipt,
)
from divit.kernel import clock
from divit.kernel.actors import Actor, Role
from divit.kernel.errors import NotFound
from divit.pki.authority import Authority
from divit.pki.reasons import Reason

ISSUE = "issue"


def issuer_of(authority: Authority) -> Issuer:
    """The authority's row; written the first time it is asked for."""
    issuer, _new = Issuer.objects.get_or_create(
        id=authority.id,
        defaults={"name": authority.name, "certificate": authority.certificate, "crl_url": authority.crl_url},
    )
    return issuer


def lock(certificate_id: UUID, *, by: Actor) -> Certificate:
    """The certificate, locked, if the asker may know of it at all; `NotFound` otherwise, and no trace."""
    rows = Certificate.objects.select_for_update(of=("self",), no_key=True).filter(pk=certificate_id)
    if by.role is Role.HOLDER:
        rows = rows.filter(person_id=by.id)
    elif by.role in (Role.OFFICER, Role.PROGRAM):
        rows = rows.filter(institution_id=by.institution_id) if by.institution_id else rows.none()
    certificate = rows.first()
    if certificate is None:
        raise NotFound("certificate")
    return certificate


def lock_standing(person_id: UUID, *, institution_id: UUID, now: datetime) -> list[Certificate]:
    """The person's unexpired certificates of one institution that are not revoked, locked in one order for all."""
    return list(
        Certificate.objects.select_for_update(of=("self",), no_key=True)
        .filter(person_id=person_id, institution_id=institution_id, not_after__gt=now)
        .exclude(state=State.REVOKED)
        .order_by("id")
    )


def lock_to_close(ids: Iterable[UUID], *, now: datetime) -> list[Certificate]:
    """Those of them that still stand, all locked before the first act: who closes their own waits for none of these
    with the ledger in hand."""
    found = Certificate.objects.select_for_update(of=("self",), no_key=True)
    found = found.filter(pk__in=list(ids), not_after__gt=now).exclude(state=State.REVOKED)
    return list(found.order_by("id"))


def facts_of(
    certificate: Certificate,
    *,
    by: Actor,
    now: datetime,
    reason: Reason | None = None,
    hold_cause: HoldCause | None = None,
    step_up: bool = False,
    caller_proven: bool = False,
    second_person: bool = False,
) -> Facts:
    """What the law must know; without `hold_cause` the cause of the suspension that stands."""
    standing = HoldCause(certificate.hold_cause) if certificate.hold_cause else None
    return Facts(
        now=now,
        not_after=certificate.not_after,
        asker=by.role,
        concerns_asker=_concerns(certificate, by),
        reason=reason,
        hold_cause=hold_cause or standing,
        step_up=step_up,
        caller_proven=caller_proven,
        second_person=second_person,
        asker_is_holder=str(certificate.person_id) == by.id,
    )


def carry_out(
    certificate: Certificate,
    act: Act,
    *,
    by: Actor,
    facts: Facts,
    with_whom: Actor | None = None,
    said: str = "",
    note: Mapping[str, str] | None = None,
) -> StatusChange:
    """One act on a locked certificate: law, row, ledger and history in one. Raises `Refused`.

    `with_whom` is who else stands behind it: the ledger names both. `said` are the actor's own words of why, for the
    holder to read; `note` is what else the ledger should know.
    """
    at = _never_back(certificate, facts.now)
    move(
        certificate,
        act,
        law=LAW,
        by=by,
        facts=facts,
        changes=_changes(certificate, act, at=at, facts=facts),
        note={
            "serial": certificate.serial,
            "reason": facts.reason.text if facts.reason is not None else "",
            **({"with": str(with_whom)} if with_whom else {}),
            **({"said": said} if said else {}),
            **(note or {}),
        },
    )
    return _tell(certificate, act=str(act), at=at, by=by, said=said)


def waive(certificate: Certificate, *, by: Actor, facts: Facts, said: str) -> None:
    """The institution withdraws its cause: a locked certificate stays on hold, now as the holder's own.

    What the world is told of it does not change, so there is no status change. Raises `Refused`.
    """
    note = {"serial": certificate.serial, "said": said}
    changes: dict[str, object] = {"hold_cause": HoldCause.HOLDER}
    move(certificate, Act.WAIVE, law=LAW, by=by, facts=facts, changes=changes, note=note)


def issue(
    intent: Intent, *, der: bytes, holder_name: str, by: Actor, now: datetime
) -> tuple[Certificate, StatusChange]:
    """The certificate begins to stand, valid or on hold as its intent says."""
    held = intent.born_state == State.SUSPENDED
    certificate = Certificate.objects.create(
        state=intent.born_state,
        intent=intent,
        card_order_id=intent.card_order_id,
        issuer_id=intent.issuer_id,
        person_id=intent.person_id,
        institution_id=intent.institution_id,
        serial=intent.serial,
        der=der,
        holder_name=holder_name,
        profile=intent.profile,
        card_serial=intent.card_serial,
        not_before=intent.not_before,
        not_after=intent.not_after,
        publish=intent.publish,
        issued_at=now,
        hold_cause=HoldCause.BIRTH if held else "",
        hold_started_at=now if held else None,
        effective_at=now if held else None,
    )
    born(certificate, law=LAW, by=by, note={"serial": certificate.serial, "card_serial": certificate.card_serial})
    return certificate, _tell(certificate, act=ISSUE, at=now, by=by)


@dataclass(frozen=True, kw_only=True)
class Signed:
    """One of many: a begun intent, and the certificate that was made of it."""

    intent: Intent
    der: bytes
    holder_name: str


def issue_all(signed: Sequence[Signed], *, by: Actor, now: datetime) -> None:
    """Some hundred certificates of one moment begin to stand, as their locked intents say."""
    ids = [uuid4() for _ in signed]
    made = [
        {"id": str(one_id), "intent_id": str(one.intent.pk), "der": one.der.hex(), "name": one.holder_name}
        for one_id, one in zip(ids, signed, strict=True)
    ]
    told: dict[str, Any] = {"id": ids, "act": ISSUE, "now": now, "role": str(by.role), "by": by.id, "name": by.name}
    with connection.cursor() as cursor:
        cursor.execute(_ISSUE_ALL, {"made": json.dumps(made), "now": now})
        ledger.record_all([_born(one_id, one) for one_id, one in zip(ids, signed, strict=True)], by=by)
        cursor.execute(_TELL_ALL, told)


def _born(certificate_id: UUID, one: Signed) -> ledger.Line:
    return ledger.Line(
        act=f"{LAW.name}.begin",
        subject=(LAW.name, str(certificate_id)),
        person_id=str(one.intent.person_id),
        facts={"serial": one.intent.serial, "card_serial": one.intent.card_serial},
    )


_ISSUE_ALL = """
INSERT INTO certificates_certificate (
    id, state, intent_id, card_order_id, issuer_id, person_id, institution_id, serial, der, holder_name, profile,
    card_serial, not_before, not_after, publish, issued_at, reason, hold_cause, hold_started_at, effective_at,
    change_seq)
SELECT made.id, born_state, i.id, card_order_id, issuer_id, person_id, institution_id, serial,
    decode(made.der, 'hex'), made.name, profile,
    card_serial, not_before, not_after, publish, %(now)s, '',
    CASE born_state WHEN 'suspended' THEN 'birth' ELSE '' END, CASE born_state WHEN 'suspended' THEN %(now)s END,
    CASE born_state WHEN 'suspended' THEN %(now)s END, 0
FROM json_to_recordset(%(made)s) AS made (id uuid, intent_id uuid, der text, name text)
JOIN certificates_intent i ON i.id = made.intent_id
"""
_TELL_ALL = """
INSERT INTO certificates_statuschange (
    id, certificate_id, act, state, reason, effective_at, at, by_role, by_id, by_name, said, change_seq)
SELECT gen_random_uuid(), id, %(act)s, state, CASE state WHEN 'suspended' THEN 'certificateHold' ELSE '' END,
    effective_at, %(now)s, %(role)s, %(by)s, %(name)s, '', change_seq
FROM certificates_certificate WHERE id = ANY(%(id)s)
"""


def record_evidence(
    change: StatusChange,
    *,
    source: StatusEvidence.Source,
    status: str,
    said_at: datetime,
    digest_of: bytes,
    der: bytes = b"",
    crl_number: int | None = None,
) -> None:
    """What was seen from outside; the first sight is the one that is kept."""
    StatusEvidence.objects.bulk_create(
        [
            StatusEvidence(
                change=change,
                source=source,
                status=status,
                said_at=said_at,
                seen_at=clock.now(),
                crl_number=crl_number,
                digest=hashlib.sha256(digest_of).hexdigest(),
                der=der,
            )
        ],
        ignore_conflicts=True,
    )


def promise_receipt(change: StatusChange, *, language: str) -> StatusReceipt:
    """A receipt that the signer will seal."""
    return StatusReceipt.objects.create(change=change, language=language)


def seal_receipt(receipt: StatusReceipt, *, pdf: bytes, by: Actor) -> bool:
    """Keep the sealed document, unless somebody was faster; whether this one is the one that is kept."""
    sealed = StatusReceipt.objects.filter(pk=receipt.pk, sealed_at__isnull=True).update(pdf=pdf, sealed_at=clock.now())
    if sealed:
        ledger.record(
            by=by,
            act="certificate.receipt_sealed",
            subject=("certificate", str(receipt.change.certificate_id)),
            person_id=str(receipt.change.certificate.person_id),
            change=str(receipt.change_id),
            sha256=hashlib.sha256(pdf).hexdigest(),
        )
    return bool(sealed)


def _concerns(certificate: Certificate, by: Actor) -> bool:
    if by.role is Role.HOLDER:
        return str(certificate.person_id) == by.id
    if by.role in (Role.OFFICER, Role.PROGRAM):
        return str(certificate.institution_id) == by.institution_id
    return True


def _never_back(certificate: Certificate, now: datetime) -> datetime:
    """The time of the act; where clocks of two machines differ, never before the certificate's last change."""
    changes = StatusChange.objects.filter(certificate=certificate)
    return max([now, *changes.order_by("-change_seq").values_list("at", flat=True)[:1]])


def _changes(certificate: Certificate, act: Act, *, at: datetime, facts: Facts) -> dict[str, object]:
    if act is Act.SUSPEND:
        return {"hold_started_at": at, "hold_cause": facts.hold_cause or "", "effective_at": at}
    if act is Act.REINSTATE:
        return {"hold_started_at": None, "hold_cause": "", "effective_at": None}
    # A hold that becomes a revocation: not good since the hold began, so nothing is dated back. Which of the two
    # times is published is for counsel to decide, hence the switch; both are kept.
    from_hold = settings.DIVIT.revocation_date == "hold" and certificate.hold_started_at is not None
    reason = facts.reason if facts.reason is not None else Reason.UNSPECIFIED
    return {
        "reason": reason.text,
        "revoked_at": at,
        "effective_at": certificate.hold_started_at if from_hold else at,
    }


def _tell(certificate: Certificate, *, act: str, at: datetime, by: Actor, said: str = "") -> StatusChange:
    certificate.refresh_from_db(fields=["change_seq"])
    reasons = {State.SUSPENDED: Reason.CERTIFICATE_HOLD.text, State.REVOKED: certificate.reason}
    return StatusChange.objects.create(
        certificate=certificate,
        act=act,
        state=certificate.state,
        reason=reasons.get(State(certificate.state), ""),
        effective_at=certificate.effective_at,
        at=at,
        by_role=str(by.role),
        by_id=by.id,
        by_name=by.name,
        said=said,
        change_seq=certificate.change_seq,
    )
