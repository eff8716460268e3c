"""The representative's pages in a real browser: a box counted, a card handed over; no fault at any width or colour."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.urls import reverse
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from divit.delivery.models import Parcel
from divit.identity.models import Person
from divit.kernel.actors import Role
from tests.fixtures_cards import *  # noqa: F403
from tests.fixtures_cards import digits_of
from tests.fixtures_consignments import *  # noqa: F403
from tests.fixtures_consignments import ADDRESS, Office
from tests.fixtures_pki import *  # noqa: F403
from tests.integration.console.conftest import at_desk, log_in, make_staff
from tests.journeys.browser import NARROW, Walker, window

__all__ = ["at_desk", "make_staff"]
pytestmark = [
    pytest.mark.journey,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("pin_recipient"),
]


@pytest.fixture
def beside(office: Office) -> Office:
    """Playwright keeps an event loop on this thread: jobs run on another."""

    def run_jobs(*queues: str) -> None:
        def work() -> None:
            try:
                office.run_jobs(*queues)
            finally:
                connection.close()

        with ThreadPoolExecutor(1) as pool:
            pool.submit(work).result()

    return replace(office, run_jobs=run_jobs)


@contextmanager
def walking(chrome: Browser, live_server: LiveServer, client: Any, **options: Any) -> Iterator[Walker]:
    """Signed in already, and no page without axe's blessing."""
    with window(chrome, base_url=live_server.url, **options) as walker:
        name = settings.SESSION_COOKIE_NAME
        walker.page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
        yield walker
    assert walker.faults == []


def test_from_the_dispatch_desk_to_the_holder(
    chrome: Browser,
    live_server: LiveServer,
    beside: Office,
    make_person: Callable[..., Person],
    at_desk: Callable[..., Any],
) -> None:
    orders = beside.inspected(2)
    omer = make_person("Ömer", "Yıldız")
    beside.appoint(omer, orders[0].institution)
    with walking(chrome, live_server, at_desk(Role.DISPATCHER)) as walker:
        page = walker.page
        page.goto(reverse("console:dispatch"))
        walker.look_everywhere()
        page.get_by_role("link", name=orders[0].institution.name).click()
        walker.look_everywhere()
        page.get_by_label("Temsilcinin iş adresi").fill(ADDRESS)
        page.get_by_label(orders[0].application.reference).fill("0000")
        page.get_by_role("button", name="Koliyi kapat").click()
        assert str(page.locator("title").text_content()).startswith("Hata: ")
        walker.look_everywhere()
        for order in orders:
            page.get_by_label(order.application.reference).fill(digits_of(order))
        page.get_by_role("button", name="Koliyi kapat").click()
        assert page.get_by_text("Koli kapatıldı").is_visible()
        walker.look_everywhere()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_counted_and_handed_over(
    chrome: Browser, live_server: LiveServer, beside: Office, make_person: Callable[..., Person], script: bool
) -> None:
    orders = beside.inspected(2)
    omer = make_person("Ömer", "Yıldız")
    beside.appoint(omer, orders[0].institution)
    beside.arrived(orders)
    first, second = (Parcel.objects.get(order=order) for order in orders)
    ours = {"institution_id": orders[0].institution_id}
    with walking(chrome, live_server, log_in(omer), script=script, size=NARROW) as walker:
        page = walker.page
        page.goto(reverse("console:representative", kwargs=ours))
        page.get_by_role("link", name="Kart teslimi").click()
        walker.faults += walker.look()
        page.get_by_role("link", name="KL-").click()
        walker.faults += walker.look()
        page.get_by_role("checkbox", name=digits_of(orders[0])).check()
        page.get_by_role("button", name="Koliyi teslim al").click()
        assert page.get_by_text("1 kartı işaretlemediniz").first.is_visible()
        walker.faults += walker.look()
        page.get_by_label("İşaretlemediğim kartlar koliden çıkmadı").check()
        page.get_by_role("button", name="Koliyi teslim al").click()
        assert page.get_by_text("Koliden çıkmadı").first.is_visible()
        walker.faults += walker.look()
        page.get_by_role("link", name=first.application.reference).click()
        page.get_by_role("button", name="Kartı teslim et").click()
        assert page.get_by_text("Kimlik kontrolü yapılmadan").first.is_visible()
        walker.faults += walker.look()
        page.get_by_label("Kimlik kartına baktım").check()
        page.get_by_role("button", name="Kartı teslim et").click()
        assert page.get_by_text("Kart teslim edildi").is_visible()
        page.goto(reverse("console:representative_card", kwargs=ours | {"parcel_id": second.pk}))
        walker.faults += walker.look()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("delivered", "missing")


def test_nor_in_english(
    chrome: Browser, live_server: LiveServer, beside: Office, make_person: Callable[..., Person]
) -> None:
    orders = beside.inspected(2)
    omer = make_person("Ömer", "Yıldız")
    acting = beside.appoint(omer, orders[0].institution)
    first, _second = beside.received(orders, by=acting)
    ours = {"institution_id": orders[0].institution_id}
    with walking(chrome, live_server, log_in(omer), language="en") as walker:
        for name, more in (
            ("representative_cards", {}),
            ("representative_box", {"consignment_id": first.consignment_id}),
            ("representative_card", {"parcel_id": first.pk}),
        ):
            walker.page.goto(reverse(f"console:{name}", kwargs=ours | more))
            walker.look_everywhere()
