"""The e-Devlet wire, with the real client on our side and the simulated gate on the other."""

import base64
import hashlib
import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from bs4 import BeautifulSoup

from divit.adapters.bounded_http import Bounds
from divit.adapters.edevlet import EdevletGateway
from divit.kernel.actors import Level
from divit.kernel.errors import Invalid, NeighbourFailed
from tests.contract.conftest import CAREFUL, KEYS, OTHER_RETURN, PERSON, RETURN, RunningWorld

METHODS = {
    "sifre": ({"egp": PERSON["edevlet_password"]}, "password", Level.LOW),
    "mobil-imza": ({"telefon": "0505 123 45 67", "operator": "turkcell"}, "mobile_signature", Level.HIGH),
    "e-imza": ({"pin": "123456"}, "e_signature", Level.HIGH),
    "kimlik-karti": ({"pin": "123456"}, "id_card", Level.HIGH),
    "internet-bankaciligi": (
        {"banka": "ornek", "egp": PERSON["edevlet_password"]},
        "internet_banking",
        Level.SUBSTANTIAL,
    ),
}


class Person:
    """Somebody with a browser at the gate."""

    def __init__(self, world: RunningWorld, gateway: EdevletGateway) -> None:
        self.world, self.gateway = world, gateway
        self.verifier = secrets.token_urlsafe(48)
        self.state = secrets.token_urlsafe(32)
        self.browser = httpx2.Client(follow_redirects=True, trust_env=False)

    @property
    def address(self) -> str:
        digest = hashlib.sha256(self.verifier.encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        return self.gateway.authorize_url(state=self.state, code_challenge=challenge, redirect_uri=RETURN)

    def open(self) -> httpx2.Response:
        self.page = self.browser.get(self.address)
        return self.page

    def send(self, button: str = "gir", **given: str) -> httpx2.Response:
        """Press a button of the page that is open, its hidden fields with it."""
        form = BeautifulSoup(self.page.text, "html.parser").find("form")
        assert form is not None
        hidden = {str(i["name"]): str(i["value"]) for i in form.find_all("input", type="hidden")}
        self.page = self.browser.post(
            f"{self.world.url}/edevlet/Giris/{button}", data=hidden | given, follow_redirects=False
        )
        return self.page

    def log_in(self, method: str = "sifre", tckn: str = PERSON["tckn"], **given: str) -> dict[str, str]:
        """All the way to the return address; gives its query."""
        self.open()
        answer = self.send(yontem=method, trid=tckn, **(given or METHODS[method][0]))
        if answer.status_code == 200 and "onay" in answer.text:
            phone = (PERSON if tckn == PERSON["tckn"] else CAREFUL)["phone"]
            answer = self.send("onay", kod=self.world.inbox(str(phone))[0]["text"][:6])
        return returned(answer)

    def identify(self, code: str, **changed: str):  # type: ignore[no-untyped-def]
        return self.gateway.identify(
            **{"code": code, "code_verifier": self.verifier, "redirect_uri": RETURN} | changed  # type: ignore[arg-type]
        )


Somebody = Callable[[EdevletGateway], Person]


def returned(answer: httpx2.Response) -> dict[str, str]:
    assert answer.status_code in {302, 303}, answer.text
    address = answer.headers["location"]
    assert address.startswith(RETURN)
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


@pytest.fixture
def gateway(world: RunningWorld) -> EdevletGateway:
    return EdevletGateway(
        url=f"{world.url}/edevlet/OAuth2AuthorizationServer",
        client_id="divit",
        client_secret=KEYS.edevlet,
        bounds=Bounds(connect=1, total=1),
    )


@pytest.fixture
def somebody(world: RunningWorld) -> Iterator[Callable[[EdevletGateway], Person]]:
    with ExitStack() as stack:

        def arrive(gateway: EdevletGateway) -> Person:
            person = Person(world, gateway)
            stack.callback(person.browser.close)
            return person

        yield arrive


@pytest.fixture
def person(somebody: Somebody, gateway: EdevletGateway) -> Person:
    return somebody(gateway)


class TestEdevlet:
    """What the wire promises, and what the client does when it is not kept."""

    @pytest.mark.parametrize("method", METHODS)
    def test_each_method_says_who_and_how(self, person: Person, method: str) -> None:
        back = person.log_in(method)
        assert back["state"] == person.state
        assert back["via"] == "edevlet"
        identity = person.identify(back["code"])
        assert (identity.tckn, identity.given_names, identity.surname) == ("10000000146", "Ayşe Işıl", "Öğüt")
        assert (identity.method, identity.level) == METHODS[method][1:]
        assert (identity.birth_date, identity.birth_place) == (date(1986, 4, 23), "Şişli")
        assert len(identity.raw_sha256) == 64

    def test_a_second_step_makes_a_password_stronger(self, person: Person) -> None:
        back = person.log_in("sifre", tckn=CAREFUL["tckn"], egp=CAREFUL["edevlet_password"])
        identity = person.identify(back["code"])
        assert (identity.method, identity.level) == ("password", Level.SUBSTANTIAL)

    def test_an_unknown_level_counts_as_the_weakest(self, somebody: Somebody, gateway: EdevletGateway) -> None:
        person = somebody(replace(gateway, levels={}))
        identity = person.identify(person.log_in("e-imza")["code"])
        assert (identity.method, identity.level) == ("password", Level.LOW)

    def test_the_page_says_who_asks_and_offers_all_methods(self, person: Person) -> None:
        page = BeautifulSoup(person.open().text, "html.parser")
        assert page.h1 is not None
        assert page.h1.text == "e-Devlet Kapısı Kimlik Doğrulama Sistemi"
        text = page.get_text(" ")
        labels = ["Online İşlemler", RETURN.partition("?")[0], "e-Devlet Şifresi", "Mobil İmza", "e-İmza"]
        labels += ["T.C. Kimlik Kartı", "İnternet Bankacılığı", "Şifremi Unuttum", "İptal Et", "Giriş Yap"]
        for label in [*labels, "BENZETİM", "Ayşe Işıl Öğüt"]:
            assert label in text
        keyboard = page.find(attrs={"data-keyboard": "egpField"})
        assert keyboard is not None
        assert keyboard["data-label"] == "Sanal Klavye"
        assert keyboard["data-hide-label"] == "Yazarken Gizle"

    def test_a_wrong_password_stays_on_the_page(self, person: Person) -> None:
        person.open()
        answer = person.send(yontem="sifre", trid=PERSON["tckn"], egp="x")
        assert answer.status_code == 422
        assert 'role="alert"' in answer.text

    def test_three_wrong_phone_codes_end_the_login(self, person: Person) -> None:
        person.open()
        person.send(yontem="mobil-imza", trid=PERSON["tckn"], telefon=PERSON["phone"])
        assert [person.send("onay", kod="x").status_code for _ in range(3)] == [422, 422, 422]
        kod = person.world.inbox(str(PERSON["phone"]))[0]["text"][:6]
        first_page = person.page
        assert person.send("onay", kod=kod).status_code == 410, first_page.text

    def test_a_forgotten_password_arrives_by_sms(self, person: Person) -> None:
        address = f"{person.world.url}/edevlet/Giris/sifremi-unuttum"
        known, unknown = (person.browser.post(address, data={"trid": t}).text for t in (PERSON["tckn"], "22222222220"))
        assert known == unknown
        assert PERSON["edevlet_password"] in person.world.inbox(str(PERSON["phone"]))[0]["text"]

    def test_the_page_speaks_english_after_the_switch(self, person: Person) -> None:
        person.open()
        switched = person.browser.get(
            f"{person.world.url}/language/en", params={"back": person.page.url.raw_path.decode()}
        )
        assert "Forgot" in switched.text or "forgot" in switched.text
        assert '<html lang="en">' in switched.text


class TestOAuth:
    """The cases of T2 that the wire decides; those of the browser's state belong to the portal."""

    def test_cancelled(self, person: Person) -> None:
        person.open()
        assert returned(person.send("iptal")) == {"via": "edevlet", "error": "access_denied", "state": person.state}

    def test_cancelled_by_failure(self, world: RunningWorld, person: Person) -> None:
        world.fail("edevlet", "cancel")
        answer = person.browser.get(person.address, follow_redirects=False)
        assert returned(answer)["error"] == "access_denied"

    def test_another_state_comes_back(self, world: RunningWorld, person: Person) -> None:
        world.fail("edevlet", "wrong_state")
        assert person.log_in()["state"] != person.state

    def test_a_code_works_once_and_its_second_use_takes_the_token_back(self, person: Person) -> None:
        code = person.log_in()["code"]
        token = person.gateway.exchange(code=code, code_verifier=person.verifier, redirect_uri=RETURN)
        assert person.gateway.ask(token, scope="Ad-Soyad")[0]["ad"] == "Ayşe Işıl"
        with pytest.raises(Invalid, match="login_code_refused"):
            person.identify(code)
        with pytest.raises(NeighbourFailed, match="refused"):
            person.gateway.ask(token, scope="Ad-Soyad")

    @pytest.mark.parametrize("failure", ["replayed_code", "expired_code"])
    def test_a_dead_code(self, world: RunningWorld, person: Person, failure: str) -> None:
        world.fail("edevlet", failure)
        code = person.log_in()["code"]
        with pytest.raises(Invalid, match="login_code_refused"):
            person.identify(code)

    @pytest.mark.parametrize(
        "changed",
        [
            {"code_verifier": secrets.token_urlsafe(48)},
            {"code_verifier": ""},
            {"redirect_uri": OTHER_RETURN},
            {"redirect_uri": RETURN + "&x=1"},
            {"code": "nonsense"},
            {"code": "é\n&grant_type=x"},
            {"code": ""},
        ],
        ids=[
            "other verifier",
            "no verifier",
            "other address",
            "longer address",
            "other code",
            "hostile code",
            "no code",
        ],
    )
    def test_a_code_is_bound_to_its_request(self, person: Person, changed: dict[str, str]) -> None:
        code = person.log_in()["code"]
        with pytest.raises(Invalid, match="login_code_refused"):
            person.identify(**{"code": code} | changed)

    def test_a_code_of_somebody_else_fails_on_pkce(self, somebody: Somebody, gateway: EdevletGateway) -> None:
        mine, theirs = somebody(gateway), somebody(gateway)
        code = theirs.log_in()["code"]
        with pytest.raises(Invalid, match="login_code_refused"):
            mine.identify(code)

    def test_a_code_of_one_client_is_nothing_to_another(self, somebody: Somebody, person: Person) -> None:
        code = person.log_in()["code"]
        other = somebody(replace(person.gateway, client_id="other", client_secret=KEYS.other))
        other.verifier = person.verifier
        with pytest.raises(Invalid, match="login_code_refused"):
            other.identify(code)

    def test_a_wrong_client_secret(self, somebody: Somebody, person: Person) -> None:
        code = person.log_in()["code"]
        wrong = somebody(replace(person.gateway, client_secret="x"))
        with pytest.raises(NeighbourFailed, match="refused"):
            wrong.identify(code)

    @pytest.mark.parametrize(
        "change",
        [
            lambda url: url.copy_set_param("redirect_uri", "https://evil.example/"),
            lambda url: url.copy_set_param("redirect_uri", RETURN + "/x"),
            lambda url: url.copy_add_param("redirect_uri", "https://evil.example/"),
            lambda url: url.copy_remove_param("redirect_uri"),
            lambda url: url.copy_set_param("client_id", "nobody"),
        ],
        ids=["foreign", "longer", "extra", "none", "unknown client"],
    )
    def test_no_open_redirect(self, person: Person, change) -> None:  # type: ignore[no-untyped-def]
        answer = person.browser.get(change(httpx2.URL(person.address)), follow_redirects=False)
        assert answer.status_code == 400
        assert "location" not in answer.headers

    @pytest.mark.parametrize(
        ("name", "value", "error"),
        [
            ("response_type", "token", "unsupported_response_type"),
            ("scope", "Kimlik-Dogrula;Her-Sey", "invalid_scope"),
            ("scope", "", "invalid_scope"),
            ("code_challenge_method", "plain", "invalid_request"),
        ],
    )
    def test_a_bad_request_comes_back_as_an_error(self, person: Person, name: str, value: str, error: str) -> None:
        address = httpx2.URL(person.address).copy_set_param(name, value)
        back = returned(person.browser.get(address, follow_redirects=False))
        assert (back["error"], back["state"]) == (error, person.state)

    def test_two_answers_about_two_people_are_nobody(self, world: RunningWorld, person: Person) -> None:
        code = person.log_in()["code"]
        world.fail("edevlet", "other_person")
        with pytest.raises(NeighbourFailed, match="garbage"):
            person.identify(code)

    def test_a_number_whose_digits_do_not_hold(self, world: RunningWorld, person: Person) -> None:
        code = person.log_in()["code"]
        world.fail("edevlet", "bad_tckn", times=2)
        with pytest.raises(NeighbourFailed, match="garbage"):
            person.identify(code)

    def test_an_error_code_in_the_identity(self, world: RunningWorld, person: Person) -> None:
        code = person.log_in()["code"]
        world.fail("edevlet", "edv_error")
        with pytest.raises(NeighbourFailed, match="refused"):
            person.identify(code)

    def test_a_kapsam_that_was_not_agreed_is_refused(self, person: Person) -> None:
        code = person.log_in()["code"]
        token = person.gateway.exchange(code=code, code_verifier=person.verifier, redirect_uri=RETURN)
        with pytest.raises(NeighbourFailed, match="refused"):
            person.gateway.ask(token, scope="Iletisim-Bilgileri")


class TestTroubleAtTheGate:
    """Down, slow, hanging, garbage: on the token call and on the identity calls."""

    @pytest.mark.parametrize(("failure", "how"), [("down", "down"), ("hang", "slow"), ("garbage", "garbage")])
    def test_the_token_call(self, world: RunningWorld, person: Person, failure: str, how: str) -> None:
        code = person.log_in()["code"]
        world.fail("edevlet", failure)
        with pytest.raises(NeighbourFailed) as caught:
            person.identify(code)
        assert (caught.value.neighbour, caught.value.how, caught.value.outcome_known) == ("edevlet", how, True)

    @pytest.mark.parametrize(("failure", "how"), [("down", "down"), ("hang", "slow"), ("garbage", "garbage")])
    def test_the_identity_call(self, world: RunningWorld, person: Person, failure: str, how: str) -> None:
        code = person.log_in()["code"]
        token = person.gateway.exchange(code=code, code_verifier=person.verifier, redirect_uri=RETURN)
        world.fail("edevlet", failure)
        with pytest.raises(NeighbourFailed, match=how):
            person.gateway.ask(token, scope="Kimlik-Dogrula")

    def test_slow_is_still_an_answer(self, world: RunningWorld, person: Person) -> None:
        code = person.log_in()["code"]
        world.fail("edevlet", "slow")
        assert person.identify(code).tckn == PERSON["tckn"]

    def test_nobody_listens(self, somebody: Somebody, gateway: EdevletGateway) -> None:
        gone = somebody(replace(gateway, url="http://127.0.0.1:1/x"))
        with pytest.raises(NeighbourFailed, match="down"):
            gone.identify("x")

    def test_the_login_page_is_down(self, world: RunningWorld, person: Person) -> None:
        world.fail("edevlet", "page_down")
        assert person.open().status_code == 500
