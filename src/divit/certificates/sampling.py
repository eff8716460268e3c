"""A few serials and what is true of them: for whoever compares what the world is told with what stands here."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Min, QuerySet

from divit.certificates.intents import OPEN
from divit.certificates.list_models import PublishedCrl
from divit.certificates.models import Certificate, Intent, Issuer, PublishedStatus, StatusChange
from divit.kernel import clock

_LATELY = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True)
class Sampled:
    """One serial of one issuer, by the view that OCSP and lists follow; `changed_at` where it changed lately."""

    issuer: str
    serial: str
    status: str
    reason: str
    effective_at: datetime | None
    changed_at: datetime | None = None


def issuers() -> list[Issuer]:
    """Every authority of which there is one certificate at least; the newest of a name alone, oldest first."""
    newest = {one.name: one for one in Issuer.objects.order_by("created_at", "id")}
    return list(newest.values())


def changed_lately(*, most: int) -> list[Sampled]:
    """What changed within the last minutes, the newest first: certificates, and serials whose signature was begun."""
    since = clock.now() - _LATELY
    changes = StatusChange.objects.order_by("-change_seq").values_list(
        "certificate__issuer_id", "certificate__serial", "at"
    )[:most]
    begun = (
        Intent.objects.filter(change_seq__gt=0)
        .order_by("-change_seq")
        .values_list("issuer_id", "serial", "signing_began_at", "abandoned_at")[:most]
    )
    at: dict[tuple[UUID, str], datetime] = {}
    rows = [*changes, *((issuer, serial, given_up or signing) for issuer, serial, signing, given_up in begun)]
    for issuer, serial, changed in rows:
        if changed is not None and changed >= since:
            at[issuer, serial] = max(changed, at.get((issuer, serial), changed))
    return _published(at.keys(), at)


def next_after(serial: str, *, count: int) -> list[Sampled]:
    """The next certificates in the order of their serials, from the beginning again after the last."""
    found = list(_in_order().filter(serial__gt=serial)[:count])
    if len(found) < count:
        found += [row for row in _in_order()[: count - len(found)] if row not in found]
    return _published(found, {})


def _in_order() -> "QuerySet[Certificate, tuple[UUID, str]]":
    return Certificate.objects.order_by("serial", "issuer_id").values_list("issuer_id", "serial")


def again(sampled: Sampled) -> Sampled | None:
    """What is true of the same serial now; None when nothing is published of it any more."""
    issuer = Issuer.objects.filter(name=sampled.issuer).order_by("-created_at").first()
    found = _published([(issuer.pk, sampled.serial)], {}) if issuer else []
    return found[0] if found else None


def newest_lists() -> list[tuple[str, int, datetime, datetime]]:
    """Of each authority: name, and number, thisUpdate and nextUpdate of its newest list."""
    rows = PublishedCrl.objects.order_by("issuer_id", "-number").distinct("issuer_id")
    return list(rows.values_list("issuer__name", "number", "this_update", "next_update"))


def intents_waiting() -> dict[str, tuple[int, datetime]]:
    """Of each state in which an intent waits for the signer: how many, and since when the oldest."""
    waiting = Intent.objects.filter(state__in=OPEN).values_list("state").order_by("state")
    return {state: (count, oldest) for state, count, oldest in waiting.annotate(Count("id"), Min("created_at"))}


def _published(wanted: Iterable[tuple[UUID, str]], at: dict[tuple[UUID, str], datetime]) -> list[Sampled]:
    by_issuer: dict[UUID, list[str]] = {}
    for issuer_id, serial in wanted:
        by_issuer.setdefault(issuer_id, []).append(serial)
    found = []
    for issuer_id, serials in by_issuer.items():
        rows = PublishedStatus.objects.filter(issuer_id=issuer_id, serial__in=serials).order_by("serial")
        found += [
            Sampled(
                issuer=row.issuer.name,
                serial=row.serial,
                status=row.status,
                reason=row.reason or "",
                effective_at=row.effective_at,
                changed_at=at.get((issuer_id, row.serial)),
            )
            for row in rows.select_related("issuer")
        ]
    return found
