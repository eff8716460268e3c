"""Open applications that owe money, and payers at the simulated bank, over the real wire."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import httpx2
import pytest
from bs4 import BeautifulSoup
from django.db import transaction

from divit.adapters.bounded_http import Bounds
from divit.adapters.virtual_pos import NestPay
from divit.applications import services as applications
from divit.applications.kinds import Holdings
from divit.applications.models import Application
from divit.applications.reference import new_reference
from divit.applications.steps import ORDER
from divit.flows import payment
from divit.identity.models import Person
from divit.institutions.models import Institution
from divit.institutions.services import load_reference_data as load_institutions
from divit.kernel.tckn import Tckn
from divit.payments import services
from divit.payments.models import Attempt, BankMessage, Charge
from divit.payments.ports import HostedPage
from tests.contract.conftest import KEYS, RunningWorld, one_world, world
from tests.factories import people

__all__ = ["one_world", "world"]
GOOD, POOR, HALF = "4242424242424242", "4000000000009995", "4000000000003220"
_PHONES = {GOOD: "+905550000001", POOR: "+905550000003", HALF: "+905550000006"}
RETURN, CALLBACK = "http://localhost:8000/odeme/banka/donus/", "http://127.0.0.1:9/odeme/banka/bildirim/"


@pytest.fixture
def bank(world: RunningWorld) -> NestPay:
    return NestPay(
        gate_url=f"{world.url}/bank/fim/est3Dgate",
        api_url=f"{world.url}/bank/fim/api",
        client_id="190100000",
        store_key=KEYS.bank,
        api_user="divit",
        api_password=KEYS.bank_password,
        bounds=Bounds(connect=1, total=1),
    )


@pytest.fixture
def owe(db: None) -> Callable[..., Charge]:
    """Somebody with an open application whose fee is due."""
    load_institutions()
    services.load_reference_data()

    def one(tckn: str = "10000000146", **more: Any) -> Charge:
        person = people.reachable(people.person(Tckn(tckn)))
        return charge_of(person, **more)

    return one


def charge_of(person: Person, *, institution: Institution | None = None, **more: Any) -> Charge:
    by = people.actor_of(person)
    with transaction.atomic():
        row = _submitted(person, institution or Institution.objects.order_by("sort_key")[0], by, **more)
        lines = [f"nes-{row.years}y", f"reader-{row.reader}"]
        return services.accrue(application_id=row.id, person_id=person.id, lines=lines, by=by)


def _submitted(person: Person, institution: Institution, by: Any, **more: Any) -> Application:
    filled = {
        "years": 3,
        "reader": "mini",
        "publish": False,
        "email": person.email,
        "phone": person.phone,
        "operator": "turkcell",
        "channel": "both",
        "unit": "Bilgi İşlem",
        "job_title": "Mühendis",
        "address_kind": "home",
        "province": "İstanbul",
        "district": "Şişli",
        "neighbourhood": "Merkez",
        "street": "Işık Sokak",
        "building": "7",
        "flat": "3",
        "accepted_at": people.clock.now(),
    }
    row = Application.objects.create(
        reference=new_reference(),
        person=person,
        institution=institution,
        kind="first",
        payer="person",
        steps_done=[str(step) for step in ORDER],
        lapses_on=date(2100, 1, 1),
        **{**filled, **more},
    )
    proof = applications.PhoneProof(code_id="0", phone=row.phone)
    applications.submit(row, held=Holdings(), proof=proof, wet_form=True, by=by)
    return row


@dataclass
class Payer:
    """Somebody with a browser at the bank."""

    world: RunningWorld
    bank: NestPay
    browser: httpx2.Client

    def begin(self, charge: Charge) -> payment.Begun:
        by = people.actor_of(charge.person)
        return payment.begin(charge.id, by=by, bank=self.bank, language="tr", return_url=RETURN, callback_url=CALLBACK)

    def at_bank(self, page: HostedPage, number: str = GOOD) -> list[tuple[str, str]]:
        """Pay there; gives what the bank's last page would bring back to us."""
        card = self._submit(self.browser.post(page.url, data=page.fields), pan=number, ay="12", yil="2030", cv2="000")
        code = self.world.inbox(_PHONES[number])[0]["text"][:6]
        return self._last(self._submit(card, kod=code))

    def cancel_at_bank(self, page: HostedPage) -> list[tuple[str, str]]:
        return self._last(self._submit(self.browser.post(page.url, data=page.fields), to="vazgec"))

    def pay(self, charge: Charge, number: str = GOOD) -> Attempt:
        """All the way: begin, pay, come back, and the worker's question."""
        begun = self.begin(charge)
        self.hear(self.at_bank(begun.page, number))
        payment.inquire(begun.attempt.id, bank=self.bank)
        begun.attempt.refresh_from_db()
        return begun.attempt

    def hear(self, pairs: list[tuple[str, str]]) -> payment.Heard:
        return payment.hear(pairs, source=BankMessage.Source.CALLBACK, bank=self.bank, address="192.0.2.9")

    def charges(self, charge: Charge) -> list[tuple[str, int]]:
        """What the bank's own ledger says of a charge: kind and kuruş."""
        entries = self.world.get("/bank/ledger.json")["entries"]
        return [(e["kind"], e["kurus"]) for e in entries if e["oid"].startswith(charge.id.hex)]

    def _submit(self, page: httpx2.Response, to: str = "", **given: str) -> httpx2.Response:
        form = BeautifulSoup(page.text, "html.parser").find("form")
        assert form is not None, page.text
        hidden = {str(i["name"]): str(i["value"]) for i in form.find_all("input", type="hidden")}
        return self.browser.post(page.url.join(to or str(form["action"])), data=hidden | given)

    @staticmethod
    def _last(page: httpx2.Response) -> list[tuple[str, str]]:
        form = BeautifulSoup(page.text, "html.parser").find("form")
        if form is None:
            return []
        return [(str(i["name"]), str(i["value"])) for i in form.find_all("input", type="hidden")]


@pytest.fixture
def payer(world: RunningWorld, bank: NestPay) -> Iterator[Payer]:
    with httpx2.Client(follow_redirects=True, trust_env=False) as browser:
        yield Payer(world, bank, browser)
