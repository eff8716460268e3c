"""The desk for time-stamps, opened when its key is there; another key or authority is taken over when it comes."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime

from divit.kernel.errors import DivitError
from divit.pki import delegates, timestamps
from divit.pki.authority import Authority
from divit.pki.keystores import KeyStore
from divit.validation.messages import Request, Response
from divit.validation.settings import Settings
from divit.validation.stamping import StampDesk, open_desk

_log = logging.getLogger(__name__)
_HEADERS = (("Content-Type", "application/timestamp-reply"), ("Cache-Control", "no-store"))


class Stamps:
    """Called in threads, where the clock is read as well: a time that waited for its turn would be too old.

    `authority` is the one that issues, and may be replaced.
    """

    def __init__(
        self, authority: Authority, keystore: KeyStore, settings: Settings, *, now: Callable[[], datetime]
    ) -> None:
        self.authority, self._keystore, self._settings, self._now = authority, keystore, settings, now
        self._certificate = b""
        self._desk: StampDesk | None = None
        self._lock = threading.Lock()

    def __call__(self, request: Request) -> Response:
        """The answer to whatever was sent."""
        try:
            desk = self._opened()
            answer = desk.answer(request.body, headers=request.headers, now=self._now())
        except (DivitError, OSError, ValueError) as error:
            _log.error("no time-stamp: %s", type(error).__name__)
            return Response(200, timestamps.refusal(timestamps.Refusal.SYSTEM_FAILURE), _HEADERS)
        return Response(answer.status, answer.body, tuple(answer.headers.items()))

    def ready(self, now: datetime) -> bool:
        """Whether a good request would be stamped now."""
        try:
            return self._opened().ready(now=now)
        except (DivitError, OSError, ValueError):
            return False

    def _opened(self) -> StampDesk:
        with self._lock:
            certificate = self.authority.certificate_of("tsa")
            if self._desk is not None and certificate == self._certificate:
                return self._desk
            stamping = timestamps.Authority(
                certificate=certificate,
                chain=(self.authority.certificate,),
                key=delegates.key_of(certificate, store=self._keystore, prefix="tsa"),
                policy=self.authority.record.tsa_policy,
            )
            if self._desk is None:
                settings = self._settings
                self._desk = open_desk(
                    stamping,
                    state=settings.state,
                    accounts_only=settings.tsa_access == "accounts",
                    needs_synced_clock=settings.tsa_needs_synced_clock,
                )
            self._desk.authority, self._certificate = stamping, certificate
            return self._desk
