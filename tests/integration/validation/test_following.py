"""Validation follows the database, outlives it, and never says more than it knows."""

import subprocess
from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest
from cryptography import x509
from cryptography.x509 import ocsp as pyca_ocsp
from django.core.management import call_command

from divit.kernel import clock
from divit.kernel.serials import Serial
from divit.pki import ceremony, crl
from divit.pki.reasons import Reason
from tests.integration.validation.conftest import Database, Serve, crl_of, put_statements, until
from tests.pki_authority import House, hold
from tests.unit.pki.test_ocsp import cert_id, request

NOWHERE = "postgresql://divit_validation@/divit?host=/nonexistent"
HEADERS = {"content-type": "application/ocsp-request"}


def ask(client: httpx2.Client, house: House, serial: int) -> pyca_ocsp.OCSPResponse:
    response = client.post("/ocsp", content=request(cert_id(house, serial)), headers=HEADERS)
    assert response.status_code == 200
    return pyca_ocsp.load_der_ocsp_response(response.content)


def status(client: httpx2.Client, house: House, serial: int) -> str:
    """`good`, `unknown`, `revoked keyCompromise`, or the kind of failure."""
    response = ask(client, house, serial)
    if response.response_status is not pyca_ocsp.OCSPResponseStatus.SUCCESSFUL:
        return response.response_status.name
    reason = response.revocation_reason
    return response.certificate_status.name.lower() + (f" {reason.value}" if reason else "")


def in_sync(client: httpx2.Client) -> bool:
    return bool(client.get("/readyz").json()["in_sync"])


def ready(serve: Serve, house: House, database: Database) -> httpx2.Client:
    client = serve(house, database.url)
    until(lambda: in_sync(client), what="the first load")
    return client


def test_every_change_is_seen(serve: Serve, house: House, database: Database) -> None:
    serial = Serial.random().int
    client = ready(serve, house, database)
    assert status(client, house, serial) == "unknown"
    for reason, wanted in (
        (None, "good"),
        (Reason.CERTIFICATE_HOLD, "revoked certificateHold"),
        (None, "good"),
        (Reason.KEY_COMPROMISE, "revoked keyCompromise"),
    ):
        database.put(house, serial, reason=reason)
        until(lambda wanted=wanted: status(client, house, serial) == wanted, what=wanted)


def test_a_change_without_a_notice_is_found_by_polling(serve: Serve, house: House, database: Database) -> None:
    serial = Serial.random().int
    client = ready(serve, house, database)
    database.put(house, serial, notify=False)
    until(lambda: status(client, house, serial) == "good", what="a silent change")


def test_what_was_there_before_it_started_is_known(serve: Serve, house: House, database: Database) -> None:
    serials = [Serial.random().int for _ in range(50)]
    for serial in serials:
        database.put(house, serial, reason=Reason.SUPERSEDED)
    client = ready(serve, house, database)
    assert {status(client, house, serial) for serial in serials} == {"revoked superseded"}
    assert client.get("/readyz").json()["certificates"] == 50


@pytest.mark.parametrize("notify", [True, False])
def test_a_transaction_that_commits_late_is_not_missed(
    serve: Serve, house: House, database: Database, notify: bool
) -> None:
    """It took its number first and became visible second."""
    slow, quick = Serial.random().int, Serial.random().int
    client = ready(serve, house, database)
    with psycopg.connect(database.cluster.url()) as late:
        for query, values in put_statements(house, slow, reason=Reason.CERTIFICATE_HOLD, notify=notify):
            late.execute(query, values)  # type: ignore[call-overload]
        database.put(house, quick)
        until(lambda: status(client, house, quick) == "good", what="the quick one")
        assert status(client, house, slow) == "unknown"
    until(lambda: status(client, house, slow) == "revoked certificateHold", what="the slow one")


def test_the_ceremonys_own_certificates_are_good_unless_the_database_says_otherwise(
    serve: Serve, house: House, database: Database
) -> None:
    seal = x509.load_der_x509_certificate(house.authority.certificate_of("seal")).serial_number
    client = ready(serve, house, database)
    assert status(client, house, seal) == "good"
    database.put(house, seal, reason=Reason.KEY_COMPROMISE)
    until(lambda: status(client, house, seal) == "revoked keyCompromise", what="the seal's revocation")


