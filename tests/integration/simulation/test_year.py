"""Some weeks of an institution's life through the real flows: a true history, the same one again for the same seed."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from django.db import connection
from django.db.models import Q
from django.utils import timezone

from divit.applications.models import Application
from divit.audit.ledger import verify
from divit.audit.models import Entry, History
from divit.certificates.list_models import PublishedCrl
from divit.certificates.models import Certificate
from divit.cli.management.commands.prepare import first_day
from divit.cli.simulation import history
from divit.cli.simulation.year import Lived
from divit.kernel import clock
from divit.kernel.errors import Refused
from divit.stages.models import Case
from tests.integration.simulation.conftest import BEGINS, Place

pytestmark = pytest.mark.django_db(transaction=True)

# Over the New Year, when this institution's cards begin to travel together to its representative.
ENDS = BEGINS + timedelta(days=45)
STOP = BEGINS + timedelta(days=14)
PEOPLE, SEED = 24, 7
Moves = Counter[tuple[str, str, str, str, datetime]]


def _live(place: Place, *, stop: datetime | None = None, seed: int = SEED) -> Lived:
    wish = history.Wish(people=PEOPLE, begins=BEGINS, ends=ENDS, seed=seed, world=place.world, stop=stop)
    return history.bring(wish, first=first_day, clock_file=place.clock)


def _moves(until: datetime) -> Moves:
    rows = History.objects.filter(at__lte=until).order_by("id")
    return Counter(rows.values_list("law", "act", "source", "target", "at"))


def test_weeks_of_an_institution_s_life(make_place: Callable[[], Place]) -> None:
    place = make_place()
    lived = _live(place)
    assert lived.failed_jobs == {}
    assert lived.applications["closed"] >= PEOPLE / 3
    assert _laws() >= {"application", "request", "roster", "certificate", "card_order", "parcel", "consignment", "pin"}
    _cards_in_a_box_are_measured()
    _nothing_happened_now()
    assert list(verify()) == []
    _lists_without_a_gap()
    _the_clock_is_back(place)
    with pytest.raises(Refused, match="history_not_empty"):
        _live(place)
    known = _moves(STOP)
    _live(make_place(), stop=STOP)
    assert _moves(ENDS) == known  # the same seed, the same life


def _laws() -> set[str]:
    return set(History.objects.order_by("id").values_list("law", flat=True))


def _cards_in_a_box_are_measured() -> None:
    """Every stage of their way is known: only then can others be promised a date from them."""
    boxed = Case.objects.filter(application__parcel__consignment__isnull=False)
    assert boxed.exists()
    assert not boxed.filter(Q(packing=None) | Q(travel=None)).exists()


def _nothing_happened_now() -> None:
    """Whatever writes down when something was, this process or the database, went by the moved clock, forwards."""
    happened = list(History.objects.order_by("id").values_list("at", flat=True))
    told = list(Entry.objects.order_by("seq").values_list("at", flat=True))
    begun = Application.objects.order_by("id").values_list("created_at", flat=True)
    issued = Certificate.objects.order_by("id").values_list("issued_at", flat=True)
    instants = [*happened, *told, *begun, *issued]
    assert min(instants) >= BEGINS
    assert max(instants) <= ENDS
    assert happened == sorted(happened)
    assert told == sorted(told)
    for certificate in Certificate.objects.order_by("id"):
        assert timedelta() <= certificate.issued_at - certificate.not_before < timedelta(days=1)


def _lists_without_a_gap() -> None:
    """At no instant of these weeks had the list of revoked certificates run out."""
    lists = list(PublishedCrl.objects.order_by("number").values_list("this_update", "next_update"))
    assert all(later <= ends for (_begun, ends), (later, _ends) in pairwise(lists))


def _the_clock_is_back(place: Place) -> None:
    now = datetime.now(UTC)
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp(), to_regnamespace('moved_clock')::text")
        told, schema = cursor.fetchone()
    for instant in (clock.now(), timezone.now(), told):
        assert abs(instant - now) < timedelta(minutes=1)
    assert schema is None
    assert not place.clock.exists()
