"""What the world sends over HTTP, and the answer it gets: never a 500, never a hang, never a stale status."""

import base64
from datetime import timedelta
from urllib.parse import quote

import pytest
from asn1crypto import tsp
from cryptography import x509
from cryptography.x509 import ocsp as pyca_ocsp
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from divit.kernel import clock
from divit.kernel.serials import Serial
from divit.pki import ocsp, timestamps
from divit.validation.app import _LastResort
from tests.integration.validation.conftest import Database, Serve, crl_of, until
from tests.integration.validation.test_following import HEADERS, ask
from tests.pki_authority import House
from tests.unit.pki.test_ocsp import cert_id, hostile, request
from tests.unit.pki.test_timestamps import query, refused

MALFORMED = ocsp.failure(ocsp.Failure.MALFORMED_REQUEST)
TSA_HEADERS = {"content-type": "application/timestamp-query"}


@pytest.fixture
def serial() -> int:
    return Serial.random().int


@pytest.fixture
def client(serve: Serve, house: House, database: Database, serial: int) -> TestClient:
    at = clock.now().replace(microsecond=0)
    der, number = crl_of(house, [], at=at)
    database.put(house, serial)
    database.publish(house, der, number=number, at=at)
    client = serve(house, database.url)
    until(lambda: client.get("/readyz").status_code == 200, what="readiness")
    return client


def good(response: Response) -> bool:
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/ocsp-response"
    parsed = pyca_ocsp.load_der_ocsp_response(response.content)  # type: ignore[attr-defined]
    return parsed.certificate_status is pyca_ocsp.OCSPCertStatus.GOOD


def test_ocsp_by_post_and_by_get_in_every_spelling(client: TestClient, house: House, serial: int) -> None:
    data = request(cert_id(house, serial), nonce=bytes(32))
    assert good(client.post("/ocsp", content=data, headers=HEADERS))
    assert good(client.post("/ocsp/", content=data, headers={"content-type": "Application/OCSP-Request; x=y"}))
    text = base64.b64encode(data).decode()
    for spelling in (text, quote(text, safe=""), quote(text, safe="/"), text.rstrip("=")):
        assert good(client.get(f"/ocsp/{spelling}"))


def test_no_cache_may_keep_an_ocsp_answer(client: TestClient, house: House, serial: int) -> None:
    """Suspended is to be seen by the next question: freshness matters more than a cached second."""
    response = client.get("/ocsp/" + base64.b64encode(request(cert_id(house, serial))).decode())
    assert "no-store" in response.headers["cache-control"]


def test_the_hostile_corpus_gets_a_clear_answer(client: TestClient, house: House) -> None:
    for name, data in hostile(house).items():
        response = client.post("/ocsp", content=data, headers=HEADERS)
        assert response.content == MALFORMED, name
        assert response.status_code == (413 if len(data) > ocsp.MOST_OCTETS else 200), name
        by_get = client.get("/ocsp/" + quote(base64.b64encode(data[:30_000]).decode(), safe=""))
        assert (by_get.status_code, by_get.content) in {(200, MALFORMED), (404, by_get.content)}, name


@pytest.mark.parametrize("text", ["x", "%00", "!!!!", "A" * 20_000, "%E2%82%BA", "..", "MIIB%2"])
def test_get_paths_that_are_no_request(client: TestClient, text: str) -> None:
    response = client.get(f"/ocsp/{text}")
    assert response.status_code in {200, 404}
    if response.status_code == 200:
        assert response.content == MALFORMED


def test_another_content_type_is_told_so(client: TestClient, house: House, serial: int) -> None:
    data = request(cert_id(house, serial))
    response = client.post("/ocsp", content=data, headers={"content-type": "application/x-www-form-urlencoded"})
    assert (response.status_code, response.content) == (415, MALFORMED)
    assert good(client.post("/ocsp", content=data))


