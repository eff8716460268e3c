"""The only writer of cases, figures and promises."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from divit.kernel import clock
from divit.stages.figures_sql import FILL
from divit.stages.groups import Span
from divit.stages.models import Block, Case, Promise, Reading
from divit.stages.names import Stage
from divit.stages.outlook import Range

_READING = "cases"
_SPANS = [str(stage) for stage in Stage]
_COLUMNS = ["lane", "reasons", "month", "delivered_on", *_SPANS]


@dataclass(frozen=True, kw_only=True)
class Whose:
    """Whose figures a block holds; `institution_id` is None for all institutions together."""

    scope: Block.Scope
    institution_id: UUID | None = None

    @property
    def columns(self) -> dict[str, Any]:
        """The same as columns of a block."""
        return {"scope": self.scope, "institution_id": self.institution_id}


def measured(
    *,
    application_id: UUID,
    institution_id: UUID,
    payer: str,
    kind: str,
    lane: str,
    reasons: Iterable[str],
    delivered_on: date,
    spans: dict[Stage, float],
) -> Case:
    """A case that is not written yet."""
    return Case(
        application_id=application_id,
        institution_id=institution_id,
        payer=payer,
        kind=kind,
        lane=lane,
        reasons=list(reasons),
        month=delivered_on.replace(day=1),
        delivered_on=delivered_on,
        **{name: spans.get(Stage(name)) for name in _SPANS},
    )


def keep_cases(cases: Iterable[Case]) -> None:
    """Write cases; one that was measured before is measured anew."""
    Case.objects.bulk_create(
        cases, update_conflicts=True, unique_fields=["application"], update_fields=_COLUMNS, batch_size=1000
    )


def remember(last_id: int) -> None:
    """The history was read up to here; in the transaction of the cases."""
    Reading.objects.update_or_create(name=_READING, defaults={"last_id": last_id})


def publish(whose: Whose, dims: tuple[str, ...], spans: Iterable[Span]) -> None:
    """Compute and keep the figures of new blocks, for ever."""
    made = [_block(whose, dims, span) for span in spans]
    _fill(Block.objects.bulk_create(made), dims)


def publish_year(whose: Whose, dims: tuple[str, ...], span: Span) -> None:
    """Replace the sum of a table's blocks by that of the present twelve months."""
    Block.objects.filter(**whose.columns, dims=",".join(dims), whole=True).delete()
    block = _block(whose, dims, span)
    block.whole = True
    block.save(force_insert=True)
    _fill([block], dims)


def _block(whose: Whose, dims: tuple[str, ...], span: Span) -> Block:
    return Block(
        **whose.columns,
        dims=",".join(dims),
        first=span.first,
        last=span.last,
        made_at=clock.now(),
    )


def _fill(blocks: list[Block], dims: tuple[str, ...]) -> None:
    if blocks:
        with connection.cursor() as cursor:
            # Sorting millions of durations: in memory, and for this transaction alone.
            cursor.execute("SET LOCAL work_mem = '64MB'")
            cursor.execute(FILL[frozenset(dims)], {"blocks": [block.pk for block in blocks]})


def promise(
    application_id: UUID,
    told: Range,
    *,
    stage: Stage,
    compared: str,
    days_from_release: float | None,
    now: datetime,
) -> Promise:
    """A promise that is not written yet."""
    return Promise(
        application_id=application_id,
        given_at=now,
        stage=stage,
        earliest=told.earliest,
        until=told.until,
        compared=compared,
        cases=told.cases,
        days_from_release=days_from_release,
    )


def keep_promises(promises: Iterable[Promise]) -> int:
    """Write promises down; returns how many."""
    return len(Promise.objects.bulk_create(promises))
