"""When a message is tried again: soon at first, then ever more patiently, for a little more than three days."""

import random
from datetime import timedelta

# Seconds after the first, second … failure; after the tenth failure it is given up.
PAUSES = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
# Up to a tenth more, so that what failed together does not come back together.
_SPREAD = 0.1
_LONGEST_WISH = 86_400
# Whatever the reason, nothing waits longer than this.
LONGEST = timedelta(days=4)
# So many failures in a row, and the program counts as out of reach, not the message as a bad one.
OUT_OF_REACH = 3
# While a program does not answer at all it is asked ever more rarely, whatever waits.
_REST, _LONGEST_REST = 5, 300


def pause_after(tries: int) -> timedelta | None:
    """How long to wait after so many failed tries; None when it is enough."""
    if tries > len(PAUSES):
        return None
    return timedelta(seconds=PAUSES[tries - 1] * (1 + random.uniform(0, _SPREAD)))  # noqa: S311 - no secret


def rest_after(failures: int, *, wished: int = 0) -> timedelta:
    """How long a program is left alone after so many failures in a row; at least as long as it wished, up to a day."""
    own = min(_REST * 2 ** min(failures - 1, 10), _LONGEST_REST)
    return timedelta(seconds=max(own, min(wished, _LONGEST_WISH)))
