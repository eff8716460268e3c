"""OCSP answers as whole HTTP messages: signed before they are asked for, kept for whoever asks next, and given at once.

What a client sent is compared with what was read before, octet for octet: a head that the parser has read once need
not be read again, and an answer lies under the body (or the request line) that asked for it. Kept are answers about
issued certificates alone, so that nobody fills the memory with inventions; it has a bound all the same. An answer that
somebody has asked for is made anew long before its producedAt is 600 s old (relying parties' software refuses older
ones), the others are dropped. What a change of status touches is dropped before the next question is looked at.
"""

import asyncio
import hashlib
from asyncio import Future
from collections import deque
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from time import perf_counter, perf_counter_ns
from typing import NamedTuple, Protocol

from divit.pki import ocsp
from divit.validation import ocsp_http
from divit.validation.counts import Count, Counts
from divit.validation.desk import Certificate, Desk, ToSign
from divit.validation.messages import Request, http_date_at
from divit.validation.signing import NotSigned, Signing
from divit.validation.status_index import ALL_CHANGED

OLDEST_SECONDS = 600
_RENEWED_AFTER, _DROPPED_AFTER = 240, 540
_RENEWING_SECONDS = 0.004
_MOST_SPELLINGS = 8
_MOST_HEADS, _LONGEST_HEAD = 1_024, 1_024
_OVERHEAD = 700  # octets of an entry in memory besides key and answer: an estimate from the sizes of its parts
_FROM_MEMORY, _BY_GET = int(Count.ANSWERS_FROM_MEMORY), int(Count.ANSWERS_BY_GET)
_END, _LINE = b"\r\n\r\n", b"\r\n"
_CHANGING = frozenset(
    {
        *("if-none-match", "if-modified-since", "if-match", "if-unmodified-since", "if-range", "range"),
        *("expect", "transfer-encoding", "upgrade", "te", "trailer"),
    }
)


class Answer(NamedTuple):
    """`rest` is the message from its length on, `certificates` its end, which many answers share."""

    kind: int
    rest: bytes
    certificates: bytes
    until: float
    by_get: bool
    certificate: Certificate
    made_at: float


class Asker(Protocol):
    """Who waits for an answer."""

    def take(self, answer: bytes) -> None: ...


