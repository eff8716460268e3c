"""pkilint's look at what was made by the thousand: soon after, and before any of it is handed out.

A certificate that it has not passed stands as its institution's rule says, but it is on no card: the card lies at the
station, and nothing is written on it (`card_production.load`). Where pkilint objects to one, all of its batch stay
where they are, and the registry is told: people close what must be closed, no machine does.
"""

from datetime import timedelta
from uuid import UUID

from django.db import transaction

from divit.certificates import authorities, findings, selectors
from divit.certificates.findings import Found, Kind
from divit.certificates.models import Finding
from divit.flows import issuance
from divit.flows.jobs import later
from divit.kernel import clock
from divit.kernel.actors import SYSTEM, Actor
from divit.kernel.errors import Refused
from divit.pki import issuance as pki

_JUDGED_WITHIN = timedelta(minutes=5)


def follow_batch(batch_id: UUID) -> bool:
    """Judge what was signed together, then tell production and the holders of all; whether nothing was found."""
    clean = judge(batch_id)
    for change in selectors.births_of(batch_id):
        with transaction.atomic():
            issuance.follow(change)
    return clean


def judge(batch_id: UUID) -> bool:
    """pkilint's judgement of those of the batch that it owes one; whether it found nothing."""
    test = authorities.newest().record.test
    owed = findings.unjudged(batch_id)
    objections = []
    for intent in owed:
        try:
            pki.judge(bytes(intent.tbs), profile=intent.profile, test=test)
        except Refused as refusal:
            what = "; ".join(map(str, refusal.facts.get("findings", ())))  # type: ignore[call-overload]
            objections.append(Found(kind=Kind.PKILINT, what=what, certificate=intent.certificate))
    with transaction.atomic():
        if objections:
            findings.record(objections, by=SYSTEM)
        else:
            findings.pass_all(owed, batch_id=batch_id, by=SYSTEM)
    return not objections


def settle(finding_id: int, *, said: str, by: Actor) -> Finding:
    """Staff have looked into a finding (Bulguyu kapat); when it was a batch's last, the others of it go on their way.

    The certificate that was objected to does not: its card is given up at the production desk, and with it the
    certificate. Raises `NotFound`, `Refused`.
    """
    with transaction.atomic():
        row = findings.settle(finding_id, said=said, by=by)
        batch_id = row.certificate.intent.batch_id if row.certificate else None
        if row.kind == Kind.PKILINT and batch_id is not None:
            findings.pass_all(findings.held_back(batch_id), batch_id=batch_id, by=by)
    return row


def watch() -> None:
    """Every minute: a batch whose judgement was lost with its worker is judged again."""
    for batch_id in findings.waiting_batches(begun_before=clock.now() - _JUDGED_WITHIN):
        name = f"judge:{batch_id}"
        with transaction.atomic():
            later("certificates.judge_batch", queueing_lock=name, lock=name, batch_id=str(batch_id))
