"""The one reviewed page that a key ceremony follows: read from YAML, every field checked before any key is made."""

import hashlib
import re
from datetime import date
from enum import StrEnum
from pathlib import Path

import yaml
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError, field_validator, model_validator

from divit.kernel.errors import Invalid
from divit.pki import names, profiles
from divit.pki.authority import PolicyWords
from divit.pki.keystores.base import Algorithm

_URL = re.compile(r"https?://[a-z0-9.\-]+(:\d{1,5})?(/[A-Za-z0-9._~/\-]*)?")
_OID = re.compile(r"[012](\.(0|[1-9]\d*))+")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Named(_Strict):
    """One certificate: the name in it, and for how many days."""

    common_name: str
    days: int = Field(ge=1)

    @field_validator("common_name")
    @classmethod
    def _may_stand_in_a_certificate(cls, text: str) -> str:
        try:
            return names.check_title(text, field="common_name")
        except Invalid as error:
            raise ValueError(str(error)) from None


class Service(Named):
    """The same of a service, whose key may be an RSA key for readers that know no other."""

    key: Algorithm = Algorithm.EC_P256


class KeyKind(StrEnum):
    """What needs which number of custodians."""

    ROOT = "root"
    ISSUING = "issuing"
    DELEGATES = "delegates"  # OCSP, time-stamps, seal


class Custodian(_Strict):
    """Somebody in whose presence keys are made (anahtar emanetçisi): a role, never a person's name."""

    role: str = Field(min_length=1, max_length=60)
    key: str = ""
    """The public key, PEM; only a TEST plan may leave it out: the ceremony then makes one for the day."""
    until: date | None = None

    @field_validator("key")
    @classmethod
    def _is_a_key(cls, pem: str) -> str:
        if pem:
            load_custodian_key(pem)
        return pem


