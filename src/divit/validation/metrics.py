"""/metrics in the text format of Prometheus: of all workers together, whichever of them is asked."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from divit.validation.counts import Count
from divit.validation.status_index import StatusIndex

_KINDS = {
    "good": Count.GOOD,
    "revoked": Count.REVOKED,
    "unknown": Count.UNKNOWN,
    "malformed": Count.MALFORMED,
    "unauthorized": Count.UNAUTHORIZED,
    "try_later": Count.TRY_LATER,
    "internal_error": Count.INTERNAL_ERROR,
}
_COUNTERS = {
    "ocsp_from_memory_total": (Count.ANSWERS_FROM_MEMORY, "OCSP answers that had been signed before."),
    "ocsp_sliced_total": (Count.ANSWERS_SLICED, "OCSP requests of the common shape that were signed for."),
    "ocsp_renewed_total": (Count.RENEWED, "Kept OCSP answers that were made anew."),
    "ocsp_dropped_total": (Count.DROPPED, "Kept OCSP answers that a change dropped."),
    "signatures_total": (Count.SIGNATURES, "Signatures over OCSP answers."),
    "signatures_wrong_total": (Count.SIGNATURES_WRONG, "Signatures that did not verify, and were not given out."),
    "signatures_not_done_total": (Count.SIGNATURES_NOT_DONE, "Signatures that the key store did not make in time."),
    "lists_total": (Count.LISTS, "Questions for lists of revocations."),
    "timestamps_total": (Count.STAMPS, "Questions for time-stamps."),
    "other_requests_total": (Count.OTHERS, "Requests for anything but OCSP."),
    "refused_total": (Count.REFUSED, "Connections and requests that a limit ended."),
    "connections_total": (Count.CONNECTIONS_OPENED, "Connections opened."),
}
_GAUGES = {
    "connections": (Count.CONNECTIONS, "Open connections."),
    "ocsp_kept": (Count.REMEMBERED, "OCSP answers in memory."),
    "ocsp_kept_bytes": (Count.REMEMBERED_OCTETS, "What they take, nearly."),
}


def text(counts: Sequence[int], *, index: StatusIndex | None, now: datetime) -> str:
    """The page."""
    return "\n".join(_lines(counts, index, now)) + "\n"


def _lines(counts: Sequence[int], index: StatusIndex | None, now: datetime) -> Iterator[str]:
    answers = [(f'{{status="{name}"}}', counts[kind]) for name, kind in _KINDS.items()]
    yield from _family("ocsp_answers_total", "counter", "OCSP answers by what they say.", answers)
    by_get, all_answers = counts[Count.ANSWERS_BY_GET], sum(count for _, count in answers)
    methods = [('{method="GET"}', by_get), ('{method="POST"}', max(0, all_answers - by_get))]
    yield from _family("ocsp_requests_total", "counter", "OCSP requests by how they were asked.", methods)
    for name, (place, words) in _COUNTERS.items():
        yield from _family(name, "counter", words, [("", counts[place])])
    seconds = counts[Count.SIGNATURE_NANOSECONDS] / 1e9
    yield from _family("signature_seconds_total", "counter", "Time that signatures took.", [("", seconds)])
    for name, (place, words) in _GAUGES.items():
        yield from _family(name, "gauge", words, [("", counts[place])])
    known_at = index.known_at if index is not None else None
    if known_at is not None:
        age = (now - known_at).total_seconds()
        yield from _family("status_age_seconds", "gauge", "Since it agreed with the database.", [("", age)])
    yield from _family(
        "certificates", "gauge", "In the index of status.", [("", len(index) if index is not None else 0)]
    )
    followed = int(index is not None and index.followed)
    yield from _family("status_followed", "gauge", "1 while the database is followed.", [("", followed)])


def _family(name: str, kind: str, words: str, samples: Sequence[tuple[str, float]]) -> Iterator[str]:
    full = f"divit_validation_{name}"
    yield f"# HELP {full} {words}"
    yield f"# TYPE {full} {kind}"
    yield from (f"{full}{labels} {value}" for labels, value in samples)
