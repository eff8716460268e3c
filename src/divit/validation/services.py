"""The signers of this process and the files it hands out, read from the ceremony's folder."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509

from divit.kernel.errors import NeighbourFailed, NotFound, Refused
from divit.pki import delegates, ocsp, timestamps
from divit.pki.authority import Authority, family
from divit.pki.keystores import KeyStore
from divit.validation.status_index import StatusIndex

_log = logging.getLogger(__name__)
_STILL_IN_SYNC = timedelta(seconds=5)


@dataclass(frozen=True)
class StaticFile:
    """Something served as it is, and when it last changed."""

    content: bytes
    changed_at: datetime


@dataclass(frozen=True)
class _Answering:
    """One authority, its delegate's certificate in use, and the serials of its own services."""

    authority: Authority
    delegate: bytes
    responder: ocsp.Responder
    services: frozenset[int]


class Services:
    """Answers from the index with the delegated keys, for every authority of the folder."""

    def __init__(
        self, *, ca_dir: Path, keystore: KeyStore, open_index: Callable[[], StatusIndex], ocsp_validity: timedelta
    ) -> None:
        self._open_index = open_index
        self._index: StatusIndex | None = None
        self._folder = ca_dir
        self._keystore = keystore
        self._ocsp_validity = ocsp_validity
        self._stamping = b""
        self._answering: dict[str, _Answering] = {}
        self._take_over(family(ca_dir))

    @property
    def authority(self) -> Authority:
        """The one that issues."""
        return list(self._answering.values())[-1].authority

    @property
    def index(self) -> StatusIndex | None:
        """What is known at this moment; None while nothing is."""
        if self._index is None:
            try:
                self._index = self._open_index()
            except NotFound:
                return None
        self._index.refresh()
        return self._index

    def refresh(self) -> None:
        """Take over new authorities and certificates; one that does not fit a key of ours is left where it is."""
        try:
            self._take_over(family(self._folder))
        except Refused as refused:
            _log.error("a new certificate is not used: %s", refused.code)

    def _take_over(self, authorities: tuple[Authority, ...]) -> None:
        for authority in authorities:
            known = self._answering.get(authority.name)
            if known is None or authority.certificate_of("ocsp") != known.delegate:
                self._answering[authority.name] = self._answer_for(authority)
        newest = authorities[-1]
        stamping = newest.certificate_of("tsa")
        if stamping != self._stamping:
            self.tsa = timestamps.Authority(
                certificate=stamping,
                chain=(newest.certificate,),
                key=delegates.key_of(stamping, store=self._keystore, prefix="tsa"),
                policy=newest.record.tsa_policy,
            )
            self._stamping = stamping

    def _answer_for(self, authority: Authority) -> _Answering:
        delegate = authority.certificate_of("ocsp")
        responder = ocsp.Responder(
            issuer=authority.certificate,
            delegate=delegate,
            key=delegates.key_of(delegate, store=self._keystore, prefix="ocsp"),
            archive_cutoff=authority.not_before,
        )
        return _Answering(authority, delegate, responder, frozenset(authority.services()))

    def answer_ocsp(self, data: bytes, *, now: datetime) -> bytes:
        """The OCSP answer to whatever was sent."""
        try:
            request = ocsp.parse_request(data)
        except ocsp.MalformedRequest:
            return ocsp.failure(ocsp.Failure.MALFORMED_REQUEST)
        index = self.index
        known_at = index.known_at if index is not None else None
        if index is None or known_at is None or now >= known_at + self._ocsp_validity:
            return ocsp.failure(ocsp.Failure.TRY_LATER)
        try:
            own = self._asked(request)
            return own.responder.answer(
                request,
                status_of=lambda serial: _status_of(index, own, serial),
                produced_at=now,
                this_update=min(known_at, now),
                next_update=known_at + self._ocsp_validity,
            )
        except NeighbourFailed:
            _log.error("the key store does not sign OCSP answers")
            return ocsp.failure(ocsp.Failure.TRY_LATER)

    def crl(self, name: str, *, now: datetime) -> StaticFile | None:
        """The list of an authority (from the database) or of the `root` (from the folder); None past its nextUpdate."""
        if name == "root":
            content = (self._folder / "crl" / "root.crl").read_bytes()
            parsed = x509.load_der_x509_crl(content)
            ends = parsed.next_update_utc
            return StaticFile(content, parsed.last_update_utc) if ends is not None and now < ends else None
        index = self.index
        published = index.crl(name) if index is not None else None
        if published is None or now >= published.next_update:
            return None
        return StaticFile(published.path.read_bytes(), published.this_update)

    def knows(self, name: str) -> bool:
        """Whether there is such an authority, or it is the root."""
        return name == "root" or name in self._answering

    def certificate(self, name: str) -> StaticFile | None:
        """The certificate of `root` or of an authority."""
        if not self.knows(name):
            return None
        content = self.authority.root if name == "root" else self._answering[name].authority.certificate
        return StaticFile(content, x509.load_der_x509_certificate(content).not_valid_before_utc)

    def health(self, *, now: datetime) -> dict[str, object]:
        """Whether answers are current, and what they rest on."""
        index = self.index
        known_at, crl = (index.known_at, index.crl(self.authority.name)) if index is not None else (None, None)
        in_sync = index is not None and index.followed and known_at is not None and now - known_at < _STILL_IN_SYNC
        # A third of a list's life must be left: by then a new one should long have come.
        answering = [one for one in self._answering.values() if one.authority.not_after > now]
        delegate_ends = min((one.responder.delegate_ends for one in answering), default=now)
        crl_fresh = crl is not None and crl.next_update - now > (crl.next_update - crl.this_update) / 3
        return {
            "ready": in_sync and crl_fresh and delegate_ends > now,
            "in_sync": in_sync,
            "synced_at": known_at.isoformat() if known_at else None,
            "certificates": len(index) if index is not None else 0,
            "crl_number": crl.number if crl else None,
            "crl_next_update": crl.next_update.isoformat() if crl else None,
            "crl_fresh": crl_fresh,
            "ocsp_certificate_until": delegate_ends.isoformat(),
        }

    def _asked(self, request: ocsp.Request) -> _Answering:
        """Whom the request is about; the newest says that it knows nothing of a stranger's."""
        every = list(self._answering.values())
        ours = (one for one in every if any(one.responder.speaks_for(question) for question in request.questions))
        return next(ours, every[-1])


def _status_of(index: StatusIndex, own: _Answering, serial: int) -> ocsp.Status:
    status = index.status_of(str(own.authority.id), serial)
    return ocsp.Good() if status is None and serial in own.services else status
