"""The figures of the house as the database knows them: queues, intents, lists, the ledger, what was seen outside.

Worker and signer have no port; this is how their state is read.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.db import transaction

from divit.audit import selectors as audit
from divit.certificates import sampling
from divit.flows import jobs, watching
from divit.kernel import clock
from divit.probe.findings import Service
from divit.watching import selectors as seen

_QUEUES = ("default", "signing")  # of worker and signer; told also when nothing lies in them


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One number now."""

    name: str
    meaning: str
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)


def all_of_the_house() -> Iterator[Figure]:
    """Everything at one instant; those of one name stand together. Raises `DatabaseError`."""
    with transaction.atomic():
        found = [*_jobs(), *_signing(), *_ledger(), *_seen_outside()]
    yield from sorted(found, key=lambda one: (one.name, sorted(one.labels.items())))


def _jobs() -> Iterator[Figure]:
    lying = {name: jobs.Waiting(queue=name, waiting=0, doing=0, failed=0, oldest_seconds=0) for name in _QUEUES}
    lying |= {queue.queue: queue for queue in jobs.queues()}
    for queue in lying.values():
        labels = {"queue": queue.queue}
        for state, count in (("waiting", queue.waiting), ("doing", queue.doing), ("failed", queue.failed)):
            yield _figure("divit_jobs", "Jobs in the queues.", count, **labels, state=state)
        meaning = "How long the oldest due job has waited."
        yield _figure("divit_jobs_oldest_waiting_seconds", meaning, queue.oldest_seconds, **labels)
    alive, since = jobs.workers_heard()
    yield _figure("divit_workers_alive", "Workers (worker and signer) with a heartbeat of late.", alive)
    if since is not None:
        yield _figure("divit_workers_heartbeat_age_seconds", "Age of the newest heartbeat of any.", since)


def _signing() -> Iterator[Figure]:
    waiting = sampling.intents_waiting()
    for state, (count, oldest) in waiting.items():
        yield _figure("divit_intents", "Certificates that are to be signed, by state.", count, state=state)
        meaning = "Age of the oldest certificate that is to be signed."
        yield _figure("divit_intents_oldest_seconds", meaning, _age(oldest), state=state)
    for issuer, number, this_update, next_update in sampling.newest_lists():
        yield _figure("divit_crl_number", "Number of the newest published list.", number, issuer=issuer)
        yield _figure("divit_crl_age_seconds", "Age of the newest published list.", _age(this_update), issuer=issuer)
        meaning = "Seconds until the newest published list lapses."
        yield _figure("divit_crl_lapses_in_seconds", meaning, -_age(next_update), issuer=issuer)


def _ledger() -> Iterator[Figure]:
    yield _figure("divit_ledger_height", "Place of the newest entry of the ledger.", audit.newest_seq())
    last = audit.newest_checkpoint()
    if last is not None:
        seq, at = last
        yield _figure("divit_ledger_checkpoint_height", "Place of the last time-stamped entry.", seq)
        yield _figure("divit_ledger_checkpoint_age_seconds", "Age of the last time-stamp over the ledger.", _age(at))


def _seen_outside() -> Iterator[Figure]:
    standings, outages = seen.standings(), seen.open_outages()
    for service in Service:
        standing = standings.get(service)
        if standing is None:
            continue
        labels = {"service": str(service)}
        yield _figure("divit_probe_works", "Whether it worked at the last look.", int(standing.works), **labels)
        yield _figure("divit_probe_outage", "Whether an outage goes on.", int(service in outages), **labels)
        yield _figure("divit_probe_age_seconds", "Age of the last look.", _age(standing.looked_at), **labels)
        meaning = "Slowest answer of the last look."
        yield _figure("divit_probe_slowest_seconds", meaning, standing.slowest_ms / 1000, **labels)
    codes: dict[tuple[str, str], int] = {}
    for trouble in seen.troubles():
        key = (trouble.service, trouble.code)
        codes[key] = codes.get(key, 0) + 1
    for (name, code), count in codes.items():
        yield _figure("divit_probe_findings", "What is wrong, by its code.", count, service=name, code=code)
    yield from _remembered()


def _remembered() -> Iterator[Figure]:
    """The key stores as far as anybody outside knows: what was signed was seen; and when their certificates end."""
    left = watching.figures()
    for name, at in left["ends"].items():
        meaning = "Seconds until the certificate of a delegate ends."
        yield _figure("divit_delegate_ends_in_seconds", meaning, -_age(datetime.fromisoformat(at)), delegate=name)
    for value in left["away"].values():
        yield _figure("divit_tsa_clock_away_seconds", "The time-stamps' clock from the worker's.", float(value))


def _age(at: datetime) -> float:
    return (clock.now() - at.astimezone(UTC)).total_seconds()


def _figure(name: str, meaning: str, value: float, **labels: str) -> Figure:
    return Figure(name=name, meaning=meaning, value=value, labels=labels)
