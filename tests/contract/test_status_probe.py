"""The eye outside: what it accepts of an OCSP responder, a CRL address and a time-stamping service, and what not."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from divit.adapters.bounded_http import Bounds
from divit.adapters.status_probe import HttpStatusProbe
from divit.adapters.timestamps import HttpTimestamps
from divit.certificates.ports import OcspSeen
from divit.kernel.errors import NeighbourFailed
from divit.kernel.serials import Serial
from divit.validation import stamp_credentials
from divit.validation.stamp_credentials import Basic

NOW = datetime.now(UTC).replace(microsecond=0)
BOUNDS = Bounds(connect=1, total=1)


@dataclass
class Server:
    """Answers every request with what the test says."""

    url: str
    answer: Callable[[bytes], tuple[int, str, bytes]] = lambda _body: (404, "text/plain", b"")
    authorization: str = ""


@pytest.fixture
def server() -> Iterator[Server]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            running.authorization = self.headers.get("Authorization", "")
            status, kind, content = running.answer(body)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST

        def log_message(self, *_words: Any) -> None:
            pass

    http = HTTPServer(("127.0.0.1", 0), Handler)
    running = Server(f"http://127.0.0.1:{http.server_port}")
    thread = threading.Thread(target=http.serve_forever)
    thread.start()
    yield running
    http.shutdown()
    thread.join()
    http.server_close()


@dataclass
class Pki:
    """A small authority: issuer, delegate, a stranger, a leaf."""

    url: str

    def __post_init__(self) -> None:
        self.issuer_key, self.delegate_key, self.stranger_key, self.leaf_key = (
            ec.generate_private_key(ec.SECP256R1()) for _key in range(4)
        )
        self.issuer = self.certificate("issuer", self.issuer_key, by=self.issuer_key)
        self.stranger = self.certificate("issuer", self.stranger_key, by=self.stranger_key)
        signing = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING])
        self.delegate = self.certificate("delegate", self.delegate_key, by=self.issuer_key, usage=signing)
        other = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
        self.no_delegate = self.certificate("delegate", self.delegate_key, by=self.issuer_key, usage=other)
        self.foreign = self.certificate("delegate", self.delegate_key, by=self.stranger_key, usage=signing)
        self.leaf = self.certificate("leaf", self.leaf_key, by=self.issuer_key)
        self.other_leaf = self.certificate("leaf", self.leaf_key, by=self.issuer_key)

    def certificate(
        self,
        name: str,
        key: ec.EllipticCurvePrivateKey,
        *,
        by: ec.EllipticCurvePrivateKey,
        usage: x509.ExtendedKeyUsage | None = None,
    ) -> x509.Certificate:
        subject, issuer = (x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, n)]) for n in (name, "issuer"))
        place = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(self.url))
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(key.public_key())
            .serial_number(Serial.random().int)
            .not_valid_before(NOW - timedelta(days=1))
            .not_valid_after(NOW + timedelta(days=1))
            .add_extension(x509.AuthorityInformationAccess([place]), critical=False)
        )
        if usage is not None:
            builder = builder.add_extension(usage, critical=False)
        return builder.sign(by, hashes.SHA256())

    def responder(
        self,
        *,
        about: x509.Certificate | None = None,
        signer: x509.Certificate | None = None,
        nonce: bytes | None = None,
        this_update: datetime = NOW,
        revoked: bool = False,
        with_nonce: bool = True,
    ) -> Callable[[bytes], tuple[int, str, bytes]]:
        """An OCSP responder, honest unless told otherwise."""
        signer = signer or self.delegate

        def answer(body: bytes) -> tuple[int, str, bytes]:
            request = ocsp.load_der_ocsp_request(body)
            asked = request.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce
            builder = ocsp.OCSPResponseBuilder().add_response(
                cert=about or self.leaf,
                issuer=self.issuer,
                algorithm=hashes.SHA256(),
                cert_status=ocsp.OCSPCertStatus.REVOKED if revoked else ocsp.OCSPCertStatus.GOOD,
                this_update=this_update,
                next_update=this_update + timedelta(hours=1),
                revocation_time=NOW - timedelta(minutes=1) if revoked else None,
                revocation_reason=x509.ReasonFlags.certificate_hold if revoked else None,
            )
            builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, signer)
            if signer is not self.issuer:
                builder = builder.certificates([signer])
            if with_nonce:
                builder = builder.add_extension(x509.OCSPNonce(nonce or asked), critical=False)
            key = self.issuer_key if signer is self.issuer else self.delegate_key
            if signer is self.stranger:
                key = self.stranger_key
            return 200, "application/ocsp-response", builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)

        return answer

    def see(self) -> OcspSeen:
        der = [c.public_bytes(Encoding.DER) for c in (self.issuer, self.leaf)]
        return HttpStatusProbe(bounds=BOUNDS).ocsp(issuer_der=der[0], certificate_der=der[1])


@pytest.fixture
def pki(server: Server) -> Pki:
    return Pki(server.url)


class TestOcsp:
    """Only an answer that a careful relying party would accept."""

    def test_good_by_delegate_and_by_the_issuer_itself(self, server: Server, pki: Pki) -> None:
        for signer in (pki.delegate, pki.issuer):
            server.answer = pki.responder(signer=signer)
            seen = pki.see()
            assert (seen.status, seen.reason, seen.revoked_at) == ("good", None, None)

    def test_on_hold(self, server: Server, pki: Pki) -> None:
        server.answer = pki.responder(revoked=True)
        seen = pki.see()
        assert (seen.status, seen.reason, seen.revoked_at) == (
            "revoked",
            "certificateHold",
            NOW - timedelta(minutes=1),
        )
        assert ocsp.load_der_ocsp_response(seen.der).produced_at_utc == seen.produced_at

    @pytest.mark.parametrize(
        "lie",
        [
            lambda pki: {"about": pki.other_leaf},
            lambda pki: {"signer": pki.no_delegate},
            lambda pki: {"signer": pki.foreign},
            lambda pki: {"signer": pki.stranger},
            lambda _pki: {"nonce": b"0" * 32},
            lambda _pki: {"with_nonce": False},
            lambda _pki: {"this_update": NOW - timedelta(hours=2)},
            lambda _pki: {"this_update": NOW + timedelta(hours=2)},
        ],
        ids=["other certificate", "no delegate", "foreign", "stranger", "other nonce", "no nonce", "old", "future"],
    )
    def test_a_lie_is_not_believed(self, server: Server, pki: Pki, lie: Callable[[Pki], dict[str, Any]]) -> None:
        server.answer = pki.responder(**lie(pki))
        with pytest.raises(NeighbourFailed) as caught:
            pki.see()
        assert (caught.value.neighbour, caught.value.how, caught.value.outcome_known) == ("ocsp", "garbage", True)

    def test_a_broken_signature(self, server: Server, pki: Pki) -> None:
        honest = pki.responder()

        def broken(body: bytes) -> tuple[int, str, bytes]:
            status, kind, der = honest(body)
            seen = ocsp.load_der_ocsp_response(der)
            return status, kind, der.replace(seen.signature, seen.signature[:-1] + bytes([seen.signature[-1] ^ 1]))

        server.answer = broken
        with pytest.raises(NeighbourFailed, match="garbage"):
            pki.see()

    @pytest.mark.parametrize("answer", [b"", b"<html>", b"\x30\x03\x0a\x01\x03", b"\x30\x03\x0a\x01\x00"])
    def test_no_answer(self, server: Server, pki: Pki, answer: bytes) -> None:
        server.answer = lambda _body: (200, "application/ocsp-response", answer)
        with pytest.raises(NeighbourFailed, match="garbage"):
            pki.see()

    def test_down(self, server: Server, pki: Pki) -> None:
        server.answer = lambda _body: (503, "text/plain", b"")
        with pytest.raises(NeighbourFailed, match="down"):
            pki.see()


class TestCrl:
    """The list as it stands at its address."""

    def test_seen(self, server: Server, pki: Pki) -> None:
        revoked = Serial.random()
        entry = x509.RevokedCertificateBuilder().serial_number(revoked.int).revocation_date(NOW).build()
        crl = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(pki.issuer.subject)
            .last_update(NOW)
            .next_update(NOW + timedelta(hours=1))
            .add_extension(x509.CRLNumber(1_700_000_000_000), critical=False)
            .add_revoked_certificate(entry)
            .sign(pki.issuer_key, hashes.SHA256())
            .public_bytes(Encoding.DER)
        )
        server.answer = lambda _body: (200, "application/pkix-crl", crl)
        seen = HttpStatusProbe(bounds=BOUNDS).crl(f"{server.url}/crl/issuing.crl")
        assert (seen.number, seen.this_update, seen.der) == (1_700_000_000_000, NOW, crl)
        assert seen.serials == {revoked.hex}

    @pytest.mark.parametrize(("status", "how"), [(404, "refused"), (500, "down"), (301, "garbage"), (200, "garbage")])
    def test_not_seen(self, server: Server, status: int, how: str) -> None:
        server.answer = lambda _body: (status, "text/html", b"<html>")
        with pytest.raises(NeighbourFailed, match=how):
            HttpStatusProbe(bounds=BOUNDS).crl(f"{server.url}/crl/issuing.crl")


class TestTimestamps:
    """Transport only."""

    def test_bytes_in_bytes_out(self, server: Server) -> None:
        server.answer = lambda body: (200, "application/timestamp-reply", b"reply to " + body)
        assert HttpTimestamps(url=server.url).stamp(b"request") == b"reply to request"

    def test_an_account_is_named_where_there_is_one(self, server: Server) -> None:
        server.answer = lambda _body: (200, "application/timestamp-reply", b"reply")
        HttpTimestamps(url=server.url).stamp(b"request")
        assert server.authorization == ""
        own = HttpTimestamps(url=server.url, account="divit", secret="a secret")
        own.stamp(b"request")
        assert stamp_credentials.read({"authorization": server.authorization}) == Basic("divit", "a secret")
        assert "a secret" not in repr(own)

    def test_too_much(self, server: Server) -> None:
        server.answer = lambda _body: (200, "application/timestamp-reply", b"x" * 70_000)
        with pytest.raises(NeighbourFailed, match="garbage"):
            HttpTimestamps(url=server.url).stamp(b"request")

    @pytest.mark.parametrize(
        ("status", "kind", "how"),
        [(200, "text/html", "garbage"), (400, "text/plain", "refused"), (500, "text/plain", "down")],
    )
    def test_not_a_reply(self, server: Server, status: int, kind: str, how: str) -> None:
        server.answer = lambda _body: (status, kind, b"x")
        with pytest.raises(NeighbourFailed, match=how):
            HttpTimestamps(url=server.url).stamp(b"request")
