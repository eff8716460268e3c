"""Reading what was seen."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from divit.kernel.errors import NotFound
from divit.probe.findings import Service
from divit.watching.models import MINUTES, Day, Mark, Memory, Outage, Standing, Trouble

# A look comes every minute: with none for so long nobody knows.
KNOWN_FOR = timedelta(minutes=3)
_MOST_SHOWN = 100


@dataclass(frozen=True, kw_only=True)
class DayOf:
    """One day of a service: minutes in which somebody looked, and those in which it could not be used."""

    day: date
    looked: int
    broken: int
    warned: int
    slowest_ms: int


def days(*, since: date) -> dict[Service, dict[date, DayOf]]:
    """Every day of every service from this one on; days on which nobody looked are missing."""
    found: dict[Service, dict[date, DayOf]] = {}
    for row in Day.objects.filter(day__gte=since).order_by("service", "day"):
        marks = bytes(row.marks)
        found.setdefault(Service(row.service), {})[row.day] = DayOf(
            day=row.day,
            looked=MINUTES - marks.count(Mark.NOTHING),
            broken=marks.count(Mark.BROKEN),
            warned=marks.count(Mark.WARNED),
            slowest_ms=row.slowest_ms,
        )
    return found


def standings() -> dict[Service, Standing]:
    """How each service was at the last look; one that was never looked at is missing."""
    return {Service(one.service): one for one in Standing.objects.order_by("service")}


def is_known(standing: Standing | None, *, now: datetime) -> bool:
    """Whether the last look is young enough to speak of now."""
    return standing is not None and now - standing.looked_at <= KNOWN_FOR


def open_outages() -> dict[Service, Outage]:
    """The outages that go on."""
    found = Outage.objects.filter(ended_at__isnull=True).order_by("began_at", "id")
    return {Service(one.service): one for one in found}


def outage(outage_id: int) -> Outage:
    """By id. Raises `NotFound`."""
    found = Outage.objects.filter(pk=outage_id).first()
    if found is None:
        raise NotFound("outage")
    return found


def outages_since(at: datetime) -> list[Outage]:
    """Outages that are over and ended after an instant, the newest first, at most a hundred."""
    return list(Outage.objects.filter(ended_at__gte=at).order_by("-began_at", "service")[:_MOST_SHOWN])


def last_ends() -> dict[Service, datetime]:
    """When the last outage of each service ended."""
    found = Outage.objects.filter(ended_at__isnull=False).order_by("service", "-ended_at").distinct("service")
    return {Service(one.service): one.ended_at for one in found if one.ended_at is not None}


def troubles(*, broken_alone: bool = False) -> list[Trouble]:
    """What is wrong now, the worst and the oldest first."""
    found = Trouble.objects.filter(ended_at__isnull=True)
    if broken_alone:
        found = found.filter(broken=True)
    return list(found.order_by("-broken", "began_at", "service", "code", "about"))


def troubles_of(outage: Outage) -> list[Trouble]:
    """What was wrong with the service while the outage went on."""
    found = Trouble.objects.filter(service=outage.service, broken=True, seen_at__gte=outage.began_at)
    if outage.ended_at is not None:
        found = found.filter(began_at__lt=outage.ended_at)
    return list(found.order_by("began_at", "code", "about")[:_MOST_SHOWN])


def memories(prefix: str) -> Mapping[str, str]:
    """What looks have left under names that begin so; the names without it."""
    found = Memory.objects.filter(name__startswith=prefix).order_by("name")
    return {name.removeprefix(prefix): value for name, value in found.values_list("name", "value")}
