"""Everything that the environment decides, typed: one field is one variable `DIVIT_…`."""

from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

_CHECKOUT = Path(__file__).resolve().parents[3]


class Configuration(BaseSettings):
    """The environment of one process. docs/operations/configuration.md is generated from these fields."""

    model_config = SettingsConfigDict(env_prefix="DIVIT_", extra="ignore")

    mode: Literal["production", "demo", "test"] = Field(
        "production", description="`demo` and `test` permit the simulated neighbours; `production` refuses them."
    )
    database_url: str = Field(
        validation_alias="DATABASE_URL", description="PostgreSQL, as `postgresql://user:password@host/database`."
    )
    secret_key: SecretStr = Field(description="Signs sessions and one-time links; at least 50 random characters.")
    home: Path = Field(_CHECKOUT / ".divit", description="Data folder: keys, certificates, the embedded database.")
    build: Path = Field(_CHECKOUT / ".build", description="Built styles, scripts and address data.")

    public_url: str = Field("http://localhost:8000", description="Where people reach the portal.")
    validation_url: str = Field("http://127.0.0.1:8001", description="Where the world reaches OCSP, CRL, TSA.")
    trusted_proxies: int = Field(0, description="How many reverse proxies stand before the portal.")

    ca_dir: Path | None = Field(None, description="What the ceremony made (no keys); default `HOME/ca`.")
    keystore: str = Field(
        "",
        description="The signer's keys: `software:/folder` (encrypted PKCS#8) or `pkcs11:/library.so?token=label`, for "
        "a token also `&sessions=8` (at most so many at once) and `&seconds=10` (nobody waits for it any longer).",
    )
    keystore_secret_file: Path | None = Field(None, description="File with the passphrase or PIN of that key store.")

    tsa_account: str = Field("", description="Our own account at the time-stamp authority, where it asks for one.")
    tsa_secret: SecretStr = Field(SecretStr(""), description="Its secret, as `divit tsa-account add` told it.")

    revocation_date: Literal["hold", "act"] = Field(
        "hold",
        description="When a suspension becomes a revocation, what OCSP and CRL give as its time: the start of the "
        "suspension (`hold`: not good since then) or the revoking act (`act`). Both times are kept.",
    )

    delta_lists: bool = Field(
        False,
        description="Publish a delta list beside every complete one, at `/crl/<name>-delta.crl`, and name it in "
        "complete lists. An extra: nobody is required to read it.",
    )

    holder_key: Literal["ec-p256", "rsa-2048"] = Field(
        "ec-p256", description="The key that card stations make for holders; `rsa-2048` for old readers."
    )
    codes_per_quarter_hour: int = Field(5, ge=1, description="Codes sent to one number within 15 minutes, at most.")
    codes_per_day: int = Field(10, ge=1, description="Codes sent to one number, or for one person, within a day.")

    scan_key: SecretStr = Field(
        SecretStr(""),
        description="Encrypts the scans of signed forms at rest: at least 43 random characters, for web and worker "
        "alone. To change it put the new one in front of the old, with a comma between: what was sealed under the "
        "old stays readable; the worker is restarted first, so that it knows what the web seals. Without it no scans "
        "are taken.",
    )

    edevlet_url: str = Field("", description="Base address of the e-Devlet gateway's OAuth2 server.")
    edevlet_browser_url: str = Field("", description="The same as browsers reach it, where that differs.")
    edevlet_client_id: str = Field("", description="Our client id at e-Devlet.")
    edevlet_client_secret: SecretStr = Field(SecretStr(""), description="Our client secret at e-Devlet.")
    bank_url: str = Field("", description="The bank's hosted 3-D Secure gate (NestPay `est3Dgate`).")
    bank_api_url: str = Field("", description="The bank's server-to-server address (NestPay `/fim/api`).")
    bank_client_id: str = Field("", description="Our merchant number.")
    bank_store_key: SecretStr = Field(SecretStr(""), description="The key of the ver3 hash.")
    bank_api_user: str = Field("", description="User of the server-to-server interface.")
    bank_api_password: SecretStr = Field(SecretStr(""), description="Its password.")
    sms_url: str = Field("", description="The SMS operator's sending address.")
    sms_api_key: SecretStr = Field(SecretStr(""), description="Its API key.")
    smtp_host: str = Field("", description="Mail server.")
    smtp_port: int = Field(25, description="Its port.")
    smtp_user: str = Field("", description="Its user, where it wants one.")
    smtp_password: SecretStr = Field(SecretStr(""), description="That user's password.")
    mail_from: str = Field("Divit <bildirim@divit.example>", description="Sender of e-mails.")
    support_email: str = Field("destek@divit.example", description="Where people ask for help, on every page.")
    support_phone: str = Field(
        "", description="Where people call, as it is dialled; above all to suspend a certificate while pages are away."
    )
    alarm_email: str = Field(
        "",
        description="Who hears by mail that a service stopped working, and that it works again: addresses separated "
        "by commas. Without it those of the ledger's desk (Defter masası).",
    )
    metrics_from: str = Field(
        "127.0.0.1,::1",
        description="From which addresses or networks `/metrics` of web may be read, separated by commas; never "
        "through a proxy.",
    )
    installation_notice: str = Field(
        "", description="Stands on every page, e.g. that it is a trial: Turkish · English."
    )
    courier_url: str = Field("", description="The courier's API.")
    courier_api_key: SecretStr = Field(SecretStr(""), description="Its key.")
    card_station_url: str = Field("", description="The card personalisation station.")
    card_station_api_key: SecretStr = Field(SecretStr(""), description="Its key.")
    webhook_origins: str = Field(
        "",
        description="Where messages to institutions' programs may go although it lies in the own network: origins as "
        "`https://host:port`, separated by commas. Outside of production also `http`.",
    )

    @property
    def ca(self) -> Path:
        """The ceremony's folder."""
        return self.ca_dir or self.home / "ca"

    @property
    def webhook_allowed(self) -> frozenset[str]:
        """The same, each with its port."""
        told = [urlsplit(one.strip()) for one in self.webhook_origins.split(",") if one.strip()]
        return frozenset(
            f"{one.scheme}://{one.hostname}:{one.port or (443 if one.scheme == 'https' else 80)}" for one in told
        )

    @property
    def scan_secrets(self) -> tuple[str, ...]:
        """What scans are sealed under, the present one first."""
        return tuple(part for one in self.scan_key.get_secret_value().split(",") if (part := one.strip()))

    @property
    def https(self) -> bool:
        return urlsplit(self.public_url).scheme == "https"

    @model_validator(mode="after")
    def _production_is_real(self) -> "Configuration":
        if len(self.secret_key.get_secret_value()) < 50:
            raise ValueError("DIVIT_SECRET_KEY must have at least 50 characters")
        if any(len(part) < 43 for part in self.scan_secrets):
            raise ValueError("DIVIT_SCAN_KEY must have at least 43 characters, each of them where there are several")
        if self.mode != "production":
            return self
        if not self.https:
            raise ValueError("DIVIT_PUBLIC_URL must be https in production")
        addresses = {
            "DIVIT_EDEVLET_URL": self.edevlet_url,
            "DIVIT_BANK_URL": self.bank_url,
            "DIVIT_BANK_API_URL": self.bank_api_url,
            "DIVIT_SMS_URL": self.sms_url,
            "DIVIT_COURIER_URL": self.courier_url,
            "DIVIT_CARD_STATION_URL": self.card_station_url,
        }
        for name, address in addresses.items():
            if not address.startswith("https://"):
                raise ValueError(f"{name} must be an https address in production")
        if any(not origin.startswith("https://") for origin in self.webhook_allowed):
            raise ValueError("DIVIT_WEBHOOK_ORIGINS must be https addresses in production")
        if self.codes_per_quarter_hour > 5 or self.codes_per_day > 10:
            raise ValueError("DIVIT_CODES_PER_QUARTER_HOUR (5) and DIVIT_CODES_PER_DAY (10) may only be lowered")
        if "demo" in self.secret_key.get_secret_value().lower():  # ascii
            raise ValueError("DIVIT_SECRET_KEY is marked as a demo key")
        return self
