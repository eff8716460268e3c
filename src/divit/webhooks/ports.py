"""What webhooks need from outside: somebody who carries a message to an institution's program."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the program answered: the HTTP status, and for how many seconds it asks us to stay away."""

    status: int
    retry_after: int = 0


class WebhookSender(Protocol):
    """Carries one message."""

    def send(self, *, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """One try. Raises `NeighbourFailed`; «refused» when the address is one that messages must not go to."""
