"""From a released application to an inspected card: key on the card, certificate, card, second person.

One card order survives any death in the middle: each call out is written down before it is made, the station makes the
same key for the same card again, the signer finds the stored intent, and `resume` puts a job back for every order in
which nothing moves. No step runs inside another's transaction; no call out runs inside any.
"""

import logging
import uuid
from datetime import timedelta

from django.conf import settings
from django.db import transaction

from divit.applications import selectors as applications
from divit.applications import services as application_services
from divit.applications.lifecycle import Act as ApplicationAct
from divit.applications.lifecycle import State as ApplicationState
from divit.audit import ledger
from divit.certificates import selectors as certificates
from divit.certificates.lifecycle import State as CertificateState
from divit.delivery.envelopes import check_station_envelope
from divit.delivery.services import pins
from divit.flows import institution_account, issuance, revocation
from divit.flows.jobs import each, later
from divit.flows.notices import tell
from divit.institutions import selectors as institutions
from divit.kernel import clock
from divit.kernel.actors import SYSTEM, Actor
from divit.kernel.errors import Invalid, NeighbourFailed, Refused
from divit.pki.requests import check_request
from divit.production import selectors, services
from divit.production.lifecycle import Act, State
from divit.production.models import Card, CardOrder
from divit.production.ports import CardKey, CardStation
from divit.production.products import validity_years

log = logging.getLogger(__name__)

CONTENT_REFUSED = "content_refused"
CERTIFICATE_CLOSED = "certificate_closed"
CERTIFICATE_QUESTIONED = "certificate_questioned"
MANY_AT_STATIONS = 50  # from so many on certificates are made by the thousand (bulk_issuance.py)
_PATIENCE = timedelta(minutes=2)


def take(order_id: uuid.UUID, *, by: Actor) -> None:
    """The producer puts a card into the station for the order (Üretime al)."""
    with transaction.atomic():
        order = services.locked(order_id)
        services.carry_out(order, Act.TAKE, by=by, now=clock.now())
        services.take_card(order)
        _personalise_later(order)


def personalise(order_id: uuid.UUID, *, station: CardStation, pin_recipient: bytes) -> None:
    """Make the key on the card and ask for its certificate. Raises `NeighbourFailed` to be tried again."""
    card = _ask_for_key(order_id)
    if card is None:
        return
    try:
        key = station.make_key(
            order_id=card.station_order_id, algorithm=settings.DIVIT.holder_key, pin_recipient_spki=pin_recipient
        )
    except NeighbourFailed as failure:
        services.note_trouble(order_id, _trouble_of(failure))
        raise
    except Refused as refusal:
        _spoil_by_machine(card, why=refusal.code)
        return
    wrong = _what_is_wrong(card, key, pin_recipient=pin_recipient)
    if wrong:
        _spoil_by_machine(card, why=wrong)
        return
    _ask_for_certificate(card, key)


def _what_is_wrong(card: Card, key: CardKey, *, pin_recipient: bytes) -> str:
    """A card whose key cannot be proven, or whose PIN nobody will be able to read, is as good as broken."""
    try:
        check_request(key.csr_der, challenge=card.station_order_id)
    except Invalid:
        return "proof_failed"
    try:
        check_station_envelope(key.sealed_pin, recipient_spki=pin_recipient)
    except Invalid as unfit:
        log.error("card order %s: the station's sealed PIN is of no use: %s", card.order_id, unfit)
        return "envelope_unfit"
    return ""


def _trouble_of(failure: NeighbourFailed) -> str:
    return "station_refused" if failure.how == "refused" else "station_down"


def _ask_for_key(order_id: uuid.UUID) -> Card | None:
    with transaction.atomic():
        order = services.locked(order_id)
        if order.state != State.PERSONALISING:
            return None  # somebody else's job was faster, or the card was given up
        card = services.living_card(order)
        services.record_asking(card, now=clock.now())
        return card


