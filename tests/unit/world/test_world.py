"""The simulated world by itself: marked pages, two languages, durable state, honest registration."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from starlette.testclient import TestClient

from divit.world import authenticator
from divit.world.app import create_app
from divit.world.context import Settings
from divit.world.failures import FAILURES

PAGES = ["/", "/inbox/", "/bank/", "/courier/", "/card-station/", "/program/", "/authenticator/", "/failures/"]
SECRET = b"12345678901234567890"
URI = "otpauth://totp/Divit:masa%40divit.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Divit"


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state" / "world.sqlite3"


@pytest.fixture
def world(state: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(state=state)), base_url="http://127.0.0.1:8002") as client:
        yield client


def test_a_file_may_say_what_time_it_is(tmp_path: Path) -> None:
    file = tmp_path / "clock"
    with TestClient(create_app(Settings(state=tmp_path / "world.sqlite3", clock=file))) as world:
        assert world.get("/bank/ledger.json").json()["now"] > "2026"
        file.write_text("000001577880000.000000")
        assert world.get("/bank/ledger.json").json()["now"].startswith("2020-01-01T12:00:00")
        file.unlink()
        assert world.get("/bank/ledger.json").json()["now"] > "2026"


class TestPages:
    """Nobody can take this for the real thing, and everybody can use it."""

    @pytest.mark.parametrize("path", PAGES)
    @pytest.mark.parametrize("language", ["tr", "en"])
    def test_every_page_is_marked_and_in_its_language(self, world: TestClient, path: str, language: str) -> None:
        world.get(f"/language/{language}", params={"back": path})
        page = BeautifulSoup(world.get(path).text, "html.parser")
        assert "BENZETİM / SIMULATION — gerçek kurum değildir" in page.get_text()
        assert page.html is not None
        assert page.html["lang"] == language
        assert page.title is not None
        assert page.h1 is not None
        assert page.title.text == page.h1.text != ""

    @pytest.mark.parametrize("path", PAGES)
    def test_every_input_has_a_label_and_no_id_is_there_twice(self, world: TestClient, path: str) -> None:
        page = BeautifulSoup(world.get(path).text, "html.parser")
        ids = [str(tag["id"]) for tag in page.find_all(id=True)]
        assert len(ids) == len(set(ids))
        labels = {str(label["for"]) for label in page.find_all("label", attrs={"for": True})}
        for control in page.select("input:not([type=hidden]), select"):
            assert control["id"] in labels

    @pytest.mark.parametrize("path", PAGES)
    def test_turkish_and_english_differ(self, world: TestClient, path: str) -> None:
        turkish = world.get(path).text
        world.get("/language/en")
        assert world.get(path).text != turkish

    @pytest.mark.parametrize("back", ["//evil.example/", "https://evil.example/", "/\\evil.example", "x"])
    def test_the_language_switch_leads_nowhere_else(self, world: TestClient, back: str) -> None:
        answer = world.get("/language/en", params={"back": back}, follow_redirects=False)
        assert answer.headers["location"] == "/"

    def test_what_was_typed_is_shown_as_text(self, world: TestClient) -> None:
        world.post("/clients", json={"kind": "sms", "api_key": "k"})
        text = "<script>alert(1)</script> & \"'"
        sent = {"to": "+905051234567", "text": text, "message_id": "1"}
        assert world.post("/sms/send", json=sent, headers={"Authorization": "Bearer k"}).status_code == 200
        answer = world.get("/inbox/").text
        assert "<script>alert" not in answer
        assert text in BeautifulSoup(answer, "html.parser").get_text()

    def test_a_strict_policy_and_no_store(self, world: TestClient) -> None:
        headers = world.get("/").headers
        assert "default-src 'self'" in headers["content-security-policy"]
        assert headers["cache-control"] == "no-store"
        assert world.get("/static/world.css").status_code == world.get("/static/world.js").status_code == 200

    def test_health(self, world: TestClient) -> None:
        assert world.get("/healthz").json() == {"status": "ok"}


class TestFailures:
    """Named, counted, switched off."""

    @pytest.mark.parametrize("neighbour", FAILURES)
    def test_each_can_be_switched_on_by_json_and_by_the_page(self, world: TestClient, neighbour: str) -> None:
        for name in FAILURES[neighbour]:
            armed = {"neighbour": neighbour, "name": name, "remaining": 2}
            wish = {"neighbour": neighbour, "failure": name, "times": 2}
            assert world.post("/failures", json=wish).json() == {"armed": [armed]}
            world.post("/failures/", data=wish | {"times": "0"})
            assert world.get("/failures.json").json() == {"armed": []}
            world.post("/failures/", data=wish | {"times": "2"})
            assert world.get("/failures.json").json() == {"armed": [armed]}
            world.post("/failures", json={"clear": True})

    @pytest.mark.parametrize("wish", [{"neighbour": "x", "failure": "down"}, {"neighbour": "sms", "failure": "x"}, {}])
    def test_an_unknown_one_is_refused(self, world: TestClient, wish: dict[str, str]) -> None:
        assert world.post("/failures", json=wish).status_code == 422

    def test_it_is_used_up(self, world: TestClient) -> None:
        world.post("/clients", json={"kind": "sms", "api_key": "k"})
        world.post("/failures", json={"neighbour": "sms", "failure": "down", "times": 2})
        sent = {"to": "+905051234567", "text": "x", "message_id": "1"}
        answers = [world.post("/sms/send", json=sent, headers={"Authorization": "Bearer k"}) for _time in range(3)]
        assert [answer.status_code for answer in answers] == [500, 500, 200]


class TestRegistration:
    """People and clients come over HTTP, or by the environment."""

    PERSON = {
        "tckn": "10000000146",
        "given_names": "Ayşe",
        "surname": "Öğüt",
        "birth_date": "1986-04-23",
        "birth_place": "Şişli",
        "phone": "+905051234567",
        "email": "ayse@divit.example",
        "edevlet_password": "x",
    }

    def test_a_person_is_there_and_can_be_corrected(self, world: TestClient) -> None:
        for surname in ("Öğüt", "Çağlı"):
            assert world.post("/people", json=[self.PERSON | {"surname": surname}]).json() == {"registered": 1}
        assert "Ayşe Çağlı" in world.get("/").text
        assert "Ayşe Öğüt" not in world.get("/").text

    @pytest.mark.parametrize("path", ["/people", "/clients"])
    @pytest.mark.parametrize("body", [[{}], ["x"], "x", [{"kind": "nobody"}], 1])
    def test_incomplete_is_refused_as_a_whole(self, world: TestClient, path: str, body: Any) -> None:
        assert world.post(path, json=body).status_code == 422

    @pytest.mark.parametrize("path", ["/people", "/clients"])
    def test_only_json(self, world: TestClient, path: str) -> None:
        assert world.post(path, content=json.dumps([self.PERSON])).status_code == 415
        answer = world.post(path, content="{", headers={"Content-Type": "application/json"})
        assert answer.status_code == 400

    def test_clients_from_the_environment(self, state: Path) -> None:
        clients = json.dumps([{"kind": "sms", "api_key": "k"}])
        settings = Settings.read({"DIVIT_WORLD_STATE": str(state), "DIVIT_WORLD_CLIENTS": clients})
        with TestClient(create_app(settings)) as world:
            sent = {"to": "+905051234567", "text": "x", "message_id": "1"}
            assert world.post("/sms/send", json=sent, headers={"Authorization": "Bearer k"}).status_code == 200
            assert world.post("/sms/send", json=sent, headers={"Authorization": "Bearer x"}).status_code == 401

    def test_no_state_file_no_world(self) -> None:
        with pytest.raises(SystemExit, match="DIVIT_WORLD_STATE"):
            Settings.read({})


class TestAuthenticator:
    """RFC 6238."""

    @pytest.mark.parametrize(
        ("at", "algorithm", "secret", "code"),
        [
            (59, "SHA1", SECRET, "94287082"),
            (1111111109, "SHA1", SECRET, "07081804"),
            (20000000000, "SHA1", SECRET, "65353130"),
            (59, "SHA256", SECRET + b"123456789012", "46119246"),
            (59, "SHA512", (SECRET * 4)[:64], "90693936"),
        ],
    )
    def test_the_vectors_of_appendix_b(self, at: int, algorithm: str, secret: bytes, code: str) -> None:
        assert authenticator.totp(secret, at, digits=8, algorithm=algorithm) == code

    def test_enrolled_once_and_shown(self, world: TestClient) -> None:
        for _again in range(2):
            assert world.post("/authenticator/", json={"uri": URI}).json() == {"enrolled": True}
        (code,) = world.get("/authenticator.json").json()["codes"]
        assert (code["issuer"], code["label"], len(code["code"])) == ("Divit", "masa@divit.example", 6)
        assert 0 < code["seconds_left"] <= 30

    @pytest.mark.parametrize("uri", ["", "https://x", "otpauth://hotp/x?secret=GEZD", "otpauth://totp/x?secret=1!"])
    def test_what_is_no_address(self, world: TestClient, uri: str) -> None:
        assert world.post("/authenticator/", json={"uri": uri}).status_code == 422
        assert 'role="alert"' in world.post("/authenticator/", data={"uri": uri}).text
