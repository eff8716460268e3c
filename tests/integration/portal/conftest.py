"""The portal with the simulated e-Devlet behind it, over the real wire."""

import secrets
from collections.abc import Iterator

import httpx2
import pytest
from bs4 import BeautifulSoup
from django.conf import settings as conf
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pydantic import SecretStr
from pytest_django import Settings

from divit import wiring
from divit.portal.sign_in.views import return_address
from tests.contract.conftest import PERSON, RunningWorld, one_world, world

__all__ = ["one_world", "world"]

_SECRET = secrets.token_hex()


@pytest.fixture
def gate(world: RunningWorld, settings: Settings) -> Iterator["Gate"]:
    """e-Devlet, wired to the portal as in life."""
    me = {"kind": "edevlet", "client_id": "portal", "client_secret": _SECRET, "name": "Divit"}
    assert world.post("/clients", [me | {"redirect_uris": [return_address()]}]).json() == {"registered": 1}
    settings.DIVIT = settings.DIVIT.model_copy(
        update={
            "edevlet_url": f"{world.url}/edevlet/OAuth2AuthorizationServer",
            "edevlet_browser_url": "",
            "edevlet_client_id": "portal",
            "edevlet_client_secret": SecretStr(_SECRET),
        }
    )
    wiring.edevlet.cache_clear()
    with httpx2.Client(trust_env=False, follow_redirects=True) as browser:
        yield Gate(world, browser)
    wiring.edevlet.cache_clear()


class Gate:
    """A person's dealings with e-Devlet's own pages."""

    def __init__(self, running: RunningWorld, browser: httpx2.Client) -> None:
        self.world, self.browser = running, browser

    def leave(self, client: Client, *, onward: str = "/nes/") -> str:
        """Press «e-Devlet Kapısına Git»; gives the address at e-Devlet."""
        answer = client.post(reverse("portal:sign_in_start"), {"next": onward})
        assert answer.status_code == 302, answer.content
        return str(answer.headers["Location"])

    def pass_through(self, address: str, *, method: str = "sifre", button: str = "gir") -> str:
        """Log in there; gives the path and query that the browser is sent back to."""
        page = self.browser.get(address)
        form = BeautifulSoup(page.text, "html.parser").find("form")
        assert form is not None, page.text
        given = {str(i["name"]): str(i["value"]) for i in form.find_all("input", type="hidden")}
        given |= {
            "yontem": method,
            "trid": PERSON["tckn"],
            "egp": PERSON["edevlet_password"],
            "pin": "123456",
            "banka": "ornek",
        }
        answer = self.browser.post(f"{self.world.url}/edevlet/Giris/{button}", data=given, follow_redirects=False)
        return self.home(answer)

    def home(self, answer: httpx2.Response) -> str:
        """The own path of the address that e-Devlet sends the browser to."""
        address = answer.headers["location"]
        assert address.startswith(conf.PUBLIC_URL)
        return str(address.removeprefix(conf.PUBLIC_URL))

    def sign_in(self, client: Client, *, onward: str = "/nes/", method: str = "sifre") -> HttpResponse:
        """The whole way, there and back; gives our answer to the return."""
        return client.get(self.pass_through(self.leave(client, onward=onward), method=method))
