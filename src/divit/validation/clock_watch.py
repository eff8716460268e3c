"""Whether this machine's clock may be stamped with: it did not jump, and, where that is asked for, the kernel knows
it to be synchronised."""

import ctypes
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

_log = logging.getLogger(__name__)
# After a jump the new time is believed when it has stood this long: shorter where the kernel vouches for it.
_SETTLES = timedelta(minutes=5)
_SETTLES_IN_SYNC = timedelta(minutes=1)
_ASK_KERNEL_EVERY = timedelta(seconds=1)
_UNSYNCHRONISED, _LEAP_SECOND = 0x0040, 3  # STA_UNSYNC, TIME_OOP of <linux/timex.h>


class _Timex(ctypes.Structure):
    """struct timex up to what is read here; the kernel writes more, hence the room behind it."""

    _fields_ = [
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("room", ctypes.c_char * 256),
    ]


@dataclass(frozen=True)
class Sync:
    """What the kernel says of its clock; `most_off` is the largest error that it may have."""

    synchronised: bool
    most_off: timedelta


def kernel_sync() -> Sync:
    """Asks adjtimex(2) and changes nothing; where it cannot be asked, the clock counts as not synchronised."""
    read = _Timex(modes=0)
    state = ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.byref(read))
    fine = state >= 0 and state != _LEAP_SECOND and not read.status & _UNSYNCHRONISED
    return Sync(fine, timedelta(microseconds=max(0, read.maxerror)))


def since_boot() -> float:
    """Seconds that no setting of the clock touches, sleep included."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class ClockWatch:
    """Asked before every stamp. The wall clock and the time since boot run at one pace: only a clock that was set,
    by hand or by a time service that steps it, moves one against the other."""

    def __init__(
        self,
        *,
        accuracy: timedelta,
        needs_sync: bool,
        boot: Callable[[], float] = since_boot,
        sync: Callable[[], Sync] = kernel_sync,
    ) -> None:
        self._most = accuracy.total_seconds()
        self._needs_sync = needs_sync
        self._settles = (_SETTLES_IN_SYNC if needs_sync else _SETTLES).total_seconds()
        self._boot, self._sync = boot, sync
        self._lock = Lock()
        self._believed: float | None = None
        self._jumped: tuple[float, float] | None = None  # to which difference, and when since boot
        self._asked_at = float("-inf")
        self._in_sync = False

    def sane(self, now: datetime) -> bool:
        """Whether `now`, just read from the wall clock, may be stamped with."""
        with self._lock:
            boot = self._boot()
            if not self._synchronised(boot):
                self._jumped = self._jumped and (self._jumped[0], boot)
                return False
            return self._stands(now.timestamp() - boot, boot)

    def _stands(self, difference: float, boot: float) -> bool:
        if self._believed is None:
            self._believed = difference
        if abs(difference - self._believed) <= self._most:
            self._jumped = None
            return True
        if self._jumped is None or abs(difference - self._jumped[0]) > self._most:
            _log.error("the clock was set by %+.3f s: no time-stamps for now", difference - self._believed)
            self._jumped = (difference, boot)
        if boot - self._jumped[1] < self._settles:
            return False
        _log.warning("the clock stands again: time-stamps go on")
        self._believed, self._jumped = difference, None
        return True

    def _synchronised(self, boot: float) -> bool:
        if not self._needs_sync:
            return True
        if boot - self._asked_at >= _ASK_KERNEL_EVERY.total_seconds():
            said = self._sync()
            fine = said.synchronised and said.most_off.total_seconds() <= self._most
            if fine is not self._in_sync:
                _log.log(
                    logging.INFO if fine else logging.ERROR,
                    "the kernel's clock is %s (at most %.3f s off)",
                    "synchronised" if fine else "not synchronised: no time-stamps",
                    said.most_off.total_seconds(),
                )
            self._asked_at, self._in_sync = boot, fine
        return self._in_sync
