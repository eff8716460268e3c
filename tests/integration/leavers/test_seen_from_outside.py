"""What OpenSSL reads of a leaver's certificate: from the running validation service, and from the list."""

from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from divit.certificates.models import Certificate
from divit.flows import leavers
from divit.flows.leavers import How, Leave
from divit.identity.models import Person
from divit.institutions.models import Institution
from divit.kernel.actors import Actor
from divit.pki.authority import Authority
from tests.conformance.pki.outsiders import run
from tests.integration.validation.conftest import until

pytestmark = pytest.mark.django_db(transaction=True)
REASONS = {
    How.SUSPEND: ("certificateHold", "Certificate Hold"),
    How.REVOKE: ("affiliationChanged", "Affiliation Changed"),
}


def _write(folder: Path, name: str, der: bytes) -> None:
    pem = x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM)
    (folder / f"{name}.pem").write_bytes(pem)


@pytest.mark.parametrize("how", How)
def test_openssl_reads_the_reason(
    how: How,
    ministry: Institution,
    officer_of: Callable[..., Actor],
    make_person: Callable[..., Person],
    make_certificate: Callable[..., Certificate],
    authority: Authority,
    validation: str,
    run_jobs: Callable[..., None],
    tmp_path: Path,
) -> None:
    in_ocsp, in_list = REASONS[how]
    officer = officer_of(ministry)
    gone = [make_certificate(make_person(), institution=ministry) for _ in range(2)]
    stays = make_certificate(make_person(), institution=ministry)
    chosen = leavers.chosen([row.pk for row in gone], by=officer)
    leavers.close(chosen, how=how, said=Leave(reason="Kurumdan ayrıldı"), by=officer)
    run_jobs("signing")

    _write(tmp_path, "root", authority.root)
    _write(tmp_path, "sub", authority.certificate)
    for row in (*gone, stays):
        _write(tmp_path, row.serial, bytes(row.der))

    def asked(row: Certificate) -> str:
        question = ("-issuer", "sub.pem", "-cert", f"{row.serial}.pem", "-url", f"{validation}/ocsp", "-no_nonce")
        return run("openssl", "ocsp", *question, "-CAfile", "root.pem", "-verify_other", "sub.pem", folder=tmp_path)

    for row in gone:
        until(lambda row=row: f"Reason: {in_ocsp}" in asked(row), what=f"the answer about {row.serial}")  # type: ignore[misc]
    assert f"{stays.serial}.pem: good" in asked(stays)

    (tmp_path / "list.der").write_bytes(httpx2.get(f"{validation}/crl/issuing.crl", timeout=10).content)
    said = run("openssl", "crl", "-inform", "DER", "-in", "list.der", "-text", "-noout", folder=tmp_path)
    assert said.count(in_list) == 2
    assert all(row.serial in said for row in gone)
    assert stays.serial not in said
