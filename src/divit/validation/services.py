"""The signers of this process and the files it hands out, read from the ceremony's folder."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509

from divit.kernel.errors import NeighbourFailed, Refused
from divit.pki import ocsp, timestamps
from divit.pki.authority import Authority
from divit.pki.keystores import KeyStore
from divit.validation.status_index import StatusIndex

_log = logging.getLogger(__name__)
_STILL_IN_SYNC = timedelta(seconds=5)


@dataclass(frozen=True)
class StaticFile:
    """Something served as it is, and when it last changed."""

    content: bytes
    changed_at: datetime


class Services:
    """Answers from the index with the delegated keys."""

    def __init__(self, *, ca_dir: Path, keystore: KeyStore, index: StatusIndex, ocsp_validity: timedelta) -> None:
        self.authority = Authority.load(ca_dir)
        self.issuer_id = str(self.authority.id)
        self.index = index
        self._folder = ca_dir
        self._ocsp_validity = ocsp_validity
        self._delegate_key = keystore.open("ocsp")
        self._delegate = b""
        self.tsa = timestamps.Authority(
            certificate=self.authority.certificate_of("tsa"),
            chain=(self.authority.certificate,),
            key=keystore.open("tsa"),
            policy=self.authority.record.tsa_policy,
        )
        self._last_stamp: datetime | None = None
        self._own = {self._serial_of(name) for name in ("ocsp", "tsa", "seal")}
        self.responder = self._make_responder()

    def issuers(self) -> dict[str, bytes]:
        """Whose status and lists are followed."""
        return {self.issuer_id: self.authority.certificate}

    def refresh(self) -> None:
        """Take over a renewed delegate's certificate; one that does not fit the key is left where it is."""
        if self.authority.certificate_of("ocsp") != self._delegate:
            try:
                self.responder = self._make_responder()
            except Refused as refused:
                _log.error("the new OCSP certificate is not used: %s", refused.code)

    def answer_ocsp(self, data: bytes, *, now: datetime) -> bytes:
        """The OCSP answer to whatever was sent."""
        try:
            request = ocsp.parse_request(data)
        except ocsp.MalformedRequest:
            return ocsp.failure(ocsp.Failure.MALFORMED_REQUEST)
        known_at = self.index.synced_at
        if known_at is None or now >= known_at + self._ocsp_validity:
            return ocsp.failure(ocsp.Failure.TRY_LATER)
        try:
            return self.responder.answer(
                request,
                status_of=self._status_of,
                produced_at=now,
                this_update=min(known_at, now),
                next_update=known_at + self._ocsp_validity,
            )
        except NeighbourFailed:
            _log.error("the key store does not sign OCSP answers")
            return ocsp.failure(ocsp.Failure.TRY_LATER)

    def timestamp(self, query: bytes, *, now: datetime) -> bytes:
        """The TSA's answer; none while the clock stands before a stamp that was already given."""
        if self._last_stamp is not None and now < self._last_stamp:
            return timestamps.refusal(timestamps.Refusal.TIME_NOT_AVAILABLE)
        try:
            answer = self.tsa.answer(query, now=now)
        except NeighbourFailed:
            _log.error("the key store does not sign time-stamps")
            return timestamps.refusal(timestamps.Refusal.SYSTEM_FAILURE)
        self._last_stamp = now
        return answer

    def crl(self, name: str, *, now: datetime) -> StaticFile | None:
        """The list of `issuing` (from the database) or `root` (from the ceremony); None past its nextUpdate."""
        if name == "root":
            content = (self._folder / "crl" / "root.crl").read_bytes()
            parsed = x509.load_der_x509_crl(content)
            ends = parsed.next_update_utc
            return StaticFile(content, parsed.last_update_utc) if ends is not None and now < ends else None
        published = self.index.crl(self.issuer_id) if name == self.authority.name else None
        return StaticFile(published.der, published.this_update) if published and now < published.next_update else None

    def certificate(self, name: str) -> StaticFile | None:
        """The certificate of `root` or the issuing authority."""
        if name not in ("root", self.authority.name):
            return None
        content = self.authority.root if name == "root" else self.authority.certificate
        return StaticFile(content, x509.load_der_x509_certificate(content).not_valid_before_utc)

    def health(self, *, now: datetime) -> dict[str, object]:
        """Whether answers are current, and what they rest on."""
        synced_at, crl = self.index.synced_at, self.index.crl(self.issuer_id)
        in_sync = self.index.followed and synced_at is not None and now - synced_at < _STILL_IN_SYNC
        # A third of a list's life must be left: by then a new one should long have come.
        crl_fresh = crl is not None and crl.next_update - now > (crl.next_update - crl.this_update) / 3
        return {
            "ready": in_sync and crl_fresh and self.responder.delegate_ends > now,
            "in_sync": in_sync,
            "synced_at": synced_at.isoformat() if synced_at else None,
            "certificates": len(self.index),
            "crl_number": crl.number if crl else None,
            "crl_next_update": crl.next_update.isoformat() if crl else None,
            "crl_fresh": crl_fresh,
            "ocsp_certificate_until": self.responder.delegate_ends.isoformat(),
        }

    def _status_of(self, serial: int) -> ocsp.Status:
        status = self.index.status_of(self.issuer_id, serial)
        return ocsp.Good() if status is None and serial in self._own else status

    def _serial_of(self, name: str) -> int:
        return x509.load_der_x509_certificate(self.authority.certificate_of(name)).serial_number

    def _make_responder(self) -> ocsp.Responder:
        delegate = self.authority.certificate_of("ocsp")
        responder = ocsp.Responder(
            issuer=self.authority.certificate,
            delegate=delegate,
            key=self._delegate_key,
            archive_cutoff=self.authority.not_before,
        )
        self._delegate = delegate
        self._own.add(self._serial_of("ocsp"))
        return responder
