"""The one place that chooses who stands behind each port; the environment says where they are."""

from functools import cache
from pathlib import Path

from django.conf import settings

from divit.adapters.edevlet import EdevletGateway
from divit.adapters.mail import SmtpMail
from divit.adapters.sms import HttpSms
from divit.pki.keystores import KeyStore, open_keystore


@cache
def edevlet() -> EdevletGateway:
    """The login gateway."""
    own = settings.DIVIT
    return EdevletGateway(
        url=own.edevlet_url,
        browser_url=own.edevlet_browser_url,
        client_id=own.edevlet_client_id,
        client_secret=own.edevlet_client_secret.get_secret_value(),
    )


@cache
def sms() -> HttpSms:
    """The SMS operator."""
    return HttpSms(url=settings.DIVIT.sms_url, api_key=settings.DIVIT.sms_api_key.get_secret_value())


@cache
def mail() -> SmtpMail:
    """The mail server."""
    own = settings.DIVIT
    return SmtpMail(
        host=own.smtp_host,
        port=own.smtp_port,
        sender=own.mail_from,
        user=own.smtp_user,
        password=own.smtp_password.get_secret_value(),
    )


def keystore() -> KeyStore:
    """The signer's keys; only the signer's environment names them."""
    own = settings.DIVIT
    return _opened(own.keystore, own.keystore_secret_file)


@cache
def _opened(where: str, secret_file: Path | None) -> KeyStore:
    return open_keystore(where, secret=secret_file.read_text().strip() if secret_file else "")
