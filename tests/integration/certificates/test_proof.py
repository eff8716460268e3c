"""What the world was seen to say, and the sealed receipt: with the real validation process, judged by other tools."""

import io
import subprocess
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from divit import wiring
from divit.certificates import lists, selectors
from divit.certificates.models import Certificate, StatusEvidence, StatusReceipt
from divit.certificates.ports import CrlSeen, OcspSeen
from divit.flows import phone_proof, reinstatement, revocation, status_publication, status_receipt, suspension
from divit.identity.models import Person
from divit.kernel import clock
from divit.kernel.errors import NeighbourFailed
from divit.pki.authority import Authority
from divit.pki.keystores import KeyStore
from divit.pki.reasons import Reason
from divit.pki.timestamps import Refusal, refusal
from tests.fixtures_pki import holder_of

pytestmark = pytest.mark.django_db(transaction=True)
RunJobs = Callable[[str], None]


@pytest.fixture
def mine(make_person: Callable[..., Person], make_certificate: Callable[..., Certificate]) -> Certificate:
    return make_certificate(make_person())


def observe_until_seen(change_id: Any) -> None:
    """As the worker does it, without its pauses: also while the first list is not served yet."""
    for _attempt in range(2000):
        with suppress(NeighbourFailed):
            if status_publication.observe(change_id, probe=wiring.status_probe()):
                return
    raise AssertionError("the world was never seen to know")


def test_the_world_is_seen_to_know(
    mine: Certificate, validation: str, run_jobs: RunJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phone_proof, "fresh_proof", lambda **_: True)
    by = holder_of(mine.person)
    for act, status in (
        (lambda: suspension.suspend(mine.pk, by=by), "revoked"),
        (lambda: reinstatement.reinstate(mine.pk, by=by, fresh_login=True), "good"),
        (lambda: revocation.revoke(mine.pk, reason=Reason.KEY_COMPROMISE, by=by), "revoked"),
    ):
        change = act()
        run_jobs("signing")
        observe_until_seen(change.pk)
        evidence = {e.source: e for e in StatusEvidence.objects.filter(change=change)}
        assert set(evidence) == {"ocsp", "crl"}
        assert {e.status for e in evidence.values()} == {status}
        for seen in evidence.values():
            assert seen.said_at >= change.at.replace(microsecond=0)
            assert seen.seen_at >= change.at
        run_jobs("signing")
        receipt = StatusReceipt.objects.get(change=change)
        assert receipt.sealed_at is not None


def test_the_receipt_is_believed_by_others(
    mine: Certificate, validation: str, run_jobs: RunJobs, authority: Authority, tmp_path: Path
) -> None:
    change = revocation.revoke(mine.pk, reason=Reason.KEY_COMPROMISE, by=holder_of(mine.person))
    run_jobs("signing")
    observe_until_seen(change.pk)
    run_jobs("signing")
    pdf = bytes(StatusReceipt.objects.get(change=change).pdf or b"")
    assert pdf.startswith(b"%PDF")
    _pyhanko_agrees(pdf, authority)
    _pdfsig_agrees(pdf, tmp_path)
    text = _text_of(pdf, tmp_path)
    for part in ("Sertifika iptal edildi", "Ayşe Işıl Gökçe", mine.serial, mine.card_serial, "Kart kayıp veya çalıntı"):
        assert part in text
    assert f"{clock.local(change.at):%d.%m.%Y %H:%M:%S}" in text
    assert mine.person.tckn not in text
    assert mine.person.tckn.encode() not in pdf


def _pyhanko_agrees(pdf: bytes, authority: Authority) -> None:
    context = ValidationContext(
        trust_roots=[asn1_x509.Certificate.load(authority.root)],
        other_certs=[asn1_x509.Certificate.load(authority.certificate)],
        allow_fetching=False,
    )
    (signature,) = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    status = validate_pdf_signature(signature, context, context)
    assert status.bottom_line, status.pretty_print_details()
    assert status.timestamp_validity is not None
    assert status.timestamp_validity.trusted
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"


def _pdfsig_agrees(pdf: bytes, folder: Path) -> None:
    (folder / "receipt.pdf").write_bytes(pdf)
    done = subprocess.run(
        ["pdfsig", "-nocert", str(folder / "receipt.pdf")], capture_output=True, text=True, check=False
    )
    assert "Signature is Valid." in done.stdout, done.stdout + done.stderr
    assert "Total document signed" in done.stdout


def _text_of(pdf: bytes, folder: Path) -> str:
    (folder / "receipt.pdf").write_bytes(pdf)
    return subprocess.run(
        ["pdftotext", "-layout", str(folder / "receipt.pdf"), "-"], capture_output=True, text=True, check=True
    ).stdout


def test_in_english_for_who_reads_english(
    mine: Certificate, validation: str, keystore: KeyStore, tmp_path: Path
) -> None:
    Person.objects.filter(pk=mine.person_id).update(language="en")
    change = suspension.suspend(mine.pk, by=holder_of(mine.person))
    status_receipt.seal(change.pk, keystore=keystore, timestamps=wiring.timestamps())
    text = _text_of(bytes(StatusReceipt.objects.get(change=change).pdf or b""), tmp_path)
    assert "Certificate suspended" in text
    assert "Not yet seen when this document was made." in text


