"""Hizmet durumu: what works now, since when, and what the last ninety days were like; for everybody."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from divit.kernel import clock
from divit.probe.findings import Service
from divit.watching import announcements, selectors
from divit.watching.models import Announcement, Outage, Standing
from divit.watching.selectors import DayOf

DAYS = 90
# The order of the page: what people need first stands first.
ORDER = (
    Service.SIGN_IN,
    Service.CLOSING,
    Service.OCSP,
    Service.CRL,
    Service.TSA,
    Service.APPLYING,
    Service.SMS,
)


class State(StrEnum):
    """How a service is now."""

    WORKS = "works"
    DOWN = "down"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class DayMark:
    """One of the last ninety days; `minutes`: how many of it did not work; None: nobody looked."""

    day: date
    minutes: int | None


@dataclass(frozen=True, kw_only=True)
class Line:
    """One service now and in the last ninety days; `share` in thousandths of a percent, None before the first look."""

    service: Service
    state: State
    since: datetime | None
    days: tuple[DayMark, ...]
    share: int | None
    minutes: int


@dataclass(frozen=True, kw_only=True)
class Status:
    """The whole page."""

    at: datetime
    lines: tuple[Line, ...]
    past: tuple[Outage, ...]
    announced: tuple[Announcement, ...]

    @property
    def state(self) -> State:
        """All together: down when anything is, unknown when nobody looks."""
        states = {line.state for line in self.lines}
        return next((state for state in (State.DOWN, State.UNKNOWN) if state in states), State.WORKS)


def status_now() -> Status:
    """Read once for everybody who looks within the same few seconds."""
    now, today = clock.now(), clock.today()
    first = today - timedelta(days=DAYS - 1)
    standings, outages = selectors.standings(), selectors.open_outages()
    days, ends = selectors.days(since=first), selectors.last_ends()
    lines = tuple(
        _line(
            service,
            standing=standings.get(service),
            outage=outages.get(service),
            works_since=ends.get(service),
            days=days.get(service, {}),
            now=now,
        )
        for service in ORDER
    )
    past = selectors.outages_since(clock.end_of(first - timedelta(days=1)))
    return Status(at=now, lines=lines, past=tuple(past), announced=tuple(announcements.standing()))


def _line(
    service: Service,
    *,
    standing: Standing | None,
    outage: Outage | None,
    works_since: datetime | None,
    days: Mapping[date, DayOf],
    now: datetime,
) -> Line:
    state, since = State.UNKNOWN, standing.looked_at if standing else None
    if selectors.is_known(standing, now=now):
        state = State.DOWN if outage else State.WORKS
        since = outage.began_at if outage else works_since
    looked, broken = sum(one.looked for one in days.values()), sum(one.broken for one in days.values())
    return Line(
        service=service,
        state=state,
        since=since,
        days=_marks(days, today=clock.local(now).date()),
        share=100_000 * (looked - broken) // looked if looked else None,
        minutes=broken,
    )


def _marks(days: Mapping[date, DayOf], *, today: date) -> tuple[DayMark, ...]:
    wanted = (today - timedelta(days=back) for back in range(DAYS - 1, -1, -1))
    return tuple(
        DayMark(day=day, minutes=days[day].broken if day in days and days[day].looked else None) for day in wanted
    )
