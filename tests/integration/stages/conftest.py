"""Cards brought all the way by the real flows, and measured cases in numbers."""

import uuid
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache

from divit.flows import stages
from divit.institutions.models import Institution
from divit.kernel import clock
from divit.stages.models import Case
from tests.factories.histories import Year, as_the_triggers_would, some_institutions
from tests.fixtures_cards import *  # noqa: F403
from tests.fixtures_pki import *  # noqa: F403
from tests.integration.applications.conftest import ministry, pay, reference_data, representative_of, treasury, way
from tests.integration.console.conftest import appoint, at_desk, make_staff

__all__ = [
    "appoint",
    "at_desk",
    "make_staff",
    "ministry",
    "pay",
    "reference_data",
    "representative_of",
    "treasury",
    "way",
]


@pytest.fixture
def keep_cases(db: None) -> Callable[..., None]:
    """So many measured cases of one group: what `learn` would have written."""

    def keep(institution: Institution, month: date, cases: int, **more: Any) -> None:
        spans = {"conditions": 2.0, "queue": 1.0, "making": 0.5, "packing": 0.5, "travel": 2.0, "total": 6.0}
        columns = {"payer": "person", "kind": "first", "lane": "normal", **spans, **more}
        rows = [
            Case(
                application_id=uuid.uuid4(),
                institution=institution,
                month=month.replace(day=1),
                delivered_on=month,
                reasons=[],
                **columns,
            )
            for _ in range(cases)
        ]
        with as_the_triggers_would():
            Case.objects.bulk_create(rows)

    return keep


@pytest.fixture
def a_year(transactional_db: None) -> Iterator[Year]:
    """Two institutions with a year behind them, measured; the clock stands at its end."""
    begins = date(2025, 3, 3)
    year = Year(some_institutions("Kalabalık Kurum", "Küçük Kurum"), begins=begins, applications=700, seed=7)
    with time_machine.travel(clock.now().replace(year=2026, month=4, day=15, hour=9), tick=True):
        year.play(until=clock.now() - timedelta(hours=1))
        stages.learn()
        yield year


@pytest.fixture(autouse=True)
def _limits_start_anew(db: None) -> None:
    cache.clear()
