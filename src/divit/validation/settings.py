"""What the environment tells the validation process."""

from datetime import timedelta
from pathlib import Path
from typing import Literal

from pydantic import Field

from divit.pki import keystore_probe
from divit.pki.keystores import KeyStore, open_keystore
from divit.validation.follower_settings import FollowerSettings


class Settings(FollowerSettings):
    """One field is one variable."""

    keystore: str = Field(
        validation_alias="DIVIT_VALIDATION_KEYSTORE",
        description="Address of the OCSP and TSA keys, as `DIVIT_KEYSTORE`.",
    )
    secret_file: Path = Field(
        validation_alias="DIVIT_VALIDATION_KEYSTORE_SECRET_FILE", description="Its passphrase or PIN, in a file."
    )
    ocsp_seconds: int = Field(
        3600,
        validation_alias="DIVIT_OCSP_VALIDITY_SECONDS",
        ge=60,
        description="nextUpdate − thisUpdate: how long answers go on when the database is away.",
    )
    crl_max_age: int = Field(
        10, validation_alias="DIVIT_CRL_MAX_AGE_SECONDS", ge=0, description="How long caches may keep a CRL."
    )

    tsa_access: Literal["open", "accounts"] = Field(
        "open",
        validation_alias="DIVIT_TSA_ACCESS",
        description="Whom time-stamps are given to: everybody, or accounts with credit alone (`divit tsa-account`).",
    )
    tsa_needs_synced_clock: bool = Field(
        True,
        validation_alias="DIVIT_TSA_NEEDS_SYNCED_CLOCK",
        description="Whether stamps need a clock that the kernel says is synchronised, and at most 1 s off.",
    )

    @property
    def ocsp_validity(self) -> timedelta:
        return timedelta(seconds=self.ocsp_seconds)

    def open_keystore(self) -> KeyStore:
        """Nothing but the delegated keys; the authority's own keys are not in it."""
        store = open_keystore(self.keystore, secret=self.secret_file.read_text(encoding="utf-8").strip())
        keystore_probe.at_start(store, name="validation")
        return store
