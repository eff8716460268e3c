"""A representative with a pile of signed forms, and the centre's registry with another."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse

from divit.applications import content
from divit.applications.models import Application
from divit.console.intake import tickets
from divit.identity import selectors as people
from divit.institutions.models import Institution
from divit.kernel.actors import Actor
from tests.factories.people import log_in
from tests.integration.applications.conftest import *  # noqa: F403
from tests.integration.applications.conftest import ministry, reference_data, representative_of, treasury, way
from tests.integration.console.conftest import at_desk, make_staff

__all__ = ["at_desk", "make_staff", "ministry", "reference_data", "representative_of", "treasury", "way"]


def main_of(answer: Any) -> Any:
    main = BeautifulSoup(answer.content, "html.parser").find("main")
    assert main is not None
    return main


def words(answer: Any) -> str:
    """What the page says."""
    return " ".join(main_of(answer).get_text(" ").split())


def mark_of(row: Application) -> str:
    """What the QR code of the newest print says."""
    row.refresh_from_db()
    return content.mark(row.reference, row.content_hash)


@dataclass
class Pile:
    """A browser with the page open: scans, and presses Enter."""

    client: Client
    page: str
    answer: Any = field(default=None)

    def scan(self, text: str) -> str:
        self.answer = self.client.post(self.page, {"scanned": text, "ticket": self.ticket})
        return words(self.answer)

    def enter(self) -> str:
        """Enter on the empty field: sends what stands in the page."""
        self.answer = self.client.post(self.page, {"scanned": "", "ticket": self.ticket})
        return self._arrive()

    def give_back(self, reason: str) -> str:
        self.answer = self.client.post(self.page, {"act": "give_back", "reason": reason, "ticket": self.ticket})
        return self._arrive()

    def _arrive(self) -> str:
        if self.answer.status_code == 303:
            assert self.answer.headers["Location"] == self.page
            self.answer = self.client.get(self.page)
        return words(self.answer)

    @property
    def ticket(self) -> str:
        """The ticket in the page, if it shows a form that may be taken in."""
        found = main_of(self.answer).select_one("form#intake input[name=ticket]") if self.answer else None
        return str(found["value"]) if found else ""

    @property
    def summary(self) -> str:
        return f"{self.page}ozet/"


@pytest.fixture
def pile_of() -> Callable[..., Pile]:
    """The pile of an institution's representative."""

    def make(by: Actor, institution: Institution) -> Pile:
        client = log_in(Client(), people.person(by.id))
        return Pile(client, reverse("console:representative_intake", kwargs={"institution_id": institution.pk}))

    return make


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever presses Enter has looked: tests are faster than people."""
    monkeypatch.setattr(tickets, "SOONEST", timedelta())
