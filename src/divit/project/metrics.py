"""The figures of web, worker and signer in the text format of Prometheus; nothing personal is among them."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from threading import Lock

from django.db import DatabaseError

from divit.flows import figures
from divit.flows.figures import Figure

_BOUNDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Requests:
    """What this process has answered since it began."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._by_kind: Counter[tuple[str, int]] = Counter()
        self._buckets = [0] * (len(_BOUNDS) + 1)
        self._seconds = 0.0

    def count(self, method: str, status: int, *, seconds: float) -> None:
        """One answer."""
        kind = (method if method in _METHODS else "other", status)
        with self._lock:
            self._by_kind[kind] += 1
            self._buckets[bisect_left(_BOUNDS, seconds)] += 1
            self._seconds += seconds

    def lines(self) -> Iterator[str]:
        """As Prometheus reads them."""
        with self._lock:
            by_kind, buckets, seconds = dict(self._by_kind), list(self._buckets), self._seconds
        yield from _head("divit_web_requests_total", "counter", "Answers of this process.")
        for (method, status), count in sorted(by_kind.items()):
            yield _line("divit_web_requests_total", {"method": method, "status": str(status)}, count)
        name = "divit_web_request_seconds"
        yield from _head(name, "histogram", "How long answers took.")
        so_far = 0
        for bound, count in zip([*map(str, _BOUNDS), "+Inf"], buckets, strict=True):
            so_far += count
            yield _line(f"{name}_bucket", {"le": bound}, so_far)
        yield _line(f"{name}_sum", {}, seconds)
        yield _line(f"{name}_count", {}, so_far)


REQUESTS = Requests()


def everything() -> str:
    """All of it; without the database what this process knows by itself, and that the database is away."""
    lines = list(REQUESTS.lines())
    try:
        found = list(figures.all_of_the_house())
        up = 1
    except DatabaseError:
        found, up = [], 0
    lines += [*_head("divit_database_up", "gauge", "Whether web reaches its database."), f"divit_database_up {up}"]
    return "\n".join([*lines, *_gauges(found)]) + "\n"


def _gauges(found: Iterable[Figure]) -> Iterator[str]:
    told: set[str] = set()
    for one in found:
        if one.name not in told:
            told.add(one.name)
            yield from _head(one.name, "gauge", one.meaning)
        yield _line(one.name, one.labels, one.value)


def _head(name: str, kind: str, meaning: str) -> tuple[str, str]:
    return f"# HELP {name} {meaning}", f"# TYPE {name} {kind}"


def _line(name: str, labels: Mapping[str, str], value: float) -> str:
    told = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels.items())
    return f"{name}{{{told}}} {value}" if told else f"{name} {value}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
