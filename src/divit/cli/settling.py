"""How the demo's people come to be known: their persons, roles, certificates, accounts and contracts, by real services.

What is there already stays as it is.
"""

import uuid
from datetime import date, timedelta

import httpx2
from django.conf import settings
from django.db import transaction

from divit import wiring
from divit.certificates import selectors as certificates
from divit.cli.demo_people import LIAISON, LIAISON_TOO, DemoPerson, DemoStaff
from divit.flows import institution_proposals, issuance, pin_release
from divit.identity import selectors as people
from divit.identity import services as identity
from divit.identity.models import Person
from divit.identity.ports import Identity
from divit.identity.staff import create_staff
from divit.institutions import selectors as institutions
from divit.institutions.services import appoint
from divit.kernel import clock
from divit.kernel.actors import SYSTEM, Actor, Level, Role
from divit.kernel.errors import NotFound, Refused
from divit.kernel.money import Money
from divit.kernel.phone import Phone
from divit.kernel.tckn import Tckn


def conclude(institution_id: uuid.UUID, number: int, *, quota: int = 250, years: int = 3) -> None:
    """An institution's contract, put forward and decided by the two people of the desk."""
    today = clock.today()
    try:
        institutions.contract_for(institution_id, on=today)
    except NotFound:
        first, second = (
            Actor(role=Role.LIAISON, id=str(people.staff_by_email(told.email).pk), level=Level.HIGH)
            for told in (LIAISON, LIAISON_TOO)
        )
        proposal = institution_proposals.propose_contract(
            institution_id,
            number=f"{today.year}/{number}",
            starts=date(today.year, 1, 1),
            ends=date(today.year + 2, 12, 31),
            quota=quota,
            years=years,
            reader="mini",
            prices={"nes-1y": Money.lira(80), "nes-3y": Money.lira(150), "reader-mini": Money.lira(80)},
            by=first,
        )
        institution_proposals.carry_out(proposal.pk, by=second)


def settle(told: DemoPerson, institution_id: uuid.UUID) -> None:
    """The person as known after a first login, with role and certificate."""
    with transaction.atomic():
        person = identity.recognise(_identity(told), by=SYSTEM)
        if not person.phone:
            identity.change_contact(person, email=told.email, phone=Phone(told.phone), channel="both", by=SYSTEM)
            identity.confirm_phone(person, phone=Phone(told.phone), by=SYSTEM)
    if told.appointment:
        try:
            starts = date(clock.today().year, 1, 1)
            appoint(institution_id=institution_id, person_id=person.id, role=told.appointment, starts=starts, by=SYSTEM)
        except Refused as refusal:
            if refusal.code != "already_appointed":
                raise
    if told.certificate_days and not certificates.certificates_of(person.id):
        _certify(people.person(person.id), told, institution_id)


def _identity(told: DemoPerson) -> Identity:
    return Identity(
        tckn=Tckn(told.tckn),
        given_names=told.given_names,
        surname=told.surname,
        method="password",
        level=Level.LOW,
        birth_date=date.fromisoformat(told.birth_date),
        birth_place=told.birth_place,
        raw_sha256="",
    )


def _certify(person: Person, told: DemoPerson, institution_id: uuid.UUID) -> None:
    """A card from the station and a certificate from the signer, as production makes them."""
    order_id = uuid.uuid5(uuid.NAMESPACE_OID, f"demo-card-{told.number}")
    station = wiring.card_station()
    recipient = pin_release.recipient(settings.DIVIT.ca)
    key = station.make_key(order_id=str(order_id), algorithm="ec-p256", pin_recipient_spki=recipient)
    intent = issuance.begin(
        card_order_id=order_id,
        person=person,
        institution_id=institution_id,
        profile="etsi-tr",
        csr_der=key.csr_der,
        card_serial=key.card_serial,
        validity_years=3,
        until=clock.now() + timedelta(days=told.certificate_days),
        publish=False,
        replaces=False,
        by=SYSTEM,
    )
    certificate = issuance.complete(intent.id, keystore=wiring.keystore())
    station.load_certificate(card_serial=key.card_serial, certificate_der=bytes(certificate.der))


def employ(told: DemoStaff, *, world: str) -> None:
    """An account of the staff; the code of its second factor is shown by the simulated authenticator."""
    try:
        _account, second_factor = create_staff(told.email, name=told.name, desks=told.desks, by=SYSTEM)
    except Refused as refusal:
        if refusal.code != "staff_exists":
            raise
        return
    httpx2.post(f"{world}/authenticator/", json={"uri": second_factor}, timeout=10).raise_for_status()
