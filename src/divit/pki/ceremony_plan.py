"""The one reviewed page that a key ceremony follows: read from YAML, every field checked before any key is made."""

import re
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from divit.kernel.errors import Invalid
from divit.pki import names, profiles
from divit.pki.authority import PolicyWords

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


class CeremonyPlan(_Strict):
    """What will be made, and what it will say."""

    heading: str
    test: bool
    notified_eshs: bool = False
    organisation: str
    organisation_identifier: str
    arc: str
    validation_url: str
    root: Named
    root_crl_days: int = Field(ge=1, le=366)
    issuing: Named
    ocsp: Named
    tsa: Named
    seal: Named
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


def load_plan(file: Path, *, validation_url: str | None = None) -> CeremonyPlan:
    """The plan in the file; `validation_url` replaces its own. Raises `Invalid("plan_invalid", problems=[…])`."""
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        if not isinstance(content, dict):
            raise Invalid("plan_invalid", problems=["not a mapping"])
        return CeremonyPlan.model_validate(content | ({"validation_url": validation_url} if validation_url else {}))
    except yaml.YAMLError as error:
        raise Invalid("plan_invalid", problems=[str(error)]) from None
    except ValidationError as error:
        problems = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
        raise Invalid("plan_invalid", problems=problems) from None