def test_a_body_without_end_is_cut_off(client: TestClient) -> None:
    def endless() -> object:
        for _ in range(10_000):
            yield b"\x30" * 4096

    response = client.post("/ocsp", content=endless(), headers=HEADERS)
    assert (response.status_code, response.content) == (413, MALFORMED)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/ocsp", 405),
        ("PUT", "/ocsp", 405),
        ("GET", "/tsa", 405),
        ("POST", "/crl/issuing.crl", 405),
        ("GET", "/crl/other.crl", 404),
        ("GET", "/crl/..%2f..%2fauthority.json.crl", 404),
        ("GET", "/ca/seal.crt", 404),
        ("GET", "/ca/%2e%2e.crt", 404),
        ("DELETE", "/healthz", 405),
    ],
)
def test_other_doors_are_closed(client: TestClient, method: str, path: str, status: int) -> None:
    assert client.request(method, path).status_code == status


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
    client: TestClient, path: str, kind: str, age: int
) -> None:
    response = client.get(path)
    assert response.status_code == 200
    assert response.headers["content-type"] == kind
    assert f"max-age={age}" in response.headers["cache-control"]
    assert {"etag", "last-modified", "expires"} <= set(response.headers)
    head = client.head(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == response.headers["etag"]
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


def test_what_the_certificates_point_to_is_there(client: TestClient, house: House) -> None:
    """Every address that a certificate of ours carries leads to what it promises."""
    certificate = x509.load_der_x509_certificate(house.issue())
    base = "http://status.example.org"
    point = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value[0]
    assert point.full_name is not None
    x509.load_der_x509_crl(client.get(str(point.full_name[0].value).removeprefix(base)).content)
    places = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    issuers, responder = (str(place.access_location.value).removeprefix(base) for place in places)
    assert client.get(issuers).content == house.authority.certificate
    assert good_or_unknown(client, responder, house)
    practice = client.get(house.authority.terms("etsi-tr").cps_url.removeprefix(base))
    assert practice.headers["content-type"] == "text/plain; charset=utf-8"
    assert "TEST" in practice.text
    assert house.authority.terms("etsi-tr").policy in practice.text


def good_or_unknown(client: TestClient, path: str, house: House) -> bool:
    response = client.post(path, content=request(cert_id(house, 1)), headers=HEADERS)
    return pyca_ocsp.load_der_ocsp_response(response.content).certificate_status is pyca_ocsp.OCSPCertStatus.UNKNOWN


def test_time_stamps_over_http(client: TestClient) -> None:
    response = client.post("/tsa", content=query(), headers=TSA_HEADERS)
    assert (response.status_code, response.headers["content-type"]) == (200, "application/timestamp-reply")
    assert tsp.TimeStampResp.load(response.content)["status"]["status"].native == "granted"
    garbage = client.post("/tsa", content=b"garbage", headers=TSA_HEADERS)
    assert (garbage.status_code, refused(garbage.content)) == (200, "bad_data_format")
    long = client.post("/tsa", content=bytes(timestamps.MOST_OCTETS + 1), headers=TSA_HEADERS)
    assert (long.status_code, refused(long.content)) == (413, "bad_data_format")
    assert client.post("/tsa", content=query(), headers=HEADERS).status_code == 415


def test_a_clock_that_went_back_gives_no_stamp(serve: Serve, house: House, database: Database) -> None:
    times = {"now": clock.now()}
    client = serve(house, database.url, now=lambda: times["now"])
    assert client.post("/tsa", content=query(), headers=TSA_HEADERS).status_code == 200
    times["now"] -= timedelta(seconds=2)
    assert refused(client.post("/tsa", content=query(), headers=TSA_HEADERS).content) == "time_not_available"
    times["now"] += timedelta(seconds=3)
    granted = client.post("/tsa", content=query(), headers=TSA_HEADERS)
    assert tsp.TimeStampResp.load(granted.content)["status"]["status"].native == "granted"


def test_what_nobody_thought_of_is_an_answer_too() -> None:
    async def broken(request: Request) -> Response:
        raise RuntimeError("nobody thought of this")

    routes = [Route("/ocsp", broken), Route("/crl/x.crl", broken)]
    client = TestClient(Starlette(routes=routes, middleware=[Middleware(_LastResort)]))
    response = client.get("/ocsp")
    assert (response.status_code, response.content) == (200, ocsp.failure(ocsp.Failure.INTERNAL_ERROR))
    assert client.get("/crl/x.crl").status_code == 503


def test_good_answers_go_on_between_hostile_ones(client: TestClient, house: House, serial: int) -> None:
    for data in hostile(house).values():
        client.post("/ocsp", content=data, headers=HEADERS)
        assert ask(client, house, serial).certificate_status is pyca_ocsp.OCSPCertStatus.GOOD
