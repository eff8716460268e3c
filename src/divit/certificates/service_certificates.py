"""The only writer of the services' own certificates; each function expects an open transaction."""

from cryptography import x509

from divit.audit.moves import born, move
from divit.certificates.lifecycle import SERVICE_LAW, ServiceAct, ServiceFacts
from divit.certificates.models import ServiceCertificate
from divit.kernel import clock
from divit.kernel.actors import Actor
from divit.kernel.errors import NotFound
from divit.kernel.serials import Serial
from divit.pki.authority import Authority
from divit.pki.reasons import Reason


def take_down(authority: Authority, *, by: Actor) -> None:
    """Write down what the ceremonies gave to the authority's services and is not written down yet."""
    known = set(ServiceCertificate.objects.filter(issuer_id=authority.id).order_by().values_list("serial", flat=True))
    for number, (name, der) in authority.services().items():
        serial = Serial(number).hex
        if serial not in known:
            certificate = ServiceCertificate.objects.create(
                issuer_id=authority.id,
                name=name,
                serial=serial,
                der=der,
                not_after=x509.load_der_x509_certificate(der).not_valid_after_utc,
            )
            born(certificate, law=SERVICE_LAW, by=by, note={"serial": serial, "name": name})


def lock(serial: str) -> ServiceCertificate:
    """Raises `NotFound`."""
    rows = ServiceCertificate.objects.select_for_update(of=("self",), no_key=True).filter(serial=serial)
    certificate = rows.first()
    if certificate is None:
        raise NotFound("service certificate")
    return certificate


def revoke(certificate: ServiceCertificate, *, reason: Reason, in_use: bool, by: Actor) -> None:
    """Close a locked one for good, from now on. Raises `Refused`: service_in_use, and when it is closed already."""
    changes: dict[str, object] = {"reason": reason.text, "revoked_at": clock.now()}
    note = {"serial": certificate.serial, "name": certificate.name, "reason": reason.text}
    facts = ServiceFacts(in_use=in_use)
    move(certificate, ServiceAct.REVOKE, law=SERVICE_LAW, by=by, facts=facts, changes=changes, note=note)