def test_sealed_once(mine: Certificate, validation: str, keystore: KeyStore) -> None:
    change = suspension.suspend(mine.pk, by=holder_of(mine.person))
    for _twice in range(2):
        status_receipt.seal(change.pk, keystore=keystore, timestamps=wiring.timestamps())
        receipt = StatusReceipt.objects.get(change=change)
        first = bytes(receipt.pdf or b"")
    status_receipt.seal(change.pk, keystore=keystore, timestamps=wiring.timestamps())
    assert bytes(StatusReceipt.objects.get(change=change).pdf or b"") == first


def test_without_a_time_stamp_nothing_is_sealed(mine: Certificate, keystore: KeyStore) -> None:
    """Nobody listens at the TSA's address: the job will be tried again."""
    change = suspension.suspend(mine.pk, by=holder_of(mine.person))
    with pytest.raises(NeighbourFailed):
        status_receipt.seal(change.pk, keystore=keystore, timestamps=wiring.timestamps())
    assert StatusReceipt.objects.get(change=change).sealed_at is None


@pytest.mark.parametrize(
    "answer",
    [b"<html>", b"", b"\x30\x00", b"\x30\x03\x09\x01\x00", refusal(Refusal.TIME_NOT_AVAILABLE)],
    ids=["a page", "nothing", "an empty answer", "a REAL", "a refusal"],
)
def test_whatever_is_no_time_stamp_seals_nothing(mine: Certificate, keystore: KeyStore, answer: bytes) -> None:
    """The job hears that a neighbour failed, and so is tried again."""

    class Garbage:
        def stamp(self, request: bytes) -> bytes:
            return answer

    change = suspension.suspend(mine.pk, by=holder_of(mine.person))
    with pytest.raises(NeighbourFailed):
        status_receipt.seal(change.pk, keystore=keystore, timestamps=Garbage())
    assert StatusReceipt.objects.get(change=change).sealed_at is None


class _Eye:
    """A probe that sees what it is told to."""

    def __init__(self, answer: OcspSeen, listed: CrlSeen) -> None:
        self._answer, self._listed = answer, listed

    def ocsp(self, *, issuer_der: bytes, certificate_der: bytes) -> OcspSeen:
        return self._answer

    def crl(self, url: str) -> CrlSeen:
        return self._listed


def test_old_answers_prove_nothing(mine: Certificate, keystore: KeyStore, authority: Authority) -> None:
    published = status_publication.publish(authority.id, keystore=keystore)
    assert published is not None
    change = suspension.suspend(mine.pk, by=holder_of(mine.person))
    content = lists.whole(published.issuer)
    parsed = x509.load_der_x509_crl(content)
    before = change.at - timedelta(seconds=2)
    listed = CrlSeen(number=published.number, this_update=parsed.last_update_utc, serials=frozenset(), der=content)
    told = {"reason": "certificateHold", "revoked_at": change.at.replace(microsecond=0), "der": b"x"}
    for answer in (
        OcspSeen(status="good", produced_at=clock.now(), reason=None, revoked_at=None, der=b"x"),
        OcspSeen(status="revoked", produced_at=before, **told),  # type: ignore[arg-type]
        OcspSeen(status="revoked", produced_at=clock.now(), **{**told, "reason": "superseded"}),  # type: ignore[arg-type]
        OcspSeen(status="revoked", produced_at=clock.now(), **{**told, "revoked_at": before}),  # type: ignore[arg-type]
    ):
        assert status_publication.observe(change.pk, probe=_Eye(answer, listed)) is False
    assert not StatusEvidence.objects.exists()


def test_a_list_that_somebody_else_signed_is_garbage(mine: Certificate, authority: Authority) -> None:
    change = suspension.suspend(mine.pk, by=holder_of(mine.person))
    entry = x509.RevokedCertificateBuilder().serial_number(int(mine.serial, 16)).revocation_date(change.at).build()
    issuer = x509.load_der_x509_certificate(authority.certificate)
    forged = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.subject)
        .last_update(change.at)
        .next_update(change.at + timedelta(days=1))
        .add_revoked_certificate(entry)
    )
    der = forged.sign(ec.generate_private_key(ec.SECP384R1()), hashes.SHA384()).public_bytes(Encoding.DER)
    answer = OcspSeen(status="good", produced_at=clock.now(), reason=None, revoked_at=None, der=b"x")
    for content in (der, b"<html>"):
        listed = CrlSeen(number=1, this_update=clock.now(), serials=frozenset({mine.serial}), der=content)
        with pytest.raises(NeighbourFailed):
            status_publication.observe(change.pk, probe=_Eye(answer, listed))
    assert not StatusEvidence.objects.exists()


def test_an_overtaken_act_stops_being_looked_for(mine: Certificate, validation: str, run_jobs: RunJobs) -> None:
    by = holder_of(mine.person)
    first = suspension.suspend(mine.pk, by=by)
    revocation.revoke(mine.pk, reason=Reason.KEY_COMPROMISE, by=by)
    run_jobs("signing")
    observe_until_seen(first.pk)
    assert selectors.overtaken(first)
    run_jobs("signing")
    assert StatusReceipt.objects.get(change=first).sealed_at is not None
