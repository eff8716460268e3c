"""What notifications needs from outside: somebody who carries short messages, somebody who carries mail."""

from typing import Protocol

from divit.kernel.phone import Phone


class SmsGateway(Protocol):
    """An SMS operator."""

    def send(self, *, to: Phone, text: str, message_id: str) -> None:
        """Hand one message over; the same `message_id` again is the same message. Raises `NeighbourFailed`."""


class MailGateway(Protocol):
    """A mail server."""

    def send(self, *, to: str, subject: str, text: str, message_id: str) -> None:
        """Hand one mail over; `message_id` becomes its Message-ID. Raises `NeighbourFailed`."""
