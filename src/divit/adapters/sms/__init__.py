"""The SMS operator: JSON over HTTP with an API key, idempotent by our message id."""

from dataclasses import dataclass, field

from divit.adapters.bounded_http import BOUNDS, Bounds, Wire
from divit.kernel.phone import Phone


@dataclass(frozen=True, kw_only=True)
class HttpSms:
    """Implements `notifications.ports.SmsGateway`."""

    url: str
    api_key: str = field(repr=False)
    sender: str = "DIVIT"
    bounds: Bounds = BOUNDS

    def send(self, *, to: Phone, text: str, message_id: str) -> None:
        """Hand one message over."""
        wire = Wire(neighbour="sms", bounds=self.bounds, headers=(("Authorization", f"Bearer {self.api_key}"),))
        message = {"to": str(to), "text": text, "message_id": message_id, "sender": self.sender}
        answer = wire.send("POST", self.url, json=message)
        if answer.status_code >= 400:
            raise wire.refused()
        read = wire.json_of(answer, outcome_known=False)
        if read.get("status") != "accepted" or read.get("message_id") != message_id:
            raise wire.garbage(outcome_known=False)
