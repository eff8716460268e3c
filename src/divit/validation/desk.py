"""What is to be signed for an OCSP request: the common one sliced and put in a template, any other read in full."""

import logging
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from divit.kernel.errors import NeighbourFailed, NotFound, Refused
from divit.pki import delegates, ocsp
from divit.pki.authority import Authority
from divit.pki.keystores import KeyStore
from divit.pki.ocsp_moments import Moment
from divit.pki.ocsp_slices import Slice, Slicer
from divit.validation.counts import Count, Counts
from divit.validation.status_index import StatusIndex

_log = logging.getLogger(__name__)
Certificate = tuple[str, int]


class ToSign(NamedTuple):
    """An answer but for its signature. `certificate` is set where it may be kept for others who ask the same."""

    responder: ocsp.Responder
    data: bytes
    kind: Count
    ends: datetime
    certificate: Certificate | None

    def head(self, signature: bytes) -> bytes:
        """OCSPResponse but for the responder's certificates."""
        return self.responder.assemble(self.data, signature)


class Window:
    """One authority at the desk: its delegate, which may change, and the moment's templates."""

    def __init__(self, authority: Authority) -> None:
        self.id = str(authority.id)
        self.issuer = ocsp.Issuer(authority.certificate)
        self.responder: ocsp.Responder | None = None
        self.moment: Moment | None = None
        self.own: frozenset[int] = frozenset()
        self.ends = authority.not_after
        self._authority = authority
        self._delegate = b""

    def take_delegate(self, keystore: KeyStore) -> bool:
        """Take over the delegate's certificate where it is another one than before.

        Raises `Refused` where no key of the store fits it, `NeighbourFailed`, `OSError`, `ValueError`.
        """
        delegate = self._authority.certificate_of("ocsp")
        if delegate == self._delegate:
            return False
        self.responder = ocsp.Responder(
            issuer=self._authority.certificate,
            delegate=delegate,
            key=delegates.key_of(delegate, store=keystore, prefix="ocsp"),
            archive_cutoff=self._authority.not_before,
        )
        self._delegate = delegate
        self.own = frozenset(self._authority.services())
        self.moment = None
        return True


class Desk:
    """Answers what an index of status knows, with the delegates' keys of a key store."""

    def __init__(self, *, keystore: KeyStore, validity: timedelta, counts: Counts) -> None:
        self.windows: dict[str, Window] = {}
        self.index: StatusIndex | None = None
        self.now = datetime.fromtimestamp(0, UTC)
        self._keystore = keystore
        self._validity = validity
        self._counts = counts
        self._slicer = Slicer({})

    def take_authorities(self, authorities: Iterable[Authority]) -> None:
        """Open a window for each that has none."""
        for authority in authorities:
            self.windows.setdefault(str(authority.id), Window(authority))
        self._slicer = Slicer({part: name for name, window in self.windows.items() for part in window.issuer.parts()})

    def take_delegates(self) -> bool:
        """Whether there was a new one; then the desk must be turned. What cannot be used is left, and logged."""
        taken = False
        for window in self.windows.values():
            try:
                if window.take_delegate(self._keystore):
                    taken = True
                    _log.info("OCSP answers are signed by %s", window.responder and window.responder.key.label)
            except Refused as refused:
                _log.error("the new OCSP certificate is not used: %s", refused.code)
            except (OSError, ValueError, NotFound, NeighbourFailed) as error:
                _log.error("the OCSP certificate or its key cannot be read: %s", type(error).__name__)
        return taken

    def turn(self, now: datetime) -> None:
        """Another second: answers are dated anew, and none is given from what is known too long ago."""
        self.now = now
        known_at = self.index.known_at if self.index is not None else None
        current = known_at is not None and now < known_at + self._validity
        for window in self.windows.values():
            window.moment = None
            if current and known_at is not None and window.responder and now < window.responder.delegate_ends:
                window.moment = Moment(
                    window.responder,
                    produced_at=now,
                    this_update=min(known_at, now),
                    next_update=known_at + self._validity,
                )

    def prepare(self, request: bytes) -> ToSign | ocsp.Failure:
        """The answer, to be signed; never raises for what strangers send."""
        cut = self._slicer.cut(request)
        if cut is not None:
            return self.prepare_slice(cut)
        try:
            return self._prepare_in_full(ocsp.parse_request(request))
        except ocsp.MalformedRequest:
            return ocsp.Failure.MALFORMED_REQUEST

    def cut(self, request: bytes) -> Slice | None:
        """The request, where it has the common shape."""
        return self._slicer.cut(request)

    def prepare_slice(self, cut: Slice) -> ToSign | ocsp.Failure:
        """The answer to a request of the common shape."""
        window = self.windows[cut.authority]
        moment, responder = window.moment, window.responder
        if moment is None or responder is None:
            return ocsp.Failure.TRY_LATER
        status = self.status_of(window, cut.serial)
        self._counts[Count.ANSWERS_SLICED] += 1
        keep = None if cut.nonce or status is None else (cut.authority, cut.serial)
        data = moment.data(cut.cert_id, status, cut.nonce)
        return ToSign(responder, data, _kind(status), moment.next_update, keep)

    def _prepare_in_full(self, request: ocsp.Request) -> ToSign | ocsp.Failure:
        """One authority's delegate signs for its own; what others issued is unknown to it."""
        window = next((w for w in self.windows.values() if any(map(w.issuer.speaks_for, request.questions))), None)
        if window is None:
            return ocsp.Failure.UNAUTHORIZED
        if window.moment is None or window.responder is None:
            return ocsp.Failure.TRY_LATER
        speaks_for = window.issuer.speaks_for
        statuses = [
            (question.whole, self.status_of(window, question.serial) if speaks_for(question) else None)
            for question in request.questions
        ]
        data = window.moment.in_full(statuses, request.nonce)
        ours = next(
            status for question, (_, status) in zip(request.questions, statuses, strict=True) if speaks_for(question)
        )
        return ToSign(window.responder, data, _kind(ours), window.moment.next_update, None)

    def status_of(self, window: Window, serial: int) -> ocsp.Status:
        """As the index has it; the ceremony's own certificates are good unless it says otherwise."""
        if self.index is None:
            return None
        status = self.index.status_of(window.id, serial)
        return _GOOD if status is None and serial in window.own else status


_GOOD = ocsp.Good()


def _kind(status: ocsp.Status) -> Count:
    if status is None:
        return Count.UNKNOWN
    return Count.GOOD if isinstance(status, ocsp.Good) else Count.REVOKED