def _ask_for_certificate(card: Card, key: CardKey) -> None:
    """Key, sealed PIN, intent and state in one transaction: the signer finds all of them, or none."""
    try:
        with transaction.atomic():
            order = services.locked(card.order_id)
            if order.state != State.PERSONALISING or services.living_card(order).pk != card.pk:
                return
            services.keep_key(card, card_serial=key.card_serial, station=key.station[:64], csr_der=key.csr_der)
            # Judging the content takes its time: it comes before the first entry in the ledger, whose lock is all's.
            _begin_issuance(order, card, key)
            pins.keep(
                card_id=card.pk,
                application_id=order.application_id,
                person_id=order.person_id,
                station_order_id=card.station_order_id,
                card_serial=key.card_serial,
                sealed=key.sealed_pin,
                by=SYSTEM,
            )
            services.carry_out(order, Act.CERTIFY, by=SYSTEM, now=clock.now(), card=str(card.pk))
    except (Refused, Invalid) as refusal:
        # The content was refused before any CA key was used; the desk reads it, the card waits in the station.
        log.warning("card order %s: the certificate's content was refused: %s", card.order_id, refusal)
        services.note_trouble(card.order_id, CONTENT_REFUSED)


def _begin_issuance(order: CardOrder, card: Card, key: CardKey) -> None:
    application = applications.application(order.application_id)
    rule = institutions.rule_for(order.institution_id, on=clock.today())
    issuance.begin(
        card_order_id=order.pk,
        challenge=card.station_order_id,
        person=order.person,
        institution_id=order.institution_id,
        profile=rule.profile,
        csr_der=key.csr_der,
        card_serial=key.card_serial,
        validity_years=validity_years(order.product),
        publish=bool(application.publish),
        replaces=order.replaces,
        born_state=CertificateState(rule.born_state),
        one_of_many=selectors.many_at_stations(at_least=MANY_AT_STATIONS),
        by=SYSTEM,
    )


def issued(order_id: uuid.UUID, certificate_id: uuid.UUID) -> None:
    """The certificate exists: from this moment the application counts as produced; the card is still to be written.

    A card that was not ordered here, such as one taken over together with its certificate, has no way to go on.
    """
    if not selectors.is_ordered(order_id):
        return
    try:
        _issued(order_id, certificate_id)
    except Invalid:
        # What it costs is not known: nothing is billed by guessing, and nothing goes on unbilled.
        services.note_trouble(order_id, "price_unknown")
        raise


def _issued(order_id: uuid.UUID, certificate_id: uuid.UUID) -> None:
    with transaction.atomic():
        application = application_services.locked(selectors.order(order_id).application_id)
        order = services.locked(order_id)
        if order.state != State.CERTIFYING:
            return
        card = services.living_card(order)
        first = application.state == ApplicationState.RELEASED  # a re-made card finds it produced, and billed, already
        if first:
            institution_account.bill(application, by=SYSTEM)
        services.keep_certificate(card, certificate_id)
        services.carry_out(order, Act.ISSUE, by=SYSTEM, now=clock.now(), certificate=str(certificate_id))
        if first:
            application_services.carry_out(application, ApplicationAct.PRODUCE, by=SYSTEM)
        _load_later(order)


def signing_given_up(order_id: uuid.UUID) -> None:
    """The signer will never make this card's certificate: the card is given up, and the desk says why."""
    if not selectors.is_ordered(order_id):
        return
    with transaction.atomic():
        order = services.locked(order_id)
        if order.state == State.CERTIFYING:
            given_up = certificates.given_up(services.living_card(order).station_order_id)
            _spoil(order, why="signing_refused", by=SYSTEM, signing_given_up=given_up)


def load(order_id: uuid.UUID, *, station: CardStation) -> None:
    """Write the certificate on the card. Raises `NeighbourFailed` to be tried again."""
    order = selectors.order(order_id)
    card = selectors.living_card_of(order_id)
    if order.state != State.LOADING or card is None or card.certificate_id is None:
        return
    certificate = certificates.certificate(card.certificate_id)
    if certificate.state == CertificateState.REVOKED:
        _spoil_by_machine(card, why=CERTIFICATE_CLOSED)
        return
    if not certificates.may_be_handed_out(certificate.pk):
        services.note_trouble(order_id, CERTIFICATE_QUESTIONED)
        return
    try:
        station.load_certificate(card_serial=card.card_serial, certificate_der=bytes(certificate.der))
    except NeighbourFailed as failure:
        services.note_trouble(order_id, _trouble_of(failure))
        raise
    except Refused as refusal:
        _spoil_by_machine(card, why=refusal.code)
        return
    with transaction.atomic():
        order = services.locked(order_id)
        if order.state == State.LOADING and services.living_card(order).pk == card.pk:
            services.carry_out(order, Act.LOAD, by=SYSTEM, now=clock.now())
            tell(
                person=order.person,
                notice="card_produced",
                subject=("application", str(order.application_id)),
                dedupe=f"card_produced:{card.pk}",
            )


