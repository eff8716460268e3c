"""Jobs of the card's way: the station, the courier, and (in the signer) the sealed PIN."""

from uuid import UUID

from django.conf import settings

from divit import wiring
from divit.flows import card_delivery, card_production, collective_dispatch, pin_release
from divit.worker.app import app
from divit.worker.retries import PATIENT, own_connection


@app.task(name="production.personalise", queue="default", retry=PATIENT)
@own_connection
def personalise(order_id: str) -> None:
    """Key on the card, and the wish for its certificate."""
    card_production.personalise(
        UUID(order_id), station=wiring.card_station(), pin_recipient=pin_release.recipient(settings.DIVIT.ca)
    )


@app.task(name="production.certificate_issued", queue="default", retry=PATIENT)
@own_connection
def certificate_issued(card_order_id: str, certificate_id: str) -> None:
    """The signer is done."""
    card_production.issued(UUID(card_order_id), UUID(certificate_id))


@app.task(name="production.signing_given_up", queue="default", retry=PATIENT)
@own_connection
def signing_given_up(card_order_id: str) -> None:
    """The signer will never make this certificate."""
    card_production.signing_given_up(UUID(card_order_id))


@app.task(name="production.load", queue="default", retry=PATIENT)
@own_connection
def load(order_id: str) -> None:
    """The certificate onto the card."""
    card_production.load(UUID(order_id), station=wiring.card_station())


@app.task(name="delivery.announce", queue="default", retry=PATIENT)
@own_connection
def announce(parcel_id: str) -> None:
    """A tracking number from the courier."""
    card_delivery.announce(UUID(parcel_id), courier=wiring.courier())


@app.task(name="delivery.announce_consignment", queue="default", retry=PATIENT)
@own_connection
def announce_consignment(consignment_id: str) -> None:
    """A tracking number for a box of cards."""
    collective_dispatch.announce(UUID(consignment_id), courier=wiring.courier())


@app.task(name="delivery.give_up", queue="default", retry=PATIENT)
@own_connection
def give_up(parcel_id: str) -> None:
    """One card of a lost box."""
    collective_dispatch.give_up(UUID(parcel_id))


@app.periodic(cron="* * * * * */10")
@app.task(name="delivery.read_events", queue="default", queueing_lock="delivery.read_events")
@own_connection
def read_events(timestamp: int) -> None:
    """What the courier tells; a courier that does not answer is asked again in a moment."""
    card_delivery.read_events(courier=wiring.courier())


@app.periodic(cron="* * * * *")
@app.task(name="production.resume", queue="default", queueing_lock="production.resume")
@own_connection
def resume(timestamp: int) -> None:
    """Whatever stands still at the stations and at the signer is set in motion again."""
    card_production.resume()


@app.periodic(cron="* * * * *")
@app.task(name="delivery.resume", queue="default", queueing_lock="delivery.resume")
@own_connection
def resume_deliveries(timestamp: int) -> None:
    """Whatever waits for the courier, or was told too early, is taken up again."""
    card_delivery.resume()
    collective_dispatch.resume()


@app.periodic(cron="* * * * *")
@app.task(name="pin.tidy", queue="default", queueing_lock="pin.tidy")
@own_connection
def tidy_pins(timestamp: int) -> None:
    """A PIN that was shown is erased when its time is over, whatever else has gone wrong."""
    pin_release.tidy()


@app.task(name="pin.answer", queue="signing", retry=PATIENT)
@own_connection
def answer_pin(request_id: str) -> None:
    """Seal a PIN anew for the one page that waits for it."""
    pin_release.answer(UUID(request_id), keystore=wiring.keystore())
