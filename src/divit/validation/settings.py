"""What the environment tells the validation service: its parent, its workers, and the one who follows the database."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from divit.launcher.home import home
from divit.pki import keystore_probe
from divit.pki.keystores import KeyStore, open_keystore

MOST_WORKERS = 24


class ParentSettings(BaseSettings):
    """Of the process that holds the door and looks after the others; it has neither keys nor a database."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True, populate_by_name=True)

    host: str = Field("127.0.0.1", validation_alias="DIVIT_VALIDATION_HOST", description="Where it listens.")
    port: int = Field(8001, validation_alias="DIVIT_VALIDATION_PORT", description="And on which port.")
    workers_wanted: int = Field(
        0,
        validation_alias="DIVIT_VALIDATION_WORKERS",
        ge=0,
        le=MOST_WORKERS,
        description="How many processes answer; 0 for one per processor.",
    )

    @property
    def workers(self) -> int:
        return self.workers_wanted or min(len(os.sched_getaffinity(0)), MOST_WORKERS)


class Settings(BaseSettings):
    """Of a worker. One field is one variable."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True, populate_by_name=True)

    ca_dir: Path = Field(validation_alias="DIVIT_CA_DIR", description="The folder that the ceremony made.")
    keystore: str = Field(
        validation_alias="DIVIT_VALIDATION_KEYSTORE",
        description="Address of the OCSP and TSA keys, as `DIVIT_KEYSTORE`.",
    )
    secret_file: Path = Field(
        validation_alias="DIVIT_VALIDATION_KEYSTORE_SECRET_FILE", description="Its passphrase or PIN, in a file."
    )
    state_dir: Path | None = Field(
        None,
        validation_alias="DIVIT_VALIDATION_STATE",
        description="What the workers share and what outlives them; default `HOME/validation`.",
    )
    ocsp_seconds: int = Field(
        3600,
        validation_alias="DIVIT_OCSP_VALIDITY_SECONDS",
        ge=60,
        description="nextUpdate − thisUpdate: how long answers go on when the database is away.",
    )
    ocsp_max_age: int = Field(
        0,
        validation_alias="DIVIT_OCSP_MAX_AGE_SECONDS",
        ge=0,
        le=30,
        description="How long caches may keep an answer that was asked for by GET; a suspension is hidden for as long.",
    )
    verify_all: bool = Field(
        False,
        validation_alias="DIVIT_OCSP_VERIFY_ALL",
        description="Verify what a software EC key signs for a nonce too, each time; all else is verified always.",
    )
    signing_threads: int = Field(
        4, validation_alias="DIVIT_OCSP_SIGNING_THREADS", ge=1, le=64, description="For keys that a device holds."
    )
    most_waiting_signatures: int = Field(
        256,
        validation_alias="DIVIT_OCSP_MOST_WAITING",
        ge=1,
        description="Signatures that may be waited for; beyond them a worker answers tryLater.",
    )
    memory_megabytes: int = Field(
        128, validation_alias="DIVIT_OCSP_MEMORY_MB", ge=1, description="For signed answers, in each worker."
    )
    connections: int = Field(
        4096, validation_alias="DIVIT_VALIDATION_CONNECTIONS", ge=1, description="At a time, in each worker."
    )
    connections_per_address: int = Field(
        0,
        validation_alias="DIVIT_VALIDATION_CONNECTIONS_PER_ADDRESS",
        ge=0,
        description="Of one address, in each worker; 0 (behind a proxy) for any number.",
    )
    idle_seconds: int = Field(
        30, validation_alias="DIVIT_VALIDATION_IDLE_SECONDS", ge=1, description="Until an idle connection is closed."
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

    @property
    def state(self) -> Path:
        """The folder that the workers share."""
        return self.state_dir or home() / "validation"

    def open_keystore(self) -> KeyStore:
        """Nothing but the delegated keys; the authority's own keys are not in it."""
        store = open_keystore(self.keystore, secret=self.secret_file.read_text(encoding="utf-8").strip())
        keystore_probe.at_start(store, name="validation")
        return store
