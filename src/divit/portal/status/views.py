"""The page that tells what works; at a time when many look at once it asks the database once in a few seconds."""

import time
from threading import Lock

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from divit.flows.service_status import Status, status_now
from divit.portal.access import public
from divit.portal.status import wording

_FRESH_SECONDS = 10.0
_MAX_AGE = 15


class _Kept:
    """The last answer of this process, while it is fresh."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._status: Status | None = None
        self._until = 0.0

    def now(self) -> Status:
        """Whoever comes while another is asking gets the answer before, and never holds a thread for it."""
        kept = self._status
        if kept is not None and (time.monotonic() < self._until or not self._lock.acquire(blocking=False)):
            return kept
        if kept is None:
            self._lock.acquire()
        try:
            self._status = status_now()
            self._until = time.monotonic() + _FRESH_SECONDS
            return self._status
        finally:
            self._lock.release()

    def forget(self) -> None:
        """Ask anew at the next look."""
        self._until = 0.0


KEPT = _Kept()


@public
@require_safe
def status(request: HttpRequest) -> HttpResponse:
    """Hizmet durumu."""
    seen = KEPT.now()
    page = {
        "seen": seen,
        "headline": wording.HEADLINES[seen.state],
        "lines": [wording.line(one) for one in seen.lines],
        "announced": [wording.announced(one) for one in seen.announced],
        "past": [wording.past(one) for one in seen.past],
    }
    response = render(request, "portal/status/status.html", page)
    if request.person is None:  # type: ignore[attr-defined]
        response.headers["Cache-Control"] = f"private, max-age={_MAX_AGE}"
    return response
