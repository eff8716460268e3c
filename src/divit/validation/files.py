"""What is handed out as it is: lists of revocations, the authorities' certificates, the practice statement."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509

from divit.pki.authority import Authority
from divit.validation.messages import Request, Response, accepts_gzip, freshness, has_it_already, text
from divit.validation.practice import practice_statement
from divit.validation.status_index import StatusIndex

_CRL, _CERTIFICATE = "application/pkix-crl", "application/pkix-cert"
_CERTIFICATE_MAX_AGE = 86_400
_ROOT, _DELTA = "root", "-delta"
RETRY_AFTER = (("Retry-After", "5"),)
NOT_FOUND = text(404, "not found\n")
TRY_LATER = text(503, "try later\n", headers=RETRY_AFTER)


class Files:
    """Of the authorities in a folder."""

    def __init__(self, *, folder: Path, crl_max_age: int) -> None:
        self._authorities: dict[str, Authority] = {}
        self._folder = folder
        self._crl_max_age = crl_max_age
        self.index: StatusIndex | None = None
        self._root: _RootList | None = None

    def take_authorities(self, authorities: Sequence[Authority]) -> None:
        """The oldest first; from now on these."""
        self._authorities = {authority.name: authority for authority in authorities}
        self._newest = authorities[-1]

    def list_of(self, name: str, request: Request, *, now: datetime) -> Response:
        """The newest list of an authority, `root` among them (it is from the ceremony); 503 past its nextUpdate."""
        if name == _ROOT:
            return self._root_list(request, now)
        if name.removesuffix(_DELTA) not in self._authorities:
            return NOT_FOUND
        found = self.index.crl(name) if self.index is not None else None
        if found is None or now >= found.next_update:
            return NOT_FOUND if found is None and name.endswith(_DELTA) else TRY_LATER
        packed = found.gzip if accepts_gzip(request.headers) else None
        headers = (("Vary", "Accept-Encoding"), *([("Content-Encoding", "gzip")] if packed else []))
        etag = f'"{found.digest[:32]}{"-gz" if packed else ""}"'
        answer = Response(200, headers=(("Content-Type", _CRL), *headers), file=packed or found.path)
        return self._cached(request, answer, etag=etag, changed_at=found.this_update, now=now, age=self._crl_max_age)

    def certificate_of(self, name: str, request: Request, *, now: datetime) -> Response:
        """The certificate of `root` or of an authority."""
        if name == _ROOT:
            content = self._newest.root
        elif name in self._authorities:
            content = self._authorities[name].certificate
        else:
            return NOT_FOUND
        changed_at = x509.load_der_x509_certificate(content).not_valid_before_utc
        answer = Response(200, content, (("Content-Type", _CERTIFICATE),))
        return self._cached(
            request, answer, etag=_etag(content), changed_at=changed_at, now=now, age=_CERTIFICATE_MAX_AGE
        )

    def practice(self) -> Response:
        """What the certificates' policies promise."""
        return text(200, practice_statement(self._newest))

    def _root_list(self, request: Request, now: datetime) -> Response:
        root = self._root
        file = self._folder / "crl" / "root.crl"
        try:
            version = file.stat().st_mtime_ns, file.stat().st_ino
            if root is None or root.version != version:
                root = self._root = _RootList.read(file, version)
        except (OSError, ValueError):
            return TRY_LATER
        if now >= root.next_update:
            return TRY_LATER
        answer = Response(200, root.content, (("Content-Type", _CRL),))
        return self._cached(
            request, answer, etag=root.etag, changed_at=root.this_update, now=now, age=self._crl_max_age
        )

    def _cached(
        self, request: Request, answer: Response, *, etag: str, changed_at: datetime, now: datetime, age: int
    ) -> Response:
        headers = freshness(etag=etag, changed_at=changed_at, now=now, max_age=age)
        if has_it_already(request.headers, etag=etag, changed_at=changed_at):
            return Response(304, headers=headers)
        return Response(200, answer.body, (*answer.headers, *headers), answer.file)


@dataclass(frozen=True)
class _RootList:
    """Read once for each time that it is made."""

    content: bytes
    etag: str
    this_update: datetime
    next_update: datetime
    version: tuple[int, int]

    @classmethod
    def read(cls, file: Path, version: tuple[int, int]) -> "_RootList":
        content = file.read_bytes()
        parsed = x509.load_der_x509_crl(content)
        ends = parsed.next_update_utc or parsed.last_update_utc
        return cls(content, _etag(content), parsed.last_update_utc, ends, version)


def _etag(content: bytes) -> str:
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'
