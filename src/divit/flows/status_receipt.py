"""The receipt of an act: a sealed, time-stamped statement that the person can show to anybody."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction

from divit.certificates import authorities, receipt, sealing, selectors, services
from divit.certificates.ports import Timestamps
from divit.flows import status_publication
from divit.kernel.actors import SYSTEM
from divit.pki import delegates
from divit.pki.keystores.base import KeyStore

SEALED_WITHIN = timedelta(minutes=15)


def seal(change_id: UUID, *, keystore: KeyStore, timestamps: Timestamps) -> None:
    """Write, seal and keep it; sealed already, nothing happens. Raises `NeighbourFailed` to be tried again."""
    change = selectors.change(change_id)
    waiting = selectors.receipt_of(change)
    if waiting is None or waiting.sealed_at is not None:
        return
    issuer = authorities.by_id(change.certificate.issuer_id)
    document = receipt.pdf(change, language=waiting.language, test=issuer.record.test)
    authority = authorities.current()  # whose seal is in use, whoever issued the certificate
    certificate = authority.certificate_of("seal")
    sealed = sealing.seal(
        document,
        key=delegates.key_of(certificate, store=keystore, prefix="seal"),
        certificate=certificate,
        chain=[authority.certificate, authority.root],
        timestamps=timestamps,
        reason=f"Divit {change.act}",
    )
    with transaction.atomic():
        services.seal_receipt(waiting, pdf=sealed, by=SYSTEM)


def watch() -> None:
    """Every minute: receipts that should be sealed by now are asked for again."""
    for change_id in selectors.unsealed_receipts(older_than=SEALED_WITHIN):
        with transaction.atomic():
            status_publication.ask_for_receipt(change_id)
