"""Başvuru ücreti: what an application costs, when it falls due, and what becomes of it when the application ends."""

from dataclasses import dataclass
from datetime import date

from divit.applications.models import Application
from divit.applications.parts import YEARS, Reader
from divit.flows import payment
from divit.kernel.actors import Actor
from divit.kernel.money import Money
from divit.payments import selectors, services
from divit.payments.prices import Sum


@dataclass(frozen=True, kw_only=True)
class Offers:
    """What may be chosen on a day, with prices before VAT; what has no price that day is not offered."""

    years: dict[int, Money]
    readers: dict[Reader, Money]


def offers(on: date) -> Offers:
    """The choices of the certificate part."""
    net = selectors.prices_on(on).net
    return Offers(
        years={count: net[f"nes-{count}y"] for count in YEARS if f"nes-{count}y" in net},
        readers={reader: net[f"reader-{reader}"] for reader in Reader if f"reader-{reader}" in net},
    )


def quote(row: Application, *, on: date) -> Sum:
    """What the application would cost on a day, VAT included."""
    return selectors.prices_on(on).sum(codes(row))


def accrue(row: Application, *, by: Actor) -> None:
    """The fee falls due; its prices and rate are those of today."""
    services.accrue(application_id=row.id, person_id=row.person_id, lines=codes(row), by=by)


def give_back(row: Application, *, by: Actor) -> None:
    """The application has ended: a fee that is due is cancelled, a fee that was paid is refunded in full."""
    payment.end_charge(row.id, by=by)


def codes(row: Application) -> list[str]:
    """What an application buys, by price code."""
    return [f"nes-{row.years}y", f"reader-{row.reader}"]
