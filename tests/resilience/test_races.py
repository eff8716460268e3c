"""Two requests at once, as two tabs and impatient fingers make them: one effect, and no error page for either."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from divit.cli.browser import Browser, Page
from divit.cli.demo_people import DemoPerson
from divit.cli.journey import Person
from tests.resilience.house import House, until
from tests.resilience.settle import APPLICANT

pytestmark = pytest.mark.service

Next = Callable[[], DemoPerson]
Values = Mapping[str, str | list[str]]
Files = Mapping[str, tuple[str, bytes]] | None


class TwoTabs(Browser):
    """Sends what contains `doubled` twice at the same moment, from two connections with the same cookies."""

    def __init__(self, doubled: str) -> None:
        super().__init__()
        self.doubled = doubled
        self.answers: list[Page] = []

    def send(self, url: str, data: Values, *, files: Files = None, referer: str = "") -> Page:
        if data.get("act") != self.doubled:
            return super().send(url, data, files=files, referer=referer)
        other, start = Browser(), Barrier(2)
        other.client.cookies = self.client.cookies

        def press(browser: Browser) -> Page:
            start.wait()
            return Browser.send(browser, url, data, referer=referer)

        with ThreadPoolExecutor(2) as both:
            self.answers = list(both.map(press, (self, other)))
        other.close()
        return self.answers[0]


def _at_once(*acts: Callable[[], Page]) -> list[Page]:
    start = Barrier(len(acts))

    def begin(act: Callable[[], Page]) -> Page:
        start.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as all_of_them:
        return list(all_of_them.map(begin, acts))


def _two_sessions(house: House, told: DemoPerson) -> tuple[Person, Person]:
    return house.person(told), house.person(told)


def test_two_tabs_that_send_one_application_make_one(house: House) -> None:
    person = house.person(APPLICANT)
    tabs = TwoTabs("submit")
    tabs.client.cookies = person.browser.client.cookies
    person.browser.close()
    person.browser = tabs
    person.apply(person.open("/basvuru/kisi-odemeli/"), kind="first")
    assert len(tabs.answers) == 2
    query = """SELECT a.id, a.state, count(c.id) FROM applications_application a
               JOIN identity_person p ON p.id = a.person_id LEFT JOIN payments_charge c ON c.application_id = a.id
               WHERE p.tckn = %s GROUP BY 1, 2"""
    ((application, state, charges),) = house.ask(query, APPLICANT.tckn)
    assert (state, charges) == ("open", 1)
    submitted = "SELECT count(*) FROM audit_entry WHERE act = 'application.submit' AND subject_id = %s"
    assert house.ask(submitted, str(application)) == [(1,)]


def test_two_suspensions_at_once_are_one(house: House, holder: Next) -> None:
    told = holder()
    one, other = _two_sessions(house, told)
    pages = [person.open("/").follow("Kartım kayıp") for person in (one, other)]
    said = [page.text for page in _at_once(*(lambda page=page: page.press("Askıya al") for page in pages))]
    assert sorted("Sertifika askıya alındı" in text for text in said) == [False, True]
    assert any("durumu bu arada değişmiş" in text for text in said)
    serial = house.serial(told)
    house.wait_told(serial, "revoked certificateHold")
    assert house.changes(serial) == ["issue", "suspend"]
    until(lambda: house.notices(told.phone, "askıya alındı"), what="the notice")
    assert house.notices(told.phone, "askıya alındı") == 1


def test_of_a_suspension_and_a_revocation_at_once_the_revocation_stands(house: House, holder: Next) -> None:
    told = holder()
    one, other = _two_sessions(house, told)
    suspending = one.open("/").follow("Kartım kayıp")
    revoking = other.open("/kayip/").follow("İptal et").expect("Bu işlem geri alınamaz")
    chosen = {"reason": "keyCompromise", "understood": "on"}
    _at_once(
        lambda: suspending.press("Askıya al"),
        lambda: revoking.press("Sertifikamı iptal et", chosen).expect("Sertifika iptal edildi"),
    )
    serial = house.serial(told)
    house.wait_told(serial, "revoked keyCompromise")
    assert house.changes(serial) in (["issue", "revoke"], ["issue", "suspend", "revoke"])
