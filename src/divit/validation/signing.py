"""Signatures for OCSP answers: at once where the key is in this process, in threads where a device makes them.

Key stores verify what they sign. Answers that are kept are signed that way, and so is all that a device signs; answers
for one nonce alone take the quick way, which verifies some of an EC key's, unless the settings say all:
docs/decisions/ocsp-server.md tells why.
"""

import asyncio
import logging
import time
from concurrent.futures import ThreadPoolExecutor

from divit.kernel.errors import NeighbourFailed
from divit.pki.keystores import WrongSignature
from divit.pki.ocsp import Responder
from divit.validation.counts import Count, Counts

_log = logging.getLogger(__name__)
_SIGNATURES, _NANOSECONDS = int(Count.SIGNATURES), int(Count.SIGNATURE_NANOSECONDS)


class NotSigned(Exception):
    """There is no signature that may be given out: try later."""


class Signing:
    """Signs for all responders of a worker."""

    def __init__(self, counts: Counts, *, verify_all: bool, threads: int, most_waiting: int) -> None:
        self._counts = counts
        self._verify_all = verify_all
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="signing")
        self._most_waiting = most_waiting
        self._waiting = 0

    def now(self, responder: Responder, data: bytes) -> bytes:
        """The signature of a key that is in this process, for an answer that is kept. Raises `NotSigned`."""
        began = time.perf_counter_ns()
        try:
            signature = responder.sign(data)
        except NeighbourFailed as failed:
            raise self._not_done(failed) from None
        self.count(1, time.perf_counter_ns() - began)
        return signature

    def quickly(self, responder: Responder, data: bytes) -> bytes:
        """The same for one nonce alone; whoever asks for many in a row counts them himself. Raises `NotSigned`."""
        try:
            return responder.sign(data) if self._verify_all else responder.sign_quickly(data)
        except NeighbourFailed as failed:
            raise self._not_done(failed) from None

    def count(self, signatures: int, nanoseconds: int) -> None:
        """So many, which took so long."""
        self._counts[_SIGNATURES] += signatures
        self._counts[_NANOSECONDS] += nanoseconds

    def soon(self, responder: Responder, data: bytes) -> "asyncio.Future[bytes]":
        """The signature of a device. Raises `NotSigned` at once where too many are waited for; so may the future."""
        if self._waiting >= self._most_waiting:
            self._counts[Count.SIGNATURES_NOT_DONE] += 1
            raise NotSigned
        self._waiting += 1
        loop = asyncio.get_running_loop()
        signed: asyncio.Future[bytes] = loop.create_future()
        loop.run_in_executor(self._threads, _timed, responder, data).add_done_callback(
            lambda done: self._take(done, signed)
        )
        return signed

    def close(self) -> None:
        """No more are begun."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _take(self, done: "asyncio.Future[tuple[bytes, int]]", signed: "asyncio.Future[bytes]") -> None:
        self._waiting -= 1
        if signed.done() or done.cancelled():
            signed.cancel()
            return
        error = done.exception()
        if isinstance(error, NeighbourFailed):
            signed.set_exception(self._not_done(error))
        elif error is not None:
            signed.set_exception(error)
        else:
            signature, nanoseconds = done.result()
            self.count(1, nanoseconds)
            signed.set_result(signature)

    def _not_done(self, failed: NeighbourFailed) -> NotSigned:
        self._counts[Count.SIGNATURES_WRONG if isinstance(failed, WrongSignature) else Count.SIGNATURES_NOT_DONE] += 1
        _log.error("the key store does not sign OCSP answers: %s", failed.how)
        return NotSigned()


def _timed(responder: Responder, data: bytes) -> tuple[bytes, int]:
    began = time.perf_counter_ns()
    signature = responder.sign(data)
    return signature, time.perf_counter_ns() - began
