"""A delegate's key in a token: signed beside the loop, in order, bounded, and tryLater when the token is gone."""

import shutil
from pathlib import Path

import httpx2

from divit.kernel import clock
from divit.kernel.serials import Serial
from divit.pki import ceremony
from divit.pki.keystores import SoftwareKeyStore
from divit.pki.ocsp import Failure, Good, failure
from divit.validation.settings import Settings
from tests.integration.validation.test_connections import Client, Service
from tests.integration.validation.test_workers import signer_of
from tests.integration.validation.wire import State, live
from tests.pki_authority import PLAN, PUBLIC_ADDRESS, House
from tests.softhsm import Token
from tests.unit.pki.test_ocsp import cert_id, request

HEADERS = {"content-type": "application/ocsp-request"}


def test_a_token_signs_beside_the_loop_and_its_loss_is_told(fresh_token: Token, tmp_path: Path) -> None:
    store, keys = fresh_token.store(), SoftwareKeyStore(tmp_path / "keys", passphrase="a passphrase for tests alone")
    held = ceremony.perform(
        ceremony.load_plan(PLAN, validation_url=PUBLIC_ADDRESS),
        stores=ceremony.Stores(root=keys, issuing=keys, validation=store),
        out=tmp_path / "ca",
        now=clock.now(),
    )
    house = House(tmp_path, held.authority, keys, store, "")
    (tmp_path / "pin").write_text(fresh_token.pin)
    settings = Settings(
        ca_dir=tmp_path / "ca",
        keystore=fresh_token.address,
        secret_file=tmp_path / "pin",
        state_dir=tmp_path / "state",
        most_waiting_signatures=8,
    )
    serial = Serial.random().int
    State(settings.state, str(house.authority.id), {serial: Good()})
    kept = request(cert_id(house, serial))
    with live(settings) as running, httpx2.Client(base_url=f"http://127.0.0.1:{running.port}", timeout=20) as client:
        service = Service(house, running, kept, b"", serial)

        def asked(data: bytes) -> bytes:
            return client.post("/ocsp", content=data, headers=HEADERS).content

        first = asked(kept)
        signer_of(first)
        assert asked(kept) == first
        nonces = [bytes((n,)) * 16 for n in range(40)]
        pipelined = Client(service).send(b"".join(service.post(nonce=nonce) for nonce in nonces))
        for nonce in nonces:
            _, _, body = pipelined.answer()
            signer_of(body)
            assert nonce in body
        many = [Client(service).send(service.post(nonce=nonce)) for nonce in nonces]
        answers = [one.answer()[2] for one in many]
        assert set(answers) - {failure(Failure.TRY_LATER)}, "some were signed"
        for one in (pipelined, *many):
            one.socket.close()

        shutil.rmtree(fresh_token.folder)
        assert asked(request(cert_id(house, serial), nonce=b"gone")) == failure(Failure.TRY_LATER)
        assert asked(kept) == first
        assert client.get("/healthz").status_code == 200