def inspect(order_id: uuid.UUID, *, digits: str, by: Actor) -> None:
    """A second person has the card in hand, reads the end of its number, and finds it right (Denetimden geçir)."""
    with transaction.atomic():
        order = services.locked(order_id)
        services.check_in_hand(order, digits)
        services.carry_out(order, Act.INSPECT, by=by, living_certificate=stands(order), now=clock.now())


def spoil(order_id: uuid.UUID, *, why: str, by: Actor) -> None:
    """The card is given up: its certificate ends in the same transaction, so no certificate outlives its card."""
    with transaction.atomic():
        order = services.locked(order_id)
        _spoil(order, why=why, by=by)


def give_up_lost(order: CardOrder, *, by: Actor, notice: str) -> None:
    """The same for a dispatched card, inside the transaction that has locked its order and gives its parcel up."""
    _spoil(order, why="card_lost", by=by, notice=notice)


def requeue(order_id: uuid.UUID, *, by: Actor) -> None:
    """The next card for an order whose card was spoiled."""
    with transaction.atomic():
        order = services.locked(order_id)
        services.carry_out(
            order,
            Act.REQUEUE,
            by=by,
            now=clock.now(),
            living_certificate=stands(order),
            holder_left=certificates.closed_for_leaving(order.pk),
        )


def stands(order: CardOrder) -> bool:
    """Whether the certificate of the order exists and was not closed, by its holder or by a later application."""
    return certificates.standing_of_order(order.pk) is not None


def retry(order_id: uuid.UUID, *, by: Actor) -> None:
    """Put the job of a waiting step back; the step itself decides whether anything is left to do."""
    with transaction.atomic():
        order = services.locked(order_id)
        ledger.record(
            by=by, act="card_order.retry", subject=("card_order", str(order.pk)), person_id=str(order.person_id)
        )
        _resume(order)


def resume() -> int:
    """For every order in which nothing moved for a while put its job back; returns how many there were."""
    before = clock.now() - _PATIENCE
    stuck = [
        order.pk
        for state in (State.PERSONALISING, State.LOADING, State.CERTIFYING)
        for order in selectors.stuck(state, before=before)
        if order.trouble != CONTENT_REFUSED  # asking again does not help; somebody must
    ]
    return len(each(stuck, _resume_again))


def _resume_again(order_id: uuid.UUID) -> None:
    with transaction.atomic():
        _resume(services.locked(order_id))


def _resume(order: CardOrder) -> None:
    if order.state == State.PERSONALISING:
        _personalise_later(order)
    elif order.state == State.LOADING:
        _load_later(order)
    elif order.state == State.CERTIFYING:
        _hear_signer(order)


def _hear_signer(order: CardOrder) -> None:
    challenge = services.living_card(order).station_order_id
    certificate = certificates.made_for(challenge)
    if certificate is not None:
        later(
            "production.certificate_issued",
            queueing_lock=f"production.issued:{order.pk}",
            card_order_id=str(order.pk),
            certificate_id=str(certificate.pk),
        )
    elif certificates.given_up(challenge):
        name = f"production.signing_given_up:{order.pk}"
        later("production.signing_given_up", queueing_lock=name, card_order_id=str(order.pk))
    else:
        services.note_trouble(order.pk, "signer_late")


def _spoil_by_machine(card: Card, *, why: str) -> None:
    with transaction.atomic():
        order = services.locked(card.order_id)
        living = selectors.living_card_of(order.pk)
        if living is not None and living.pk == card.pk and order.state in (State.PERSONALISING, State.LOADING):
            _spoil(order, why=why, by=SYSTEM)


def _spoil(
    order: CardOrder, *, why: str, by: Actor, signing_given_up: bool = False, notice: str = "certificate_spoiled"
) -> None:
    now = clock.now()
    card = services.living_card(order)
    pin = pins.locked_of_card(card.pk)
    if card.certificate_id is not None:
        revocation.revoke_spoiled(card.certificate_id, by=by, notice=notice)
    services.carry_out(
        order,
        Act.SPOIL,
        by=by,
        now=now,
        signing_given_up=signing_given_up,
        trouble=why,
        card=str(card.pk),
        why=why,
    )
    services.give_up(card, why=why, now=now)
    if pin is not None:
        pins.discard(pin, by=by, now=now)


def _personalise_later(order: CardOrder) -> None:
    later("production.personalise", queueing_lock=f"production.personalise:{order.pk}", order_id=str(order.pk))


def _load_later(order: CardOrder) -> None:
    later("production.load", queueing_lock=f"production.load:{order.pk}", order_id=str(order.pk))
