"""Which acts of the ledger an institution's programs hear of, and under which name: one table."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType


class Topic(StrEnum):
    """What an event is about; an address is told of the topics that were chosen for it."""

    ROSTER = "roster"  # sertifika listesi
    REQUEST = "request"  # kurum talebi
    APPLICATION = "application"  # başvuru (kurum ödemeli)
    CERTIFICATE = "certificate"  # sertifika
    CONSIGNMENT = "consignment"  # koli
    STATEMENT = "statement"  # hesap özeti


# «law.act» of the ledger → type of the event. The name before the dot is the topic, on both sides. Once published, a
# type keeps its name and its meaning; new ones may be added.
EVENTS: Mapping[str, str] = MappingProxyType(
    {
        "roster.check": "roster.checked",
        "roster.take_in": "roster.taken_in",
        "roster.discard": "roster.discarded",
        "request.begin": "request.created",
        "request.answered": "request.answered",
        "request.approve": "request.approved",
        "request.refuse": "request.refused",
        "request.withdraw": "request.withdrawn",
        "request.decline": "request.declined",
        "request.expire": "request.expired",
        "application.submit": "application.submitted",
        "application.form_received": "application.form_received",
        "application.form_returned": "application.form_returned",
        "application.release": "application.released",
        "application.produce": "application.produced",
        "application.deliver": "application.delivered",
        "application.close": "application.closed",
        "application.withdraw": "application.withdrawn",
        "application.reject": "application.rejected",
        "application.dismiss": "application.dismissed",
        "application.lapse": "application.lapsed",
        "certificate.begin": "certificate.issued",
        "certificate.suspend": "certificate.suspended",
        "certificate.reinstate": "certificate.reinstated",
        "certificate.revoke": "certificate.revoked",
        "consignment.announce": "consignment.announced",
        "consignment.deliver": "consignment.delivered",
        "consignment.return": "consignment.returned",
        "consignment.receive": "consignment.received",
        "statement.begin": "statement.ready",
    }
)
TEST = "endpoint.test"


def topic_of(event: str) -> str:
    """What an event of this type is about; «endpoint» for a test, which nobody chooses."""
    return event.partition(".")[0]


def known(topics: Iterable[str]) -> list[str]:
    """Those of these topics that there are, in the order of the table."""
    chosen = set(topics)
    return [str(topic) for topic in Topic if topic in chosen]
