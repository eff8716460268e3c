"""A person's certificates as rows of the table that every page of this slice shows."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise

from divit.certificates import selectors
from divit.certificates.lifecycle import Act, State
from divit.certificates.models import Certificate
from divit.certificates.words import STATES
from divit.kernel.actors import Actor

_COLORS = {"valid": "success", "suspended": "warning", "revoked": "danger", "expired": "neutral"}
_PAGES = {Act.SUSPEND: "portal:suspend_one", Act.REINSTATE: "portal:reinstate_one", Act.REVOKE: "portal:revoke_one"}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One certificate; `url` is None where the law opens the page's act to nobody now."""

    certificate: Certificate
    status: Promise | str
    color: str
    acts: list[Act]
    url: str | None = None

    @property
    def may_suspend(self) -> bool:
        return Act.SUSPEND in self.acts

    @property
    def may_reinstate(self) -> bool:
        return Act.REINSTATE in self.acts

    @property
    def may_revoke(self) -> bool:
        return Act.REVOKE in self.acts


def row(certificate: Certificate, *, by: Actor, act: Act | None = None) -> Row:
    """The certificate, what it is now, and what may be done with it."""
    state = certificate.state
    if state != State.REVOKED and selectors.is_expired(certificate):
        state = "expired"
    acts = selectors.acts_open_to(certificate, by=by)
    url = reverse(_PAGES[act], args=[certificate.pk]) if act in acts and act is not None else None
    return Row(certificate=certificate, status=STATES[state], color=_COLORS[state], acts=acts, url=url)


def rows(certificates: Iterable[Certificate], *, by: Actor, act: Act | None = None) -> list[Row]:
    """All of them."""
    return [row(certificate, by=by, act=act) for certificate in certificates]
