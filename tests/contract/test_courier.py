"""The courier's wire, and the courier who acts on the page."""

import secrets
from dataclasses import replace

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

    def test_a_wrong_key(self, courier: HttpCourier, parcel_id: str) -> None:
        with pytest.raises(NeighbourFailed, match="refused"):
            create(replace(courier, api_key="x"), parcel_id)
