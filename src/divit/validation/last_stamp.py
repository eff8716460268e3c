"""The newest instant that was stamped, known to all workers: no stamp is ever dated before another one."""

import fcntl
import mmap
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock

_OCTETS = 8
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
# Two workers read the clock one after the other and come here the other way round; more than that is a clock set back.
_OVERTAKEN = timedelta(milliseconds=500)


class LastStamp:
    """Eight octets in a file that every worker maps: microseconds since 1970; without a file for one process alone.

    The file outlives the workers, killed ones too. After stamps of a clock that ran ahead it holds up all others
    until their time has come; who decides otherwise stops the service and deletes it.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._lock = Lock()
        self._file = -1
        self._held = mmap.mmap(-1, _OCTETS)
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            os.posix_fallocate(self._file, 0, _OCTETS)
            self._held = mmap.mmap(self._file, _OCTETS)

    def advance(self, now: datetime) -> datetime | None:
        """The instant to stamp with: `now`, or the newest one where another worker was a moment faster.

        None when the clock stands before what was stamped already.
        """
        with self._lock:
            if self._file >= 0:
                fcntl.flock(self._file, fcntl.LOCK_EX)
            try:
                return self._advance(now)
            finally:
                if self._file >= 0:
                    fcntl.flock(self._file, fcntl.LOCK_UN)

    def _advance(self, now: datetime) -> datetime | None:
        last = _EPOCH + int.from_bytes(self._held[:_OCTETS], "big") * _MICROSECOND
        if now >= last:
            self._held[:_OCTETS] = ((now - _EPOCH) // _MICROSECOND).to_bytes(_OCTETS, "big")
            return now
        return last if last - now <= _OVERTAKEN else None
