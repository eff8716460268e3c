"""The officer's pages: an address is added, tried, watched, renewed and closed, in words."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from divit.flows import webhook_endpoints
from divit.identity import selectors as people
from divit.kernel.actors import Actor, Role
from divit.notifications.models import Message as Notice
from divit.webhooks.models import Delivery, Webhook
from tests.factories.people import log_in
from tests.integration.rosters.conftest import Desk
from tests.integration.webhooks.conftest import Line, Receiver

pytestmark = pytest.mark.django_db(transaction=True)


def seated(by: Actor) -> Client:
    return log_in(Client(), people.person(by.id))


def at(name: str, desk: Desk, **more: Any) -> str:
    return reverse(f"console:officer_{name}", kwargs={"institution_id": desk.institution.pk, **more})


def words(answer: Any) -> str:
    main = BeautifulSoup(answer.content, "html.parser").find("main")
    assert main is not None
    return " ".join(main.get_text(" ").split())


def test_from_the_first_address_to_its_end(desk: Desk, receiver: Receiver, run_jobs: Callable[..., None]) -> None:
    officer = seated(desk.approver)
    assert "Henüz bir adres eklenmedi" in words(officer.get(at("webhooks", desk)))
    desk_page = reverse("console:officer", kwargs={"institution_id": desk.institution.pk})
    assert at("webhooks", desk) in officer.get(desk_page).content.decode()
    new = at("webhook_new", desk)
    assert "Adresi ekle" in words(officer.get(new))
    refused = officer.post(new, {"name": "Personel", "url": "https://10.0.0.1/", "topics": ["request"]})
    assert refused.status_code == 409
    assert "iç ağdaki adreslere" in words(refused)
    assert "En az birini işaretleyin" in words(officer.post(new, {"name": "Personel", "url": "https://a.example/"}))
    told = {"name": "Personel sistemi", "url": f"{receiver.origin}/bildirim", "topics": ["request", "roster"]}
    answer = officer.post(new, told)
    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]
    found = re.search(r"whsec_[A-Za-z0-9+/=]+", answer.content.decode())
    assert found is not None
    secret = found[0]
    twice = officer.post(new, told)  # the page was loaded again
    assert twice.status_code == 409
    assert "zaten ekli" in words(twice)
    assert [str(one.person_id) for one in Notice.objects.filter(notice="webhook_added")] == [desk.uploader.id]

    row = Webhook.objects.get()
    here = at("webhook", desk, webhook_id=row.pk)
    assert "whsec_" not in officer.get(here).content.decode()
    assert officer.post(here, {"act": "test"}).status_code == 303
    assert "Deneme yolda" in words(officer.get(here))
    assert officer.post(here, {"act": "test"}).status_code == 409
    run_jobs("default")
    assert receiver.types(secret) == ["endpoint.test"]
    page = words(officer.get(here))
    assert "Deneme endpoint.test" in page
    assert "Ulaştı 204 yanıtı" in page
    delivery = Delivery.objects.get()
    assert officer.post(here, {"act": "again", "delivery": str(delivery.pk)}).status_code == 303
    assert officer.post(here, {"act": "again", "delivery": "x"}).status_code == 404
    run_jobs("default")
    assert len(receiver.got) == 2

    renewed = officer.post(here, {"act": "rotate", "secret_no": "1"})
    assert "24 saat daha geçerli" in words(renewed)
    assert secret not in renewed.content.decode()
    assert officer.post(here, {"act": "rotate", "secret_no": "1"}).status_code == 409
    assert "tarihine kadar bildirimler bu anahtarla da imzalanır" in words(officer.get(here))
    Webhook.objects.update(old_until=timezone.now())
    assert "bu anahtarla da imzalanır" not in words(officer.get(here))
    assert officer.post(here, {"act": "replay"}).status_code == 409
    assert officer.post(here, {"act": "replay", "since": "day"}).status_code == 303
    assert "bildirilecek bir şey olmamış" in words(officer.get(here))
    assert officer.post(here, {"act": "close"}).status_code == 303
    assert "Kapalı" in words(officer.get(at("webhooks", desk)))
    closed = words(officer.get(here))
    assert "Deneme gönder" not in closed
    assert "Adresi kapat" not in closed
    assert officer.post(here, {"act": "close"}).status_code == 409


def test_what_waits_and_what_failed_is_said_in_both_languages(line: Callable[..., Line], receiver: Receiver) -> None:
    told = line("request")
    for number in (50, 51):
        told.happens(number)
    receiver.answers = [(500, {}), (500, {})]
    told.deliver()
    officer = seated(told.officer)
    here = at("webhook", told.desk, webhook_id=told.webhook.pk)
    page = words(officer.get(here))
    assert "500 yanıtı 1 kez ulaşmadı" in page
    assert "sıradaki deneme" in page
    officer.cookies["divit-language"] = "en"
    page = words(officer.get(here))
    assert "next try" in page
    assert "answer 500" in page
    assert not re.search("[ğışİĞŞ]", page.replace("Personel sistemi", "")), page


def test_five_addresses_are_enough_and_none_of_another_institution(
    line: Callable[..., Line], receiver: Receiver, desk: Desk, treasury: Any, appoint: Callable[..., Actor]
) -> None:
    rows = [line("request", path=f"/{number}") for number in range(5)]
    officer = seated(desk.approver)
    wish = {"name": "Altıncı", "url": f"{receiver.origin}/6", "topics": ["request"]}
    full = officer.post(at("webhook_new", desk), wish)
    assert full.status_code == 409
    assert "En çok 5 açık adres" in words(full)
    stranger = appoint(treasury, Role.OFFICER)
    foreign = reverse(
        "console:officer_webhook", kwargs={"institution_id": treasury.pk, "webhook_id": rows[0].webhook.pk}
    )
    for act in ("test", "rotate", "close", "again", "replay"):
        assert seated(stranger).post(foreign, {"act": act, "since": "day"}).status_code == 404
    assert Webhook.objects.filter(state="open").count() == 5
    webhook_endpoints.close(rows[0].webhook.pk, by=desk.uploader)
    assert officer.post(at("webhook_new", desk), wish).status_code == 200