class Clock:
    """The real time, moved by hand."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return clock.now() + self.ahead


def test_it_outlives_the_database_until_its_next_update_and_then_says_try_later(
    serve: Serve, house: House, database: Database
) -> None:
    serial, at, time = Serial.random().int, clock.now().replace(microsecond=0), Clock()
    database.put(house, serial, reason=Reason.CERTIFICATE_HOLD)
    der, number = crl_of(house, [], at=at)
    database.publish(house, der, number=number, at=at)
    client = serve(house, database.url, now=time)
    until(lambda: client.get("/readyz").status_code == 200, what="readiness")

    database.kill()
    until(lambda: client.get("/readyz").status_code == 503, what="the loss being noticed")
    first = ask(client, house, serial)
    time.ahead = timedelta(minutes=50)
    later = ask(client, house, serial)
    assert later.certificate_status is pyca_ocsp.OCSPCertStatus.REVOKED
    assert later.this_update_utc == first.this_update_utc, "no answer is fresher than what is known"
    assert later.next_update_utc == first.next_update_utc
    assert client.get("/crl/issuing.crl").content == der
    time.ahead = timedelta(minutes=61)
    assert status(client, house, serial) == "TRY_LATER"
    assert client.get("/crl/issuing.crl").content == der
    time.ahead = timedelta(hours=24, minutes=1)
    assert client.get("/crl/issuing.crl").status_code == 503
    assert client.get("/crl/root.crl").status_code == 200
    assert client.get("/healthz").status_code == 200


def test_an_authority_that_was_given_a_past_has_a_list_of_its_root_that_stands(
    serve: Serve, tmp_path: Path, database: Database, settings: Any, transactional_db: None
) -> None:
    old_house = hold(tmp_path, at=clock.now() - timedelta(days=365))
    folder, secret = old_house.folder, old_house.folder / "secret"
    secret.write_text(old_house.passphrase)
    own = {"ca_dir": folder / "ca", "keystore": f"software:{folder / 'keys'}", "keystore_secret_file": secret}
    settings.DIVIT = settings.DIVIT.model_copy(update=own)
    old = (folder / "ca" / "crl" / "root.crl").read_bytes()
    client = serve(old_house, database.url)
    assert client.get("/crl/root.crl").status_code == 503
    call_command("register_authority", verbosity=0, stdout=StringIO())
    answer = client.get("/crl/root.crl")
    assert answer.status_code == 200
    assert crl.number_of(answer.content) > crl.number_of(old)
    command = ["openssl", "crl", "-inform", "DER", "-noout", "-nextupdate", "-CAfile", "certificates/root.pem"]
    checked = subprocess.run(command, input=answer.content, cwd=folder / "ca", capture_output=True, check=True)
    assert b"verify OK" in checked.stderr
    call_command("register_authority", verbosity=0, stdout=StringIO())
    assert client.get("/crl/root.crl").content == answer.content  # while it stands it stays


def test_it_reconnects_and_catches_up(serve: Serve, house: House, database: Database) -> None:
    client = ready(serve, house, database)
    for _ in range(2):
        lifted, held = Serial.random().int, Serial.random().int
        database.put(house, lifted, reason=Reason.CERTIFICATE_HOLD)
        until(lambda serial=lifted: status(client, house, serial) == "revoked certificateHold", what="the hold")
        database.kill()
        until(lambda: not in_sync(client), what="the loss being noticed")
        database.start()
        database.put(house, lifted, notify=False)
        database.put(house, held, reason=Reason.CERTIFICATE_HOLD, notify=False)
        until(lambda s=held: status(client, house, s) == "revoked certificateHold", what="the reconnection")
        until(lambda s=lifted: status(client, house, s) == "good", what="the rest of it")


def test_it_starts_from_what_it_knew_while_the_database_is_away(
    serve: Serve, stop: Callable[[httpx2.Client], None], house: House, database: Database
) -> None:
    held, other, at, time = Serial.random().int, Serial.random().int, clock.now().replace(microsecond=0), Clock()
    database.put(house, other)
    der, number = crl_of(house, [], at=at)
    database.publish(house, der, number=number, at=at)
    client = ready(serve, house, database)
    database.put(house, held, reason=Reason.CERTIFICATE_HOLD)
    until(lambda: status(client, house, held) == "revoked certificateHold", what="the hold")
    until(lambda: client.get("/crl/issuing.crl").content == der, what="the list")
    database.kill()
    stop(client)
    client = serve(house, database.url, now=time)
    until(lambda: status(client, house, held) == "revoked certificateHold", what="what it knew")
    assert (status(client, house, other), status(client, house, 77)) == ("good", "unknown")
    assert client.get("/crl/issuing.crl").content == der
    time.ahead = timedelta(minutes=61)
    assert status(client, house, held) == "TRY_LATER"
    time.ahead = timedelta()
    database.start()
    database.put(house, held, notify=False)
    until(lambda: status(client, house, held) == "good", what="what was changed meanwhile")


def test_a_restored_database_is_read_anew_and_takes_no_revocation_back(
    serve: Serve, house: House, database: Database
) -> None:
    revoked, forgotten, later = (Serial.random().int for _ in range(3))
    client = ready(serve, house, database)
    for serial in (revoked, forgotten):
        database.put(house, serial)
    database.put(house, revoked, reason=Reason.KEY_COMPROMISE)
    until(lambda: status(client, house, revoked) == "revoked keyCompromise", what="the revocation")
    database.execute("TRUNCATE published_certificate_status", "SELECT setval('change', 1)")
    database.put(house, revoked, notify=False)
    database.kill()
    database.start()
    until(lambda: status(client, house, forgotten) == "unknown", what="another table")
    assert status(client, house, revoked) == "revoked keyCompromise"
    until(lambda: in_sync(client), what="following")
    database.put(house, later, notify=False)
    until(lambda: status(client, house, later) == "good", what="its numbers, which began again")


def test_it_starts_without_a_database_and_waits(serve: Serve, house: House, database: Database) -> None:
    serial = Serial.random().int
    database.put(house, serial)
    database.kill()
    client = serve(house, database.url)
    assert status(client, house, serial) == "TRY_LATER"
    assert client.get("/crl/issuing.crl").status_code == 503
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200
    assert client.get("/ca/issuing.crt").status_code == 200
    database.start()
    until(lambda: status(client, house, serial) == "good", what="the database's coming")


def test_a_row_that_means_nothing_is_never_good(serve: Serve, house: House, database: Database) -> None:
    serial = Serial.random().int
    issuer = str(house.authority.id)
    row = "INSERT INTO published_certificate_status VALUES (%s, %s, %s, null, null, now())"
    database.execute((row, (issuer, Serial(serial).hex, "perhaps")))
    client = serve(house, database.url)
    assert status(client, house, serial) == "TRY_LATER"
    assert not in_sync(client)


def test_lists_follow_the_database_and_never_go_back(serve: Serve, house: House, database: Database) -> None:
    client = ready(serve, house, database)
    at = clock.now().replace(microsecond=0)
    first, number = crl_of(house, [], at=at)
    database.publish(house, first, number=number, at=at)
    until(lambda: client.get("/crl/issuing.crl").content == first, what="the first list")
    second, _ = crl_of(house, [], at=at, number=number + 1)
    database.publish(house, second, number=number + 1, at=at)
    until(lambda: client.get("/crl/issuing.crl").content == second, what="the second list")
    old, _ = crl_of(house, [], at=at, number=number - 1)
    database.publish(house, old, number=number - 1, at=at)
    marker = Serial.random().int
    database.put(house, marker)
    until(lambda: status(client, house, marker) == "good", what="a later change")
    assert client.get("/crl/issuing.crl").content == second


def test_a_list_that_is_not_this_authoritys_is_never_served(
    serve: Serve, house: House, own_house: House, database: Database
) -> None:
    client = ready(serve, house, database)
    at = clock.now().replace(microsecond=0)
    good, number = crl_of(house, [], at=at)
    foreign, _ = crl_of(own_house, [], at=at, number=number + 5)
    database.publish(house, foreign, number=number + 5, at=at)
    marker = Serial.random().int
    database.put(house, marker)
    until(lambda: status(client, house, marker) == "good", what="a later change")
    assert client.get("/crl/issuing.crl").status_code == 503
    database.publish(house, good, number=number + 6, at=at)  # its number is not the one it is published under
    right, _ = crl_of(house, [], at=at, number=number + 7)
    database.publish(house, right, number=number + 7, at=at)
    until(lambda: client.get("/crl/issuing.crl").content == right, what="the right list")


def test_a_renewed_delegate_is_taken_over_while_running(serve: Serve, own_house: House, database: Database) -> None:
    house = own_house
    seal = x509.load_der_x509_certificate(house.authority.certificate_of("seal")).serial_number
    client = ready(serve, house, database)
    old = ask(client, house, seal).certificates[0]
    later = clock.now() + timedelta(days=25)
    ceremony.renew_delegate(house.authority, issuing=house.ca_keys, now=later)
    new = x509.load_der_x509_certificate(house.authority.certificate_of("ocsp"))
    assert new != old
    until(lambda: ask(client, house, seal).certificates[0] == new, what="the new delegate")


def test_a_half_written_or_foreign_delegate_is_left_where_it_is(
    serve: Serve, own_house: House, database: Database, house: House
) -> None:
    seal = x509.load_der_x509_certificate(own_house.authority.certificate_of("seal")).serial_number
    client = ready(serve, own_house, database)
    old = ask(client, own_house, seal).certificates[0]
    for content in (b"\x30\x82", house.authority.certificate_of("ocsp")):
        path: Path = own_house.authority.certificate_path("ocsp")
        path.write_bytes(content)
        with_new = Serial.random().int
        database.put(own_house, with_new)
        until(lambda serial=with_new: status(client, own_house, serial) == "good", what="answers going on")
        assert ask(client, own_house, seal).certificates[0] == old


def test_an_address_that_leads_nowhere_is_no_crash(serve: Serve, house: House) -> None:
    client = serve(house, NOWHERE)
    assert status(client, house, 1) == "TRY_LATER"
