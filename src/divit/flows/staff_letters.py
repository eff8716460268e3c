"""Çalışan girişi: the code goes out by mail afterwards, so that the page tells nobody which addresses are staff."""

import base64
import hashlib
import json
import logging

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

from divit.flows.jobs import later
from divit.kernel.errors import Invalid
from divit.notifications.ports import MailGateway
from divit.notifications.texts.staff import SIGN_IN

log = logging.getLogger(__name__)

GOOD_FOR_SECONDS = 180  # as long as the sign-in page takes the code


def send_code(*, to: str, code: str, language: str) -> None:
    """Leave the letter to the worker; with no code, because nobody has this address, the same work for no letter.

    What waits is sealed: neither the table of jobs nor a log line of a failed one shows an address or a code.
    """
    letter = json.dumps({"to": to, "code": code, "language": language}).encode()
    later("identity.send_sign_in_code", sealed=_box().encrypt(letter).decode())


def deliver(sealed: str, *, mail: MailGateway) -> None:
    """Hand the letter over while its code is good; the worker tries again after `NeighbourFailed`."""
    try:
        letter = json.loads(_box().decrypt(sealed, ttl=GOOD_FOR_SECONDS))
    except InvalidToken:
        log.warning("a sign-in code of the desks could not be sent in time")
        return
    if not letter["code"]:
        return
    words = SIGN_IN.get(letter["language"], SIGN_IN["tr"])
    message_id = f"sign-in-{hashlib.sha256(sealed.encode()).hexdigest()[:32]}"
    try:
        text = words.text.format(code=letter["code"])
        mail.send(to=letter["to"], subject=words.subject, text=text, message_id=message_id)
    except Invalid:
        log.warning("a staff account has an address that no mail can reach")


def _box() -> Fernet:
    secret = hashlib.sha256(b"sign-in letters:" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(secret))
