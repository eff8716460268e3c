"""What one client, and all of them together, may take from a worker."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

_LOOKED_AT = 32


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Sizes in octets, times in seconds."""

    target: int = 8_192
    head: int = 16_384
    headers: int = 64
    head_seconds: int = 5
    body_seconds: int = 5
    idle_seconds: int = 30
    # Whoever does not take so much of an answer in that time is let go.
    least_taken: int = 10_240
    taking_seconds: int = 10
    lingering_seconds: int = 2
    connections: int = 4_096
    per_address: int = 0


class Guest(Protocol):
    """A connection as the doors see it."""

    address: str

    @property
    def idle(self) -> int:
        """For how many seconds it has asked nothing; below zero while it is being served."""
        ...

    def second(self) -> None:
        """Another one has passed."""
        ...

    def drain(self, *, now: bool) -> None:
        """The next answer is the last; `now`: none is waited for where nothing was begun."""
        ...

    def let_go(self) -> None:
        """Close it at once."""
        ...


class Doors:
    """Who is inside. When the house is full, whoever has been idle longest makes room for the next."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._inside: dict[Guest, None] = {}
        self._of_address: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._inside)

    def __iter__(self) -> Iterator[Guest]:
        return iter(tuple(self._inside))

    def enter(self, guest: Guest) -> bool:
        """Whether there is room for it."""
        if self._limits.per_address and self._of_address[guest.address] >= self._limits.per_address:
            return False
        if len(self._inside) >= self._limits.connections and not self._make_room():
            return False
        self._inside[guest] = None
        self._of_address[guest.address] += 1
        return True

    def leave(self, guest: Guest) -> None:
        """It is gone, or was never inside."""
        if guest not in self._inside:
            return
        del self._inside[guest]
        self._of_address[guest.address] -= 1
        if not self._of_address[guest.address]:
            del self._of_address[guest.address]

    def _make_room(self) -> bool:
        """Among those who came first; looking at all would make a crowd at the door expensive."""
        first = [guest for guest, _ in zip(self._inside, range(_LOOKED_AT), strict=False)]
        idlest = max(first, key=lambda guest: guest.idle)
        if idlest.idle < 0:
            return False
        idlest.let_go()
        self.leave(idlest)
        return True
