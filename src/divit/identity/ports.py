"""What identity needs from outside: a gateway that says who stands at the other end of a browser."""

from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol

from divit.kernel.actors import Level
from divit.kernel.tckn import Tckn

Method = Literal["password", "mobile_signature", "e_signature", "id_card", "internet_banking"]


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Who logged in, by which method and how strongly; `raw_sha256` is the hash of what the gateway answered."""

    tckn: Tckn
    given_names: str
    surname: str
    method: Method
    level: Level
    birth_date: date | None
    birth_place: str | None
    raw_sha256: str


class IdentityGateway(Protocol):
    """A login gateway: sends the browser away, and learns from the code it comes back with who it is."""

    def authorize_url(self, *, state: str, code_challenge: str, redirect_uri: str) -> str:
        """Where to send the browser; `code_challenge` is PKCE S256."""

    def identify(self, *, code: str, code_verifier: str, redirect_uri: str) -> Identity:
        """Exchange the one-time code; raises `NeighbourFailed` or `Invalid("login_code_refused")`."""
