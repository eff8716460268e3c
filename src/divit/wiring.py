"""The one place that chooses who stands behind each port; the environment says where they are."""

from functools import cache
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from divit.adapters.card_station import HttpCardStation
from divit.adapters.courier import HttpCourier
from divit.adapters.edevlet import EdevletGateway
from divit.adapters.mail import SmtpMail
from divit.adapters.sms import HttpSms
from divit.adapters.status_probe import HttpStatusProbe
from divit.adapters.timestamps import HttpTimestamps
from divit.adapters.virtual_pos import NestPay
from divit.adapters.webhooks import HttpWebhooks
from divit.pki.authority import Authority
from divit.pki.keystores import KeyStore, open_keystore
from divit.probe.look import Stranger


def _needs(*names: str) -> None:
    """A neighbour that nobody told us about is an error of the installation, said by the name of what is missing."""
    missing = [name for name in names if not getattr(settings.DIVIT, name)]
    if missing:
        variables = ", ".join(f"DIVIT_{name.upper()}" for name in missing)  # ascii
        raise ImproperlyConfigured(f"not set: {variables}")


@cache
def edevlet() -> EdevletGateway:
    """The login gateway."""
    _needs("edevlet_url", "edevlet_client_id", "edevlet_client_secret")
    own = settings.DIVIT
    return EdevletGateway(
        url=own.edevlet_url,
        browser_url=own.edevlet_browser_url,
        client_id=own.edevlet_client_id,
        client_secret=own.edevlet_client_secret.get_secret_value(),
    )


@cache
def bank() -> NestPay:
    """The virtual POS."""
    _needs("bank_url", "bank_api_url", "bank_client_id", "bank_store_key", "bank_api_user", "bank_api_password")
    own = settings.DIVIT
    return NestPay(
        gate_url=own.bank_url,
        api_url=own.bank_api_url,
        client_id=own.bank_client_id,
        store_key=own.bank_store_key.get_secret_value(),
        api_user=own.bank_api_user,
        api_password=own.bank_api_password.get_secret_value(),
    )


@cache
def sms() -> HttpSms:
    """The SMS operator."""
    _needs("sms_url", "sms_api_key")
    return HttpSms(url=settings.DIVIT.sms_url, api_key=settings.DIVIT.sms_api_key.get_secret_value())


@cache
def mail() -> SmtpMail:
    """The mail server."""
    _needs("smtp_host", "smtp_port", "mail_from")
    own = settings.DIVIT
    return SmtpMail(
        host=own.smtp_host,
        port=own.smtp_port,
        sender=own.mail_from,
        user=own.smtp_user,
        password=own.smtp_password.get_secret_value(),
    )


@cache
def courier() -> HttpCourier:
    """The courier."""
    _needs("courier_url", "courier_api_key")
    return HttpCourier(url=settings.DIVIT.courier_url, api_key=settings.DIVIT.courier_api_key.get_secret_value())


@cache
def card_station() -> HttpCardStation:
    """The card personalisation station."""
    _needs("card_station_url", "card_station_api_key")
    own = settings.DIVIT
    return HttpCardStation(url=own.card_station_url, api_key=own.card_station_api_key.get_secret_value())


@cache
def status_probe() -> HttpStatusProbe:
    """An eye outside: asks the addresses that the certificates themselves name."""
    return HttpStatusProbe()


@cache
def stranger() -> Stranger:
    """An eye outside that believes nothing of ours: looks at everything, every minute."""
    return Stranger(total_seconds=6)


@cache
def webhooks() -> HttpWebhooks:
    """Whoever carries messages to institutions' programs."""
    return HttpWebhooks(allowed=settings.DIVIT.webhook_allowed)


def timestamps() -> HttpTimestamps:
    """The authority's own time-stamping service."""
    own = settings.DIVIT
    return HttpTimestamps(
        url=Authority.load(own.ca).tsa_url, account=own.tsa_account, secret=own.tsa_secret.get_secret_value()
    )


def keystore() -> KeyStore:
    """The signer's keys; only the signer's environment names them."""
    own = settings.DIVIT
    return _opened(own.keystore, own.keystore_secret_file)


@cache
def _opened(where: str, secret_file: Path | None) -> KeyStore:
    return open_keystore(where, secret=secret_file.read_text().strip() if secret_file else "")
