"""The courier's wire, and the courier who acts on the page."""

import json
import secrets
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx2
import pytest

from divit.adapters.bounded_http import Bounds
from divit.adapters.courier import HttpCourier
from divit.delivery.ports import CourierEvent, Recipient
from divit.kernel.errors import NeighbourFailed
from tests.contract.conftest import KEYS, RunningWorld

AYSE = Recipient(name="Ayşe Işıl Öğüt", phone="+905051234567", tckn_last4="0146")


@pytest.fixture
def courier(world: RunningWorld) -> HttpCourier:
    return HttpCourier(url=f"{world.url}/courier/api", api_key=KEYS.courier, bounds=Bounds(connect=1, total=1))


@pytest.fixture
def parcel_id() -> str:
    return secrets.token_hex(16)


@pytest.fixture
def answering() -> Iterator[Callable[[bytes], str]]:
    """A courier that answers everything with these bytes."""
    servers: list[HTTPServer] = []

    def answer(body: bytes) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_arguments: object) -> None:
                return

        servers.append(HTTPServer(("127.0.0.1", 0), Handler))
        threading.Thread(target=servers[-1].serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{servers[-1].server_port}"

    yield answer
    for server in servers:
        server.shutdown()
        server.server_close()


def create(courier: HttpCourier, parcel_id: str) -> str:
    return courier.create(parcel_id=parcel_id, recipient=AYSE, address="Deneme Sk. 1, Şişli", reference="D7K3-M9Q2P4")


def act(world: RunningWorld, tracking_no: str, kind: str, **given: str) -> int:
    """The courier presses a button; the status of the answer."""
    data = {"tracking_no": tracking_no, "act": kind} | given
    return httpx2.post(f"{world.url}/courier/act", data=data, trust_env=False).status_code


def events_of(courier: HttpCourier, tracking_no: str, after: str = "") -> list[CourierEvent]:
    told: list[CourierEvent] = []
    while True:
        events, cursor = courier.events(after)
        told += [event for event in events if event.tracking_no == tracking_no]
        if cursor == after or not events:
            return told
        after = cursor


class TestCourier:
    """Announced once, carried, and handed over to the right person only."""

    def test_announced_once(self, world: RunningWorld, courier: HttpCourier, parcel_id: str) -> None:
        first = create(courier, parcel_id)
        world.stop(signal=9)
        world.start()
        assert create(courier, parcel_id) == first

    def test_carried_and_handed_over_against_the_identity(
        self, world: RunningWorld, courier: HttpCourier, parcel_id: str
    ) -> None:
        _events, before = courier.events("")
        number = create(courier, parcel_id)
        assert act(world, number, "picked_up") == 303
        assert act(world, number, "on_the_way") == 303
        assert act(world, number, "delivered", last4="0146") == 422
        assert act(world, number, "delivered", last4="9999", identity_seen="1") == 422
        assert act(world, number, "delivered", last4="0146", identity_seen="1") == 303
        events = events_of(courier, number, after=before)
        assert [(e.kind, e.identity_checked) for e in events] == [
            ("picked_up", False),
            ("on_the_way", False),
            ("delivered", True),
        ]
        assert all(event.at.tzinfo is not None for event in events)

    def test_out_of_order(self, world: RunningWorld, courier: HttpCourier, parcel_id: str) -> None:
        number = create(courier, parcel_id)
        for kind in ("delivered", "on_the_way", "returned", "nonsense"):
            assert act(world, number, kind, last4="0146", identity_seen="1") == 422
        assert events_of(courier, number) == []

    def test_returned_with_the_reason(self, world: RunningWorld, courier: HttpCourier, parcel_id: str) -> None:
        number = create(courier, parcel_id)
        act(world, number, "picked_up")
        act(world, number, "returned", note="Adreste bulunamadı")
        event = events_of(courier, number)[-1]
        assert (event.kind, event.note, event.identity_checked) == ("returned", "Adreste bulunamadı", False)

    def test_the_cursor_goes_on_where_it_stopped(
        self, world: RunningWorld, courier: HttpCourier, parcel_id: str
    ) -> None:
        number = create(courier, parcel_id)
        act(world, number, "picked_up")
        after = ""
        while True:
            events, cursor = courier.events(after)
            if not events:
                break
            after = cursor
        assert courier.events(after) == ([], after)
        act(world, number, "on_the_way")
        assert [event.kind for event in courier.events(after)[0]] == ["on_the_way"]

    def test_events_again_from_the_beginning(self, world: RunningWorld, courier: HttpCourier, parcel_id: str) -> None:
        number = create(courier, parcel_id)
        act(world, number, "picked_up")
        _events, after = courier.events("")
        world.fail("courier", "events_twice")
        assert courier.events(after) == courier.events("")

    def test_an_unknown_kind_is_passed_over(self, world: RunningWorld, courier: HttpCourier) -> None:
        world.fail("courier", "unknown_kind")
        events, _cursor = courier.events("")
        assert "customs" not in {event.kind for event in events}

    def test_what_cannot_be_read_is_passed_over_and_what_is_kept_is_clean(
        self, courier: HttpCourier, answering: Callable[[bytes], str], caplog: pytest.LogCaptureFixture
    ) -> None:
        good = {"tracking_no": "KR1", "kind": "returned", "at": "2026-11-28T10:00:00+03:00", "identity_checked": False}
        told: list[object] = [
            "nonsense",
            {**good, "kind": ["returned"]},
            {**good, "at": "2026-11-28T10:00:00"},
            {**good, "at": "0001-01-01T00:00:00+14:00"},
            {**good, "at": 7},
            {"tracking_no": "KR2\nforged line"},
            {**good, "tracking_no": "KR\x003", "note": "kap\x00ı\ud800 kapalı\u202e\n\tyarın"},
            {**good, "note": 5},
        ]
        url = answering(json.dumps({"events": told, "cursor": "8"}).encode())
        events, cursor = replace(courier, url=url).events("")
        assert cursor == "8"
        assert [(event.tracking_no, event.note) for event in events] == [("KR 3", "kap ı kapalı yarın"), ("KR1", "")]
        assert len(caplog.records) == 6
        assert "\n" not in caplog.messages[-1]

    @pytest.mark.parametrize("cursor", ["a\x00", "\ud800", "x" * 101, 7, None])
    def test_a_cursor_that_cannot_be_kept_is_garbage(
        self, courier: HttpCourier, answering: Callable[[bytes], str], cursor: object
    ) -> None:
        url = answering(json.dumps({"events": [], "cursor": cursor}).encode())
        with pytest.raises(NeighbourFailed, match="garbage"):
            replace(courier, url=url).events("")

    def test_registered_in_spite_of_the_error_and_not_twice(
        self, world: RunningWorld, courier: HttpCourier, parcel_id: str
    ) -> None:
        world.fail("courier", "accepted_but_500")
        with pytest.raises(NeighbourFailed) as caught:
            create(courier, parcel_id)
        assert not caught.value.outcome_known
        number = create(courier, parcel_id)
        parcels = world.get("/courier/parcels.json")["parcels"]
        assert [p["tracking_no"] for p in parcels if p["parcel_id"] == parcel_id] == [number]

    @pytest.mark.parametrize(
        ("failure", "how", "known"),
        [("down", "down", False), ("hang", "slow", False), ("garbage", "garbage", False), ("refused", "refused", True)],
    )
    def test_trouble_announcing(
        self, world: RunningWorld, courier: HttpCourier, parcel_id: str, failure: str, how: str, known: bool
    ) -> None:
        world.fail("courier", failure)
        with pytest.raises(NeighbourFailed) as caught:
            create(courier, parcel_id)
        assert (caught.value.how, caught.value.outcome_known) == (how, known)

    @pytest.mark.parametrize(("failure", "how"), [("down", "down"), ("hang", "slow"), ("garbage", "garbage")])
    def test_trouble_asking(self, world: RunningWorld, courier: HttpCourier, failure: str, how: str) -> None:
        world.fail("courier", failure)
        with pytest.raises(NeighbourFailed) as caught:
            courier.events("")
        assert (caught.value.how, caught.value.outcome_known) == (how, True)

    def test_a_wrong_key_says_nothing_about_the_address(self, courier: HttpCourier, parcel_id: str) -> None:
        with pytest.raises(NeighbourFailed) as caught:
            create(replace(courier, api_key="x"), parcel_id)
        assert (caught.value.how, caught.value.outcome_known) == ("down", True)
