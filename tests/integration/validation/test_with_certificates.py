"""Validation reads the very views that the certificates room publishes, and hears its notices."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from cryptography.x509 import ocsp as pyca_ocsp
from django.db import connection
from psycopg.conninfo import make_conninfo

from divit.certificates.models import Certificate
from divit.flows import revocation, suspension
from divit.identity.models import Person
from divit.kernel import clock
from divit.pki import der, ocsp
from divit.pki.authority import Authority
from divit.pki.reasons import Reason
from divit.pki.tbs import key_identifier
from divit.validation.follower_settings import FollowerSettings
from divit.validation.settings import Settings
from tests.fixtures_pki import Held, holder_of
from tests.integration.validation.conftest import until
from tests.integration.validation.wire import following, live


def _question(authority: Authority, serial: str) -> bytes:
    name = hashlib.sha1(authority.subject, usedforsecurity=False).digest()
    algorithm = der.sequence(der.oid("1.3.14.3.2.26"), der.null())
    key = key_identifier(authority.spki)
    cert_id = der.sequence(algorithm, der.octets(name), der.octets(key), der.integer(int(serial, 16)))
    return der.sequence(der.sequence(der.sequence(der.sequence(cert_id))))


def _status(client: httpx2.Client, authority: Authority, certificate: Certificate) -> str:
    answer = client.post(
        "/ocsp", content=_question(authority, certificate.serial), headers={"content-type": "application/ocsp-request"}
    )
    response = pyca_ocsp.load_der_ocsp_response(answer.content)
    if answer.content == ocsp.failure(ocsp.Failure.TRY_LATER):
        return "try later"
    reason = response.revocation_reason
    return response.certificate_status.name.lower() + (f" {reason.value}" if reason else "")


@pytest.mark.django_db(transaction=True)
def test_what_flows_do_is_what_the_world_sees(
    make_person: Callable[..., Person],
    make_certificate: Callable[..., Certificate],
    authority: Authority,
    ceremony_held: Held,
    run_jobs: Callable[[str], None],
    tmp_path: Path,
) -> None:
    parameters: dict[str, Any] = dict(connection.get_connection_params())
    url = make_conninfo(**{key: parameters[key] for key in ("dbname", "user", "password", "host") if key in parameters})
    chosen = Settings(
        ca_dir=ceremony_held.folder,
        keystore=ceremony_held.validation_keys,
        secret_file=ceremony_held.secret_file,
        state_dir=tmp_path,
        tsa_needs_synced_clock=False,
    )
    follower = FollowerSettings(
        database_url=url,
        ca_dir=ceremony_held.folder,
        state_dir=tmp_path,
        poll_seconds=30,  # long: what is seen here is seen through the notices
        read_again_hours=24,
    )
    certificate = make_certificate(make_person())
    by = holder_of(certificate.person)
    with (
        following(follower, now=clock.now),
        live(chosen) as running,
        httpx2.Client(base_url=f"http://127.0.0.1:{running.port}") as client,
    ):
        until(lambda: _status(client, authority, certificate) == "good", what="the certificate")
        suspension.suspend(certificate.pk, by=by)
        until(lambda: _status(client, authority, certificate) == "revoked certificateHold", what="the suspension")
        revocation.revoke(certificate.pk, reason=Reason.KEY_COMPROMISE, by=by)
        until(lambda: _status(client, authority, certificate) == "revoked keyCompromise", what="the revocation")
        assert client.get("/crl/issuing.crl").status_code == 503
        run_jobs("signing")
        until(lambda: client.get("/crl/issuing.crl").status_code == 200, what="the list")
        assert client.get("/readyz").json()["certificates"] == 1
        born = make_certificate(make_person())
        until(lambda: _status(client, authority, born) == "good", what="a new certificate")
