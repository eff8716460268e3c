"""The bank's wire, with the real client on our side and the simulated bank on the other."""

import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qsl

import httpx2
import pytest
from bs4 import BeautifulSoup

from divit.adapters.bounded_http import Bounds
from divit.adapters.virtual_pos import NestPay, cc5
from divit.adapters.virtual_pos.ver3 import ver3_hash
from divit.kernel.errors import Invalid, NeighbourFailed
from divit.kernel.money import Money
from divit.payments.ports import BankRecord, HostedPage, PaymentRequest
from divit.world.bank.hashing import ver3
from tests.contract.conftest import KEYS, RunningWorld

GOOD, POOR, HALF = "4242424242424242", "4000000000009995", "4000000000003220"
AMOUNT = Money.lira("324.00")
VECTOR = {
    "clientid": "190100000",
    "storetype": "3d_pay",
    "amount": "100.25",
    "oid": "order222",
    "okUrl": "https://domain.com/success",
    "failUrl": "https://domain.com/fail_url",
    "rnd": "rand",
    "lang": "tr",
    "currency": "949",
    "taksit": "",
    "islemtipi": "Auth",
    "firmaadi": "siparis veren",
    "Email": "test@test.com",
    "hashAlgorithm": "ver3",
}
VECTOR_HASH = "/uPxhEKWCEGi3NsDOOQ4u8Hu5g71v5GWspOid70WehTWEz97PqxG3IN1Jv5jsbOXOw3Z3Rr/0UtywzEgbqFfdA=="
Pairs = list[tuple[str, str]]


@dataclass
class Shop:
    """Where the bank's server-to-server callbacks arrive."""

    url: str
    received: list[Pairs] = field(default_factory=list)
    answer: str = "Approved"
    arrived: threading.Condition = field(default_factory=threading.Condition)

    def of(self, order_id: str) -> list[Pairs]:
        return [pairs for pairs in self.received if ("oid", order_id) in pairs]

    def wait(self, order_id: str, count: int = 1) -> list[Pairs]:
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.of(order_id)) >= count, timeout=60)
        return self.of(order_id)


