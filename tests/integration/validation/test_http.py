"""What the world sends over HTTP, and the answer it gets: never a 5xx, never a hang, never a stale status."""

import base64
import gzip
import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import httpx2
import pytest
from asn1crypto import tsp
from cryptography import x509
from cryptography.x509 import ocsp as pyca_ocsp

from divit.kernel import clock
from divit.kernel.serials import Serial
from divit.pki import ocsp, timestamps
from divit.pki.ocsp import Good, Revoked
from divit.pki.reasons import Reason
from divit.validation.messages import Response
from tests.integration.validation.conftest import crl_of, settings_for
from tests.integration.validation.wire import Live, State, live
from tests.pki_authority import House, hold
from tests.unit.pki.test_ocsp import cert_id, hostile, request
from tests.unit.pki.test_timestamps import query, refused

MALFORMED = ocsp.failure(ocsp.Failure.MALFORMED_REQUEST)
TRY_LATER = ocsp.failure(ocsp.Failure.TRY_LATER)
HEADERS = {"content-type": "application/ocsp-request"}
TSA_HEADERS = {"content-type": "application/timestamp-query"}


@dataclass
class Clock:
    """The real time, moved by hand."""

    ahead: float = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


@dataclass
class Service:
    """A server over a state that the test writes: `serial` is good, `held` on hold."""

    house: House
    state: State
    live: Live
    client: httpx2.Client
    clock: Clock
    serial: int
    held: int

    def ask(self, data: bytes) -> pyca_ocsp.OCSPResponse:
        response = self.client.post("/ocsp", content=data, headers=HEADERS)
        assert response.status_code == 200
        return pyca_ocsp.load_der_ocsp_response(response.content)

    def publish(self, der: bytes, number: int) -> None:
        issuer = self.house.authority.certificate
        self.state.writer.lists.take(
            der, authority="issuing", issuer=issuer, number=number, base_number=None, now=clock.now()
        )


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One for all tests of this file: they only add to it, and set its clock right again."""
    house = hold(tmp_path_factory.mktemp("http"))
    serial, held, now = Serial.random().int, Serial.random().int, Clock()
    settings = settings_for(house)
    settings.state.mkdir(exist_ok=True)
    statuses = {serial: Good(), held: Revoked(clock.now() - timedelta(minutes=1), Reason.CERTIFICATE_HOLD)}
    state = State(settings.state, str(house.authority.id), statuses)
    at = clock.now().replace(microsecond=0)
    with live(settings, seconds=now) as running, httpx2.Client(base_url=f"http://127.0.0.1:{running.port}") as client:
        service = Service(house, state, running, client, now, serial, held)
        service.publish(*crl_of(house, [], at=at))
        yield service


def good(response: httpx2.Response) -> bool:
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/ocsp-response"
    parsed = pyca_ocsp.load_der_ocsp_response(response.content)
    return parsed.certificate_status is pyca_ocsp.OCSPCertStatus.GOOD


def test_ocsp_by_post_and_by_get_in_every_spelling(service: Service) -> None:
    client = service.client
    for nonce in (bytes(32), None):
        data = request(cert_id(service.house, service.serial), nonce=nonce)
        for _ in range(3):  # read, learnt, known
            assert good(client.post("/ocsp", content=data, headers=HEADERS))
        assert good(client.post("/ocsp/", content=data, headers={"content-type": "Application/OCSP-Request; x=y"}))
        text = base64.b64encode(data).decode()
        for spelling in (text, quote(text, safe=""), quote(text, safe="/"), text.rstrip("=")):
            for _ in range(3):
                assert good(client.get(f"/ocsp/{spelling}"))


def test_answers_asked_for_by_get_say_how_long_they_hold_and_which_they_are(service: Service) -> None:
    """No cache may give one out unasked: a suspension is to be seen by the next question."""
    data = request(cert_id(service.house, service.serial))
    path = "/ocsp/" + base64.b64encode(data).decode()
    first, second = service.client.get(path), service.client.get(path)
    for response in (first, second):
        assert response.headers["cache-control"] == "max-age=0, public, no-transform, must-revalidate"
        assert response.headers["etag"] == f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
        assert {"last-modified", "expires", "date", "content-length"} <= set(response.headers)
    assert first.content == second.content
    for headers in ({"if-none-match": first.headers["etag"]}, {"if-modified-since": first.headers["last-modified"]}):
        again = service.client.get(path, headers=headers)
        assert (again.status_code, again.content) == (304, b"")
    head = service.client.head(path)
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", first.headers["etag"])
    with_nonce = request(cert_id(service.house, service.serial), nonce=b"n")
    assert "no-store" in service.client.get("/ocsp/" + base64.b64encode(with_nonce).decode()).headers["cache-control"]
    assert "no-store" in service.client.post("/ocsp", content=data, headers=HEADERS).headers["cache-control"]


def test_a_kept_answer_is_given_until_the_status_changes_or_it_gets_old(service: Service) -> None:
    serial = Serial.random().int
    service.state.put(serial, Good())
    data = request(cert_id(service.house, serial))
    first = service.ask(data)
    assert service.ask(data).signature == first.signature
    held_at = clock.now().replace(microsecond=0)
    service.state.put(serial, Revoked(held_at, Reason.CERTIFICATE_HOLD))
    held = service.ask(data)
    assert (held.certificate_status, held.revocation_time_utc) == (pyca_ocsp.OCSPCertStatus.REVOKED, held_at)
    assert service.ask(data).signature == held.signature
    service.state.put(serial, Good())
    assert service.ask(data).certificate_status is pyca_ocsp.OCSPCertStatus.GOOD
    try:
        for ahead in (0, 200, 245, 500, 560, 1_200):
            service.clock.ahead = ahead
            service.live.call(service.live.server._answers.renew)
            aged = service.ask(data)
            age = datetime.fromtimestamp(service.clock(), UTC) - aged.produced_at_utc
            assert timedelta(0) <= age < timedelta(seconds=241 if ahead == 245 else 540), ahead
        service.clock.ahead = -50  # a clock that was set back: no answer is from the future
        assert service.ask(data).produced_at_utc <= datetime.fromtimestamp(service.clock(), UTC)
        service.clock.ahead = 3_700  # nobody has followed the database for an hour
        for _ in range(2):
            response = service.client.post("/ocsp", content=data, headers=HEADERS)
            assert response.content == TRY_LATER
    finally:
        service.clock.ahead = 0
    service.state.agree()


def test_only_what_was_issued_is_kept_and_only_so_much_of_it(service: Service) -> None:
    answers, house = service.live.server._answers, service.house
    service.ask(request(cert_id(house, service.serial)))
    before = len(answers)
    for _ in range(2):
        unknown = service.ask(request(cert_id(house, Serial.random().int)))
        assert unknown.certificate_status is pyca_ocsp.OCSPCertStatus.UNKNOWN
    assert len(answers) == before
    serials = [Serial.random().int for _ in range(60)]
    for serial in serials:
        service.state.put(serial, Good())
    answers._most_octets, most = answers.octets + 20_000, answers._most_octets
    try:
        for serial in serials:
            service.ask(request(cert_id(house, serial)))
        assert answers.octets <= answers._most_octets
        assert len(answers) < before + 60
    finally:
        answers._most_octets = most
    padded = [base64.b64encode(request(cert_id(house, service.held))).decode()]
    padded += [padded[0].replace("M", "%4D", n) for n in range(1, 4)]
    before = len(answers)
    for text in padded:
        assert service.client.get(f"/ocsp/{text}").status_code == 200
    assert len(answers) == before + 1


def test_the_hostile_corpus_gets_a_clear_answer(service: Service) -> None:
    client = service.client
    for name, data in hostile(service.house).items():
        response = client.post("/ocsp", content=data, headers=HEADERS)
        assert response.content == MALFORMED, name
        assert response.status_code == (413 if len(data) > ocsp.MOST_OCTETS else 200), name
        path = "/ocsp/" + quote(base64.b64encode(data[:30_000]).decode(), safe="")
        by_get = client.get(path)
        assert (by_get.status_code, by_get.content) == (200 if len(path) <= 8_192 else 414, MALFORMED), name
        assert service.ask(request(cert_id(service.house, service.serial))).certificate_status is (
            pyca_ocsp.OCSPCertStatus.GOOD
        )


@pytest.mark.parametrize("text", ["x", "%00", "!!!!", "A" * 20_000, "%E2%82%BA", "..", "MIIB%2", "?", "%"])
def test_get_paths_that_are_no_request(service: Service, text: str) -> None:
    response = service.client.get(f"/ocsp/{text}")
    assert response.status_code in {200, 404, 414}
    if response.status_code != 404:
        assert response.content == MALFORMED


def test_another_content_type_is_told_so(service: Service) -> None:
    data = request(cert_id(service.house, service.serial))
    response = service.client.post("/ocsp", content=data, headers={"content-type": "application/x-www-form-urlencoded"})
    assert (response.status_code, response.content) == (415, MALFORMED)
    assert good(service.client.post("/ocsp", content=data))


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/ocsp", 405),
        ("PUT", "/ocsp", 405),
        ("GET", "/tsa", 405),
        ("POST", "/crl/issuing.crl", 405),
        ("GET", "/crl/other.crl", 404),
        ("GET", "/crl/issuing-delta.crl", 404),
        ("GET", "/crl/..%2f..%2fauthority.json.crl", 404),
        ("GET", "/ca/seal.crt", 404),
        ("GET", "/ca/%2e%2e.crt", 404),
        ("DELETE", "/healthz", 405),
        ("OPTIONS", "/nowhere", 404),
    ],
)
def test_other_doors_are_closed(service: Service, method: str, path: str, status: int) -> None:
    assert service.client.request(method, path).status_code == status


@pytest.mark.parametrize(
    ("path", "kind", "age"),
    [
        ("/crl/issuing.crl", "application/pkix-crl", 10),
        ("/crl/root.crl", "application/pkix-crl", 10),
        ("/ca/issuing.crt", "application/pkix-cert", 86_400),
        ("/ca/root.crt", "application/pkix-cert", 86_400),
    ],
)
def test_files_have_their_type_and_say_how_long_they_may_be_kept(
    service: Service, path: str, kind: str, age: int
) -> None:
    client = service.client
    response = client.get(path)
    assert response.status_code == 200
    assert response.headers["content-type"] == kind
    assert f"max-age={age}" in response.headers["cache-control"]
    assert {"etag", "last-modified", "expires"} <= set(response.headers)
    head = client.head(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == response.headers["etag"]
    assert head.headers["content-length"] == str(len(response.content))
    etag, date = response.headers["etag"], response.headers["last-modified"]
    for headers in (
        {"if-none-match": etag},
        {"if-none-match": f'"other", W/{etag}'},
        {"if-none-match": "*"},
        {"if-modified-since": date},
    ):
        again = client.get(path, headers=headers)
        assert (again.status_code, again.content) == (304, b""), headers
        assert again.headers["etag"] == etag
    for headers in (
        {"if-none-match": '"other"'},
        {"if-none-match": '"other"', "if-modified-since": date},
        {"if-modified-since": "Thu, 01 Jan 2004 00:00:00 GMT"},
        {"if-modified-since": "yesterday"},
    ):
        assert client.get(path, headers=headers).status_code == 200, headers


def test_a_list_goes_out_compressed_where_that_is_accepted_and_both_are_the_same(service: Service) -> None:
    der, number = crl_of(service.house, [], at=clock.now().replace(microsecond=0), number=2_000_000_000_000)
    service.publish(der, number)
    service.state.writer.lists.compress("issuing")
    plain = service.client.get("/crl/issuing.crl", headers={"accept-encoding": "identity"})
    assert (plain.content, plain.headers.get("content-encoding")) == (der, None)
    with service.client.stream("GET", "/crl/issuing.crl", headers={"accept-encoding": "br;q=1, gzip;q=0.8"}) as packed:
        raw = b"".join(packed.iter_raw())
    assert gzip.decompress(raw) == der
    assert (packed.headers["content-encoding"], packed.headers["vary"]) == ("gzip", "Accept-Encoding")
    assert packed.headers["etag"] != plain.headers["etag"]
    assert (
        service.client.get("/crl/issuing.crl", headers={"accept-encoding": "gzip;q=0"}).headers["etag"]
        == (plain.headers["etag"])
    )


def test_what_the_certificates_point_to_is_there(service: Service) -> None:
    """Every address that a certificate of ours carries leads to what it promises."""
    house, client = service.house, service.client
    certificate = x509.load_der_x509_certificate(house.issue())
    base = "http://status.example.org"
    point = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value[0]
    assert point.full_name is not None
    x509.load_der_x509_crl(client.get(str(point.full_name[0].value).removeprefix(base)).content)
    places = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    issuers, responder = (str(place.access_location.value).removeprefix(base) for place in places)
    assert client.get(issuers).content == house.authority.certificate
    response = client.post(responder, content=request(cert_id(house, 1)), headers=HEADERS)
    unknown = pyca_ocsp.load_der_ocsp_response(response.content)
    assert unknown.certificate_status is pyca_ocsp.OCSPCertStatus.UNKNOWN
    practice = client.get(house.authority.terms("etsi-tr").cps_url.removeprefix(base))
    assert practice.headers["content-type"] == "text/plain; charset=utf-8"
    assert "TEST" in practice.text
    assert house.authority.terms("etsi-tr").policy in practice.text


def test_time_stamps_over_http(service: Service) -> None:
    client = service.client
    response = client.post("/tsa", content=query(), headers=TSA_HEADERS)
    assert (response.status_code, response.headers["content-type"]) == (200, "application/timestamp-reply")
    assert tsp.TimeStampResp.load(response.content)["status"]["status"].native == "granted"
    garbage = client.post("/tsa", content=b"garbage", headers=TSA_HEADERS)
    assert (garbage.status_code, refused(garbage.content)) == (200, "bad_data_format")
    long = client.post("/tsa", content=bytes(timestamps.MOST_OCTETS + 1), headers=TSA_HEADERS)
    assert (long.status_code, refused(long.content)) == (413, "bad_data_format")
    assert client.post("/tsa", content=query(), headers=HEADERS).status_code == 415


def test_a_clock_that_went_back_gives_no_stamp(service: Service) -> None:
    def stamped() -> bytes:
        return service.client.post("/tsa", content=query(), headers=TSA_HEADERS).content

    try:
        assert tsp.TimeStampResp.load(stamped())["status"]["status"].native == "granted"
        service.clock.ahead = -2
        assert refused(stamped()) == "time_not_available"
        service.clock.ahead = 0
        assert tsp.TimeStampResp.load(stamped())["status"]["status"].native == "granted"
    finally:
        service.clock.ahead = 0


def test_what_nobody_thought_of_is_an_answer_too(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object, **_named: object) -> Response:
        raise RuntimeError("nobody thought of this")

    monkeypatch.setattr(service.live.server._desk, "prepare", broken)
    monkeypatch.setattr(service.live.server._files, "list_of", broken)
    response = service.client.post("/ocsp", content=b"\x30\x00", headers=HEADERS)
    assert (response.status_code, response.content) == (200, ocsp.failure(ocsp.Failure.INTERNAL_ERROR))
    assert service.client.get("/crl/issuing.crl").status_code == 503


def test_what_was_counted_is_told(service: Service) -> None:
    page = service.client.get("/metrics")
    assert page.headers["content-type"].startswith("text/plain; version=0.0.4")
    lines = dict(line.rsplit(" ", 1) for line in page.text.splitlines() if not line.startswith("#"))
    before = int(lines['divit_validation_ocsp_answers_total{status="good"}'])
    data = request(cert_id(service.house, service.serial))
    for _ in range(3):
        service.ask(data)
    lines = dict(line.rsplit(" ", 1) for line in service.client.get("/metrics").text.splitlines())
    assert int(lines['divit_validation_ocsp_answers_total{status="good"}']) == before + 3
    assert int(lines["divit_validation_connections"]) >= 1
    assert int(lines["divit_validation_certificates"]) == len(service.live.server._desk.index or "")
    assert lines["divit_validation_status_followed"] == "1"
