"""Validation outlives the rest of the house, and closing a certificate waits for no neighbour."""

import time
from collections.abc import Callable

import httpx2
import pytest

from divit.cli.demo_people import DemoPerson
from tests.resilience.house import House, until

pytestmark = pytest.mark.service

Next = Callable[[], DemoPerson]
_OCSP_SECONDS, _CRL_SECONDS = 1.0, 60.0  # design: «closed is closed»


def test_ocsp_and_crl_answer_while_everything_behind_them_is_down(house: House, holder: Next) -> None:
    closed, untouched = holder(), holder()
    person = house.person(closed)
    serial, other = house.serial(closed), house.serial(untouched)
    person.suspend()
    house.wait_told(serial, "revoked certificateHold")
    names = ("web", "worker", "signer", "database")
    house.stop(*names)
    try:
        for _question in range(3):
            assert house.ocsp(serial) == "revoked certificateHold"
            assert house.ocsp(other) == "good"
            assert house.ocsp("7F" * 16) == "unknown"
            assert f"Serial Number: {serial}" in house.crl()
        assert httpx2.get(f"{house.places.validation}/healthz").status_code == 200
        until(lambda: httpx2.get(f"{house.places.validation}/readyz").status_code == 503, what="it says it is alone")
        house.kill("validation")  # and begins again without the database, from what it keeps on disk
        until(lambda: house.ocsp(serial) == "revoked certificateHold", what="OCSP from the snapshot")
        assert house.ocsp(other) == "good"
        assert f"Serial Number: {serial}" in house.crl()
    finally:
        house.start(*reversed(names))
    house.wait_well()
    house.person(untouched).suspend()
    house.wait_told(other, "revoked certificateHold")


def test_suspending_waits_for_no_neighbour_and_the_notices_arrive_once_they_are_back(
    house: House, holder: Next
) -> None:
    told = holder()
    person, serial = house.person(told), house.serial(told)
    house.stop("world")  # e-Devlet, SMS, mail, bank, courier, card station
    try:
        person.suspend()
        confirmed = time.monotonic()
        until(lambda: house.ocsp(serial) == "revoked certificateHold", what="OCSP")
        assert time.monotonic() - confirmed < _OCSP_SECONDS
        until(lambda: f"Serial Number: {serial}" in house.crl(), what="the list")
        assert time.monotonic() - confirmed < _CRL_SECONDS
        until(lambda: _tries(house, told) == {1}, what="both notices tried in vain")
    finally:
        house.start("world")
    house.wait_well()
    until(lambda: _states(house, told) == {"sent"}, what="both notices delivered")
    assert [house.notices(address, "askıya alındı") for address in (told.phone, told.email)] == [1, 1]


def _tries(house: House, told: DemoPerson) -> set[int]:
    return {tries for (tries,) in house.ask(_NOTICES.format("tries"), told.tckn)}


def _states(house: House, told: DemoPerson) -> set[str]:
    return {state for (state,) in house.ask(_NOTICES.format("state"), told.tckn)}


_NOTICES = """SELECT m.{} FROM notifications_message m JOIN identity_person p ON p.id = m.person_id
              WHERE p.tckn = %s AND m.notice = 'certificate_suspended'"""
