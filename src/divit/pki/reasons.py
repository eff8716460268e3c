"""Why a certificate stopped: the reasons of RFC 5280 5.3.1 that Divit publishes, and who may give which."""

from enum import IntEnum
from functools import cache

from divit.kernel.actors import Role


class Reason(IntEnum):
    """CRLReason; `UNSPECIFIED` is published by leaving the reason out (RFC 5280 5.3.1)."""

    UNSPECIFIED = 0
    KEY_COMPROMISE = 1  # kayıp, çalıntı
    CA_COMPROMISE = 2  # of an authority's certificate alone, on the root's list
    AFFILIATION_CHANGED = 3  # kurumdan ayrılma
    SUPERSEDED = 4  # yenisi üretildi
    CESSATION_OF_OPERATION = 5  # artık kullanılmıyor
    CERTIFICATE_HOLD = 6  # askıda

    @property
    def text(self) -> str:
        """The name in RFC 5280: `keyCompromise`."""
        if self is Reason.CA_COMPROMISE:
            return "cACompromise"
        first, *rest = self.name.split("_")
        return first.lower() + "".join(word.capitalize() for word in rest)  # ascii

    @classmethod
    def from_text(cls, text: str) -> "Reason":
        """The reason that RFC 5280 names so; ValueError if Divit does not publish it."""
        reason = _by_text().get(text)
        if reason is None:
            raise ValueError(f"not a reason: {text!r}")
        return reason


@cache
def _by_text() -> dict[str, Reason]:
    return {reason.text: reason for reason in Reason}


_OPEN = {
    Role.HOLDER: {Reason.CERTIFICATE_HOLD, Reason.KEY_COMPROMISE, Reason.CESSATION_OF_OPERATION},
    Role.OFFICER: {Reason.CERTIFICATE_HOLD, Reason.AFFILIATION_CHANGED},
    Role.PROGRAM: {Reason.CERTIFICATE_HOLD},
    Role.REGISTRAR: set(Reason) - {Reason.CA_COMPROMISE},
    Role.SYSTEM: {Reason.CERTIFICATE_HOLD, Reason.SUPERSEDED, Reason.CESSATION_OF_OPERATION, Reason.UNSPECIFIED},
}


def open_to(role: Role) -> frozenset[Reason]:
    """The reasons that somebody in this role may give; none for a role that closes no certificates."""
    return frozenset(_OPEN.get(role, set()))
