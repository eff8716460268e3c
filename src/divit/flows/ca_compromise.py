"""An issuing authority's key may be in other hands: everything that rests on it ends, in order and on record.

Each step may be taken again after whatever broke it off. What the root and a new authority have to say is said by
ceremonies (docs/operations/ca-compromise.md), beside this.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction

from divit.audit import ledger
from divit.certificates import authorities, selectors, services
from divit.flows import issuance, revocation, status_publication
from divit.institutions import selectors as institutions
from divit.kernel import clock
from divit.kernel.actors import Actor
from divit.kernel.errors import NotFound
from divit.pki.authority import Authority
from divit.pki.reasons import Reason

NOTICE = "certificate_authority_compromised"
# The ledger is locked while a transaction goes on: holders who close a certificate of their own must find their turn.
_AT_ONCE = 50


@dataclass(frozen=True, kw_only=True)
class Lost:
    """How many certificates an institution's people have lost, and need anew."""

    institution: str
    certificates: int


def named(name: str) -> Authority:
    """The authority by the name in the address of its list. Raises `NotFound`."""
    for authority in authorities.family():
        if authority.name == name:
            return authority
    raise NotFound("authority")


def stop_issuing(authority: Authority, *, by: Actor) -> None:
    """From this moment its key signs no certificate; one that is just being signed is waited for by `give_up_open`."""
    if authority.halted_at is not None:
        return
    authority.halt(now=clock.now())
    with transaction.atomic():
        issuer = services.issuer_of(authority)
        ledger.record(by=by, act="issuer.halt", subject=("issuer", str(issuer.pk)), name=authority.name)


def give_up_open(authority: Authority, *, by: Actor) -> int:
    """What was to be signed by it is given up; the cards are made anew under the next authority."""
    waiting = selectors.open_intents_of(authority.id)
    for intent_id in waiting:
        issuance.abandon(intent_id, by=by)
    return len(waiting)


def close_all(authority: Authority, *, by: Actor) -> Iterator[int]:
    """Revoke every certificate that stands, some at a time; gives how many so far.

    The reason is left out (RFC 5280 5.3.1): the holders' keys are not compromised, and `cACompromise` is said of the
    authority's own certificate, on the root's list. Nothing is dated back (5070 m.11).
    """
    closed = 0
    while chosen := selectors.standing_of_issuer(authority.id, most=_AT_ONCE):
        with transaction.atomic():
            for certificate in services.lock_to_close(chosen, now=clock.now()):
                revocation.revoke_locked(certificate, reason=Reason.UNSPECIFIED, by=by, notice=NOTICE)
        closed += len(chosen)
        yield closed


def publish_at_once(authority: Authority) -> None:
    """A list that tells all of it, as soon as the signer is free."""
    with transaction.atomic():
        status_publication.publish_soon(services.issuer_of(authority).pk)


def to_make_anew(authority: Authority) -> list[Lost]:
    """Who needs new certificates: institutions by how many people wait, the most first."""
    if authority.halted_at is None:
        return []
    lost = [
        Lost(institution=institutions.institution(institution_id).name, certificates=number)
        for institution_id, number in selectors.closed_since(authority.id, authority.halted_at).items()
    ]
    return sorted(lost, key=lambda one: (-one.certificates, one.institution))
