"""Which kinds of application somebody may choose at an institution now, and why each of the others is closed."""

from dataclasses import dataclass
from uuid import UUID

from divit.applications import selectors
from divit.applications.kinds import Holdings, Kind, ProductionRule, rule_for, why_closed
from divit.applications.models import Application
from divit.certificates import selectors as certificates
from divit.flows.holdings import holdings
from divit.kernel.errors import Refused


@dataclass(frozen=True, kw_only=True)
class Offer:
    """One kind: when it would be produced, and what stands in the way, if anything does."""

    kind: Kind
    rule: ProductionRule
    closed: Refused | None


@dataclass(frozen=True, kw_only=True)
class Choice:
    """All kinds for one person at one institution; while an application runs there, none may be chosen."""

    offers: tuple[Offer, ...]
    running: Application | None
    held: Holdings

    @property
    def open(self) -> tuple[Offer, ...]:
        """What may be chosen."""
        return () if self.running else tuple(offer for offer in self.offers if offer.closed is None)

    @property
    def closed(self) -> tuple[Offer, ...]:
        """What may not, each with its reason."""
        return tuple(offer for offer in self.offers if offer.closed is not None)

    def why_closed(self, kind: Kind) -> Refused | None:
        """What stands in the way of this kind."""
        return next(offer.closed for offer in self.offers if offer.kind is kind)


def choice(person_id: UUID, institution_id: UUID, *, besides: UUID | None = None) -> Choice:
    """The kinds as the law of the day has them, whoever pays; `besides` is the draft that is just being changed."""
    held = holdings(person_id, institution_id)
    running = [row for row in selectors.running_of(person_id, institution_id=institution_id) if row.id != besides]
    offers = tuple(Offer(kind=kind, rule=rule_for(kind, held), closed=why_closed(kind, held)) for kind in Kind)
    return Choice(offers=offers, running=next(iter(running), None), held=held)


def only_institution(person_id: UUID) -> UUID | None:
    """The institution from which all certificates of the person are; None when there are several, or none at all."""
    found = institutions_of(person_id)
    return found[0] if len(found) == 1 else None


def institutions_of(person_id: UUID) -> list[UUID]:
    """Through which institutions the person has got certificates so far, the newest first."""
    newest_first = certificates.certificates_of(person_id)
    return list(dict.fromkeys(row.institution_id for row in newest_first))
