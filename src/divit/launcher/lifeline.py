"""Processes that never outlive the one who started them, however that one ended."""

import ctypes
import signal
import sys

_PR_SET_PDEATHSIG = 1


def die_with_parent(how: signal.Signals = signal.SIGINT) -> None:
    """Ask Linux to signal this process when its parent is gone (prctl(2): when the parent's forking thread is)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, how)
