"""The way of one application as a chain of instants, and what can be read from it; pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from divit.kernel.working_days import between
from divit.stages.names import CHAIN, REQUIREMENTS, Reason, Stage

Step = tuple[str, datetime]  # a state that was entered, and when
_PASSED = ("inspected", "dispatched")


@dataclass(frozen=True, kw_only=True)
class Track:
    """What the histories of an application, its card order and its parcel say."""

    submitted: datetime
    closed: Mapping[Stage, datetime] = field(default_factory=dict)  # requirements that are met
    open: frozenset[Stage] = frozenset()  # requirements that are not
    window: datetime | None = None  # when the renewal's day had come
    accrued: datetime | None = None  # from when on the fee could be paid
    released: datetime | None = None
    order: tuple[Step, ...] = ()
    parcel: tuple[Step, ...] = ()
    delivered: datetime | None = None
    finished: datetime | None = None
    forms_returned: int = 0
    payment_unclear: bool = False

    @property
    def begun(self) -> datetime | None:
        """When the first card was taken in hand."""
        return _first(self.order, "personalising")

    @property
    def made(self) -> datetime | None:
        """When the card that goes out was passed; a card that was spoiled afterwards does not count."""
        if not self.order or self.order[-1][0] not in _PASSED:
            return None
        return max(at for state, at in self.order if state == "inspected")

    @property
    def handed(self) -> datetime | None:
        """When the courier first had it."""
        return _first(self.parcel, "handed_over") if self.made else None


@dataclass(frozen=True, kw_only=True)
class Present:
    """The stage in which an application is now."""

    stage: Stage
    since: datetime


def present(track: Track) -> Present | None:
    """Where it stands; None once the card is in hand."""
    if track.delivered is not None:
        return None
    reached = [(stage, start) for stage, start in starts(track).items() if start is not None]
    stage, since = reached[-1]
    return Present(stage=stage, since=since)


def starts(track: Track) -> dict[Stage, datetime | None]:
    """When each stage of the chain began; a renewal's waiting for its day is nobody's waiting."""
    return {
        Stage.CONDITIONS: max(track.submitted, track.window or track.submitted),
        Stage.QUEUE: track.released,
        Stage.MAKING: track.begun,
        Stage.PACKING: track.made,
        Stage.TRAVEL: track.handed,
    }


def measure(track: Track) -> dict[Stage, float]:
    """Working days of every stage that has begun and ended."""
    return {stage: between(start, end) for stage, start, end in _stretches(track) if start is not None and end}


def _stretches(track: Track) -> Iterator[tuple[Stage, datetime | None, datetime | None]]:
    for stage in REQUIREMENTS:
        start = (track.accrued or track.submitted) if stage is Stage.FEE else track.submitted
        end = track.closed.get(stage)
        yield stage, start, max(start, end) if end else None
    begun = starts(track)
    ends = [*list(begun.values())[1:], track.delivered]
    for stage, end in zip(CHAIN, ends, strict=True):
        yield stage, begun[stage], end
    yield Stage.PIN, track.delivered, track.finished
    yield Stage.TOTAL, begun[Stage.CONDITIONS], track.delivered


def reasons(track: Track, *, targets: Mapping[Stage, float]) -> tuple[Reason, ...]:
    """Why the case is in the delayed lane; nothing for the normal one. `targets`: working days per desk's stage."""
    spans = measure(track)
    slow = any(spans.get(stage, 0.0) > days for stage, days in targets.items())
    found = {
        Reason.FORM_RETURNED: track.forms_returned > 0,
        Reason.PAYMENT_UNCLEAR: track.payment_unclear,
        Reason.CARD_SPOILED: _first(track.order, "spoiled") is not None,
        Reason.PARCEL_RETURNED: _first(track.parcel, "returned") is not None,
        Reason.SLOW: slow,
    }
    return tuple(reason for reason, holds in found.items() if holds)


def delayed_by(track: Track, *, now: datetime, targets: Mapping[Stage, float], late: bool) -> tuple[Reason, ...]:
    """Why an application that is under way takes longer than it should; nothing when it does not.

    `late`: the day that was promised is over.
    """
    here = present(track)
    if here is None:
        return ()
    waited = {stage: between(track.submitted, now) for stage in track.open} | {here.stage: between(here.since, now)}
    slow = late or any(days > targets.get(stage, float("inf")) for stage, days in waited.items())
    found = {
        Reason.FORM_RETURNED: track.forms_returned > 0 and Stage.FORM in track.open,
        Reason.PAYMENT_UNCLEAR: track.payment_unclear and Stage.FEE in track.open,
        Reason.CARD_SPOILED: here.stage is Stage.MAKING and _first(track.order, "spoiled") is not None,
        Reason.PARCEL_RETURNED: here.stage is Stage.TRAVEL and _first(track.parcel, "returned") is not None,
    }
    known = tuple(reason for reason, holds in found.items() if holds)
    return known or ((Reason.SLOW,) if slow else ())


def _first(steps: tuple[Step, ...], state: str) -> datetime | None:
    return next((at for entered, at in steps if entered == state), None)