@pytest.fixture(scope="module")
def one_shop() -> Iterator[Shop]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            with shop.arrived:
                shop.received.append(parse_qsl(body, keep_blank_values=True))
                shop.arrived.notify_all()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(shop.answer.encode())

        def log_message(self, *_words: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    shop = Shop(f"http://127.0.0.1:{server.server_port}/odeme/bildirim/")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield shop
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def shop(one_shop: Shop) -> Shop:
    one_shop.answer = "Approved"
    return one_shop


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


@dataclass
class Payer:
    """Somebody with a browser at the bank."""

    world: RunningWorld
    bank: NestPay
    shop: Shop
    browser: httpx2.Client
    request: PaymentRequest

    def open(self, page: HostedPage | None = None) -> httpx2.Response:
        page = page or self.bank.page(self.request)
        return self.browser.post(page.url, data=page.fields)

    def submit(self, page: httpx2.Response, to: str = "", **given: str) -> httpx2.Response:
        form = BeautifulSoup(page.text, "html.parser").find("form")
        assert form is not None, page.text
        hidden = {str(i["name"]): str(i["value"]) for i in form.find_all("input", type="hidden")}
        return self.browser.post(page.url.join(to or str(form["action"])), data=hidden | given)

    def type_card(self, number: str = GOOD) -> httpx2.Response:
        return self.submit(self.open(), pan=number, ay="12", yil="2030", cv2="000")

    def code(self, number: str = GOOD) -> str:
        phones = {GOOD: "+905550000001", POOR: "+905550000003", HALF: "+905550000006"}
        return self.world.inbox(phones[number])[0]["text"][:6]

    def pay(self, number: str = GOOD) -> httpx2.Response:
        page = self.type_card(number)
        return self.submit(page, kod=self.code(number))

    def returned(self, page: httpx2.Response) -> Pairs:
        """The form that the bank's last page would bring back to the shop."""
        form = BeautifulSoup(page.text, "html.parser").find("form")
        assert form is not None
        assert form["action"] == self.request.return_url
        return [(str(i["name"]), str(i["value"])) for i in form.find_all("input", type="hidden")]

    @property
    def entries(self) -> list[tuple[str, int]]:
        """What the bank's own ledger says of this order."""
        entries = self.world.get("/bank/ledger.json")["entries"]
        return [(e["kind"], e["kurus"]) for e in entries if e["oid"] == self.request.order_id]


Arrive = Callable[[], Payer]


@pytest.fixture
def arrive(world: RunningWorld, bank: NestPay, shop: Shop) -> Iterator[Arrive]:
    with httpx2.Client(follow_redirects=True, trust_env=False) as browser:

        def one() -> Payer:
            request = PaymentRequest(
                order_id=f"app-{secrets.token_hex(8)}-1",
                amount=AMOUNT,
                return_url="http://localhost:8000/odeme/donus/",
                callback_url=shop.url,
            )
            return Payer(world, bank, shop, browser, request)

        yield one


@pytest.fixture
def payer(arrive: Arrive) -> Payer:
    return arrive()


class TestHash:
    """ver3."""

    @pytest.mark.parametrize("compute", [ver3_hash, ver3])
    def test_the_verified_vector(self, compute: Callable[[dict[str, str], str], str]) -> None:
        assert compute(VECTOR, "123456") == VECTOR_HASH
        assert compute(VECTOR | {"hash": "x", "HASH": "y", "encoding": "z"}, "123456") == VECTOR_HASH

    def test_values_cannot_run_into_one_another(self) -> None:
        assert ver3_hash({"a": "x|y", "b": "z"}, "k") != ver3_hash({"a": "x", "b": "y|z"}, "k")
        assert ver3_hash({"a": "x\\", "b": "z"}, "k") != ver3_hash({"a": "x", "b": "\\z"}, "k")

    def test_names_are_ordered_naturally_and_without_case(self) -> None:
        fields = {"B1": "4", "a10": "3", "a2": "2", "A1": "1", "a²": "5"}
        moved = {"A1": "1", "a10": "3", "a²": "5", "B1": "4", "a2": "2"}
        assert ver3_hash(fields, "k") == ver3_hash(moved, "k") == ver3(moved, "k")


class TestHostedPage:
    """From our form to the bank's answer."""

    def test_charged_once_and_told_twice_over(self, payer: Payer, shop: Shop) -> None:
        page = payer.pay()
        for pairs in (payer.returned(page), shop.wait(payer.request.order_id)[0]):
            callback = payer.bank.read_callback(pairs)
            assert callback.approved
            assert (callback.order_id, callback.amount) == (payer.request.order_id, AMOUNT)
            assert (callback.currency, callback.md_status) == ("949", "1")
        assert payer.entries == [("charge", 32400)]
        record = payer.bank.inquire(payer.request.order_id)
        assert (record.status, record.amount) == ("approved", AMOUNT)
        assert record.transaction_id == callback.transaction_id != ""

    @pytest.mark.parametrize("spoil", ["amount", "oid", "okUrl", "callbackUrl", "rnd", "hash", "clientid"])
    def test_the_bank_refuses_a_form_that_we_did_not_sign(self, payer: Payer, spoil: str) -> None:
        page = payer.bank.page(payer.request)
        answer = payer.open(HostedPage(url=page.url, fields=page.fields | {spoil: "1"}))
        assert answer.status_code == 400

    def test_a_card_without_limit(self, payer: Payer, shop: Shop) -> None:
        callback = payer.bank.read_callback(payer.returned(payer.pay(POOR)))
        assert not callback.approved
        assert (callback.md_status, callback.proc_return_code) == ("1", "51")
        assert payer.bank.inquire(payer.request.order_id).status == "declined"
        assert payer.entries == []
        assert not payer.bank.read_callback(shop.wait(payer.request.order_id)[0]).approved

    def test_declined_by_failure(self, world: RunningWorld, payer: Payer) -> None:
        world.fail("bank", "declined")
        assert not payer.bank.read_callback(payer.returned(payer.pay())).approved

    def test_half_secure_is_not_enough_for_us(self, payer: Payer) -> None:
        callback = payer.bank.read_callback(payer.returned(payer.pay(HALF)))
        assert (callback.response, callback.md_status, callback.approved) == ("Approved", "4", False)
        assert payer.bank.inquire(payer.request.order_id).status == "approved"

    def test_cancelled_on_the_card_page(self, payer: Payer) -> None:
        callback = payer.bank.read_callback(payer.returned(payer.submit(payer.open(), "vazgec")))
        assert (callback.approved, callback.md_status) == (False, "0")
        assert payer.bank.inquire(payer.request.order_id).status == "unknown_order"

    def test_pending_while_the_code_is_awaited(self, payer: Payer) -> None:
        payer.type_card()
        assert payer.bank.inquire(payer.request.order_id).status == "pending"

    def test_three_wrong_codes(self, payer: Payer) -> None:
        page = payer.type_card()
        for _time in range(3):
            page = payer.submit(page, kod="x")
        callback = payer.bank.read_callback(payer.returned(page))
        assert (callback.approved, callback.md_status) == (False, "0")
        assert payer.entries == []

    def test_the_code_typed_twice_charges_once(self, payer: Payer) -> None:
        page, code = payer.type_card(), payer.code()
        first, second = payer.submit(page, kod=code), payer.submit(page, kod=code)
        assert (first.status_code, second.status_code) == (200, 410)
        assert payer.entries == [("charge", 32400)]

    def test_an_order_is_never_charged_again(self, payer: Payer) -> None:
        payer.pay()
        again = payer.bank.read_callback(payer.returned(payer.pay()))
        assert not again.approved
        assert payer.entries == [("charge", 32400)]
        assert payer.bank.inquire(payer.request.order_id).status == "approved"

    def test_a_page_needs_an_amount_and_a_plain_order(self, payer: Payer) -> None:
        for wrong in ({"amount": Money(0)}, {"amount": Money(-1)}, {"order_id": "a|b"}, {"order_id": "ş"}):
            with pytest.raises(ValueError, match=r"order|pay"):
                payer.bank.page(replace(payer.request, **wrong))  # type: ignore[arg-type]


def mutations(pairs: Pairs, other: Pairs) -> Iterator[tuple[str, Pairs]]:
    """One valid callback, changed field by field (T7)."""
    others = dict(other)
    for place, (name, value) in enumerate(pairs):
        before, after = pairs[:place], pairs[place + 1 :]
        yield f"{name} changed", [*before, (name, value + "1"), *after]
        yield f"{name} missing", [*before, *after]
        yield f"{name} doubled", [*pairs, (name, value)]
        yield f"{name} doubled by case", [*pairs, (name.swapcase(), value)]
        if value:
            yield f"{name} emptied", [*before, (name, ""), *after]
            yield f"{name} escaped", [*before, (name, value + "|"), *after]
        if after and value:
            (next_name, next_value), rest = after[0], after[1:]
            moved = [*before, (name, value[:-1]), (next_name, value[-1] + next_value), *rest]
            yield f"{name} moved into {next_name}", moved
        if others.get(name, value) != value:
            yield f"{name} of another order", [*before, (name, others[name]), *after]
    yield "one more field", [*pairs, ("zzz", "")]
    yield "HASHPARAMS", [*pairs, ("HASHPARAMS", "clientid:oid:"), ("HASHPARAMSVAL", "x")]


class TestCallback:
    """Nothing that was changed on its way is believed."""

    def test_no_mutation_is_accepted(self, arrive: Arrive) -> None:
        payer, stranger = arrive(), arrive()
        pairs = sorted(payer.returned(payer.pay()), key=lambda pair: pair[0].upper())
        other = stranger.returned(stranger.pay())
        assert payer.bank.read_callback(pairs).approved
        accepted, tried = [], 0
        for what, changed in mutations(pairs, other):
            tried += 1
            with suppress(Invalid):
                payer.bank.read_callback(changed)
                accepted.append(what)
        assert accepted == []
        assert tried > 8 * 14

    def test_a_renamed_field_never_says_more_than_the_bank_did(self, payer: Payer) -> None:
        # Names are not hashed (see ver3): a new name in the same place passes the hash.
        pairs = payer.returned(payer.pay(POOR))
        names = [name for name, _value in pairs]
        for place in range(len(pairs)):
            for name in {*(n + "0" for n in names), "mdStatus", "Response", "ProcReturnCode", "amount", "oid"}:
                changed = [*pairs[:place], (name, pairs[place][1]), *pairs[place + 1 :]]
                with suppress(Invalid):
                    assert not payer.bank.read_callback(changed).approved

    def test_another_key_another_shop(self, payer: Payer) -> None:
        pairs = payer.returned(payer.pay())
        with pytest.raises(Invalid, match="forged_callback"):
            replace(payer.bank, store_key="other").read_callback(pairs)
        with pytest.raises(Invalid, match="forged_callback"):
            replace(payer.bank, client_id="190100001").read_callback(pairs)

    @pytest.mark.parametrize("pairs", [[], [("HASH", "")], [("a" * 9999, "9" * 9999)], [("1" * 5000, "x")]])
    def test_nonsense(self, bank: NestPay, pairs: Pairs) -> None:
        with pytest.raises(Invalid, match="forged_callback"):
            bank.read_callback(pairs)

    def test_a_forged_hash(self, world: RunningWorld, payer: Payer, shop: Shop) -> None:
        world.fail("bank", "forged_hash")
        page = payer.pay()
        for pairs in (payer.returned(page), shop.wait(payer.request.order_id)[0]):
            with pytest.raises(Invalid, match="forged_callback"):
                payer.bank.read_callback(pairs)

    def test_a_wrong_amount_is_seen(self, world: RunningWorld, payer: Payer, shop: Shop) -> None:
        world.fail("bank", "wrong_amount")
        payer.pay()
        assert payer.bank.read_callback(shop.wait(payer.request.order_id)[0]).amount == Money.lira("325.00")
        assert payer.bank.inquire(payer.request.order_id).amount == AMOUNT


class TestCallbackDelivery:
    """Lost, late, twice, and again until we say Approved."""

    def test_lost_with_the_browser(self, world: RunningWorld, payer: Payer, shop: Shop) -> None:
        world.fail("bank", "callback_lost")
        world.fail("bank", "browser_closed")
        page = payer.pay()
        assert BeautifulSoup(page.text, "html.parser").find("form") is None
        assert payer.bank.inquire(payer.request.order_id).status == "approved"
        owed = [c for c in world.get("/bank/ledger.json")["callbacks"] if c["oid"] == payer.request.order_id]
        assert owed == shop.of(payer.request.order_id) == []

    def test_an_error_page_after_charging(self, world: RunningWorld, payer: Payer) -> None:
        world.fail("bank", "error_500_after_charging")
        assert payer.pay().status_code == 500
        assert payer.entries == [("charge", 32400)]
        assert payer.bank.inquire(payer.request.order_id).status == "approved"

    def test_late(self, world: RunningWorld, payer: Payer, shop: Shop) -> None:
        world.fail("bank", "callback_late")
        payer.pay()
        assert shop.of(payer.request.order_id) == []
        assert payer.bank.read_callback(shop.wait(payer.request.order_id)[0]).approved

    def test_twice(self, world: RunningWorld, payer: Payer, shop: Shop) -> None:
        world.fail("bank", "callback_twice")
        payer.pay()
        first, second = shop.wait(payer.request.order_id, count=2)
        assert first == second

    def test_again_until_we_say_approved(self, world: RunningWorld, payer: Payer, shop: Shop) -> None:
        shop.answer = "OK"
        payer.pay()
        shop.wait(payer.request.order_id)
        shop.answer = "Approved"
        shop.wait(payer.request.order_id, count=2)

    def test_owed_even_by_a_bank_that_was_killed(self, world: RunningWorld, payer: Payer, shop: Shop) -> None:
        world.fail("bank", "callback_late")
        payer.pay()
        world.stop(signal=9)
        world.start()
        assert payer.entries == [("charge", 32400)]
        assert payer.bank.read_callback(shop.wait(payer.request.order_id)[0]).approved


class TestApi:
    """Inquiry, void, refund."""

    def test_an_unknown_order(self, bank: NestPay) -> None:
        assert bank.inquire("app-unknown") == BankRecord(order_id="app-unknown", status="unknown_order")

    def test_void(self, payer: Payer) -> None:
        payer.pay()
        payer.bank.void(payer.request.order_id)
        assert payer.bank.inquire(payer.request.order_id).status == "voided"
        with pytest.raises(NeighbourFailed) as caught:
            payer.bank.void(payer.request.order_id)
        assert (caught.value.how, caught.value.outcome_known) == ("refused", True)
        assert payer.entries == [("charge", 32400), ("void", 32400)]

    def test_refund(self, payer: Payer) -> None:
        payer.pay()
        payer.bank.refund(payer.request.order_id, AMOUNT)
        assert payer.bank.inquire(payer.request.order_id).status == "voided"
        with pytest.raises(NeighbourFailed, match="refused"):
            payer.bank.refund(payer.request.order_id, Money(1))
        assert payer.entries == [("charge", 32400), ("refund", 32400)]

    def test_void_refused(self, world: RunningWorld, payer: Payer) -> None:
        payer.pay()
        world.fail("bank", "void_refused")
        with pytest.raises(NeighbourFailed, match="refused"):
            payer.bank.void(payer.request.order_id)
        assert payer.entries == [("charge", 32400)]

    def test_a_wrong_password_is_no_unknown_order(self, bank: NestPay) -> None:
        with pytest.raises(NeighbourFailed, match="refused"):
            replace(bank, api_password="x").inquire("app-unknown")

    @pytest.mark.parametrize(
        ("failure", "how"), [("inquiry_down", "down"), ("down", "down"), ("hang", "slow"), ("garbage", "garbage")]
    )
    def test_trouble_asking_leaves_nothing_in_doubt(
        self, world: RunningWorld, bank: NestPay, failure: str, how: str
    ) -> None:
        world.fail("bank", failure)
        with pytest.raises(NeighbourFailed) as caught:
            bank.inquire("app-unknown")
        assert (caught.value.how, caught.value.outcome_known) == (how, True)

    @pytest.mark.parametrize(("failure", "how"), [("down", "down"), ("hang", "slow"), ("garbage", "garbage")])
    def test_trouble_giving_back_does(self, world: RunningWorld, bank: NestPay, failure: str, how: str) -> None:
        world.fail("bank", failure)
        with pytest.raises(NeighbourFailed) as caught:
            bank.void("app-unknown")
        assert (caught.value.how, caught.value.outcome_known) == (how, False)


class TestXml:
    """The bank's XML, read without expanding anything."""

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"<html>",
            b"<html/>",
            b"<CC5Response>",
            b"<CC5Response></CC5Response><x/>",
            b'<!DOCTYPE x [<!ENTITY e "x">]><CC5Response><Response>&e;</Response></CC5Response>',
            b'<!DOCTYPE CC5Response SYSTEM "http://127.0.0.1/x"><CC5Response/>',
            b"<CC5Response>" + b"<a>" * 100_000,
            b"<CC5Response>" + b"<a>" * 7 + b"</a>" * 7 + b"</CC5Response>",
            b"<CC5Response>&unknown;</CC5Response>",
            b'<?xml version="1.0" encoding="nonsense"?><CC5Response/>',
            b"\xff\xfe\x00",
        ],
    )
    def test_what_is_not_a_response(self, body: bytes) -> None:
        with pytest.raises(cc5.Malformed):
            cc5.response(body)

    def test_what_is(self) -> None:
        body = '<?xml version="1.0" encoding="ISO-8859-9"?><CC5Response><ErrMsg>Ge\u00e7ersiz &lt;\u015f</ErrMsg>'
        body += "<Response>Approved</Response><Response>Error</Response><Extra><TRANS_STAT>A</TRANS_STAT></Extra>"
        read = cc5.response((body + "</CC5Response>").encode("iso-8859-9"))
        assert (read["ErrMsg"], read["Response"], read["Extra.TRANS_STAT"]) == ("Geçersiz <ş", "Approved", "A")

    def test_what_we_write_is_escaped(self) -> None:
        assert "<x>" not in cc5.request({"OrderId": "</OrderId><x>"})
