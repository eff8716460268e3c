"""What people of a simulated year do at the neighbours: read a message, pay at the bank, carry a parcel."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import httpx2
from bs4 import BeautifulSoup

from divit.payments.ports import HostedPage

# The simulated bank's card that is approved, and the phone that its 3-D codes go to.
_CARD = {"pan": "4242424242424242", "ay": "12", "yil": "2099", "cv2": "000"}
_CARD_PHONE = "+905550000001"


class NotPaid(Exception):
    """The bank's pages could not be walked to their end."""


@dataclass
class Neighbours:
    """The simulated world, over its own pages."""

    url: str
    _client: httpx2.Client = field(init=False)

    def __post_init__(self) -> None:
        self._client = httpx2.Client(base_url=self.url, timeout=30, trust_env=False)

    def close(self) -> None:
        """No more connections."""
        self._client.close()

    def code_sent_to(self, phone: str) -> str:
        """The code in the newest message on this phone; empty when the newest is something else."""
        return self._newest(phone, r"^(\d{6}) ")

    def _newest(self, phone: str, pattern: str) -> str:
        answer = self._client.get("/inbox.json", params={"to": phone, "limit": "1"})
        for message in answer.json()["messages"]:
            found = re.search(pattern, message["text"])
            if found:
                return found[1]
        return ""

    def fail(self, neighbour: str, name: str, *, times: int) -> None:
        """Let a neighbour misbehave in its next calls; 0: no more."""
        asked = {"neighbour": neighbour, "failure": name, "times": times}
        self._client.post("/failures", json=asked).raise_for_status()

    def carry(self, tracking_no: str, act: str, *, last4: str = "", note: str = "") -> None:
        """The courier does something with a parcel; it is handed over against the identity card."""
        told = {"tracking_no": tracking_no, "act": act, "last4": last4, "note": note, "identity_seen": "1"}
        answer = self._client.post("/courier/act", data=told)
        if answer.status_code != 303:
            raise ValueError(f"the courier would not: {act} {tracking_no}: {answer.status_code}")

    def pay(self, page: HostedPage) -> list[tuple[str, str]]:
        """Card, code, and what the browser brings back to the shop. Raises `NotPaid`."""
        answer = self._client.post(page.url, data=dict(page.fields))
        if answer.status_code != 303:
            raise NotPaid(f"gate: {answer.status_code}")
        payment = parse_qs(urlsplit(answer.headers["location"]).query)["islem"][0]
        self._on("/bank/fim/odeme", {"islem": payment, **_CARD}, expected=303)
        code = self._newest(_CARD_PHONE, r"^(\d{6}) 3-D")
        back = self._on("/bank/fim/3d", {"islem": payment, "kod": code}, expected=200)
        fields = BeautifulSoup(back, "html.parser").select("form input[type=hidden]")
        if not fields:
            raise NotPaid("the browser never came back")
        return [(str(one["name"]), str(one.get("value", ""))) for one in fields]

    def _on(self, path: str, fields: Mapping[str, str], *, expected: int) -> str:
        answer = self._client.post(path, data=dict(fields))
        if answer.status_code != expected:
            raise NotPaid(f"{path}: {answer.status_code}")
        return answer.text
