"""Which address is what: every answer that is not given from memory."""

import asyncio
import json
import logging
from asyncio import Future
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from divit.pki import ocsp, timestamps
from divit.validation import files, ocsp_http
from divit.validation.answers import Answers, etag_of
from divit.validation.counts import Count, Counts
from divit.validation.desk import Desk, ToSign
from divit.validation.files import Files
from divit.validation.messages import Request, Response, freshness, has_it_already, text
from divit.validation.signing import NotSigned, Signing

_log = logging.getLogger(__name__)
_TSA_QUERY, _TSA_REPLY = "application/timestamp-query", "application/timestamp-reply"
_NO_STORE = (("Cache-Control", "no-store"),)
_KINDS = {
    ocsp.Failure.MALFORMED_REQUEST: Count.MALFORMED,
    ocsp.Failure.INTERNAL_ERROR: Count.INTERNAL_ERROR,
    ocsp.Failure.TRY_LATER: Count.TRY_LATER,
    ocsp.Failure.UNAUTHORIZED: Count.UNAUTHORIZED,
}
_METHODS = {
    "/tsa": "POST",
    "/cps": "GET, HEAD",
    "/healthz": "GET, HEAD",
    "/readyz": "GET, HEAD",
    "/metrics": "GET, HEAD",
}
Answered = Response | Future[Response]


