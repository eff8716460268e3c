"""Another issuing authority takes over while everything goes on; seen from outside, with the eyes of openssl."""

import subprocess
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.core.management import CommandError, call_command

from divit.adapters.timestamps import HttpTimestamps
from divit.audit import checkpoints
from divit.audit.checkpoints import Head
from divit.certificates import lists
from divit.certificates.models import Certificate, StatusReceipt
from divit.flows import issuance, revocation, status_publication, status_receipt
from divit.identity.models import Person
from divit.institutions.models import Institution
from divit.kernel import clock
from divit.kernel.actors import SYSTEM
from divit.kernel.errors import NeighbourFailed
from divit.pki import ceremony_rotation, delegates
from divit.pki.authority import Authority, family
from divit.pki.keystores import KeyStore
from divit.pki.reasons import Reason
from tests.fixtures_pki import PLAN, Held, hold_in, holder_of, make_csr, validation
from tests.integration.validation.conftest import until

__all__ = ["validation"]

MakePerson = Callable[..., Person]
MakeCertificate = Callable[..., Certificate]


@pytest.fixture
def ceremony_held(tmp_path: Path) -> Held:
    """An authority of this test's own: it gets company."""
    return hold_in(tmp_path)


def openssl(*arguments: object) -> str:
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


class Outside:
    """What a stranger sees, who has the root's certificate and nothing else of ours."""

    def __init__(self, folder: Path, *, scratch: Path, url: str) -> None:
        self._root, self._scratch, self._url = folder / "certificates/root.pem", scratch, url

    def _fetched(self, path: str, kind: str) -> Path:
        file = self._scratch / f"{uuid.uuid4().hex}.pem"
        der = file.with_suffix(".der")
        der.write_bytes(httpx2.get(f"{self._url}/{path}", timeout=10).content)
        openssl(kind, "-inform", "der", "-in", der, "-out", file)
        return file

    def issuer(self, authority: Authority) -> Path:
        return self._fetched(f"ca/{authority.name}.crt", "x509")

    def _pem(self, certificate: Certificate) -> Path:
        der = self._scratch / f"{certificate.serial}.der"
        der.write_bytes(bytes(certificate.der))
        openssl("x509", "-inform", "der", "-in", der, "-out", der.with_suffix(".pem"))
        return der.with_suffix(".pem")

    def ocsp_of(self, certificate: x509.Certificate, authority: Authority) -> str:
        """The same of any certificate."""
        file = self._scratch / f"{certificate.serial_number}.pem"
        file.write_bytes(certificate.public_bytes(Encoding.PEM))
        return self._ocsp(file, authority)

    def ocsp(self, certificate: Certificate, authority: Authority) -> str:
        """The word of a verified answer: good, revoked, unknown."""
        return self._ocsp(self._pem(certificate), authority)

    def _ocsp(self, pem: Path, authority: Authority) -> str:
        issuer = self.issuer(authority)
        asked = ["-issuer", issuer, "-cert", pem, "-url", f"{self._url}/ocsp", "-CAfile", self._root]
        said = openssl("ocsp", *asked, "-verify_other", issuer)
        assert "Response verify OK" in said, said
        return said.partition(f"{pem}: ")[2].partition("\n")[0]

    def chain(self, certificate: Certificate, authority: Authority) -> str:
        """OK, or why the whole path with the lists of both issuers is refused."""
        lists = ["-CRLfile", self._fetched(f"crl/{authority.name}.crl", "crl")]
        lists += ["-CRLfile", self._fetched("crl/root.crl", "crl")]
        asked = ["-CAfile", self._root, "-untrusted", self.issuer(authority), *lists, "-crl_check_all"]
        said = openssl("verify", *asked, self._pem(certificate))
        return "OK" if said.endswith(": OK\n") else said


@pytest.fixture
def outside(authority: Authority, validation: str, tmp_path: Path) -> Outside:
    scratch = tmp_path / "outside"
    scratch.mkdir()
    return Outside(authority.folder, scratch=scratch, url=validation)


def begun(person: Person) -> Any:
    institution, _new = Institution.objects.get_or_create(name="T.C. Örnek Bakanlığı")
    order = uuid.uuid4()
    return issuance.begin(
        person=person, card_order_id=order, institution_id=institution.pk, profile="etsi-tr", by=SYSTEM,
        csr_der=make_csr(str(order)), card_serial=f"{order.int % 10**16:016d}", validity_years=3,
        publish=False, replaces=False,
    )  # fmt: skip