class CeremonyPlan(_Strict):
    """What will be made, in whose presence, and what it will say."""

    _text: bytes = PrivateAttr(b"")

    heading: str
    test: bool
    notified_eshs: bool = False
    organisation: str
    organisation_identifier: str
    custodians: tuple[Custodian, ...] = Field(min_length=1)
    quorum: dict[KeyKind, int]
    arc: str
    validation_url: str
    root: Named
    root_crl_days: int = Field(ge=1, le=366)
    issuing: Named
    ocsp: Service
    tsa: Service
    seal: Service
    policies: dict[str, PolicyWords]
    tsa_policy: str
    statement: str
    pds: dict[str, str]

    @field_validator("validation_url")
    @classmethod
    def _plain_http(cls, url: str) -> str:
        if not _URL.fullmatch(url) or not url.startswith("http://"):
            raise ValueError("an address of status services is plain http (EN 319 412-2 GEN-4.3.11-4)")
        return url.rstrip("/")

    @property
    def text(self) -> bytes:
        """The reviewed file itself, as it was read."""
        return self._text

    @property
    def sha256(self) -> str:
        """Of the file, hex, as `sha256sum` says it."""
        return hashlib.sha256(self._text).hexdigest()

    def words(self, profile: str) -> PolicyWords:
        """What certificates of a profile say; a practice statement at `/…` lies on the validation service."""
        words = self.policies.get(profile, PolicyWords(policy=""))
        if words.cps_url.startswith("/"):
            return words.model_copy(update={"cps_url": self.validation_url + words.cps_url})
        return words

    @model_validator(mode="after")
    def _is_complete_and_honest(self) -> "CeremonyPlan":
        wanted = {profiles.ISSUING.name, profiles.TSA.name, profiles.SEAL.name}
        if not wanted <= set(self.policies) or not set(self.policies) <= wanted | set(profiles.HOLDER_PROFILES):
            raise ValueError(f"policies must name {sorted(wanted)} and may name {list(profiles.HOLDER_PROFILES)}")
        if not set(profiles.HOLDER_PROFILES) & set(self.policies):
            raise ValueError("an authority needs at least one profile for holders")
        for name in (self.organisation, *self._texts()):
            if name != name.strip():
                raise ValueError("a text begins or ends with a space")
        for oid in (self.tsa_policy, *(words.policy for words in self.policies.values())):
            if not _OID.fullmatch(oid):
                raise ValueError(f"not an object identifier: {oid}")
            if not self.notified_eshs and not oid.startswith(f"{self.arc}."):
                raise ValueError(f"{oid} is not below this authority's own arc")
        for url in (words.cps_url for words in self.policies.values() if words.cps_url):
            if not _URL.fullmatch(url) and not url.startswith("/"):
                raise ValueError(f"not an address: {url}")
        self._check_words()
        return self

    @model_validator(mode="after")
    def _no_single_person_holds_it(self) -> "CeremonyPlan":
        people = len(self.custodians)
        if set(self.quorum) != set(KeyKind) or any(not 1 <= least <= people for least in self.quorum.values()):
            raise ValueError(f"quorum says for each of {[str(kind) for kind in KeyKind]} how many of {people} it needs")
        keys = [load_custodian_key(custodian.key) for custodian in self.custodians if custodian.key]
        if len({custodian.role for custodian in self.custodians}) < people or any(
            key == other for place, key in enumerate(keys) for other in keys[:place]
        ):
            raise ValueError("a custodian stands there twice")
        if self.test:
            return self
        if any(not custodian.key or custodian.until is None for custodian in self.custodians):
            raise ValueError("every custodian has a key, and a day until which it is good")
        if min(self.quorum[KeyKind.ROOT], self.quorum[KeyKind.ISSUING]) < 2:
            raise ValueError("keys that sign certificates need two persons at least")
        return self

    @model_validator(mode="after")
    def _nothing_outlives_its_issuer(self) -> "CeremonyPlan":
        if self.issuing.days > self.root.days or any(
            service.days > self.issuing.days for service in (self.ocsp, self.tsa, self.seal)
        ):
            raise ValueError("a certificate outlives the one that it is issued under")
        return self

    def _texts(self) -> list[str]:
        return [self.statement, *(words.notice for words in self.policies.values() if words.notice)]

    def _check_words(self) -> None:
        if self.test and self.notified_eshs:
            raise ValueError("a test authority is not notified to BTK")
        if not self.notified_eshs and any(profiles.LEGAL_SENTENCE in text for text in self._texts()):
            raise ValueError("only a notified authority may use the sentence of the law")
        titles = [plan.common_name for plan in (self.root, self.issuing, self.ocsp, self.tsa, self.seal)]
        if self.test and not all("TEST" in text for text in (self.organisation, *titles, *self._texts())):
            raise ValueError("every name and text of a test authority says TEST")
        if any(not url.startswith("https://") for url in self.pds.values()) or "en" not in self.pds:
            raise ValueError("disclosure statements (pds) are https, and one is in English")


def load_custodian_key(pem: str) -> ec.EllipticCurvePublicKey:
    """ValueError when it is no elliptic-curve public key, PEM."""
    key = load_pem_public_key(pem.encode())
    if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.key_size not in (256, 384):
        raise ValueError("a custodian's key is one on P-256 or P-384")
    return key


def load_plan(file: Path, *, validation_url: str | None = None) -> CeremonyPlan:
    """The plan in the file; `validation_url` replaces that of a TEST plan.

    Raises `Invalid("plan_invalid", problems=[…])`.
    """
    return read_plan(file.read_bytes(), validation_url=validation_url)


def read_plan(text: bytes, *, validation_url: str | None = None) -> CeremonyPlan:
    """The same from the content of the file. Raises `Invalid("plan_invalid", problems=[…])`."""
    try:
        content = yaml.safe_load(text.decode())
        if not isinstance(content, dict):
            raise Invalid("plan_invalid", problems=["not a mapping"])
        plan = CeremonyPlan.model_validate(content | ({"validation_url": validation_url} if validation_url else {}))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Invalid("plan_invalid", problems=[str(error)]) from None
    except ValidationError as error:
        problems = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
        raise Invalid("plan_invalid", problems=problems) from None
    if not plan.test and content["validation_url"].rstrip("/") != plan.validation_url:
        raise Invalid("plan_invalid", problems=["only a TEST plan is held with another validation_url than it says"])
    plan._text = text
    return plan
