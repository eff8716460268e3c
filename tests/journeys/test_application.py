"""The application's pages in a real browser: lists of places follow one another, and no page has a fault."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from divit.applications import selectors
from divit.applications.kinds import Kind
from divit.certificates.models import Certificate
from divit.flows import form_receipt
from divit.identity.models import Person
from divit.institutions.models import Institution
from divit.kernel.actors import Actor
from tests.factories import people
from tests.integration.applications.conftest import *  # noqa: F403
from tests.integration.applications.conftest import TYPED, Way
from tests.journeys.browser import NARROW, Walker, window

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def ayse(make_person: Callable[..., Person]) -> Person:
    return make_person("Ayşe Işıl", "Öğüt", phone="+905051234567", email="ayse@okul.example")


def enter(walker: Walker, live_server: LiveServer, person: Person) -> None:
    client = people.log_in(Client(), person)
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    walker.page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": live_server.url}])


@pytest.mark.parametrize("language", ["tr", "en"])
def test_no_page_has_a_fault(
    chrome: Browser,
    live_server: LiveServer,
    ayse: Person,
    ministry: Institution,
    treasury: Institution,
    way: Way,
    make_certificate: Callable[..., Certificate],
    representative_of: Callable[[Institution], Actor],
    language: str,
) -> None:
    make_certificate(ayse, institution=ministry)
    draft, sent = way.begin(ayse, ministry, Kind.LOST), way.submitted(ayse, treasury)
    way.fill(draft)
    way.confirm(draft)
    elsewhere = Institution.objects.exclude(pk__in=[ministry.pk, treasury.pk]).order_by("pk")[0]
    form_receipt.give_back(sent.id, reason="İmza eksik.", by=representative_of(treasury))
    addresses = [
        reverse("portal:applications"),
        reverse("portal:applications_institution_paid"),
        reverse("portal:applications_institution_paid") + f"?institution={elsewhere.id}",
        reverse("portal:application_new"),
        reverse("portal:application_new") + f"?institution={elsewhere.id}&kind=renewal",
        reverse("portal:application_choose", args=[draft.id]),
        *(reverse("portal:application_step", args=[draft.id, step]) for step in TYPED),
        reverse("portal:application_summary", args=[draft.id]),
        reverse("portal:application_phone", args=[draft.id]),
        reverse("portal:application_submitted", args=[sent.id]),
        reverse("portal:application_status", args=[sent.id]),
        reverse("portal:application_withdraw", args=[sent.id]),
        reverse("portal:application_amend", args=[sent.id, "teslimat"]),
    ]
    size = {"size": NARROW} if language == "en" else {}
    with window(chrome, base_url=live_server.url, language=language, **size) as walker:
        enter(walker, live_server, ayse)
        for path in addresses:
            walker.page.goto(path)
            if language == "tr":
                walker.look_everywhere()
            else:
                walker.faults += walker.look()
    assert walker.faults == []


def test_mistakes_are_announced(
    chrome: Browser, live_server: LiveServer, ayse: Person, ministry: Institution, way: Way
) -> None:
    row = way.begin(ayse, ministry)
    way.fill(row)
    with window(chrome, base_url=live_server.url) as walker:
        enter(walker, live_server, ayse)
        walker.page.goto(reverse("portal:application_step", args=[row.id, "iletisim"]))
        walker.page.get_by_label("e-Posta", exact=False).first.fill("ayse")
        walker.page.get_by_role("button", name="Devam").click()
        expect(walker.page.locator("[data-error-summary]")).to_be_focused()
        walker.faults += walker.look()
    assert walker.faults == []


def test_lists_of_places_follow_one_another(
    chrome: Browser, live_server: LiveServer, ayse: Person, ministry: Institution, way: Way
) -> None:
    row = way.begin(ayse, ministry)
    way.fill(row)
    with window(chrome, base_url=live_server.url) as walker:
        enter(walker, live_server, ayse)
        page = walker.page
        page.goto(reverse("portal:application_step", args=[row.id, "teslimat"]))
        expect(page.get_by_role("button", name="İlçeleri getir")).to_be_hidden()
        page.locator("select[name=province]").select_option("İstanbul")
        page.locator("select[name=district]").select_option("Şişli")
        page.locator("select[name=neighbourhood]").select_option(index=1)
        page.get_by_role("button", name="Devam").last.click()
        page.wait_for_url("**/ozet/")
    again = selectors.application(row.id)
    assert (again.province, again.district) == ("İstanbul", "Şişli")
    assert again.postal_code.startswith("34")