class Answers:
    """A worker's memory. `seconds` tells the time in seconds since 1970."""

    def __init__(
        self,
        desk: Desk,
        signing: Signing,
        counts: Counts,
        *,
        seconds: Callable[[], float],
        max_age: int,
        most_octets: int,
    ) -> None:
        self.date = ""
        self.changes = 0
        self._desk, self._signing, self._counts, self._seconds = desk, signing, counts, seconds
        self._max_age = max_age
        self._most_octets = most_octets
        self._octets = self._overdue = 0
        self._answers: dict[bytes, Answer] = {}
        self._asked: set[bytes] = set()
        self._keys: dict[Certificate, list[bytes]] = {}
        self._made: deque[tuple[float, bytes]] = deque()
        self._heads: dict[bytes, int] = {}
        self._fields: set[bytes] = set()
        self._begins = self._ends = 0.0
        self._of_post = self._of_get = b""
        self._to_sign: list[tuple[Asker, ToSign]] = []

    def __len__(self) -> int:
        return len(self._answers)

    @property
    def octets(self) -> int:
        """What the memory takes, nearly."""
        return self._octets

    # --- the quick way

    def known(self, data: bytes, asker: Asker) -> bytes | None:
        """The whole answer to one whole request, or None: then it is read, and what it means is learnt.

        Nothing (`b""`) where it is given to the asker as soon as all who have asked by now have been heard.
        """
        head, _, body = data.partition(_END)
        if body:
            if self._heads.get(head) != len(body):
                return None
            key = body
        else:
            key, _, fields = head.partition(_LINE)
            if fields not in self._fields:
                return None
        now = self._seconds()
        if not self._begins <= now < self._ends:
            self.turn(now)
        if self._desk.index is not None and (changed := self._desk.index.refresh()):
            self.drop(changed)
        answer = self._answers.get(key)
        if answer is None or now >= answer.until:
            return b"" if body and self._sign_soon(body, asker) else None
        self._asked.add(key)
        counts = self._counts
        counts[answer.kind] += 1
        counts[_FROM_MEMORY] += 1
        if answer.by_get:
            counts[_BY_GET] += 1
            return self._of_get + answer.rest + answer.certificates
        return self._of_post + answer.rest + answer.certificates

    def _sign_soon(self, body: bytes, asker: Asker) -> bool:
        """Whether it is a common request with a nonce that a key in this process answers.

        Signing one right after the other is a third faster than between the kernel's work for two connections, which
        drives the curve's tables out of the processor's memory.
        """
        cut = self._desk.cut(body)
        if cut is None or not cut.nonce:
            return False
        prepared = self._desk.prepare_slice(cut)
        if isinstance(prepared, ocsp.Failure) or not prepared.responder.key.in_process:
            return False
        if not self._to_sign:
            asyncio.get_running_loop().call_soon(self._sign_all)
        self._to_sign.append((asker, prepared))
        return True

    def _sign_all(self) -> None:
        waiting, self._to_sign = self._to_sign, []
        counts, of_post, sign, began = self._counts, self._of_post, self._signing.quickly, perf_counter_ns()
        signed = []
        for asker, prepared in waiting:
            responder = prepared.responder
            try:
                head = responder.assemble(prepared.data, sign(responder, prepared.data))
                kind, answer = prepared.kind, head + responder.certificates
            except NotSigned:
                kind, answer = Count.TRY_LATER, ocsp.failure(ocsp.Failure.TRY_LATER)
            counts[kind] += 1
            signed.append((asker, of_post + b"%d\r\n\r\n" % len(answer) + answer))
        self._signing.count(len(waiting), perf_counter_ns() - began)
        for asker, answer in signed:
            asker.take(answer)

    def learn(self, data: bytes, request: Request) -> None:
        """These octets, which came alone, were read as this request: whoever sends the same means the same."""
        head, end, body = data.partition(_END)
        if not end or body != request.body or len(head) > _LONGEST_HEAD or not _is_plain(request):
            return
        if len(self._heads) + len(self._fields) >= _MOST_HEADS:
            self._heads.clear()
            self._fields.clear()
        if request.method == "POST" and request.path in ocsp_http.POST_PATHS and body:
            if request.is_of_type(ocsp_http.REQUEST) and len(body) <= ocsp.MOST_OCTETS:
                self._heads[head] = len(body)
        elif request.method == "GET" and not body:
            self._fields.add(head.partition(_LINE)[2])

    # --- the memory

    def keep(self, request: Request, question: bytes, prepared: ToSign, head: bytes, *, changes: int) -> None:
        """Keep a verified answer for others who ask in the same words, where others may.

        `changes` is what it was when the answer was prepared: one that was overtaken while it was signed is not kept.
        """
        key = _key_of(request, question)
        if prepared.certificate is None or key is None or changes != self.changes:
            return
        keys = self._keys.get(prepared.certificate, ())
        if key in self._answers or len(keys) < _MOST_SPELLINGS:
            self._put(key, prepared, prepared.certificate, head)

    def found(self, request: Request, question: bytes) -> tuple[int, bytes, datetime] | None:
        """Kind, octets and time of the answer that is kept for whoever asks this in such words."""
        key = _key_of(request, question)
        answer = self._answers.get(key) if key is not None else None
        if key is None or answer is None or self._seconds() >= answer.until:
            return None
        self._asked.add(key)
        body = answer.rest.partition(_END)[2] + answer.certificates
        return answer.kind, body, datetime.fromtimestamp(answer.made_at, UTC)

    def drop(self, certificates: "Iterable[Certificate] | None") -> None:
        """Forget what is known of these; `ALL_CHANGED`: of all."""
        self.changes += 1
        if certificates is ALL_CHANGED or certificates is None:
            self._counts[Count.DROPPED] += len(self._answers)
            for memory in (self._answers, self._asked, self._keys, self._made):
                memory.clear()
            self._octets = self._overdue = 0
            return
        for certificate in certificates:
            for key in tuple(self._keys.get(certificate, ())):
                self._remove(key)
                self._counts[Count.DROPPED] += 1

    def turn(self, now: float) -> None:
        """Another second by the clock, which may have been set back."""
        if now < self._begins:
            self.drop(None)
        self._begins = float(int(now))
        self._ends = self._begins + 1
        self._desk.turn(datetime.fromtimestamp(now, UTC))
        self.date = http_date_at(now)
        head = f"HTTP/1.1 200 OK\r\nDate: {self.date}\r\nContent-Type: {ocsp_http.RESPONSE}\r\n"
        expires = http_date_at(now + self._max_age)
        by_get = f"Expires: {expires}\r\nCache-Control: {ocsp_http.kept(self._max_age)}\r\n"
        self._of_post = f"{head}Cache-Control: {ocsp_http.NOT_KEPT}\r\nContent-Length: ".encode()
        self._of_get = f"{head}{by_get}Content-Length: ".encode()

    def look(self) -> float:
        """The time, after seeing to what it and the index bring."""
        now = self._seconds()
        if not self._begins <= now < self._ends:
            self.turn(now)
        if self._desk.index is not None and (changed := self._desk.index.refresh()):
            self.drop(changed)
        return now

    def renew_all(self) -> None:
        """Another key signs from now on: what is kept is as good as before, and yet renewed as soon as may be."""
        self._overdue = len(self._made)

    def renew(self) -> bool:
        """Make anew what is due and was asked for, for a few milliseconds; whether more is due.

        An answer that a device signs is dropped instead, and made by the next who asks.
        """
        now, began = self.look(), perf_counter()
        while self._made and (self._overdue or self._made[0][0] + _RENEWED_AFTER <= now):
            if perf_counter() - began > _RENEWING_SECONDS:
                return True
            made_at, key = self._made.popleft()
            self._overdue = max(0, self._overdue - 1)
            answer = self._answers.get(key)
            if answer is not None and answer.made_at == made_at:
                self._renew(key, answer)
        return False

    def _renew(self, key: bytes, answer: Answer) -> None:
        if key not in self._asked:
            self._remove(key)
            return
        self._asked.discard(key)
        question = ocsp_http.question_in(key.split(b" ")[1].decode("latin-1")) if answer.by_get else key
        prepared = self._desk.prepare(question)
        if isinstance(prepared, ocsp.Failure) or prepared.certificate is None:
            self._remove(key)
            return
        try:
            if prepared.responder.key.in_process:
                signature = self._signing.now(prepared.responder, prepared.data)
                self._replace(key, answer, prepared, signature)
            else:
                signed = self._signing.soon(prepared.responder, prepared.data)
                signed.add_done_callback(lambda done: self._renew_later(key, answer, prepared, done))
        except NotSigned:
            return  # it may be given for a while yet

    def _renew_later(self, key: bytes, answer: Answer, prepared: ToSign, signed: "Future[bytes]") -> None:
        if not signed.cancelled() and signed.exception() is None:
            self._replace(key, answer, prepared, signed.result())

    def _replace(self, key: bytes, answer: Answer, prepared: ToSign, signature: bytes) -> None:
        """Unless the answer was dropped meanwhile: then what was signed may be overtaken too."""
        if self._answers.get(key) is answer:
            self._counts[Count.RENEWED] += 1
            self._put(key, prepared, answer.certificate, prepared.head(signature))

    def _put(self, key: bytes, prepared: ToSign, certificate: Certificate, head: bytes) -> None:
        self._remove(key)
        by_get = key.startswith(b"GET ")
        certificates = prepared.responder.certificates
        lines = [b"%d" % (len(head) + len(certificates))]
        if by_get:
            lines += [b"ETag: " + etag_of(head + certificates).encode(), b"Last-Modified: " + self.date.encode()]
        margin = self._max_age if by_get else 0
        self._answers[key] = answer = Answer(
            prepared.kind,
            _LINE.join(lines) + _END + head,
            certificates,
            min(self._begins + _DROPPED_AFTER, prepared.ends.timestamp()) - margin,
            by_get,
            certificate,
            self._begins,
        )
        self._keys.setdefault(certificate, []).append(key)
        self._made.append((self._begins, key))
        self._octets += _size(key, answer)
        while self._octets > self._most_octets and self._made:
            made_at, oldest = self._made.popleft()
            self._overdue = max(0, self._overdue - 1)
            found = self._answers.get(oldest)
            if found is not None and found.made_at == made_at:
                self._remove(oldest)

    def _remove(self, key: bytes) -> None:
        answer = self._answers.pop(key, None)
        if answer is None:
            return
        self._asked.discard(key)
        self._octets -= _size(key, answer)
        keys = self._keys.get(answer.certificate, [])
        if key in keys:
            keys.remove(key)
        if not keys:
            self._keys.pop(answer.certificate, None)


def etag_of(answer: bytes) -> str:
    """RFC 5019 6.2: of the octets of the answer."""
    return f'"{hashlib.sha256(answer).hexdigest()[:32]}"'


def _key_of(request: Request, question: bytes) -> bytes | None:
    """What such a request is known by: its body, or its line where it is spelt as clients commonly do."""
    if request.method == "POST":
        return question
    target = request.target
    if target.decode("latin-1") not in ocsp_http.spellings(question):
        return None
    return b"GET " + target + b" HTTP/1.1"


def _size(key: bytes, answer: Answer) -> int:
    return len(key) + len(answer.rest) + _OVERHEAD


def _is_plain(request: Request) -> bool:
    """Nothing in its head changes what the answer is, or what comes after it."""
    return request.version == "1.1" and request.keep_alive and not _CHANGING.intersection(request.headers)