class Routes:
    """Answers whole requests; `stamp` gives time-stamps, `health` what /readyz says, `metrics` what /metrics says."""

    def __init__(
        self,
        *,
        desk: Desk,
        answers: Answers,
        signing: Signing,
        files: Files,
        counts: Counts,
        max_age: int,
        stamp: Callable[[Request], Response],
        stamping_threads: ThreadPoolExecutor,
        most_stamping: int,
        health: Callable[[], dict[str, object]],
        metrics: Callable[[], str],
    ) -> None:
        self._desk, self._answers, self._signing, self._files, self._counts = desk, answers, signing, files, counts
        self._max_age = max_age
        self._stamp, self._threads, self._most_stamping, self._stamping = stamp, stamping_threads, most_stamping, 0
        self._health, self._metrics = health, metrics
        self._now = desk.now

    def respond(self, request: Request) -> Answered:
        """The answer, or the promise of one; whatever we did not think of becomes one too, and a line in the log."""
        try:
            self._now = datetime.fromtimestamp(self._answers.look(), UTC)
            return self._route(request)
        except Exception:  # noqa: BLE001 - the outermost edge of the process
            return self._not_thought_of(request.target)

    def refuse(self, target: bytes, status: int) -> Response:
        """To what was not read to its end; OCSP and TSA clients are told in their own language as well."""
        self._answers.look()
        path = Request("GET", target).path
        if path.startswith("/ocsp"):
            return self._failure(ocsp.Failure.MALFORMED_REQUEST, status=status, close=True)
        if path == "/tsa":
            body = timestamps.refusal(timestamps.Refusal.BAD_DATA_FORMAT)
            return Response(status, body, (("Content-Type", _TSA_REPLY), *_NO_STORE), close=True)
        return text(status, "this is not answered\n", close=True)

    def most_body(self, request: Request) -> int:
        """How long a body may be there."""
        if request.path in ocsp_http.POST_PATHS:
            return ocsp.MOST_OCTETS
        return timestamps.MOST_OCTETS if request.path == "/tsa" else 0

    # ---

    def _route(self, request: Request) -> Answered:
        path, method = request.path, request.method
        if path in ocsp_http.POST_PATHS and (method == "POST" or path == "/ocsp"):
            return self._ocsp_post(request) if method == "POST" else _other_method("POST")
        self._counts[Count.OTHERS] += 1
        if path in _METHODS:
            return self._page(path, request) if method in _METHODS[path].split(", ") else _other_method(_METHODS[path])
        if method not in ("GET", "HEAD"):
            return _other_method("GET, HEAD") if path.startswith(("/ocsp/", "/crl/", "/ca/")) else files.NOT_FOUND
        if path.startswith(ocsp_http.GET_PATH):
            self._counts[Count.OTHERS] -= 1
            self._counts[Count.ANSWERS_BY_GET] += 1
            return self._ocsp(request, ocsp_http.question_in(path))
        if path.startswith("/crl/") and path.endswith(".crl"):
            self._counts[Count.LISTS] += 1
            return self._files.list_of(path[5:-4], request, now=self._desk.now)
        if path.startswith("/ca/") and path.endswith(".crt"):
            return self._files.certificate_of(path[4:-4], request, now=self._desk.now)
        return files.NOT_FOUND

    def _page(self, path: str, request: Request) -> Answered:
        if path == "/tsa":
            return self._tsa(request)
        if path == "/cps":
            return self._files.practice()
        if path == "/healthz":
            return text(200, "ok\n")
        if path == "/metrics":
            body = self._metrics().encode()
            return Response(200, body, (("Content-Type", "text/plain; version=0.0.4; charset=utf-8"), *_NO_STORE))
        health = self._health()
        said = json.dumps(health, separators=(",", ":")).encode()
        return Response(200 if health["ready"] else 503, said, (("Content-Type", "application/json"), *_NO_STORE))

    def _ocsp_post(self, request: Request) -> Answered:
        if not request.is_of_type(ocsp_http.REQUEST):
            return self._failure(ocsp.Failure.MALFORMED_REQUEST, status=415)
        return self._ocsp(request, request.body)

    def _ocsp(self, request: Request, question: bytes) -> Answered:
        if kept := self._answers.found(request, question):
            kind, body, made_at = kept
            self._counts[kind] += 1
            self._counts[Count.ANSWERS_FROM_MEMORY] += 1
            if request.method == "POST":
                return _for_one(body)
            return self._for_caches(request, body, made_at=made_at, age=self._max_age)
        prepared, changes = self._desk.prepare(question), self._answers.changes
        if isinstance(prepared, ocsp.Failure):
            return self._failure(prepared)
        try:
            if prepared.responder.key.in_process:
                sign = self._signing.quickly if prepared.certificate is None else self._signing.now
                signature = sign(prepared.responder, prepared.data)
                return self._signed(request, question, prepared, signature, changes)
            signing = self._signing.soon(prepared.responder, prepared.data)
        except NotSigned:
            return self._failure(ocsp.Failure.TRY_LATER)
        answered: Future[Response] = asyncio.get_running_loop().create_future()
        signing.add_done_callback(
            lambda signed: self._promised(
                answered, request.target, lambda: self._signed(request, question, prepared, signed.result(), changes)
            )
        )
        return answered

    def _signed(self, request: Request, question: bytes, prepared: ToSign, signature: bytes, changes: int) -> Response:
        head = prepared.head(signature)
        body = head + prepared.responder.certificates
        self._counts[prepared.kind] += 1
        self._answers.keep(request, question, prepared, head, changes=changes)
        if request.method == "POST" or prepared.certificate is None:
            return _for_one(body)
        now = self._desk.now.replace(microsecond=0)
        age = max(0, min(self._max_age, int((prepared.ends - now) / timedelta(seconds=1))))
        return self._for_caches(request, body, made_at=now, age=age)

    def _for_caches(self, request: Request, body: bytes, *, made_at: datetime, age: int) -> Response:
        etag = etag_of(body)
        fresh = freshness(etag=etag, changed_at=made_at, now=self._desk.now, max_age=age)
        if has_it_already(request.headers, etag=etag, changed_at=made_at):
            return Response(304, headers=fresh)
        return Response(200, body, (("Content-Type", ocsp_http.RESPONSE), *fresh))

    def _failure(self, failure: ocsp.Failure, *, status: int = 200, close: bool = False) -> Response:
        self._counts[_KINDS[failure]] += 1
        headers = (("Content-Type", ocsp_http.RESPONSE), ("Cache-Control", ocsp_http.NOT_KEPT))
        return Response(status, ocsp.failure(failure), headers, close=close)

    def _tsa(self, request: Request) -> Answered:
        """In a thread: a device may sign, and a ledger of credit may be written."""
        self._counts[Count.STAMPS] += 1
        headers = (("Content-Type", _TSA_REPLY), *_NO_STORE)
        if not request.is_of_type(_TSA_QUERY):
            return Response(415, timestamps.refusal(timestamps.Refusal.BAD_DATA_FORMAT), headers)
        if self._stamping >= self._most_stamping:
            return Response(503, timestamps.refusal(timestamps.Refusal.SYSTEM_FAILURE), (*headers, *files.RETRY_AFTER))
        self._stamping += 1
        loop = asyncio.get_running_loop()
        stamping = loop.run_in_executor(self._threads, self._stamp, request)
        answered: Future[Response] = loop.create_future()

        def done(stamped: "Future[Response]") -> None:
            self._stamping -= 1
            self._promised(answered, request.target, stamped.result)

        stamping.add_done_callback(done)
        return answered

    def _promised(self, answered: "Future[Response]", target: bytes, answer: Callable[[], Response]) -> None:
        if answered.done():
            return
        try:
            answered.set_result(answer())
        except NotSigned:
            answered.set_result(self._failure(ocsp.Failure.TRY_LATER))
        except Exception:  # noqa: BLE001 - the outermost edge of the process
            answered.set_result(self._not_thought_of(target))

    def _not_thought_of(self, target: bytes) -> Response:
        _log.exception("a request failed")
        if target.startswith(b"/ocsp"):
            return self._failure(ocsp.Failure.INTERNAL_ERROR)
        return files.TRY_LATER


def _for_one(body: bytes) -> Response:
    return Response(200, body, (("Content-Type", ocsp_http.RESPONSE), ("Cache-Control", ocsp_http.NOT_KEPT)))


def _other_method(allowed: str) -> Response:
    return text(405, "not by this method\n", headers=(("Allow", allowed),))
