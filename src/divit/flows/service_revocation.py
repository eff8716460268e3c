"""The certificate of an authority's own service (OCSP, time-stamps, seal) is closed for good, after a new key."""

from django.db import transaction

from divit.certificates import authorities, service_certificates
from divit.certificates.models import ServiceCertificate
from divit.flows import status_publication
from divit.kernel.actors import Actor
from divit.kernel.serials import Serial
from divit.pki.reasons import Reason


def revoke(serial: str, *, reason: Reason, by: Actor) -> ServiceCertificate:
    """From now on, on list and by OCSP. Raises `NotFound`, `Refused` (service_in_use) and ValueError for no serial."""
    with transaction.atomic():
        certificate = service_certificates.lock(Serial.from_hex(serial).hex)
        authority = authorities.by_id(certificate.issuer_id)
        # Of a halted authority everything ends, and it may have no other key to go over to.
        in_use = authority.halted_at is None and authority.in_use(int(certificate.serial, 16))
        service_certificates.revoke(certificate, reason=reason, in_use=in_use, by=by)
        status_publication.publish_soon(authority.id)
        return certificate
