"""The look from outside, every minute; what it finds is told to staff, and forgotten in its time."""

from django.conf import settings

from divit import wiring
from divit.flows import outage_letters, watching
from divit.probe.findings import Service
from divit.probe.look import Page
from divit.watching import services
from divit.worker.app import app
from divit.worker.retries import PATIENT, own_connection

# Where people begin with each thing; a worker loads no pages, so it does not ask the resolver (a test does).
PAGES = {Service.SIGN_IN: "/giris/", Service.CLOSING: "/kayip/", Service.APPLYING: "/ucretler/"}


@app.periodic(cron="* * * * *")
@app.task(name="watching.look", queue="default", queueing_lock="watching.look", lock="watching.look")
@own_connection
def look(timestamp: int) -> None:
    """Everything once."""
    watching.look(eye=wiring.stranger(), pages=pages())


@app.task(name="watching.tell", queue="default", retry=PATIENT)
@own_connection
def tell(outage_id: int, over: bool, reader: int) -> None:
    """One letter about one outage."""
    outage_letters.deliver(outage_id, over=over, reader=reader, mail=wiring.mail())


@app.periodic(cron="30 3 * * *")
@app.task(name="watching.forget", queue="default", queueing_lock="watching.forget")
@own_connection
def forget(timestamp: int) -> None:
    """Once a night."""
    services.forget()


def pages() -> list[Page]:
    """Our own pages, and the neighbours without whom they lead nowhere."""
    own = settings.DIVIT
    neighbours = ((Service.SIGN_IN, own.edevlet_url), (Service.APPLYING, own.bank_url))
    return [Page(service=service, url=f"{own.public_url}{path}") for service, path in PAGES.items()] + [
        Page(service=service, url=url, neighbour=True) for service, url in neighbours if url
    ]
