"""The environment of the demo's processes: generated secrets, the simulated neighbours' addresses."""

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from divit.launcher.addresses import Addresses
from divit.launcher.home import CHECKOUT, write_private
from divit.launcher.postgres import Cluster

_ROLE = {"web": "divit_web", "worker": "divit_worker", "signer": "divit_signer", "validation": "divit_validation"}
# Whom each process speaks to; it is told the secrets of nobody else.
_SPEAKS_TO = {
    "web": ("edevlet", "bank"),
    "worker": ("bank", "sms", "mail", "courier", "card_station"),
    "owner": ("edevlet", "bank", "sms", "mail", "courier", "card_station"),
}
_NOTICE = (
    "Bu bir denemedir: burada üretilen sertifikalar hukuken nitelikli değildir. · "
    "This is a trial: certificates issued here are not qualified in law."
)
# Made once per data folder; every copy of the demo has its own.
_SECRETS = (
    "secret-key",
    "scan-key",
    "signer-keystore",
    "validation-keystore",
    "edevlet-client",
    "bank-store-key",
    "bank-api",
    "sms",
    "courier",
    "card-station",
)


@dataclass(frozen=True)
class DemoEnvironment:
    """Variables for each process of one demo in the folder `home`."""

    home: Path
    addresses: Addresses

    def make_secrets(self) -> None:
        """Generate what is missing; files are readable by their owner alone."""
        Cluster(self.home).make_passwords()
        folder = self.home / "secrets"
        for name in _SECRETS:
            file = folder / name
            if not file.exists():
                write_private(file, secrets.token_urlsafe(48))

    @staticmethod
    def was_made_in(folder: Path) -> bool:
        """Whether a demo has begun here: its secrets for the simulated neighbours are there."""
        return all((folder / "secrets" / name).exists() for name in ("edevlet-client", "bank-store-key"))

    def _secret(self, name: str) -> str:
        return (self.home / "secrets" / name).read_text()

    def _bare(self) -> dict[str, str]:
        """What every process needs to run at all; no secret is among it."""
        return {
            "PATH": os.environ.get("PATH", ""),
            "LANG": "C.UTF-8",
            "PYTHONUNBUFFERED": "1",
            "DIVIT_HOME": str(self.home),
            "DIVIT_VALIDATION_PORT": str(self.addresses.validation),
        }

    def _django(self) -> dict[str, str]:
        """What every process under Django knows."""
        return self._bare() | {
            "DIVIT_MODE": "demo",
            "DIVIT_BUILD": os.environ.get("DIVIT_BUILD") or str(CHECKOUT / ".build"),
            "DIVIT_SECRET_KEY": self._secret("secret-key"),
            "DIVIT_PUBLIC_URL": self.addresses.public_url,
            "DIVIT_VALIDATION_URL": self.addresses.validation_url,
            "DIVIT_WEB_PORT": str(self.addresses.web),
            "DIVIT_INSTALLATION_NOTICE": _NOTICE,
            # Whoever tries the demo proves the same phone many times a day.
            "DIVIT_CODES_PER_QUARTER_HOUR": "60",
            "DIVIT_CODES_PER_DAY": "600",
            # The simulated program of an institution may be told; no other address inside may.
            "DIVIT_WEBHOOK_ORIGINS": self.addresses.world_url,
        }

    def _neighbours(self, *names: str) -> dict[str, str]:
        """Addresses of these neighbours, and the secrets that Divit was given for them."""
        world = self.addresses.world_url
        known = {
            "edevlet": {
                "DIVIT_EDEVLET_URL": f"{world}/edevlet/OAuth2AuthorizationServer",
                "DIVIT_EDEVLET_CLIENT_ID": "divit-demo",
                "DIVIT_EDEVLET_CLIENT_SECRET": self._secret("edevlet-client"),
            },
            "bank": {
                "DIVIT_BANK_URL": f"{world}/bank/fim/est3Dgate",
                "DIVIT_BANK_API_URL": f"{world}/bank/fim/api",
                "DIVIT_BANK_CLIENT_ID": "190100000",
                "DIVIT_BANK_STORE_KEY": self._secret("bank-store-key"),
                "DIVIT_BANK_API_USER": "divit",
                "DIVIT_BANK_API_PASSWORD": self._secret("bank-api"),
            },
            "sms": {
                "DIVIT_SMS_URL": f"{world}/sms/send",
                "DIVIT_SMS_API_KEY": self._secret("sms"),
            },
            "mail": {
                "DIVIT_SMTP_HOST": "127.0.0.1",
                "DIVIT_SMTP_PORT": str(self.addresses.smtp),
            },
            "courier": {
                "DIVIT_COURIER_URL": f"{world}/courier/api",
                "DIVIT_COURIER_API_KEY": self._secret("courier"),
            },
            "card_station": {
                "DIVIT_CARD_STATION_URL": f"{world}/card-station/api",
                "DIVIT_CARD_STATION_API_KEY": self._secret("card-station"),
            },
        }
        return {variable: value for name in names for variable, value in known[name].items()}

    def keystore(self, name: str) -> tuple[str, str]:
        """Address and passphrase file of a software key store (`signer` or `validation`)."""
        return f"software:{self.home / 'keys' / name}", str(self.home / "secrets" / f"{name}-keystore")

    def of(self, process: str) -> dict[str, str]:
        """The whole environment of one process."""
        if process == "world":
            return self._world()
        if process == "database":
            return self._bare()
        environment = self._bare() if process == "validation" else self._django()
        environment |= self._neighbours(*_SPEAKS_TO.get(process, ()))
        if process == "worker":
            # It looks whether the gateway answers at all, and needs no secret for that.
            environment["DIVIT_EDEVLET_URL"] = self._neighbours("edevlet")["DIVIT_EDEVLET_URL"]
        environment["DATABASE_URL"] = Cluster(self.home).url(_ROLE.get(process, "divit"))
        if process == "owner":
            environment["DIVIT_WORLD_URL"] = self.addresses.world_url
        if process in ("web", "worker", "owner"):
            environment["DIVIT_SCAN_KEY"] = self._secret("scan-key")
        if process in ("signer", "owner"):
            store, secret_file = self.keystore("signer")
            environment |= {"DIVIT_KEYSTORE": store, "DIVIT_KEYSTORE_SECRET_FILE": secret_file}
        if process == "validation":
            # Whatever tells this machine the time, the demo gives stamps.
            environment["DIVIT_TSA_NEEDS_SYNCED_CLOCK"] = "no"
        if process in ("validation", "owner"):
            store, secret_file = self.keystore("validation")
            environment["DIVIT_VALIDATION_KEYSTORE"] = store
            environment["DIVIT_VALIDATION_KEYSTORE_SECRET_FILE"] = secret_file
            environment["DIVIT_CA_DIR"] = str(self.home / "ca")
        return environment

    def _world(self) -> dict[str, str]:
        return {
            **self._bare(),
            "DIVIT_WORLD_PORT": str(self.addresses.world),
            "DIVIT_WORLD_URL": self.addresses.world_url,
            "DIVIT_WORLD_STATE": str(self.home / "world.sqlite"),
            "DIVIT_WORLD_CLOCK": str(self.home / "clock"),
            "DIVIT_WORLD_SMTP_PORT": str(self.addresses.smtp),
            "DIVIT_WORLD_CLIENTS": json.dumps(self._clients()),
        }

    def _clients(self) -> list[dict[str, object]]:
        """Who may speak to the neighbours, with the secrets that Divit was given for each."""
        bank = {"client_id": "190100000", "store_key": self._secret("bank-store-key")}
        api = {"api_user": "divit", "api_password": self._secret("bank-api")}
        edevlet = {"client_id": "divit-demo", "client_secret": self._secret("edevlet-client")}
        return [
            {"kind": "edevlet", "name": "Divit Online İşlemler", "redirect_uris": [self._edevlet_return()], **edevlet},
            {"kind": "bank", "name": "Divit", **bank, **api},
            {"kind": "sms", "name": "divit", "api_key": self._secret("sms")},
            {"kind": "courier", "name": "divit", "api_key": self._secret("courier")},
            {"kind": "card_station", "name": "divit", "api_key": self._secret("card-station")},
        ]

    def _edevlet_return(self) -> str:
        return f"{self.addresses.public_url}/giris/edevlet/donus/"
