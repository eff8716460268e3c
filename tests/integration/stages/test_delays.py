"""What lies on a desk for too long is told there, and whoever is waited for is reminded."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse

from divit.flows import card_production, delays
from divit.identity.models import Person
from divit.institutions.models import Institution
from divit.kernel import clock
from divit.kernel.actors import Role
from divit.notifications.models import Message
from divit.production import services as production
from divit.production.models import CardOrder
from divit.stages.names import Stage
from tests.fixtures_cards import PRODUCER
from tests.integration.applications.conftest import Way
from tests.integration.console.conftest import log_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def monday() -> Any:
    """Monday, 2 November 2026, in the morning; the stations of a test follow."""
    with time_machine.travel(datetime(2026, 11, 2, 9, 30, tzinfo=clock.ISTANBUL), tick=False) as travel:
        yield travel


def home(client: Client) -> str:
    soup = BeautifulSoup(client.get(reverse("console:home")).content, "html.parser")
    assert soup.main is not None
    return " ".join(soup.main.get_text(" ").split())


def test_a_card_that_waits_in_the_queue_alarms_the_producer_alone(
    monday: Any, make_order: Callable[..., CardOrder], at_desk: Callable[..., Client]
) -> None:
    first, second = make_order(), make_order()
    assert delays.late_at(Role.PRODUCER) == []
    monday.shift(timedelta(days=3))  # three working days are the target
    assert delays.late_at(Role.PRODUCER) == []
    monday.shift(timedelta(hours=2))
    late = delays.late_at(Role.PRODUCER)
    assert {one.order_id for one in late} == {first.pk, second.pk}
    assert late[0].stage is Stage.QUEUE
    told = home(at_desk(Role.PRODUCER))
    assert "Üretim masası : 2 başvuru gecikti" in told or "Üretim masası: 2 başvuru gecikti" in told
    assert first.application.reference in told
    assert "2 Kasım 2026 gününden beri, 3 iş günüdür (hedef 3,0)" in told
    assert "gecikti" not in home(at_desk(Role.INSPECTOR))


def test_what_was_set_in_motion_is_no_longer_late_and_trouble_is_said(
    monday: Any, make_order: Callable[..., CardOrder], at_desk: Callable[..., Client]
) -> None:
    order = make_order()
    monday.shift(timedelta(days=7))
    assert len(delays.late_at(Role.PRODUCER)) == 1
    card_production.take(order.pk, by=PRODUCER)
    assert delays.late_at(Role.PRODUCER) == []
    monday.shift(timedelta(days=7))
    production.note_trouble(order.pk, "station_down")
    assert [one.stage for one in delays.late_at(Role.PRODUCER)] == [Stage.MAKING]
    assert "Kart istasyonu yanıt vermiyor" in home(at_desk(Role.PRODUCER))


def test_forms_alarm_the_desk_that_takes_them_in(
    monday: Any,
    way: Way,
    make_person: Callable[..., Person],
    ministry: Institution,
    appoint: Callable[..., Any],
    at_desk: Callable[..., Client],
) -> None:
    """The Ministry of Education's representative; for the Ministry of Health the centre's own registry."""
    health = Institution.objects.get(name="T.C. Sağlık Bakanlığı")
    at_institution = way.submitted(make_person(), ministry)
    at_centre = way.submitted(make_person(), health)
    monday.shift(timedelta(days=15))
    assert [one.reference for one in delays.late_at(Role.REGISTRAR)] == [at_centre.reference]
    ours = delays.late_at(Role.REPRESENTATIVE, institution_id=ministry.pk)
    assert [one.reference for one in ours] == [at_institution.reference]
    assert delays.late_at(Role.REPRESENTATIVE, institution_id=health.pk) == []
    representative = make_person()
    appoint(representative, ministry, "representative")
    told = home(log_in(representative))
    assert "1 başvuru gecikti" in told
    assert at_institution.reference in told
    assert at_centre.reference not in told


def test_representatives_get_one_mail_a_working_day(
    monday: Any,
    way: Way,
    make_person: Callable[..., Person],
    ministry: Institution,
    appoint: Callable[..., Any],
) -> None:
    representative = make_person()
    appoint(representative, ministry, "representative")
    for _ in range(2):
        way.submitted(make_person(), ministry)

    def mails() -> list[Message]:
        return list(Message.objects.filter(person=representative).order_by("created_at", "id"))

    assert delays.remind() == 0
    monday.shift(timedelta(days=18))  # a Friday
    assert delays.remind() == 1
    delays.remind()
    (mail,) = mails()
    assert mail.channel == "email"
    assert mail.headline == "2 başvurunun imzalı formu bekleniyor"
    assert "T.C. Milli Eğitim Bakanlığı" in mail.text
    monday.shift(timedelta(days=1))  # a Saturday
    assert delays.remind() == 0
    monday.shift(timedelta(days=2))
    delays.remind()
    assert len(mails()) == 2
