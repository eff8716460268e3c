"""One line for each step of a start: what is being done, and how long it took."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def step(name: str) -> Iterator[None]:
    """Say what is being done; on a terminal at once, in a file when it is done."""
    live = sys.stdout.isatty()
    if live:
        sys.stdout.write(f"  {name} …")
        sys.stdout.flush()
    began = time.monotonic()
    try:
        yield
    except BaseException:
        sys.stdout.write("\n" if live else f"  {name} ✗\n")
        sys.stdout.flush()
        raise
    start = "\r" if live else ""
    sys.stdout.write(f"{start}  {name} ✓ {time.monotonic() - began:.1f} s\n")
    sys.stdout.flush()