def stamped_by(authority: Authority, stamps: HttpTimestamps) -> bool:
    """Whether the service that answers now is this authority's."""
    try:
        checkpoints.ask(Head(1, b"head"), wire=stamps, issuers=[authority.certificate])
    except NeighbourFailed:
        return False
    return True


@pytest.mark.django_db(transaction=True)
def test_old_and_new_stand_side_by_side(
    make_person: MakePerson,
    make_certificate: MakeCertificate,
    ceremony_held: Held,
    keystore: KeyStore,
    outside: Outside,
    validation: str,
    run_jobs: Callable[[str], None],
    tmp_path: Path,
) -> None:
    old_good, old_closed = make_certificate(make_person()), make_certificate(make_person())
    half_made = begun(make_person())
    run_jobs("signing")

    plan = tmp_path / "next.yaml"
    plan.write_text(PLAN.read_text().replace("Sağlayıcısı N1", "Sağlayıcısı N2"))
    new = ceremony_rotation.rotate_issuing(
        ceremony_rotation.next_plan(plan, folder=ceremony_held.folder),
        stores=ceremony_held.stores, folder=ceremony_held.folder, now=clock.now(),
    )  # fmt: skip
    old = family(ceremony_held.folder)[0]
    new_good, new_closed = make_certificate(make_person()), make_certificate(make_person())
    finished = issuance.complete(half_made.pk, keystore=keystore)
    assert {one.issuer_id for one in (old_good, old_closed, finished)} == {old.id}
    assert {one.issuer_id for one in (new_good, new_closed)} == {new.id}

    changes = [
        revocation.revoke(one.pk, reason=Reason.KEY_COMPROMISE, by=holder_of(one.person))
        for one in (old_closed, new_closed)
    ]
    status_publication.watch()
    for issuer_id in (old.id, new.id):
        status_publication.publish(issuer_id, keystore=keystore)
    until(lambda: outside.chain(new_good, new) == "OK", what="the list of the new authority")
    until(lambda: outside.ocsp(new_closed, new).startswith("revoked"), what="its OCSP")
    until(lambda: outside.ocsp(old_closed, old).startswith("revoked"), what="the OCSP of the old one")
    for good, closed, authority in (
        (old_good, old_closed, old),
        (finished, old_closed, old),
        (new_good, new_closed, new),
    ):
        assert outside.ocsp(good, authority) == "good"
        assert outside.chain(good, authority) == "OK"
        assert "certificate revoked" in outside.chain(closed, authority)
    # The receipt of an act on an old certificate bears the seal that is in use, stamped by the newest service.
    stamps = HttpTimestamps(url=f"{validation}/tsa")
    until(lambda: stamped_by(new, stamps), what="the new time-stamping service")
    status_receipt.seal(changes[0].pk, keystore=keystore, timestamps=stamps)
    assert StatusReceipt.objects.get(change=changes[0]).sealed_at is not None

    # The old one's OCSP gets another key; answers verify before and after.
    delegate = ceremony_rotation.rotate_delegate(
        "ocsp", stores=ceremony_held.stores, folder=ceremony_held.folder, now=clock.now(), of="issuing"
    )
    key = delegates.key_of(delegate, store=ceremony_held.stores.validation, prefix="ocsp")
    assert key.label == "ocsp-3"
    assert outside.ocsp(old_closed, old).startswith("revoked")
    until(lambda: old.certificate_of("ocsp") == delegate and outside.ocsp(old_good, old) == "good", what="the new key")
    # A stamp service's former certificate ends, on the list and by OCSP, and only once there is another.
    stamping = x509.load_der_x509_certificate(new.certificate_of("tsa"))
    serial = f"{stamping.serial_number:X}"
    status_publication.watch()
    with pytest.raises(CommandError, match="service_in_use"):
        call_command("revoke_service", serial, reason="superseded")
    stores, folder = ceremony_held.stores, ceremony_held.folder
    ceremony_rotation.rotate_delegate("tsa", stores=stores, folder=folder, now=clock.now())
    assert outside.ocsp_of(stamping, new) == "good"
    call_command("revoke_service", serial, reason="superseded")
    with pytest.raises(CommandError):
        call_command("revoke_service", serial, reason="superseded")
    until(lambda: outside.ocsp_of(stamping, new).startswith("revoked"), what="the service's certificate")
    published = status_publication.publish(new.id, keystore=keystore)
    assert published is not None
    listed = x509.load_der_x509_crl(lists.whole(published.issuer))
    assert listed.get_revoked_certificate_by_serial_number(stamping.serial_number) is not None
    # Both delegates are looked after, and nobody else's.
    assert status_publication.renew_delegates(keystore=keystore) == 0
