"""The client of the e-Devlet wire: authorise, exchange the code, ask who it is; one function per call."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import httpx2

from divit.adapters.bounded_http import BOUNDS, Bounds, Wire
from divit.identity.ports import Identity, Method
from divit.kernel.actors import Level
from divit.kernel.errors import Invalid, NeighbourFailed
from divit.kernel.tckn import Tckn
from divit.kernel.turkish import nfc

_NEIGHBOUR = "edevlet"
_SUCCESS = "EDV09.000"
_PROOF, _FACTS = "Kimlik-Dogrula", "Temel-Bilgileri"
_SCOPE = f"{_PROOF};Ad-Soyad;{_FACTS}"
_LONGEST_NAME = 200

Levels = Mapping[str, tuple[Method, Level]]

# What the gate calls a login (`level` of kapsam=Kimlik-Dogrula) is not public, hence a table; what is not
# in it counts as the weakest.
LEVELS: Levels = {
    "SIFRE": ("password", Level.LOW),
    "SIFRE_SMS": ("password", Level.SUBSTANTIAL),
    "INTERNET_BANKACILIGI": ("internet_banking", Level.SUBSTANTIAL),
    "MOBIL_IMZA": ("mobile_signature", Level.HIGH),
    "E_IMZA": ("e_signature", Level.HIGH),
    "KIMLIK_KARTI": ("id_card", Level.HIGH),
}


@dataclass(frozen=True, kw_only=True)
class EdevletGateway:
    """Implements `identity.ports.IdentityGateway`; `browser_url` is `url` as browsers reach it."""

    url: str
    client_id: str
    client_secret: str = field(repr=False)
    browser_url: str = ""
    bounds: Bounds = BOUNDS
    levels: Levels = field(default_factory=lambda: LEVELS)

    def authorize_url(self, *, state: str, code_challenge: str, redirect_uri: str) -> str:
        """Where to send the browser."""
        query = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": redirect_uri,
            "scope": _SCOPE,
            "state": state,
            "code_challenge": code_challenge,
            "code_challenge_method": "S256",
        }
        base = (self.browser_url or self.url).rstrip("/")
        return str(httpx2.URL(f"{base}/AuthorizationController", params=query))

    def identify(self, *, code: str, code_verifier: str, redirect_uri: str) -> Identity:
        """Who stands behind the code. `Invalid("login_code_refused")` when the gate does not honour it."""
        token = self.exchange(code=code, code_verifier=code_verifier, redirect_uri=redirect_uri)
        proof, proof_raw = self.ask(token, scope=_PROOF)
        facts, facts_raw = self.ask(token, scope=_FACTS)
        # Two answers about two people would be nobody's login.
        if proof.get("kimlikNo") != facts.get("kimlikNo"):
            raise self._garbage()
        method, level = self.levels.get(str(proof.get("level")), ("password", Level.LOW))
        try:
            tckn = Tckn(str(facts.get("kimlikNo", "")))
        except Invalid as problem:
            raise self._garbage() from problem
        return Identity(
            tckn=tckn,
            given_names=self._name(facts.get("ad")),
            surname=self._name(facts.get("soyad")),
            method=method,
            level=level,
            birth_date=_date(facts.get("dogumTarihi")),
            birth_place=nfc(str(facts["dogumYeri"]))[:_LONGEST_NAME] if facts.get("dogumYeri") else None,
            raw_sha256=hashlib.sha256(proof_raw + b"\n" + facts_raw).hexdigest(),
        )

    def exchange(self, *, code: str, code_verifier: str, redirect_uri: str) -> str:
        """The token call (RFC 6749 4.1.3, RFC 7636 4.5): an access token for a one-time code."""
        answer = self._wire.send(
            "POST",
            f"{self.url.rstrip('/')}/AccessTokenController",
            form={
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": redirect_uri,
                "code_verifier": code_verifier,
                "client_id": self.client_id,
                "client_secret": self.client_secret,
            },
            only_asks=True,
        )
        read = self._wire.json_of(answer, outcome_known=True)
        if "error" in read:
            if read["error"] == "invalid_grant":
                raise Invalid("login_code_refused")
            raise self._wire.refused()
        token = read.get("access_token")
        if not isinstance(token, str) or not token:
            raise self._garbage()
        return token

    def ask(self, token: str, *, scope: str) -> tuple[dict[str, Any], bytes]:
        """The identity call: `kullaniciBilgileri` for one kapsam, and the bytes that said so."""
        answer = self._wire.send(
            "POST",
            f"{self.url.rstrip('/')}/AuthenticationController",
            form={"clientId": self.client_id, "accessToken": token, "resourceId": "1", "kapsam": scope},
            only_asks=True,
        )
        read = self._wire.json_of(answer, outcome_known=True)
        if "sonucKodu" not in read:
            raise self._garbage()
        if read["sonucKodu"] != _SUCCESS:
            raise self._wire.refused()
        said = read.get("kullaniciBilgileri")
        if not isinstance(said, dict):
            raise self._garbage()
        return said, answer.content

    @property
    def _wire(self) -> Wire:
        return Wire(neighbour=_NEIGHBOUR, bounds=self.bounds)

    def _garbage(self) -> NeighbourFailed:
        return self._wire.garbage(outcome_known=True)

    def _name(self, said: object) -> str:
        name = nfc(said).strip() if isinstance(said, str) else ""
        if not name or len(name) > _LONGEST_NAME:
            raise self._garbage()
        return name


def _date(said: object) -> date | None:
    found = re.fullmatch(r"(\d{2})[./](\d{2})[./](\d{4})", said.strip()) if isinstance(said, str) else None
    if not found:
        return None
    day, month, year = map(int, found.groups())
    try:
        return date(year, month, day)
    except ValueError:
        return None
