"""Every minute the service is looked at from outside, held against what stands here, and written down.

Who looks is `divit.probe`, which shares no code with what makes the answers.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from cryptography import x509
from django.db import transaction

from divit.certificates import authorities, sampling
from divit.certificates.sampling import Sampled
from divit.flows import jobs, outage_letters
from divit.kernel import clock
from divit.notifications import selectors as notifications
from divit.notifications.models import Channel
from divit.probe.asking_ocsp import Question
from divit.probe.findings import Finding, Service
from divit.probe.look import IssuerAt, Page, Places, Seen
from divit.verification import selectors as verification
from divit.watching import selectors, services

# A change may take as long as this until everybody is told of it (promise 1: OCSP a second, a list a minute).
GRACE = timedelta(seconds=60)
SMS_TAKEN_WITHIN = timedelta(minutes=5)
JOBS_BEGUN_WITHIN = timedelta(minutes=10)
_CHANGED, _ROTATING = 40, 20
_SAMPLE, _NUMBERS, _ENDS, _AWAY = "sample", "crl ", "ends ", "clock away"


class Eye(Protocol):
    """Somebody who looks from outside."""

    def look(self, places: Places) -> Seen:
        """Ask everything once."""


def look(*, eye: Eye, pages: Iterable[Page]) -> None:
    """One look, written down; staff hear of an outage that begins or ends with it."""
    seen = seen_now(eye, pages=pages)
    findings = [*seen.findings, *_from_the_books(clock.now())]
    findings += _for_want_of_signing_in(findings)
    with transaction.atomic():
        for turn in services.keep(findings, at=seen.at, slowest_ms=seen.slowest_ms):
            outage_letters.leave(turn)
        for url, number in seen.numbers.items():
            services.remember(f"{_NUMBERS}{url}", number)
        for name, ends in seen.ends.items():
            services.remember(f"{_ENDS}{name}", ends.isoformat())
        if seen.away is not None:
            services.remember(_AWAY, seen.away.total_seconds())


def seen_now(eye: Eye, *, pages: Iterable[Page] = ()) -> Seen:
    """One look with everything that the database knows to hold it against; only how far the sample came is kept."""
    sampled = _sample()
    places = _places(sampled, pages=pages)
    seen = eye.look(places)
    findings = [one for one in seen.findings if not _overtaken(one, sampled)]
    return replace(seen, findings=(*findings, *_lists_behind(places, seen)))


def _sample() -> list[Sampled]:
    """Everything that changed lately, and the next few in turn."""
    before = selectors.memories(_SAMPLE).get("", "")
    turn = sampling.next_after(before, count=_ROTATING)
    if turn:
        services.remember(_SAMPLE, turn[-1].serial)
    changed = sampling.changed_lately(most=_CHANGED)
    known = {(one.issuer, one.serial) for one in changed}
    return changed + [one for one in turn if (one.issuer, one.serial) not in known]


def _places(sampled: Iterable[Sampled], *, pages: Iterable[Page]) -> Places:
    authority, now = authorities.current(), clock.now()
    files = authority.ca_url.rpartition("/")[0]
    issuers = [
        IssuerAt(
            name=one.name, ca_url=f"{files}/{one.name}.crt", crl_url=one.crl_url, certificate=bytes(one.certificate)
        )
        for one in sampling.issuers()
        if x509.load_der_x509_certificate(bytes(one.certificate)).not_valid_after_utc > now
    ]
    if not issuers:
        issuers = [
            IssuerAt(
                name=authority.name,
                ca_url=authority.ca_url,
                crl_url=authority.crl_url,
                certificate=authority.certificate,
            )
        ]
    return Places(
        ocsp_url=authority.ocsp_url,
        tsa_url=authority.tsa_url,
        root=IssuerAt(
            name="root",
            ca_url=authority.record.root_ca_url,
            crl_url=authority.record.root_crl_url,
            certificate=authority.root,
        ),
        issuers=tuple(issuers),
        questions=tuple(_question(one) for one in sampled if _settled(one, now=now)),
        numbers={url: int(number) for url, number in selectors.memories(_NUMBERS).items()},
        pages=tuple(pages),
    )


def _settled(one: Sampled, *, now: datetime) -> bool:
    return one.changed_at is None or now - one.changed_at >= GRACE


def _question(one: Sampled) -> Question:
    reason = "" if one.reason == "unspecified" else one.reason
    return Question(
        issuer=one.issuer, serial=int(one.serial, 16), status=one.status, reason=reason, at=one.effective_at
    )


def _overtaken(finding: Finding, sampled: Iterable[Sampled]) -> bool:
    """Whether the serial has changed while we looked: then nobody was wrong."""
    if finding.code not in ("status_wrong", "crl_disagrees"):
        return False
    asked = [one for one in sampled if f"{int(one.serial, 16):X}" == finding.about]
    return any(replace(one, changed_at=None) != sampling.again(one) for one in asked)


def _lists_behind(places: Places, seen: Seen) -> Iterator[Finding]:
    """Lists that are published here and not out there yet."""
    urls = {one.name: one.crl_url for one in places.issuers}
    for name, number, this_update, _ends in sampling.newest_lists():
        served = seen.numbers.get(urls.get(name, ""))
        if served is not None and served < number and clock.now() - this_update >= GRACE:
            facts = {"number": served, "published": number}
            yield Finding(service=Service.CRL, code="crl_behind", about=urls[name], facts=facts)


def _from_the_books(now: datetime) -> Iterator[Finding]:
    """What cannot be tried out from outside, and can be seen from what lies here."""
    count, oldest = _sms_not_taken(now)
    if oldest is not None:
        facts = {"count": count, "minutes": _minutes(now - oldest)}
        yield Finding(service=Service.SMS, code="sms_waiting", facts=facts)
    for queue in jobs.queues():
        waited = timedelta(seconds=queue.oldest_seconds)
        if waited > JOBS_BEGUN_WITHIN:
            facts = {"minutes": _minutes(waited)}
            yield Finding(service=Service.APPLYING, code="jobs_waiting", about=queue.queue, facts=facts)


def _sms_not_taken(now: datetime) -> tuple[int, datetime | None]:
    notices, first_notice = notifications.not_taken(Channel.SMS, written_before=now - SMS_TAKEN_WITHIN)
    codes, first_code = verification.not_taken(since=now - 2 * SMS_TAKEN_WITHIN)
    begun = [one for one in (first_notice, first_code) if one is not None]
    return notices + codes, min(begun, default=None)


def _for_want_of_signing_in(findings: Iterable[Finding]) -> list[Finding]:
    if not any(one.broken and one.service == Service.SIGN_IN for one in findings):
        return []
    return [Finding(service=service, code="needs_sign_in") for service in (Service.CLOSING, Service.APPLYING)]


def _minutes(span: timedelta) -> int:
    return int(span.total_seconds() // 60)


def figures() -> Mapping[str, Mapping[str, str]]:
    """What the last look has left for whoever draws curves: list numbers, ends of certificates, the clock."""
    return {
        "numbers": selectors.memories(_NUMBERS),
        "ends": selectors.memories(_ENDS),
        "away": selectors.memories(_AWAY),
    }
