"""What can be wrong with a service as seen from outside, each in one plain line: what it is, and what to do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Service(StrEnum):
    """What people and programs use; each is up or down by itself."""

    SIGN_IN = "sign_in"  # Giriş
    CLOSING = "closing"  # Askıya alma ve iptal
    OCSP = "ocsp"  # Sertifika durumu sorgulama
    CRL = "crl"  # İptal listesi (SİL), and the authorities' certificates beside it
    TSA = "tsa"  # Zaman damgası
    APPLYING = "applying"  # Başvuru ve ödeme
    SMS = "sms"


@dataclass(frozen=True)
class Meaning:
    """`broken`: nobody can rely on the service; otherwise it works, and somebody should look before it does not."""

    broken: bool
    text: str


def _broken(text: str) -> Meaning:
    return Meaning(broken=True, text=text)


def _warning(text: str) -> Meaning:
    return Meaning(broken=False, text=text)


MEANINGS: Mapping[str, Meaning] = {
    "unreachable": _broken(
        "{about} does not answer ({why}). See whether the process runs and whether network and proxy let it through."
    ),
    "http_status": _broken("{about} answers with HTTP {status}. Read the log of the process behind it."),
    "garbage": _broken("What {about} sends cannot be read. See what stands in between (proxy, cache), then its log."),
    "slow": _warning("{about} took {ms} ms. See how busy the machine is and whether the key store is slow."),
    "ocsp_no_answer": _broken(
        "OCSP says «{said}» in the place of an answer. tryLater: it has lost the database for too long, or its key "
        "store; otherwise read its log."
    ),
    "ocsp_other_question": _broken("OCSP answers another question than the one asked. A cache may mix answers up."),
    "ocsp_signature": _broken(
        "The signature of OCSP answers does not hold. Take the responder out and look at its key."
    ),
    "ocsp_delegate": _broken(
        "The certificate that OCSP answers are signed with is not acceptable ({why}). Renew the delegate's certificate."
    ),
    "ocsp_delegate_ends": _warning(
        "The certificate of the OCSP delegate ends on {until}. The signer renews it every night: read its log."
    ),
    "ocsp_old": _broken(
        "OCSP gives out answers of {age} s ago; more than 600 s is refused by the national validation software. See "
        "whether answers are renewed, and whether a cache keeps them."
    ),
    "ocsp_lapsed": _broken(
        "An OCSP answer is not of now (thisUpdate {this_update}, nextUpdate {next_update}). See whether the responder "
        "has lost the database, and whether the clocks agree."
    ),
    "ocsp_nonce": _broken("OCSP does not give back the nonce of the question. Somebody may replay old answers."),
    "unknown_called_good": _broken(
        "OCSP calls a serial «good» that nobody has issued ({about}). Stop the responder: this must never happen."
    ),
    "status_wrong": _broken(
        "OCSP says «{said}» of serial {about}, and «{expected}» is true. See whether validation follows the database; "
        "until then its answers are not to be trusted."
    ),
    "crl_signature": _broken("The signature of the list at {about} does not hold. Put the last good list back."),
    "crl_issuer": _broken(
        "The list at {about} is not of the authority whose address it is. Put the right list there; see what else was "
        "published in its place."
    ),
    "crl_lapsed": _broken(
        "The list at {about} is not of now (thisUpdate {this_update}, nextUpdate {next_update}). Start the signer."
    ),
    "crl_old": _warning(
        "The list at {about} is {age} minutes old. The signer makes one at least every four hours: see whether it "
        "works and whether validation follows the database."
    ),
    "crl_went_back": _broken(
        "The number of the list at {about} went back from {before} to {number}. Somebody put an old list there, or a "
        "backup was restored: publish a new one at once."
    ),
    "crl_behind": _broken(
        "The list at {about} has number {number}, and {published} has long been published. See whether validation "
        "follows the database, and whether a cache keeps the old one."
    ),
    "crl_disagrees": _broken(
        "The list says «{said}» of serial {about}, and «{expected}» is true. See whether the signer publishes lists."
    ),
    "ca_wrong": _broken("The certificate at {about} is not the authority's ({why}). Put the right one there."),
    "ca_ends": _warning("The certificate at {about} ends on {until}. Plan the successor: docs/pki/ceremony.md."),
    "tsa_refused": _broken(
        "The time-stamp authority gives no stamp ({said}). See its log: the clock may be unsure, or the key store away."
    ),
    "tsa_token": _broken("A time-stamp does not hold ({why}). Take the authority out and look at its key."),
    "tsa_clock": _broken(
        "Time-stamps are {seconds} s away from the clock of this machine. See which of the two clocks is wrong."
    ),
    "tsa_accuracy": _warning("Time-stamps do not say how accurate they are, or only to {seconds} s. See its settings."),
    "tsa_ends": _warning("The certificate of the time-stamp authority ends on {until}. Plan its successor."),
    "neighbour_down": _broken("{about} does not answer ({why}). Ask there; our pages say so to people."),
    "needs_sign_in": _broken("Nobody can sign in, so this cannot be used either. See what is said of signing in."),
    "sms_waiting": _broken(
        "{count} messages have not been taken by the SMS operator for {minutes} minutes. Ask the operator."
    ),
    "jobs_waiting": _broken(
        "The oldest job of the queue «{about}» has waited for {minutes} minutes. Start its worker and read its log."
    ),
}


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that is wrong; `about` says where (an address) or with what (a serial)."""

    service: Service
    code: str
    about: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def broken(self) -> bool:
        """Whether the service cannot be relied on because of it."""
        return MEANINGS[self.code].broken

    @property
    def key(self) -> tuple[str, str, str]:
        """The same from one look to the next."""
        return (str(self.service), self.code, self.about)

    def line(self) -> str:
        """What is wrong and what to do, in English."""
        return MEANINGS[self.code].text.format(about=self.about, **self.facts)
