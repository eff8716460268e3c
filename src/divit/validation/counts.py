"""What a worker counts, and the page on which all workers' counts stand side by side.

Counting is adding to a plain list; once a second, and when somebody asks, the list is copied to the worker's own row of
a shared page. Nobody else writes that row while the worker lives, so nothing is locked.
"""

import mmap
from collections.abc import Sequence
from enum import IntEnum

ROWS = 64
_WORD = 8


class Count(IntEnum):
    """By their place in a row; the first ones are the kinds of OCSP answers."""

    GOOD = 0
    REVOKED = 1
    UNKNOWN = 2
    MALFORMED = 3
    UNAUTHORIZED = 4
    TRY_LATER = 5
    INTERNAL_ERROR = 6
    ANSWERS_BY_GET = 7
    ANSWERS_FROM_MEMORY = 8
    ANSWERS_SLICED = 9
    SIGNATURES = 10
    SIGNATURE_NANOSECONDS = 11
    SIGNATURES_WRONG = 12
    SIGNATURES_NOT_DONE = 13
    REFUSED = 14
    LISTS = 15
    STAMPS = 16
    OTHERS = 17
    RENEWED = 18
    DROPPED = 19
    CONNECTIONS_OPENED = 20
    # What is so at the moment; gone with the worker.
    CONNECTIONS = 21
    REMEMBERED = 22
    REMEMBERED_OCTETS = 23


MOMENTARY = (Count.CONNECTIONS, Count.REMEMBERED, Count.REMEMBERED_OCTETS)
PAGE_OCTETS = ROWS * len(Count) * _WORD


class Counts(list[int]):
    """A worker's own, by `Count`."""

    def __init__(self) -> None:
        super().__init__([0] * len(Count))


class Page:
    """All rows; the first one keeps what ended workers had counted."""

    def __init__(self, descriptor: int | None = None) -> None:
        """Of that file, which has `PAGE_OCTETS` octets; or of none, for a worker that is alone."""
        self._memory = mmap.mmap(-1 if descriptor is None else descriptor, PAGE_OCTETS)
        self._words = memoryview(self._memory).cast("Q")

    def write(self, row: int, counts: Sequence[int]) -> None:
        """Copy a worker's counts to its row."""
        at = row * len(Count)
        for place, count in enumerate(counts):
            self._words[at + place] = count

    def end(self, row: int) -> None:
        """That row's worker has ended: keep what it counted with what others had."""
        at = row * len(Count)
        ended = [0 if place in MOMENTARY else self._words[at + place] for place in range(len(Count))]
        self.write(row, [0] * len(Count))
        self.write(0, [kept + more for kept, more in zip(self._words[: len(Count)], ended, strict=True)])

    def total(self) -> list[int]:
        """Of all workers, those that have ended included."""
        width = len(Count)
        return [sum(self._words[place::width]) for place in range(width)]
